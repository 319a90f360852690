/// Numbers read from decimal text, correctly rounded.
enum DecimalNumber {
  private static let zero = UInt8(ascii: "0"), nine = UInt8(ascii: "9")

  /// Powers of ten that fit 64 bits: 10⁰ … 10¹⁹.
  private static let powersOfTen: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<19 { powers.append(powers.last! * 10) }
    return powers
  }()

  /// The bounds of a text without the blanks around it.
  static func trimmed(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> (start: Int, end: Int) {
    var start = start
    var end = end
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    return (start, end)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }

  /// A whole number with optional sign whose size R stores as an integer (at most 2³¹ − 1); nil for any other text.
  static func integer(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var i = start
    var negative = false
    if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
      negative = bytes[i] == UInt8(ascii: "-")
      i += 1
    }
    if i == end { return nil }
    var value = 0
    while i < end {
      let byte = bytes[i]
      if byte < zero || byte > nine { return nil }
      value = value * 10 + Int(byte - zero)
      if value > 2_147_483_647 { return nil }
      i += 1
    }
    return negative ? -value : value
  }

  /// A number in decimal notation, with exponent or not, in hexadecimal behind `0x`, or `Inf`, `infinity` (any case), `NaN`, `nan`; nil
  /// for any other text.
  ///
  /// Correctly rounded: up to 19 digits by one exact 128-bit product or quotient when the scale is within 10^±19, else
  /// through the standard library. Costs a few dozen cycles in the common case.
  static func real(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, mark: UInt8) -> Double? {
    var i = start
    var negative = false
    if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
      negative = bytes[i] == UInt8(ascii: "-")
      i += 1
    }
    if i + 2 < end, bytes[i] == zero, bytes[i + 1] | 0x20 == UInt8(ascii: "x") {
      let text = String(decoding: (i..<end).map { bytes[$0] }, as: UTF8.self).lowercased()
      return Double(text).map { negative ? -$0 : $0 }
    }
    var digits: UInt64 = 0
    var significant = 0
    var scale = 0
    var seen = 0
    var dropped = false
    while i < end {
      let byte = bytes[i]
      if byte < zero || byte > nine { break }
      take(byte - zero)
      if dropped { scale += 1 }
      i += 1
    }
    if i < end, bytes[i] == mark {
      i += 1
      while i < end {
        let byte = bytes[i]
        if byte < zero || byte > nine { break }
        take(byte - zero)
        if !dropped { scale -= 1 }
        i += 1
      }
    }
    if seen == 0 { return namedValue(bytes, i, end).map { negative ? -$0 : $0 } }
    if i < end {
      guard bytes[i] | 0x20 == UInt8(ascii: "e"), let exponent = exponent(bytes, i + 1, end) else {
        return nil
      }
      scale += exponent
    }
    if dropped || scale < -19 || scale > 19 {
      if digits == 0 { return negative ? -0.0 : 0 }
      return slowly(bytes, start, end, mark: mark)
    }
    let size = scaled(digits, byPowerOfTen: scale)
    return negative ? -size : size

    func take(_ digit: UInt8) {
      seen += 1
      if significant == 19 {
        dropped = true
        return
      }
      digits = digits * 10 + UInt64(digit)
      if digits != 0 { significant += 1 }
    }
  }

  /// digits·10^scale for |scale| ≤ 19, rounded once.
  private static func scaled(_ digits: UInt64, byPowerOfTen scale: Int) -> Double {
    if digits <= 1 << 53 {
      // Both are exact doubles, so that one operation rounds once.
      return scale < 0
        ? Double(digits) / Double(powersOfTen[-scale]) : Double(digits) * Double(powersOfTen[scale])
    }
    if scale >= 0 {
      let product = digits.multipliedFullWidth(by: powersOfTen[scale])
      return rounded(high: product.high, low: product.low, exponent: 0)
    }
    // Numerator and divisor with their top bits set make a quotient of 63 or 64 bits; the remainder is the sticky bit.
    let divisor = powersOfTen[-scale]
    let up = digits.leadingZeroBitCount
    let divisorUp = divisor.leadingZeroBitCount
    let numerator = digits << UInt64(up)
    let (quotient, remainder) = (divisor << UInt64(divisorUp))
      .dividingFullWidth((numerator >> 1, numerator << 63))
    // digits/divisor = quotient · 2^(−63 − up + divisorUp), since the numerator was moved by 63 + up bits.
    return rounded(high: quotient, low: remainder == 0 ? 0 : 1, exponent: divisorUp - up - 63 - 64)
  }

  /// (high·2⁶⁴ + low)·2^exponent to the nearest double, ties to even; `low` may be any nonzero number for a sticky bit.
  private static func rounded(high: UInt64, low: UInt64, exponent: Int) -> Double {
    if high == 0 { return Double(low) * scalbn2(exponent) }
    let up = UInt64(high.leadingZeroBitCount)
    let top = up == 0 ? high : high << up | low >> (64 - up)
    let rest = up == 0 ? low : low << up
    // The last bit of `top` lies below the 53 kept, so it can carry the sticky bit.
    return Double(top | (rest == 0 ? 0 : 1)) * scalbn2(exponent + 64 - Int(up))
  }

  private static func scalbn2(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  /// The number behind an `e`; nil if there is none. Very long exponents saturate.
  private static func exponent(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var i = start
    var negative = false
    if i < end, bytes[i] == UInt8(ascii: "-") || bytes[i] == UInt8(ascii: "+") {
      negative = bytes[i] == UInt8(ascii: "-")
      i += 1
    }
    if i == end { return nil }
    var value = 0
    while i < end {
      if bytes[i] < zero || bytes[i] > nine { return nil }
      value = min(value * 10 + Int(bytes[i] - zero), 100_000)
      i += 1
    }
    return negative ? -value : value
  }

  private static func namedValue(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    let text = String(decoding: (start..<min(end, start + 9)).map { bytes[$0] }, as: UTF8.self)
    if text == "NaN" || text == "nan" { return .nan }
    let lower = text.lowercased()
    return lower == "inf" || lower == "infinity" ? .infinity : nil
  }

  private static func slowly(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, mark: UInt8) -> Double? {
    Double(
      String(decoding: (start..<end).map { bytes[$0] == mark ? UInt8(ascii: ".") : bytes[$0] }, as: UTF8.self)
    )
  }
}
