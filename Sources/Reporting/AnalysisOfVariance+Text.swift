import Estimates
import MixedModels
import Tables

extension AnalysisOfVariance {
  /// The table as lmerTest's `anova` prints it.
  public var text: String {
    let title =
      "Type \(kind == .marginal ? "III" : "I") Analysis of Variance Table with \(method.possessive) method\n"
    guard !rows.isEmpty else { return title + "<0 rows> (there is no term but the constant)\n" }
    let digits = 5
    func column(_ values: [Double]) -> [String] {
      CommonFormat.texts(DecimalText.zapped(values, digits: digits), digits: digits)
    }
    let p = rows.map(\.test.pValue)
    var columns = [
      ("Sum Sq", column(rows.map(\.sumOfSquares))),
      ("Mean Sq", column(rows.map(\.meanSquare))),
      ("NumDF", column(rows.map { Double($0.test.numerator) })),
      ("DenDF", column(rows.map(\.test.denominator))),
      (
        "F value",
        CommonFormat.texts(
          rows.map { DecimalText.rounded($0.test.value, decimals: digits - 1) }, digits: digits)
      ),
      ("Pr(>F)", PValueText.texts(p, digits: digits - 1)),
    ]
    let (stars, legend) = PValueText.starColumn(p)
    if let stars { columns.append(("", stars)) }
    let cells = rows.indices.map { row in columns.map { $0.1[row] } }
    return title
      + PrintedLayout.matrix(
        rowNames: rows.map(\.term), columnNames: columns.map(\.0), cells: cells, alignment: .right)
      + legend
  }

  /// One row a term, with broom's column names.
  public var tidyTable: DataTable {
    DataTable([
      Column("term", rows.map(\.term)), Column("sumsq", rows.map(\.sumOfSquares)),
      Column("meansq", rows.map(\.meanSquare)), Column("NumDF", rows.map(\.test.numerator)),
      Column("DenDF", rows.map(\.test.denominator)), Column("statistic", rows.map(\.test.value)),
      Column("p.value", rows.map(\.test.pValue)),
    ])
  }

  /// The numbers with their addresses `anova.TERM(.sumsq .meansq .numdf .dendf .statistic .p)`.
  public var estimates: Estimates {
    var all = Estimates()
    for row in rows {
      all.append(
        EstimateRow(
          ["anova", row.term], effect: .fixed, term: row.term,
          [
            .init("statistic", row.test.value), .init("sumsq", row.sumOfSquares),
            .init("meansq", row.meanSquare), .init("numdf", Double(row.test.numerator)),
            .init("dendf", row.test.denominator), .init("p.value", row.test.pValue),
          ]))
    }
    return all
  }
}

extension FixedEffectTests {
  /// The numbers with their addresses `test.TERM(.se .statistic .df .p)`.
  public var estimates: Estimates {
    Estimates(
      coefficients.map {
        EstimateRow(
          ["test", $0.name], effect: .fixed, term: $0.name,
          [
            .init("estimate", $0.estimate), .init("std.error", $0.standardError),
            .init("statistic", $0.statistic), .init("df", $0.degreesOfFreedom), .init("p.value", $0.pValue),
          ])
      })
  }
}
