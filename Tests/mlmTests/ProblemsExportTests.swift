import Foundation
import Labs
import Testing

@testable import ProblemSets
@testable import mlm

@Suite("mlm problems export")
struct ProblemsExportTests {
  @Test(
    "every format is written in both languages, read back, and the same again",
    arguments: [
      ("moodle", ["s.en.moodle.xml", "s.zh.moodle.xml"]), ("gift", ["s.en.gift.txt", "s.zh.gift.txt"]),
      ("canvas", ["s.en.canvas.zip", "s.zh.canvas.zip"]), ("qti21", ["s.en.qti21.zip", "s.zh.qti21.zip"]),
      ("rexams", ["s.en.rexams/exercises.R", "s.zh.rexams/exercises.R"]),
    ])
  func formats(_ target: String, _ names: [String]) throws {
    try BuiltSet.use { built in
      let words = ["export", built.setFile, "--to", target, "--variants", "2", "--out", "x"]
      let result = try SubcommandRunner().run(["problems"] + words, in: CommandContext(language: .en))
      for name in names { #expect(result.files.contains { $0.path == "x/" + name }, "\(name)") }
      for language in ["en", "zh"] {
        #expect(
          result.output.contains("\(target) \(language): 1 problems, 2 variants; read back and graded "))
      }
      #expect(
        result.output.split(separator: "\n").allSatisfy { $0.hasSuffix(" responses, all as the keys say") })
      let again = try SubcommandRunner().run(["problems"] + words, in: CommandContext(language: .en))
      #expect(again.files == result.files)
    }
  }

  @Test("a printed fit keeps its lines in GIFT and Moodle, and so does code by its indent")
  func lines() throws {
    try BuiltSet.use { built in
      let result = try built.run(
        "export", built.setFile, "--to", "gift", "--to", "moodle", "--variants", "1", "--lang", "en", "--out",
        "x")
      let gift = result.text("s.en.gift.txt")
      #expect(
        gift.contains("<pre><code>lm(formula \\= salary \\~ experience, data \\= df)\\n"))
      #expect(gift.contains("\\n  of those</code></pre>"))
      let moodle = result.text("s.en.moodle.xml")
      #expect(moodle.contains("<pre><code>lm(formula = salary ~ experience, data = df)\n"))
      #expect(moodle.contains("\n  of those</code></pre>"))
    }
  }

  @Test("a file of variants is exported too; another language, penalty and --no-verify are heeded")
  func options() throws {
    try BuiltSet.use { built in
      let source = ProblemSetVariants(built.set, courseKey: built.courseKey, runner: SubcommandRunner())
      let file = ProblemVariantFile(set: "s", titles: source.titles, problems: try source.variants(count: 2))
      let json = try built.folder.file("v.json", file.text)
      let result = try built.run(
        "export", json, "--to", "moodle", "--lang", "zh", "--variants", "2", "--penalty", "0.3333333",
        "--no-verify",
        "--out", "x")
      #expect(result.files.map(\.path) == ["x/s.zh.moodle.xml"])
      #expect(result.text("s.zh.moodle.xml").contains("<penalty>0.3333333</penalty>"))
      #expect(result.output == "moodle zh: 1 problems, 2 variants; not read back\n")
      #expect(
        built.message("export", json, "--to", "moodle", "--variants", "3", "--out", "x")
          == "problem 'pair': the file holds 2 variants, not 3")
      let half = try built.folder.file("half.json", String(file.text.prefix(500)))
      #expect(
        built.message("export", half, "--to", "moodle", "--out", "x").contains(
          "the file of variants is damaged"))
    }
  }

  @Test("bad options and missing files are told with what would work")
  func badInput() throws {
    try BuiltSet.use { built in
      func said(_ more: String...) -> String {
        do {
          _ = try SubcommandRunner().run(
            ["problems", "export", built.setFile, "--out", "x"] + more, in: CommandContext(language: .en))
          return ""
        } catch { return "\(error)" }
      }
      #expect(said().contains("--to"))
      #expect(said("--to", "word").contains("word"))
      #expect(said("--to", "gift", "--variants", "0").contains("--variants is 0; from 1 to 1000 would work"))
      #expect(said("--to", "gift", "--penalty", "2").contains("--penalty is 2.0; from 0 to 1 would work"))
      #expect(said("--to", "gift", "--course-key-file", "/nowhere").contains("no course key"))
      #expect(
        built.message("export", "/nowhere/set.yml", "--to", "gift", "--out", "x").contains("cannot read"))
      let short = try built.folder.file("short.key", "abc")
      #expect(said("--to", "gift", "--course-key-file", short).contains("16 or more keep it secret"))
    }
  }
}
