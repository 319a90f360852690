import Foundation
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

@Suite("mlm mrp")
struct MRPCommandTests {
  private static func path(_ name: String) -> String {
    Reference.directory.appendingPathComponent("slides/\(name)").path
  }

  private static let formula = "y ~ gender * gdp + (1 | region) + (1 | province)"

  private func mrp(_ words: String..., language: LabLanguage = .en) throws -> CommandResult {
    try SubcommandRunner().run(
      ["mrp"] + words + [
        "--family", "binomial", "--data", Self.path("mrp_a.csv"), "--census", Self.path("mrp_a_cells.csv"),
      ],
      in: CommandContext(language: language))
  }

  @Test("the text an instructor reads")
  func text() throws {
    let found = try mrp(Self.formula, "--by", "region", "--truth", "truth", "--draws", "1000")
    #expect(
      found.output == """
        Multilevel regression and poststratification: y ~ gender * gdp + (1 | region) + (1 | province)
        model: binomial, logit; Laplace's approximation; groups: province 24, region 6
        survey: 1,500 rows in 48 of the census's cells
        census: 29,445,193 people in 48 cells of province × region × gender
        intervals: 95% of 1,000 draws of all effects given the variances, seed 1

                     n   share    raw  no pooling    MRP   s.e.  lower  upper  truth
        everyone  1500  100.0%  0.501       0.499  0.495  0.012  0.472  0.519  0.489

        region    n  share    raw  no pooling    MRP   s.e.  lower  upper  truth
        R1      333  21.6%  0.571       0.562  0.559  0.026  0.506  0.609  0.582
        R2      217  13.5%  0.442       0.457  0.452  0.030  0.396  0.512  0.424
        R3      188  13.9%  0.452       0.447  0.452  0.035  0.382  0.521  0.426
        R4      417  28.1%  0.331       0.329  0.334  0.022  0.293  0.379  0.310
        R5      215  13.9%  0.707       0.704  0.691  0.031  0.628  0.746  0.685
        R6      130   9.0%  0.692       0.702  0.674  0.040  0.588  0.743  0.718
        root mean square error: raw 0.021, MRP 0.028; no pooling 0.022, MRP 0.028

        """)
    let other = try mrp(
      "estimate", Self.formula, "--by", "gender", "--truth", "truth", "--draws", "0", language: .zh)
    #expect(
      other.output == """
        多层回归与事后分层（MRP）：y ~ gender * gdp + (1 | region) + (1 | province)
        模型：binomial, logit；拉普拉斯近似；组：province 24, region 6
        调查：1,500 行，落在普查的 48 个单元格中
        普查：48 个单元格共 29,445,193 人（province × region × gender）
        没有区间（--draws 0）

                 n    占比  原始均值  无池化    MRP   真值
        全体  1500  100.0%     0.501   0.499  0.495  0.489

        gender    n   占比  原始均值  无池化    MRP   真值
        0       737  52.4%     0.430   0.435  0.430  0.430
        1       763  47.6%     0.569   0.569  0.567  0.554
        均方根误差：原始均值 0.010，MRP 0.009；无池化 0.011，MRP 0.009

        """)
  }

  @Test("estimates have addresses; tables and objects have all numbers")
  func forms() throws {
    let words = [Self.formula, "--by", "province", "--draws", "200"]
    let text = try mrp(words[0], words[1], words[2], words[3], words[4])
    let value = try text.estimates.value(at: "mrp.area.province.P05.estimate")
    let raw = try text.estimates.value(at: "mrp.area.province.P05.raw")
    #expect(value > 0.5 && raw > 0.5 && value != raw)
    let csv = try mrp(words[0], words[1], words[2], words[3], words[4], "--format", "csv").output
    let table = try DataTable(csv: Array(csv.utf8), file: "out")
    #expect(table.rowCount == 25 && table["estimate"]!.numbers![5] == value)
    let json = try JSON(
      parsing: Data(try mrp(words[0], words[1], words[2], words[3], words[4], "--format", "json").output.utf8)
    )
    #expect(json["estimates"].array.count == 25 && json["census"]["cells"].double == 48)
    expectClose(json["estimates"][5]["estimate"].double, value, absolute: 0)
    let markdown = try mrp(words[0], words[1], words[2], words[3], words[4], "--format", "markdown").output
    #expect(markdown.hasPrefix("- Multilevel regression") && markdown.contains("| P05 "))
  }

  @Test("the slide's formula: three terms too many, said in words, with the lean one")
  func overparameterised() throws {
    let found = try mrp(
      "y ~ gender * gdp + (1 + gender | region) + (1 + gender | province) + (1 | gender:region) + (1 | gender:province) + (1 | gender)",
      "--draws", "0")
    let told = found.notes.filter { $0.hasPrefix("overparameterised") }
    #expect(told.count == 3)
    #expect(
      found.notes.last
        == "note: the same estimates without these terms: y ~ gender + gdp + gender:gdp + (1 + gender | region) + (1 + gender | province)"
    )
    #expect(!found.notes.contains { $0.contains("standard errors hold") })
  }

  @Test("cells with the model's means, figures in every format")
  func files() throws {
    let cells = try mrp(Self.formula, "--draws", "0", "--cells", "cells.csv")
    let file = try #require(cells.files.first)
    let table = try DataTable(csv: file.bytes, file: file.path)
    #expect(table.columnNames.last == "mrp" && table.rowCount == 48)
    for kind in ["areas", "movement"] {
      let drawn = try mrp(
        "figure", kind, Self.formula, "--by", "province", "--draws", "100", "--out", "f.svg")
      #expect(drawn.files.count == 1 && drawn.output.hasPrefix("24 groups"))
    }
  }

  @Test("figures and objects of separated fits say so")
  func separated() throws {
    try TemporaryFolder.use { folder in
      // All of the old are successes.
      let rows = (0..<60).map {
        "\($0 % 3 == 0 || $0 % 7 < 3 ? 1 : 0),R\($0 % 5),\($0 % 3 == 0 ? "o" : "y")\n"
      }
      let survey = try folder.file("s.csv", "y,region,age\n" + rows.joined())
      let cells = (0..<5).flatMap { ["R\($0),o,10\n", "R\($0),y,20\n"] }
      let census = try folder.file("c.csv", "region,age,N\n" + cells.joined())
      let words = [
        "y ~ age + (1 | region)", "--family", "binomial", "--data", survey, "--census", census, "--by",
        "region",
      ]
      let context = CommandContext(language: .en)
      for kind in ["areas", "movement"] {
        let drawn = try SubcommandRunner().run(
          ["mrp", "figure", kind] + words + ["--out", "f.svg"], in: context)
        #expect(drawn.output.hasPrefix("The likelihood has no maximum on these data"), "\(drawn.output)")
      }
      let json = try JSON(
        parsing: Data(
          SubcommandRunner().run(["mrp"] + words + ["--format", "json"], in: context).output.utf8))
      #expect(json["has_maximum"].bool == false)
    }
  }

  @Test("faults of joins name the files; a column is not crossed with itself; some groups alone")
  func faults() throws {
    func told(_ run: () throws -> some Any) -> String {
      do {
        _ = try run()
        return ""
      } catch { return "\(error)" }
    }
    try TemporaryFolder.use { folder in
      let areas = try folder.file("areas.csv", "province,income\nP01,1\n")
      let survey = Self.path("mrp_a.csv")
      let message = told { try mrp("y ~ income + (1 | province)", "--join", areas) }
      #expect(message.contains("\(areas) has no row with province = P22, which row 1 of \(survey) has"))
      let other = try folder.file("other.csv", "province,gdp\nP22,9\n")
      let contradiction = told { try mrp("y ~ gdp + (1 | province)", "--join", other) }
      #expect(contradiction.contains("\(other) has gdp = 9 for province = P22, but row 1 of \(survey)"))
    }
    #expect(throws: (any Error).self) { try mrp(Self.formula, "--by", "region:region") }
    #expect(throws: (any Error).self) { try mrp(Self.formula, "--by", "region:gender:region") }
    #expect(try mrp(Self.formula, "--by", "gender:region", "--draws", "0").output.contains("0:R1"))
  }

  @Test("surveys again and again, from a design with a sample")
  func replicate() throws {
    let yaml = """
      levels: {province: 6, person: {per: province, size: 100}}
      predictors: {gender: {level: person, values: [f, m]}}
      response: {formula: "y ~ gender + (1 | province)", beta: [0, -1], sd: {province: 0.5}, family: binary}
      sample: {size: 120, weights: {gender: {f: 3}}}
      """
    let (found, drawn) = try TemporaryFolder.use { folder in
      let spec = try folder.file("spec.yml", yaml)
      let found = try SubcommandRunner().run(
        [
          "mrp", "replicate", spec, "y ~ gender + (1 | province)", "--family", "binomial", "--by", "province",
          "--replicates", "10", "--draws", "100", "--seed", "3",
        ], in: CommandContext(language: .en))
      // The same design as a survey with its census.
      let drawn = try SubcommandRunner().run(
        ["data", "design", spec, "--out", "s.csv", "--census", "c.csv", "--truth", "t.json"],
        in: CommandContext(language: .en, recordsEstimates: true))
      return (found, drawn)
    }
    #expect(found.output.hasPrefix("MRP laboratory: y ~ gender + (1 | province)\n"))
    #expect(found.output.contains("10 surveys of 120 from one population, seed 3"))
    #expect(try found.estimates.value(at: "laboratory.overall.raw.bias") > 0.02)
    #expect(try found.estimates.value(at: "laboratory.province.together.mrp.rmse") > 0)
    #expect(Set(drawn.files.map(\.path)) == ["s.csv", "c.csv", "t.json"])
    let census = try DataTable(csv: drawn.files.first { $0.path == "c.csv" }!.bytes, file: "c.csv")
    #expect(census.columnNames == ["province", "gender", "N", "truth"] && census.rowCount == 12)
    #expect(try drawn.estimates.value(at: "truth.population.N") == 600)
  }

  @Test("--bayes: the posterior in every form, and what it does not go with")
  func posterior() throws {
    let formula = "y ~ gender * gdp + (1 | province)"
    let words = [
      "--by", "region", "--bayes", "--chains", "2", "--draws", "60", "--warmup", "100", "--seed",
      "4",
    ]
    func bayes(_ more: [String], language: LabLanguage = .en) throws -> CommandResult {
      try SubcommandRunner().run(
        [
          "mrp", formula, "--family", "binomial", "--data", Self.path("mrp_a.csv"), "--census",
          Self.path("mrp_a_cells.csv"),
        ] + words + more, in: CommandContext(language: language))
    }
    let text = try bayes([])
    #expect(
      text.output.contains(
        "\nintervals: central 95% of 120 draws of all parameters, variances among them; "
          + "2 chains after 100 of warmup, seed 4; priors: default\n"), "\(text.output)")
    #expect(text.output.contains(" MRP     sd  lower  upper"), "\(text.output)")
    let csv = try bayes(["--format", "csv", "--threads", "1"])
    let table = try DataTable(csv: Array(csv.output.utf8))
    let estimates = try #require(table["estimate"]?.numbers)
    #expect(try estimates[0] == text.estimates.value(at: "mrp.overall.estimate"))
    #expect(
      try table["conf.low"]?.numbers?[1] == text.estimates.value(at: "mrp.area.region.R1.lower"))
    #expect(
      csv.notes.contains { $0.hasPrefix("bayes: 2 chains of 60 draws after 100 of warmup, seed 4") }
    )
    let chinese = try bayes(["--format", "markdown", "--priors", "slides"], language: .zh)
    #expect(chinese.output.contains("先验：slides") && chinese.output.contains("| 标准差 |"))
    #expect(try bayes(["--format", "json"]).output.contains("\"posterior\": {"))
    for more in [["--ml"], ["--agq", "3"], ["--draws", "0"], ["--priors", "slide"]] {
      #expect(throws: (any Error).self, "\(more)") { try bayes(more) }
    }
    #expect(throws: (any Error).self) { try mrp(Self.formula, "--chains", "2") }
    #expect(throws: (any Error).self) { try mrp("y ~ gender", "--bayes") }
  }
}
