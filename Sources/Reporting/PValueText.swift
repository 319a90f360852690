/// Texts of p values, as R prints them.
enum PValueText {
  /// Below this a p value is only bounded: the machine epsilon.
  static let smallest = Double.ulpOfOne

  /// R's `format.pval`: numbers from 0.0001 together, smaller ones together, and `<2e-16` for those below the machine epsilon.
  static func texts(_ values: [Double], digits: Int) -> [String] {
    var result = values.map { _ in "NA" }
    let bounded = values.indices.filter { values[$0] < smallest }
    let shown = values.indices.filter { values[$0] >= smallest }
    let plain = shown.filter { values[$0] >= 0.0001 }
    let small = shown.filter { values[$0] < 0.0001 }
    for group in [plain, small] where !group.isEmpty {
      let texts = CommonFormat.texts(group.map { values[$0] }, digits: digits)
      for (place, text) in zip(group, texts) { result[place] = text }
    }
    guard !bounded.isEmpty else { return result }
    var limitDigits = max(1, digits - 2)
    var gap = limitDigits == 1 ? "" : " "
    if !shown.isEmpty {
      let widest = shown.reduce(0) { max($0, result[$1].utf8.count) }
      if limitDigits > 1, limitDigits + 6 > widest { limitDigits = max(1, widest - 7) }
      gap = limitDigits == 1 && widest <= 6 ? "" : " "
    }
    let limit = "<" + gap + CommonFormat.text(smallest, digits: limitDigits)
    for place in bounded { result[place] = limit }
    return result
  }

  /// One p value by itself.
  static func text(_ value: Double, digits: Int) -> String { texts([value], digits: digits)[0] }

  /// The stars by which R marks small p values; empty for NaN.
  static func stars(_ p: Double) -> String {
    if p.isNaN { return "" }
    return p <= 0.001 ? "***" : p <= 0.01 ? "**" : p <= 0.05 ? "*" : p <= 0.1 ? "." : " "
  }

  /// The column of stars, all of one width, with the lines below the table; none where no p value is below 0.1.
  static func starColumn(_ values: [Double]) -> (stars: [String]?, legend: String) {
    guard values.contains(where: { $0 < 0.1 }) else { return (nil, "") }
    let stars = values.map(stars)
    let width = stars.reduce(0) { max($0, $1.utf8.count) }
    return (stars.map { $0.padded(to: width) }, "---\n" + starsLegend + "\n")
  }

  private static let starsLegend = "Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1"
}
