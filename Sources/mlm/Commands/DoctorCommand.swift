import ArgumentParser
import CairoRendering
import CommandSupport
import Labs
import LinearAlgebra
import Tables

/// `mlm doctor`: what the program runs on.
struct DoctorCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Versions of libraries, fonts found, and what is missing.",
    discussion: "Example: mlm doctor")

  func result(in context: CommandContext) throws -> CommandResult {
    let report = FigureRenderer().report()
    let paths = DoctorCommand.loadedLibraries()
    var rows = [["mlm", ProgramVersion.current, "ok"]]
    for font in report.fonts {
      let package = font.script == "Chinese" ? "fonts-noto-cjk" : "fonts-noto-core"
      let state =
        font.isExpected
        ? "ok"
        : font.found == nil
          ? "no font shows \(font.script) text: apt-get install \(package)"
          : "figures are made for \(font.requested): apt-get install \(package)"
      rows.append([
        "font, \(font.script)", font.found.map { "\($0), \(font.version.prefix { $0 != ";" })" } ?? "missing",
        state,
      ])
    }
    let pandoc = Pandoc.version()
    rows.append([
      "pandoc", pandoc ?? "missing", pandoc == nil ? "HTML handouts need it: apt-get install pandoc" : "ok",
    ])
    let blas = OpenBLAS.shared.map { "OpenBLAS, \($0.coreName) kernels" }
    rows.append([
      "BLAS", blas ?? "missing",
      blas == nil ? "crossed factors of many levels fit sooner with it: apt-get install libopenblas0" : "ok",
    ])
    for library in report.libraries {
      let path = paths.first { $0.split(separator: "/").last?.hasPrefix(library.object + ".so") == true }
      rows.append([library.name, library.version ?? "version unknown", path ?? "ok: built into the program"])
    }
    let table = TextTable([.init("part"), .init("found"), .init("state or path")], rows: rows)
    return CommandResult(output: table.text())
  }

  /// Paths of the shared libraries that the process has loaded, as the system lists its memory; none where there is no such list.
  private static func loadedLibraries() -> [String] {
    guard let bytes = try? InputFile.bytes("/proc/self/maps") else { return [] }
    var paths: [String] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let slash = line.firstIndex(of: "/") else { continue }
      let path = String(line[slash...])
      if path.contains(".so"), paths.last != path { paths.append(path) }
    }
    return paths
  }
}
