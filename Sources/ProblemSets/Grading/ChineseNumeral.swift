/// A number in Chinese numerals: `四`, `十二`, `二十三`, `一百零五`, `三万二千`, `三点五`, `二〇二六`.
struct ChineseNumeral: Equatable {
  /// The digits before the point.
  let whole: String
  /// The digits behind it; empty for none.
  let decimals: String

  private static let digits: [Character: Int] = [
    "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
  ]
  private static let places: [Character: Int] = ["十": 10, "百": 100, "千": 1000]
  private static let myriads: [Character: Int] = ["万": 10_000, "亿": 100_000_000]

  /// Reads a text that consists of numerals; nil where they make no number.
  init?(_ text: String) {
    let parts = text.split(separator: "点", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = ChineseNumeral.whole(parts[0]) else { return nil }
    var decimals = ""
    if parts.count == 2 {
      for c in parts[1] {
        guard let digit = ChineseNumeral.digits[c] else { return nil }
        decimals += String(digit)
      }
      if decimals.isEmpty { return nil }
    }
    self.whole = whole
    self.decimals = decimals
  }

  /// Whether a character stands in such numbers.
  static func holds(_ c: Character) -> Bool { digits[c] != nil || places[c] != nil || myriads[c] != nil }

  private static func whole(_ text: Substring) -> String? {
    guard !text.isEmpty, text.allSatisfy(holds) else { return nil }
    // Digits one after the other, as years are written.
    if text.count > 1, text.allSatisfy({ digits[$0] != nil }) {
      return text.first == "零" || text.first == "〇" ? nil : text.map { String(digits[$0]!) }.joined()
    }
    var (sum, section, digit) = (0, 0, nil as Int?)
    var largest = Int.max
    var isFirst = true
    // 一百五 is said for 150 and may be meant as 105: a last digit needs its place or 零 before it.
    var needsZero = false
    for c in text {
      if let value = digits[c] {
        guard digit == nil || digit == 0 else { return nil }
        digit = value
        if value == 0 { needsZero = false }
      } else if let place = places[c] {
        // 十二 is twelve; elsewhere a digit stands before its place.
        guard place < largest, let count = digit ?? (place == 10 && isFirst ? 1 : nil), count > 0 else {
          return nil
        }
        section += count * place
        digit = nil
        largest = place
        needsZero = place > 10
      } else if let myriad = myriads[c] {
        section += digit ?? 0
        guard section > 0, sum == 0 || sum % (myriad * 10) == 0 else { return nil }
        sum += section * myriad
        (section, digit, largest, needsZero) = (0, nil, Int.max, true)
      }
      isFirst = false
    }
    if needsZero, digit != nil { return nil }
    return String(sum + section + (digit ?? 0))
  }
}

extension Character {
  /// Whether it is a numeral of Chinese.
  var isChineseNumeral: Bool { ChineseNumeral.holds(self) }
}
