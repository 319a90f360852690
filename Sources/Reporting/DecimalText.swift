import Glibc

/// Decimal text of single numbers, exact: the digits are those of the double itself, halves to even.
package enum DecimalText {
  /// Fixed notation with a number of decimals.
  package static func fixed(_ x: Double, decimals: Int) -> String { printed("%.\(decimals)f", x) }

  /// Scientific notation with a number of decimals in the mantissa and at least two exponent digits.
  static func scientific(_ x: Double, decimals: Int) -> String { printed("%.\(decimals)e", x) }

  /// C's general notation with a number of significant digits, padded on the left to one character more than that: what R's
  /// `formatC(x, digits =)` gives.
  static func general(_ x: Double, digits: Int) -> String {
    let text = x.isNaN ? "NaN" : x.isInfinite ? (x < 0 ? "-Inf" : "Inf") : printed("%.\(digits)g", x)
    return String(repeating: " ", count: max(0, digits + 1 - text.utf8.count)) + text
  }

  /// The double nearest to x with a number of decimals.
  static func rounded(_ x: Double, decimals: Int) -> Double {
    guard x.isFinite, abs(x) < 1e15 else { return x }
    return Double(fixed(x, decimals: decimals))!
  }

  /// The double nearest to x with a number of significant digits.
  static func significant(_ x: Double, digits: Int) -> Double {
    guard x.isFinite, x != 0 else { return x }
    return Double(scientific(x, decimals: digits - 1))!
  }

  /// How x looks when rounded to at most some significant digits: the power of ten of its first digit, and how many digits
  /// are left when trailing zeros are dropped.
  static func decomposed(_ x: Double, digits: Int) -> (power: Int, significant: Int) {
    if x == 0 { return (0, 1) }
    let text = scientific(abs(x), decimals: digits - 1)
    let parts = text.split(separator: "e")
    var significant = digits
    for character in parts[0].reversed() {
      if character == "." { continue }
      if character != "0" { break }
      significant -= 1
    }
    return (Int(parts[1])!, max(1, significant))
  }

  private static func printed(_ format: String, _ x: Double) -> String {
    withVaList([x]) { arguments in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        let length = Int(vsnprintf(buffer.baseAddress, buffer.count, format, arguments))
        return String(decoding: buffer[..<min(length, 511)].map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    }
  }
}
