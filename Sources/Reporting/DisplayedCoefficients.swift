/// Coefficients and standard errors as `arm::display` shows them: two decimals, one width for all.
struct DisplayedCoefficients {
  let names: [String]
  let estimates: [Double]
  let standardErrors: [Double]

  private var texts: [String] { CommonFormat.rounded(estimates + standardErrors, decimals: 2) }

  /// One line a coefficient.
  var matrixText: String {
    let texts = texts
    let k = names.count
    return PrintedLayout.matrix(
      rowNames: names, columnNames: ["coef.est", "coef.se"],
      cells: (0..<k).map { [texts[$0], texts[k + $0]] },
      alignment: .left)
  }

  /// The two numbers of a single coefficient below their names, as for a mixed model without predictors.
  var singleText: String { PrintedLayout.namedVector(["coef.est", "coef.se"], texts) }
}

extension CommonFormat {
  /// Numbers rounded to some decimals, all of which are shown, in one width; seven significant digits where more decimals are
  /// left.
  static func rounded(_ values: [Double], decimals: Int) -> [String] {
    texts(values.map { DecimalText.rounded($0, decimals: decimals) }, minimumDecimals: decimals)
  }
}
