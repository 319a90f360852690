/// Text as it was typed, with all spellings of one character made one: full-width forms, minus signs, blanks,
/// digits of any script.
enum PlainCharacters {
  /// The text in plain characters, without blanks at its ends.
  ///
  /// Full-width forms become ASCII, all dashes and minus signs `-`, all blanks a space, apostrophes `'`,
  /// digits of any script 0–9, the ideographic full stop a point, dots in the middle `·`; characters without
  /// width are left out.
  static func of(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let plain = plain(scalar) { out.append(plain) }
    }
    return String(out).trimmingSpaces()
  }

  private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return " "
    case 0x200B...0x200F, 0x202A...0x202E, 0x2060, 0xFEFF: return nil
    case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D: return "-"
    case 0x2018, 0x2019, 0x02BC, 0x2032, 0xB4, 0x60, 0xFF07: return "'"
    case 0x3002, 0xFF61, 0xFE52: return "."
    case 0x0387, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65: return "·"
    case 0xFE50: return ","
    case 0xFE6A, 0x066A: return "%"
    case 0xFE62: return "+"
    case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0)
    default: break
    }
    if scalar.value > 0x7F, scalar.properties.generalCategory == .decimalNumber,
      let digit = scalar.properties.numericValue
    {
      return Unicode.Scalar(0x30 + UInt32(digit))
    }
    return scalar
  }
}

extension String {
  /// The text without blanks and tabs at both ends.
  func trimmingSpaces() -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }
}
