import Estimates
import MixedModels
import Tables

extension AnalysisOfVariance {
  /// The table as lmerTest's `anova` prints it; without degrees of freedom as lme4's, with the type named where lme4 has none.
  public var text: String {
    guard let method else { return textWithoutTests }
    let title =
      "Type \(kind == .marginal ? "III" : "I") Analysis of Variance Table with \(method.possessive) method\n"
    guard !rows.isEmpty else { return title + "<0 rows> (no term to test in the fixed part)\n" }
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

  private var textWithoutTests: String {
    let title = (kind == .marginal ? "Type III " : "") + "Analysis of Variance Table\n"
    let names = ["npar", "Sum Sq", "Mean Sq", "F value"]
    guard !rows.isEmpty else { return title + "     " + names.joined(separator: " ") + "\n" }
    let digits = 5
    let columns = [
      rows.map { String($0.test.numerator) },
      CommonFormat.texts(DecimalText.zapped(rows.map(\.sumOfSquares), digits: digits), digits: digits),
      CommonFormat.texts(DecimalText.zapped(rows.map(\.meanSquare), digits: digits), digits: digits),
      CommonFormat.texts(
        rows.map { DecimalText.rounded($0.test.value, decimals: digits - 1) }, digits: digits),
    ]
    let cells = rows.indices.map { row in columns.map { $0[row] } }
    return title
      + PrintedLayout.matrix(
        rowNames: rows.map(\.term), columnNames: names, cells: cells, alignment: .right)
  }

  /// One row a term, with broom's column names; without degrees of freedom no columns for them and for p values.
  public var tidyTable: DataTable {
    let first = [
      Column("term", rows.map(\.term)), Column("sumsq", rows.map(\.sumOfSquares)),
      Column("meansq", rows.map(\.meanSquare)),
    ]
    let statistic = Column("statistic", rows.map(\.test.value))
    guard method != nil else {
      return DataTable(first + [Column("npar", rows.map(\.test.numerator)), statistic])
    }
    return DataTable(
      first + [
        Column("NumDF", rows.map(\.test.numerator)), Column("DenDF", rows.map(\.test.denominator)), statistic,
        Column("p.value", rows.map(\.test.pValue)),
      ])
  }

  /// The numbers with their addresses `anova.TERM(.sumsq .meansq .numdf .dendf .statistic .p)`, without degrees of freedom no dendf and p.
  public var estimates: Estimates {
    var all = Estimates()
    for row in rows {
      var fields: [EstimateRow.Quantity] = [
        .init("statistic", row.test.value), .init("sumsq", row.sumOfSquares), .init("meansq", row.meanSquare),
        .init("numdf", Double(row.test.numerator)),
      ]
      if method != nil {
        fields += [.init("dendf", row.test.denominator), .init("p.value", row.test.pValue)]
      }
      all.append(EstimateRow(["anova", row.term], effect: .fixed, term: row.term, fields))
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
