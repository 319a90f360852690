import Tables

/// Numbers in exported files: full precision, no digits that come of binary rounding.
enum ExportedNumber {
  /// The shortest text that reads back to the number.
  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : shortestText(number)
  }

  /// Half a width rounded up to seven significant digits: never narrower than the key's, but free of dust.
  static func tolerance(_ tolerance: Double) -> String {
    guard tolerance > 0 else { return "0" }
    let digits = 7 - Int(log10Floor(tolerance)) - 1
    guard (0...17).contains(digits) else { return text(tolerance) }
    var rounded = Double(FixedDecimals.text(tolerance, digits)) ?? tolerance
    if rounded < tolerance * (1 - 1e-12) {
      var step = 1.0
      for _ in 0..<digits { step /= 10 }
      rounded = Double(FixedDecimals.text(rounded + step, digits)) ?? tolerance
    }
    return text(rounded)
  }

  private static func log10Floor(_ x: Double) -> Double {
    var exponent = 0.0
    var size = x
    while size >= 10 {
      size /= 10
      exponent += 1
    }
    while size < 1 {
      size *= 10
      exponent -= 1
    }
    return exponent
  }
}
