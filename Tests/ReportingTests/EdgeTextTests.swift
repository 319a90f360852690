import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels
@testable import Reporting

/// Texts recorded from R by `Tests/Reference/format/edges.R`, whole: models with nothing to estimate or something left out, and
/// numbers of far-apart sizes.
@Suite("Printed texts at the edges")
struct EdgeTextTests {
  let record: JSON

  init() throws { record = try Reference.json("format/edges.json") }

  private func table(_ name: String) throws -> DataTable {
    let rows = record["data"][name].array
    try #require(rows.count > 2)
    let names = name == "groups" ? ["g", "x", "z", "y"] : ["x", "y"]
    return DataTable(
      names.map { column in
        column == "g"
          ? Column(column, rows.map { $0[column].string! })
          : Column(column, rows.map { $0[column].isNull ? .nan : $0[column].double })
      })
  }

  private func text(_ lines: JSON) throws -> String {
    try #require(!lines.array.isEmpty)
    return lines.strings.joined(separator: "\n") + "\n"
  }

  @Test("lm without residual degrees of freedom, with few residuals, without coefficients")
  func linear() throws {
    let cases = record["linear"].array
    try #require(cases.count == 3)
    for entry in cases {
      let formula = entry["formula"][0].string!
      let fit = try LinearModel(formula, data: table(entry["data"][0].string!)).fit()
      #expect(try fit.text(.print) == text(entry["print"]), "\(formula)")
      #expect(try fit.text(.summary) == text(entry["summary"]), "\(formula)")
    }
  }

  @Test("lmer with a column left out, and without fixed effects")
  func mixed() throws {
    let cases = record["mixed"].array
    try #require(cases.count == 3)
    for entry in cases {
      let formula = entry["formula"][0].string!
      let method: EstimationMethod = entry["reml"][0].bool == true ? .reml : .ml
      let fit = try LinearMixedModel(formula, data: table("groups")).fit(by: method)
      #expect(try fit.text(.print) == text(entry["print"]), "\(formula)")
      #expect(try fit.text(.summary) == text(entry["summary"]), "\(formula)")
    }
  }

  @Test("tibble columns in scientific notation")
  func tibbles() throws {
    let names = ["zeroSmall", "allLarge", "mixedSigns", "zeroLarge", "negative", "small", "one", "zeros"]
    for name in names {
      let values = record["columns"][name].doubles
      try #require(values.count == 2, "\(name)")
      #expect(try DataTable([Column("v", values)]).tibble() == text(record["tibbles"][name]), "\(name)")
    }
  }

  @Test("numbers in formulas")
  func numbers() throws {
    let written = record["numbers"].strings
    try #require(written.count > 10 && written.count == record["deparsed"].array.count)
    for (number, expected) in zip(written, record["deparsed"].strings) {
      #expect(try ModelFormula("y ~ I(x * \(number))").text == "y ~ I(x * \(expected))")
    }
  }

  @Test("long formulas and names with blanks")
  func longFormulas() throws {
    let written = record["long"].array
    try #require(written.count == 18)
    for entry in written {
      let formula = try ModelFormula(entry["formula"][0].string!)
      #expect(
        try PrintedLayout.filled(["Formula:"] + CallText.formulaLines(formula.text)) == text(entry["lines"]))
    }
    let names = record["names"].strings
    try #require(names.count == 9)
    for (name, expected) in zip(names, record["abbreviated11"].strings) {
      #expect(Abbreviation.abbreviated([name], to: 11) == [expected])
    }
    for (name, expected) in zip(names, record["abbreviated6"].strings) {
      #expect(Abbreviation.abbreviated([name], to: 6) == [expected])
    }
  }

  @Test("a boundary in one sentence, in both languages")
  func boundarySentences() {
    let zero = FitDiagnostics.Boundary(term: "g", effects: ["(Intercept)"], kind: .zeroVariance)
    #expect(
      zero.sentence().hasPrefix("boundary fit: the estimated variance of (Intercept) in term 'g' is zero: "))
    #expect(zero.sentence(in: .zh).hasPrefix("边界上的拟合：项 'g' 中 (Intercept) 的方差估计为零："))
    let line = FitDiagnostics.Boundary(term: "g", effects: ["a", "b"], kind: .perfectCorrelation(-1))
    #expect(line.sentence().contains("correlation of a and b in term 'g' is −1"))
    #expect(line.sentence(in: .zh).contains("a 与 b 的相关系数估计为 −1"))
  }
}
