import Glibc
import Tables

/// Numbers in exported files: full precision, no digits that come of binary rounding.
enum ExportedNumber {
  /// The number with twelve significant digits, without those that are not needed: far closer than any
  /// tolerance.
  static func text(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
    let digits = 11 - exponent(of: abs(number))
    guard (0...17).contains(digits), let rounded = Double(FixedDecimals.text(number, digits)) else {
      return shortestText(number)
    }
    return shortestText(rounded)
  }

  /// Half a width rounded up to seven significant digits: never narrower than the key's, but free of dust.
  static func tolerance(_ tolerance: Double) -> String {
    guard tolerance > 0 else { return "0" }
    let digits = 6 - exponent(of: tolerance)
    guard (0...17).contains(digits) else { return text(tolerance) }
    var rounded = Double(FixedDecimals.text(tolerance, digits)) ?? tolerance
    if rounded < tolerance * (1 - 1e-12) {
      var step = 1.0
      for _ in 0..<digits { step /= 10 }
      rounded = Double(FixedDecimals.text(rounded + step, digits)) ?? tolerance
    }
    return text(rounded)
  }

  /// The power of ten of a positive number's first digit.
  private static func exponent(of x: Double) -> Int { x > 0 ? Int(log10(x).rounded(.down)) : 0 }
}
