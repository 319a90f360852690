import Glibc

/// A number with a fixed count of decimals, rounded to nearest (ties to even in the last binary sense), `.` as mark.
///
/// - Parameters:
///   - value: any finite number below 1e15 in size.
///   - decimals: 0 to 15.
package func fixedDecimals(_ value: Double, _ decimals: Int) -> String {
  let places = max(0, min(decimals, 15))
  var buffer = [CChar](repeating: 0, count: 400)
  let count = unsafe withVaList([value]) { arguments in
    unsafe vsnprintf(&buffer, buffer.count, "%.\(places)f", arguments)
  }
  let text = String(decoding: buffer[0..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  // "-0.00" would claim a sign that the rounded number does not have.
  return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
}

/// How the numbers at ticks and in labels are written.
public enum NumberFormat {
  /// A narrow no-break space, the thousands separator.
  public static let groupSeparator: Character = "\u{202F}"
  /// The typographic minus sign.
  public static let minus: Character = "\u{2212}"

  /// Texts of all ticks of an axis: decimals as the ticks need, the same for all; groups of three digits in all labels as soon
  /// as one reaches 10 000; one power of ten for all where they reach ten millions or need more than five decimals.
  public static func labels(for breaks: Breaks) -> [String] {
    let largest = breaks.values.map { abs($0) }.max() ?? 0
    if largest >= 1e7 || (breaks.decimals > 5 && largest > 0) {
      let power = Int(log10(largest * (1 + 1e-12)).rounded(.down))
      let scaled = Breaks(
        multiples: breaks.multiples, mantissa: breaks.mantissa, exponent: breaks.exponent - power)
      return scaled.values.map { value in
        value == 0
          ? "0" : text(value, decimals: scaled.decimals) + "×10" + superscript(power)
      }
    }
    let grouped = breaks.values.contains { abs($0) >= 10_000 }
    return breaks.values.map { text($0, decimals: breaks.decimals, grouped: grouped) }
  }

  /// A whole number as an exponent: "⁻⁷".
  public static func superscript(_ number: Int) -> String {
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
      "9": "⁹",
    ]
    return String(String(number).map { digits[$0] ?? $0 })
  }

  /// One number: typographic minus, optional groups of three digits before the decimal mark.
  public static func text(_ value: Double, decimals: Int, grouped: Bool = false) -> String {
    var digits = fixedDecimals(value, decimals)
    var sign = ""
    if digits.hasPrefix("-") {
      digits.removeFirst()
      sign = String(minus)
    }
    guard grouped else { return sign + digits }
    let parts = digits.split(separator: ".", maxSplits: 1)
    var whole = ""
    for (i, digit) in parts[0].enumerated() {
      if i > 0, (parts[0].count - i) % 3 == 0 { whole.append(groupSeparator) }
      whole.append(digit)
    }
    return sign + whole + (parts.count > 1 ? "." + parts[1] : "")
  }
}
