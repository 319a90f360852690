import Foundation
import TestSupport
import Testing

@testable import CommandSupport
@testable import Labs
@testable import mlm

/// Studies in labs, and the stored results of labs 3 and 4.
@Suite("Studies in labs")
struct StudyLabTests {
  private static let labs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("labs").path

  private static let spec = """
    study: small
    replicates: 100
    design:
      parameters: {J: 4, n: 5}
      levels: {school: J, pupil: {per: school, size: n}}
      response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: 2, residual: 4}}
    grid: {J: [3, 10]}
    strategies: [none, reml]
    """

  private func build(_ body: String) throws -> LabResult {
    try TemporaryFolder.use { folder in
      _ = try folder.file("study.yml", StudyLabTests.spec)
      let path = try folder.file("x.lab.md", "---\nid: x\ntitle.en: T\ntitle.zh: 题\n---\n\(body)\n")
      let document = try LabDocument(
        parsing: String(contentsOfFile: path, encoding: .utf8), file: path)
      return try LabBuild(document).run(with: SubcommandRunner())
    }
  }

  @Test("a study runs in a block; later blocks read its tables, draw it and quote its numbers")
  func blocks() throws {
    let result = try build(
      """
      ```mlm id=s show=cmd
      mlm study run study.yml --out small
      ```

      ```mlm id=pic as=figure
      mlm study figure shrinkage small
      ```

      ```mlm id=t as=table
      #| cap.en="Shrinkage." cap.zh="收缩。"
      mlm study table shrinkage small --strategy reml --format markdown
      ```

      {{s."J=3".reml.shrinkage.coef.school."(Intercept)":%.2f}} and {{t."J=3".reml.shrinkage.coef.school."(Intercept)":%.2f}},
      {{s."J=3".reml.status.boundary.count:%d}} fits.
      """)
    let text = try #require(result.files.first { $0.path.hasSuffix("x-student.en.md") }).bytes
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    let quoted = try #require(lines.first { $0.contains(" and 0.") })
    let value = quoted.prefix(4)
    #expect(quoted.hasPrefix("\(value) and \(value),"))
    #expect(lines.contains { $0.hasPrefix("|   3 |") && $0.contains(" \(value) (") })
    #expect(result.figures.count == 1)
    #expect(!result.files.contains { $0.path.contains("results") }, "tables pass between blocks only")
  }

