/// Numbers formatted together, as R's `format` and `print` do it: one notation, one number of decimals and one width for
/// all, with as many significant digits as the neediest number needs (up to `digits`).
///
/// The rule, from R's documentation of `format` and `options(scipen)`: rounded to `digits` significant digits and without
/// trailing zeros, each number needs some decimals; the largest need is used for all. Fixed notation is chosen unless it is
/// wider than scientific notation, whose mantissa likewise takes the largest need.
struct CommonFormat {
  private enum Notation {
    case fixed(decimals: Int)
    case scientific(decimals: Int)
  }
  private let notation: Notation

  /// The texts of some numbers, all of one width; NaN reads `NaN`, or `NA` if told so.
  static func texts(
    _ values: [Double], digits: Int = 7, minimumDecimals: Int = 0, nanText: String = "NaN"
  ) -> [String] {
    let format = CommonFormat(values, digits: digits, minimumDecimals: minimumDecimals)
    let texts = values.map { $0.isNaN ? nanText : format.text($0) }
    let width = texts.reduce(0) { max($0, $1.utf8.count) }
    return texts.map { $0.leftPadded(to: width) }
  }

  /// The text of one number by itself.
  static func text(_ value: Double, digits: Int = 7, minimumDecimals: Int = 0) -> String {
    texts([value], digits: digits, minimumDecimals: minimumDecimals)[0]
  }

  private init(_ values: [Double], digits: Int, minimumDecimals: Int) {
    var decimals = 0
    var digitsBefore = 1
    var mantissaDigits = 1
    var highestPower = 0
    var lowestPower = 0
    var anyNegative = 0
    for x in values where x.isFinite {
      let (power, significant) = DecimalText.decomposed(x, digits: digits)
      let negative = x < 0 ? 1 : 0
      decimals = max(decimals, significant - power - 1)
      // Rounding to few digits may reach the next power of ten (99996 → 1e5) where the fixed text does not.
      let widened = power > 0 && abs(x) < DecimalText.powerOfTen(power)
      digitsBefore = max(digitsBefore, negative + max(1, power + 1 - (widened ? 1 : 0)))
      mantissaDigits = max(mantissaDigits, significant)
      highestPower = max(highestPower, power)
      lowestPower = min(lowestPower, power)
      anyNegative = max(anyNegative, negative)
    }
    let exponentWidth = highestPower >= 100 || lowestPower <= -100 ? 5 : 4
    let fixedWidth = digitsBefore + (decimals > 0 ? decimals + 1 : 0)
    let scientificWidth = anyNegative + (mantissaDigits > 1 ? mantissaDigits + 1 : 1) + exponentWidth
    notation =
      fixedWidth <= scientificWidth
      ? .fixed(decimals: max(decimals, minimumDecimals)) : .scientific(decimals: mantissaDigits - 1)
  }

  private func text(_ x: Double) -> String {
    if x.isInfinite { return x < 0 ? "-Inf" : "Inf" }
    // Beyond fifteen digits an estimate is rounding noise, which must not decide a tie such as 1527.5. R prints −0 as 0.
    let value = x == 0 ? 0 : DecimalText.significant(x, digits: 15)
    return switch notation {
    case .fixed(let decimals): DecimalText.fixed(value, decimals: decimals)
    case .scientific(let decimals): DecimalText.scientific(value, decimals: decimals)
    }
  }
}

extension DecimalText {
  /// 10^power, exact up to 22.
  static func powerOfTen(_ power: Int) -> Double {
    (0..<abs(power)).reduce(1.0) { product, _ in product * 10 }
  }
}
