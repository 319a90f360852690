import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Reporting

/// Texts recorded from R by `Tests/Reference/format/format.R`, whole.
@Suite("Numbers formatted as R formats them")
struct NumberFormatTests {
  let record: JSON

  init() throws { record = try Reference.json("format/format.json") }

  /// Numbers recorded as text with 17 digits; NA as NaN.
  private func numbers(_ json: JSON) -> [Double] {
    (json.string.map { [$0] } ?? json.strings).map { $0 == "NA" ? .nan : Double($0)! }
  }

  /// All recorded cases of a kind; none would be a fault of the file.
  private func cases(_ kind: String) throws -> [JSON] {
    let all = record[kind].array
    try #require(all.count >= 5, "\(kind)")
    return all
  }

  private func texts(_ json: JSON) -> [String] { json.string.map { [$0] } ?? json.strings }

  @Test("format: one notation and one width for a vector")
  func commonFormat() throws {
    for r in try cases("formats") {
      let values = numbers(r["values"])
      let found = CommonFormat.texts(values, digits: r["digits"].int, minimumDecimals: r["nsmall"].int)
      #expect(
        found == texts(r["texts"]), "\(values) with \(r["digits"].int) digits, nsmall \(r["nsmall"].int)")
    }
  }

  @Test("formatC with significant digits")
  func generalFormat() throws {
    for r in try cases("general") {
      let value = numbers(r["value"])[0]
      #expect(DecimalText.general(value, digits: 4) == r["texts"].string, "\(value)")
    }
  }

  @Test("format.pval")
  func pValues() throws {
    for r in try cases("p_values") {
      let values = numbers(r["values"])
      #expect(PValueText.texts(values, digits: r["digits"].int) == texts(r["texts"]), "\(values)")
    }
  }

  @Test("printCoefmat with and without p values")
  func coefficientTables() throws {
    for r in try cases("coefficient_tables") {
      var table = CoefficientTableText(
        names: texts(r["names"]), estimates: numbers(r["estimates"]),
        standardErrors: numbers(r["std_errors"]),
        statistics: numbers(r["t"]), pValues: nil)
      #expect(table.text == r["without_p"].string! + "\n")
      table.pValues = numbers(r["p"])
      #expect(table.text == r["with_p"].string! + "\n")
    }
  }

  @Test("abbreviate")
  func abbreviations() throws {
    for r in try cases("abbreviations") {
      #expect(Abbreviation.abbreviated(r["names"].strings, to: 6) == r["to6"].strings)
      #expect(Abbreviation.abbreviated(r["names"].strings, to: 11) == r["to11"].strings)
    }
  }

  @Test("line breaks of formulas and calls")
  func calls() throws {
    for r in try cases("calls") {
      let formula = r["formula"].string!
      // R's deparsing leaves a blank at the end of a broken line, as ours does.
      #expect(CallText.formulaLines(formula) == texts(r["lines"]))
      let call = CallText.call("lmer", formula: formula, arguments: ["data = df", "REML = FALSE"])
      #expect(call == r["call"].string)
    }
  }

  @Test("named vectors over several lines")
  func namedVectors() throws {
    for r in try cases("vectors") {
      let names = texts(r["names"])
      let found = CommonFormat.texts(numbers(r["values"]), digits: r["digits"].int)
      #expect(PrintedLayout.namedVector(names, found) == r["printed"].string! + "\n")
      #expect(PrintedLayout.namedVector(names, found, gap: 2) == r["printed_gap2"].string! + "\n")
    }
  }

  @Test("quantiles of type 7")
  func quantiles() throws {
    for r in try cases("quantiles") {
      // One product and one sum may be rounded in another order.
      expectClose(Quantiles.fiveNumbers(numbers(r["values"])), numbers(r["quantiles"]), relative: 1e-14)
    }
  }

  @Test("tibbles")
  func tibbles() throws {
    for r in try cases("tibbles") {
      let columns = texts(r["names"]).map { Column($0, .real(numbers(r["columns"][$0]))) }
      #expect(DataTable(columns).tibble() == r["printed"].string! + "\n")
    }
  }
}