  @Test("a study without results is told which file is missing")
  func missing() throws {
    let error = #expect(throws: LabError.self) {
      try build("```mlm\nmlm study table rmse none --format markdown\n```")
    }
    #expect(error?.description.contains("none/measures.csv") == true)
  }

  @Test("a study's text where its folder belongs, and a folder without a plan, are told what would work")
  func noPlan() throws {
    try TemporaryFolder.use { folder in
      let spec = try folder.file("study.yml", StudyLabTests.spec)
      let text = #expect(throws: NoPlan.self) { try StudyPlace(spec).read() }
      #expect(
        text.map { "\($0)" }
          == "'\(spec)' is a study's specification, not its folder; the DIR of 'mlm study run \(spec) --out DIR' or 'mlm study plan \(spec) --out DIR' would work here"
      )
      let empty = #expect(throws: NoPlan.self) { try StudyPlace(folder.path).read() }
      #expect(
        empty.map { "\($0)" }
          == "cannot read \(folder.path)/plan.json: No such file or directory; a folder that 'mlm study run SPEC.yml --out DIR' or 'mlm study plan SPEC.yml --out DIR' made would work"
      )
    }
  }

  @Test(
    "replay tells which cells and replicates there are",
    arguments: [
      (["9", "1"], "CELL is 9; the study has 2 cells, and 1 to 2 would work"),
      (["1", "101"], "REP is 101; the study has 100 replicates, and 1 to 100 would work"),
      (["0", "1"], "CELL is 0; the study has 2 cells, and 1 to 2 would work"),
    ])
  func replay(_ numbers: [String], _ expected: String) throws {
    try TemporaryFolder.use { folder in
      let spec = try folder.file("study.yml", StudyLabTests.spec)
      let command = try #require(
        MultilevelLab.parseAsRoot(["study", "replay", spec] + numbers) as? StudyReplayCommand)
      let error = #expect(throws: UsageFault.self) {
        try command.result(in: CommandContext(language: .en))
      }
      #expect(error?.description == expected && error?.exitCode == 64)
    }
  }

  @Test("the study that the help shows is one, on lines that a terminal does not break")
  func help() throws {
    let lines = MultilevelLab.helpMessage(for: StudyCommand.self, columns: 80).split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasPrefix("  study: ") })
    let spec = lines[start...].prefix { !$0.isEmpty }.joined(separator: "\n")
    try TemporaryFolder.use { folder in
      let path = try folder.file("study.yml", spec)
      let study = try StudyFile.read(path, in: CommandContext(language: .en))
      #expect(study.cells.count == 4 && study.replicates == 2000)
      #expect(study.strategies.map(\.name) == ["reml", "by ML", "bayes"])
    }
  }

  @Test("a span of time is seconds unless it has a unit")
  func spans() {
    let spans = ["90", "90s", "55m", "1.5h", "1d", "0", "5x", "m", "-3"].map {
      TimeSpan(argument: $0)?.seconds
    }
    #expect(spans == [90, 90, 3300, 5400, 86400, nil, nil, nil, nil])
  }

  @Test(
    "stored results are what the study gives: one cell computed again",
    arguments: [
      ("03-shrinkage-study/large.yml", "03-shrinkage-study/large", "grid: {J: [5], n: [20]}", "J=5,n=20"),
      ("04-which-pooling/tscs.yml", "04-which-pooling/large/tscs", "grid: {rho: [0.4]}", "rho=0.4"),
    ])
  func stored(_ file: String, _ folder: String, _ grid: String, _ cell: String) throws {
    let runner = SubcommandRunner()
    let context = CommandContext(language: .en, folder: StudyLabTests.labs, isInLab: true)
    let recorded = try runner.run(["study", "table", "bias", folder], in: context).estimates
    let lines = String(decoding: try context.read(file), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    let one = lines.map {
      $0.hasPrefix("grid:") ? grid : $0 == "replicates: 100" ? "replicates: 5000" : String($0)
    }.joined(separator: "\n")
    let again = try TemporaryFolder.use { folder in
      try runner.run(["study", "run", try folder.file("one.yml", one)], in: context).estimates
    }
    let rows = recorded.rows.filter { $0.address.parts[0] == cell }
    #expect(rows.count > 20)
    for row in rows {
      let value = try #require(again[row.address], "\(row.address)")
      if row.estimate.isNaN { continue }
      expectClose(value, row.estimate, relative: 1e-9, absolute: 1e-12, "\(row.address)")
    }
  }

  @Test("a report goes to a new folder, with its figures and their numbers, in both forms and languages")
  func report() throws {
    try TemporaryFolder.use { folder in
      let spec = try folder.file("study.yml", StudyLabTests.spec)
      for language in ["en", "zh"] {
        let command = try #require(
          MultilevelLab.parseAsRoot([
            "study", "report", spec, "--out", folder.path + "/new/report", "--to", "both", "--lang", language,
          ]) as? StudyReportCommand)
        let result = try command.result(in: CommandContext(language: .en))
        let paths = result.files.map(\.path)
        let suffix = language == "zh" ? ".zh" : ""
        #expect(paths.contains(folder.path + "/new/report/report\(suffix).md"))
        let page = try #require(result.files.first { $0.path.hasSuffix("report\(suffix).html") })
        let html = String(decoding: page.bytes, as: UTF8.self)
        #expect(html.contains("data:image/svg+xml;base64,") && !html.contains("src=\"figures/"))
        #expect(html.contains("<math") && html.contains("<table"))
        for kind in ["shrinkage", "weight", "rmse", "coverage", "boundary"] {
          for ending in ["svg", "csv"] {
            #expect(paths.contains { $0.hasSuffix("figures/study-\(kind).\(language).\(ending)") })
          }
        }
      }
    }
  }
}
