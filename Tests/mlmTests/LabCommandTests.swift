import ArgumentParser
import Foundation
import Testing

@testable import Labs
@testable import mlm

/// Labs built by the program's own commands.
@Suite("mlm lab")
struct LabCommandTests {
  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mlm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func lab(_ body: String, in folder: URL) throws -> String {
    let path = folder.appendingPathComponent("x.lab.md")
    try Data("---\ntitle.en: T\ntitle.zh: 题\n---\n\(body)\n".utf8).write(to: path)
    return path.path
  }

  @Test(
    "a command of a lab gets no standard input",
    arguments: [
      "fit 'y ~ x' --data -", "predict 'y ~ x' --data d.csv --newdata -", "explain 'y ~ x' --data -",
    ])
  func standardInput(_ command: String) throws {
    let text =
      "---\ntitle.en: T\ntitle.zh: 题\n---\n```mlm\nmlm data salary --out d.csv\nmlm \(command)\n```\n"
    let document = try LabDocument(parsing: text, file: "x.lab.md")
    let error = #expect(throws: LabError.self) { try LabBuild(document).run(with: SubcommandRunner()) }
    let name = command.prefix { $0 != " " }
    #expect(
      error?.description
        == "x.lab.md:7:1: mlm \(name): a lab has no standard input ('-'); name a file beside the lab, "
        + "or one that an earlier block wrote")
  }

  @Test(
    "an index names the first student's sheet of a problem set that was built, and refuses one that was not")
  func sets() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = try Self.lab("text", in: folder)
    let set = folder.appendingPathComponent("s.yml")
    try Data("id: s\ntitle: {en: Set, zh: 题集}\nproblems: [p]\n".utf8).write(to: set)
    try Data(
      """
      ---
      id: p
      title: {en: P, zh: 题}
      type: numerical
      points: 2
      archetype: test
      draw: {n: {integers: [2, 9]}}
      answers: {a: {value: 2 * n, kind: exact, digits: 0}}
      ---

      ::: en
      {{n:%d}}?
      :::
      ::: zh
      {{n:%d}}？
      :::
      ::: solution
      ::: en
      So.
      :::
      ::: zh
      如此。
      :::
      :::
      """.utf8
    ).write(to: folder.appendingPathComponent("p.problem.md"))
    let out = folder.appendingPathComponent("out").path
    let command = try LabIndexCommand.parse([source, "--out", out, "--to", "markdown", "--set", set.path])
    #expect(throws: ExitCode(1)) { try command.run() }
    #expect(!FileManager.default.fileExists(atPath: out + "/index.md"))
    let files = [
      "students/b/sheet.en.md", "students/b/sheet.zh.md", "students/c/sheet.en.md",
      "instructor/solutions/b.en.md",
    ]
    for path in files {
      let url = URL(fileURLWithPath: "\(out)/sets/s/\(path)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: url)
    }
    try command.run()
    let students = try String(contentsOfFile: out + "/index.md", encoding: .utf8)
    #expect(students.contains("## Set · 题集"))
    #expect(
      students.contains("[Markdown](sets/s/students/b/sheet.en.md)") && students.contains("sheet.zh.md"))
    #expect(!students.contains("solutions") && !students.contains("students/c"))
    let instructors = try String(contentsOfFile: out + "/instructor/index.md", encoding: .utf8)
    #expect(instructors.contains("[Markdown](../sets/s/instructor/solutions/b.en.md)"))
  }

  @Test("a place for the make rule or the list that is none is refused before anything is built")
  func places() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = try Self.lab("text", in: folder)
    let out = folder.appendingPathComponent("out").path
    for option in ["--depfile", "--outputs"] {
      for place in ["none/x.d", "", "/"] {
        let command = try LabBuildCommand.parse([
          source, "--out", out, "--to", "markdown", option, folder.path + "/" + place,
        ])
        #expect(throws: ExitCode(1)) { try command.run() }
        #expect(!FileManager.default.fileExists(atPath: out), "\(option) \(place)")
      }
    }
    let command = try LabBuildCommand.parse([
      source, "--out", out, "--to", "markdown", "--depfile", folder.path + "/x.d",
    ])
    try command.run()
    #expect(FileManager.default.fileExists(atPath: out + "/instructor/x-instructor.zh.md"))
    let rule = try String(contentsOfFile: folder.path + "/x.d", encoding: .utf8)
    #expect(rule.contains("\(out)/instructor/x-instructor.en.md"))
  }
}
