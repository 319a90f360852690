import Glibc

/// Numbers as plain decimal text.
enum FixedDecimals {
  /// The number with a fixed count of decimals, C's rounding, no minus before zero.
  static func text(_ value: Double, _ decimals: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let digits = Int32(max(0, min(decimals, 17)))
    let count = withVaList([digits, value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
    let text = String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
  }

  /// The number as a student would write it: no more digits than it needs, at most `most` decimals.
  static func short(_ value: Double, most: Int = 4) -> String {
    var out = text(value, most)
    guard out.contains(".") else { return out }
    while out.hasSuffix("0") { out.removeLast() }
    if out.hasSuffix(".") { out.removeLast() }
    return out
  }
}
