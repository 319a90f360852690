import Foundation
import Tables
import TestSupport
import Testing

/// The built executable as a shell sees it: exit codes, and what goes to which stream.
@Suite("The program")
struct ProgramTests {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The executable beside the running test program.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("mlm")

  /// Runs the program in a folder of its own; its streams are files, so that no pipe can fill up.
  /// - Parameter device: where standard output goes instead.
  private func run(_ arguments: [String], input: String = "", device: String? = nil) throws -> Outcome {
    try TemporaryFolder.use { folder in
      let input = try folder.file("in", input)
      let output = try folder.file("out", "")
      let errors = try folder.file("err", "")
      let process = Process()
      process.executableURL = Self.executable
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
      process.standardInput = FileHandle(forReadingAtPath: input)
      process.standardOutput = FileHandle(forWritingAtPath: device ?? output)
      process.standardError = FileHandle(forWritingAtPath: errors)
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
      }
      return Outcome(code: process.terminationStatus, output: try text(output), errors: try text(errors))
    }
  }

  private static func salary(_ name: String) -> String {
    Reference.directory.appendingPathComponent("salary/\(name).csv").path
  }

  static let slope = "salary ~ experience + (1 + experience | department)"

  @Test("done: data on standard output, the seed on standard error, exit code 0")
  func data() throws {
    let found = try run(["data", "salary", "--n", "5"])
    #expect(found.code == 0)
    #expect(found.errors == "seed 892174303, n 5, stream r\n")
    let table = try DataTable(csv: Array(found.output.utf8))
    #expect(table.rowCount == 5)
    // Bases are drawn first: the same five uniforms for any n.
    let whole = try DataTable(csv: Reference.bytes("salary/seed_892174303.csv"))["bases"]!.numbers!
    expectClose(table["bases"]!.numbers!, Array(whole.prefix(5)), relative: 1e-15)
  }

  @Test("a fit prints its text and nothing else; a boundary's sentence goes to standard error")
  func fits() throws {
    let plain = try run(["fit", Self.slope, "--data", Self.salary("seed_42")])
    #expect(plain.code == 0 && plain.errors.isEmpty)
    #expect(plain.output.hasPrefix("Linear mixed model fit by REML ['lmerMod']\n"))
    let boundary = try run(["fit", Self.slope, "--data", Self.salary("variant_a"), "--format", "json"])
    #expect(boundary.code == 0)
    #expect(boundary.errors.hasPrefix("boundary fit: ") && boundary.errors.hasSuffix("\n"))
    #expect(try JSON(parsing: Data(boundary.output.utf8))["singular"].bool == true)
  }

  @Test("a formula without data: what is missing, and the whole command")
  func missingData() throws {
    let found = try run(["fit", "y ~ `my x` + (1|g)", "--ml"])
    #expect(found.code == 64 && found.output.isEmpty)
    #expect(
      found.errors == """
        Error: Missing expected argument '--data', a CSV file whose header has the columns y, my x, g
        Example: mlm fit 'y ~ `my x` + (1|g)' --ml --data F.csv

        """)
  }

  @Test("standard input for --data -, files for --out")
  func streams() throws {
    let csv = try Reference.text("salary/seed_42.csv")
    let found = try run(["predict", "salary ~ experience", "--data", "-"], input: csv)
    #expect(found.code == 0 && found.errors.isEmpty)
    #expect(try DataTable(csv: Array(found.output.utf8)).columnNames.last == "pred")
    try TemporaryFolder.use { folder in
      let path = folder.path + "/s.csv"
      let written = try run(["data", "salary", "--seed", "1", "--out", path])
      #expect(written.code == 0 && written.output.isEmpty && written.errors == "seed 1, n 100, stream r\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["s.csv"])
      let table = try DataTable(csv: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
      let recorded = try DataTable(csv: Reference.bytes("salary/seed_1.csv"))
      expectClose(table["salary"]!.numbers!, recorded["salary"]!.numbers!, relative: 1e-15)
    }
  }

  @Test(
    "data or model at fault: exit code 1, the message on standard error, nothing on standard output",
    arguments: [
      (["fit", "salary ~ exprience", "--data", salary("seed_42")], "no column 'exprience'"),
      (["fit", "salary ~ (1 |", "--data", salary("seed_42")], "unexpected end of the formula"),
      (["fit", "salary ~ 1", "--data", "/nowhere/x.csv"], "cannot read '/nowhere/x.csv'"),
      (["pool", slope, "--data", "/dev/null"], "/dev/null"),
      (["data", "salary", "--out", "/nowhere/x.csv"], "'/nowhere/x.csv'"),
      (["data", "salary", "--out", "/dev/full"], "/dev/full"),
      (
        ["plot", "pooling-plane", "salary ~ experience", "--data", salary("seed_42"), "--out", "x.svg"],
        "needs a grouping factor"
      ),
      (["lab", "build", "/nowhere/x.lab.md", "--out", "h"], "/nowhere/x.lab.md"),
    ])
  func faults(_ arguments: [String], _ message: String) throws {
    let found = try run(arguments)
    #expect(found.code == 1, "\(arguments): \(found)")
    #expect(found.output.isEmpty, "\(found)")
    #expect(found.errors.contains(message), "\(found)")
  }

  @Test(
    "usage: exit code 64, the message and the usage line on standard error, nothing on standard output",
    arguments: [
      (["fit"], "Missing expected argument"), (["fit", "y ~ x"], "Missing expected argument '--data"),
      (["fit", "y ~ x", "--data", "x.csv", "--nosuch"], "Unknown option '--nosuch'"),
      (["fit", "y ~ x", "--data", "x.csv", "--format", "xml"], "'xml'"),
      (["fit", "y ~ x", "--data", "x.csv", "--style", "summary", "--format", "json"], "--style summary"),
      (["data", "salary", "--n", "many"], "'many'"), (["nosuch"], "nosuch"),
      (["pool", "y ~ 1 + (1 | g)", "--data", "x.csv", "--sigma-y", "2"], "belong together"),
    ])
  func usage(_ arguments: [String], _ message: String) throws {
    let found = try run(arguments)
    #expect(found.code == 64, "\(arguments): \(found)")
    #expect(found.output.isEmpty, "\(found)")
    #expect(found.errors.contains("Error: ") && found.errors.contains(message), "\(found)")
    #expect(found.errors.contains("mlm"), "\(found)")
  }

  @Test("help and version are what was asked for: standard output, exit code 0")
  func help() throws {
    for arguments in [["--help"], ["fit", "--help"], ["--version"]] {
      let found = try run(arguments)
      #expect(found.code == 0 && found.errors.isEmpty && !found.output.isEmpty, "\(arguments)")
    }
  }

  @Test("a full disk behind standard output is an error")
  func fullDisk() throws {
    let found = try run(["fit", Self.slope, "--data", Self.salary("seed_42")], device: "/dev/full")
    #expect(found.code == 1)
    #expect(found.errors.contains("cannot write to standard output: "), "\(found)")
  }
}
