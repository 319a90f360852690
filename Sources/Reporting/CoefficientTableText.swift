/// The table of coefficients below R's `summary`: estimates and standard errors formatted together, t statistics, and p
/// values with stars where there are any.
struct CoefficientTableText {
  /// Names of the coefficients.
  let names: [String]
  /// Estimates, standard errors, degrees of freedom if the table has them, and t statistics; NaN in `estimates` marks an aliased coefficient.
  let estimates: [Double]
  let standardErrors: [Double]
  var degreesOfFreedom: [Double]?
  let statistics: [Double]
  /// p values, if the table has them.
  var pValues: [Double]?
  /// The distribution of the statistics: t, or z for the normal one.
  var statistic = "t"
  /// Significant digits: 4 in `summary`.
  var digits = 4

  /// The lines of the table, with the legend of stars where stars are shown.
  var text: String {
    let statisticDigits = max(1, min(5, digits - 1))
    let both = estimateTexts()
    let k = names.count
    var columns =
      ["Estimate", "Std. Error"] + (degreesOfFreedom == nil ? [] : ["df"]) + ["\(statistic) value"]
    let t = CommonFormat.texts(
      statistics.map { DecimalText.rounded($0, decimals: statisticDigits) }, digits: digits)
    var cells = (0..<k).map { row in
      stride(from: row, to: both.count, by: k).map { both[$0] } + [t[row]]
    }
    var legend = ""
    if let pValues {
      columns.append("Pr(>|\(statistic)|)")
      let p = PValueText.texts(pValues, digits: statisticDigits)
      for i in 0..<k { cells[i].append(pValues[i].isNaN ? "NaN" : p[i]) }
      let marks = PValueText.starColumn(pValues)
      legend = marks.legend
      if let stars = marks.stars {
        columns.append("")
        for i in 0..<k { cells[i].append(stars[i]) }
      }
    }
    for i in 0..<k where estimates[i].isNaN {
      for j in cells[i].indices where !columns[j].isEmpty { cells[i][j] = "NA" }
    }
    return PrintedLayout.matrix(rowNames: names, columnNames: columns, cells: cells, alignment: .right)
      + legend
  }

  /// Estimates, then standard errors, then degrees of freedom, in one format: rounded so that the smallest shows `digits` significant digits.
  private func estimateTexts() -> [String] {
    let both = estimates + standardErrors + (degreesOfFreedom ?? [])
    let sizes = both.filter { $0.isFinite && $0 != 0 }.map {
      DecimalText.decomposed($0, digits: 15).power + 1
    }
    let decimals = max(1, digits - (sizes.min() ?? 1))
    let rounded = both.map { DecimalText.rounded($0, decimals: decimals) }
    var texts = CommonFormat.texts(rounded, digits: digits)
    // A number that is not zero must not read as zero.
    let vanished = both.indices.filter {
      both[$0].isFinite && (both[$0] == 0) != (Double(texts[$0].trimmed) == 0)
    }
    let saved = CommonFormat.texts(vanished.map { both[$0] }, digits: max(1, digits - 1))
    for (place, text) in zip(vanished, saved) { texts[place] = text }
    return texts
  }
}

extension String {
  /// The text without blanks around it.
  var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
