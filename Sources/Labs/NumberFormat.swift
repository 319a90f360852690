import Glibc

/// How a number is printed in a text: a small part of C's `printf`.
///
///     %d  %.2f  %.3g  %.2e  %,.0f  %+.1f  %.1f%%
///
/// `,` groups thousands by a narrow no-break space, `+` shows the sign of positive numbers, `%%` at the end
/// is a per cent sign (the number is not multiplied). Rounding is C's: correct for the binary number.
public struct NumberFormat: Sendable, Equatable {
  /// The conversion.
  enum Conversion: Character, Sendable {
    case integer = "d"
    case fixed = "f"
    case general = "g"
    case scientific = "e"
  }

  let conversion: Conversion
  let digits: Int
  let groupsThousands: Bool
  let showsPlus: Bool
  let endsWithPercent: Bool

  /// Reads a format; nil where the text is none.
  public init?(_ text: some StringProtocol) {
    var rest = Array(text)
    guard rest.first == "%" else { return nil }
    rest.removeFirst()
    endsWithPercent = rest.count > 2 && rest.suffix(2) == ["%", "%"]
    if endsWithPercent { rest.removeLast(2) }
    guard let last = rest.popLast(), let conversion = Conversion(rawValue: last) else { return nil }
    self.conversion = conversion
    var plus = false
    var comma = false
    while let flag = rest.first, flag == "+" || flag == "," {
      if flag == "+" { plus = true } else { comma = true }
      rest.removeFirst()
    }
    showsPlus = plus
    groupsThousands = comma
    if rest.isEmpty {
      digits = conversion == .integer ? 0 : 6
    } else {
      guard conversion != .integer, rest.first == ".", let n = Int(String(rest.dropFirst())),
        (0...17).contains(n),
        rest.count <= 3
      else { return nil }
      digits = n
    }
  }

  /// What formats look like, for messages.
  public static let advice = "write for example %d, %.2f, %.3g, %.2e, %,.0f, %+.1f or %.1f%%"

  /// Why a number has no text in this format.
  public enum Failure: Error, Equatable, Sendable {
    case notFinite
    case notWhole
  }

  /// The number as text.
  ///
  /// In running text the minus sign is U+2212 and thousands are parted by U+202F; in a formula they are
  /// TeX's `-` and `\,`, and `2.75e-44` becomes `2.75\times 10^{-44}`.
  /// - Throws: `.notFinite` for NaN and infinities; `.notWhole` where `%d` meets a number that is
  ///   further than 1e-9 (relative) from an integer.
  public func text(_ value: Double, inFormula: Bool = false) throws(Failure) -> String {
    guard value.isFinite else { throw .notFinite }
    var plain: String
    switch conversion {
    case .integer:
      guard abs(value - value.rounded()) <= 1e-9 * Swift.max(1, abs(value)) else { throw .notWhole }
      plain = NumberFormat.printf("%.0f", value.rounded())
    default:
      plain = NumberFormat.printf("%.\(digits)\(conversion.rawValue)", value)
    }
    let negative = plain.hasPrefix("-")
    if negative { plain.removeFirst() }
    // −0.00 is a rounded-away sign, not a number.
    let isZero = !plain.contains { ("1"..."9").contains($0) }
    var exponent = ""
    if let e = plain.firstIndex(of: "e") {
      exponent = String(plain[plain.index(after: e)...])
      plain = String(plain[..<e])
    }
    if groupsThousands { plain = NumberFormat.grouped(plain, by: inFormula ? "\\," : "\u{202F}") }
    if !exponent.isEmpty {
      plain += inFormula ? "\\times 10^{\(Int(exponent) ?? 0)}" : "e" + exponent
    }
    if negative && !isZero {
      plain = (inFormula ? "-" : "\u{2212}") + plain
    } else if showsPlus {
      plain = "+" + plain
    }
    return endsWithPercent ? plain + (inFormula ? "\\%" : "%") : plain
  }

  /// The digits before the point in groups of three.
  static func grouped(_ text: String, by gap: String) -> String {
    let whole = text.prefix { $0 != "." }
    var out = ""
    for (i, digit) in whole.enumerated() {
      if i > 0, (whole.count - i) % 3 == 0 { out += gap }
      out.append(digit)
    }
    return out + text.dropFirst(whole.count)
  }

  private static func printf(_ format: String, _ value: Double) -> String {
    // %.17f of the largest double has 309 + 18 characters.
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
