/// A number as a student wrote it, in one of the ways in which its text can be read.
public struct NumberReading: Sendable, Equatable {
  /// The number; a percentage as it is written, before the sign.
  public var value: Double
  /// Digits behind the decimal mark, less the exponent.
  public var decimals: Int
  /// What the sign behind the number divides by: 100 for `%`, 1000 for `‰`, 1 without one.
  public var divisor: Double
  /// What stands behind the number; empty for nothing.
  public var unit: String
  /// What a word behind the number multiplies by (`k`, `万`), where this reading heeds it; 1 otherwise.
  public var multiplier: Double

  /// The number that a key compares with.
  /// - Parameter isPercent: whether the key is in percent; `12.5`, `12.5%` are then the same and `12.5‰` is
  /// 1.25.
  public func number(inPercent isPercent: Bool) -> Double {
    if divisor == 1 { return value }
    return isPercent ? value * (100 / divisor) : value / divisor
  }
}

/// Why a text is no number.
public enum NumberReadingFault: Error, Equatable, Sendable {
  /// Nothing stands there.
  case empty
  /// No number stands at the beginning.
  case noNumber
  /// Separators stand where neither thousands nor decimals put them.
  case separators
  /// Text before or behind the number that is no unit.
  case surroundingText(String)
  /// Larger than numbers reach.
  case tooLarge
}

extension NumberReading {
  /// All ways to read a text as a number, the most likely first.
  ///
  /// `.` and `,` are decimal marks or part thousands, blanks and apostrophes part thousands. `1,234` has two
  /// readings, 1234 and 1.234; `1.234` has 1.234 and 1234; `4.1万` has 41000 and 4.1; `0·178` has one. A unit
  /// of up to three words may follow, a currency's sign or code may precede, as may `k =`, `≈` and `百分之`;
  /// parentheses around it all mean nothing, and the marks of TeX are read (`\(5.3\times 10^4\)`).
  /// Chinese numerals are numbers: `四`, `百分之六十`.
  /// - Throws: `NumberReadingFault` where there is none.
  public static func all(of text: String) throws(NumberReadingFault) -> [NumberReading] {
    var scanner = NumberScanner(NumberPreamble.bare(PlainCharacters.of(text)))
    return try scanner.readings()
  }
}

/// One pass over a number's text.
private struct NumberScanner {
  private let characters: [Character]
  private var i = 0

  init(_ text: String) { characters = Array(text) }

  mutating func readings() throws(NumberReadingFault) -> [NumberReading] {
    guard !characters.isEmpty else { throw .empty }
    let currency = takeCurrency()
    let isNegative = takeSign()
    let lead = currency.isEmpty ? takeCurrency() : currency
    let share = takeShare()
    let body = takeChineseBody() ?? takeBody()
    guard body.groups.contains(where: { !$0.isEmpty }) else { throw .noNumber }
    let mantissas = body.mantissas
    guard !mantissas.isEmpty else { throw .separators }
    let exponent = takeExponent()
    let rest = String(characters[i...])
    if body.groups == ["0"], "xX".contains(rest.prefix(1)), rest.dropFirst().first?.isHexDigit == true {
      throw .surroundingText(rest)
    }
    let (sign, unit) = try takeUnit()
    if share > 1, sign > 1 { throw .surroundingText(sign == 100 ? "%" : "‰") }
    var readings: [NumberReading] = []
    for power in Self.powers(of: unit) {
      // Nobody parts thousands by points before a word for thousands.
      for mantissa in body.separators.last == "." && !unit.isEmpty && Self.powers(of: unit).count > 1
        ? mantissas.prefix(1) : mantissas[...]
      {
        // The word's power of ten goes into the decimal text, so that nothing is rounded twice.
        guard let size = Double("\(mantissa.digits)e\(exponent + power)"), size.isFinite
        else { throw .tooLarge }
        readings.append(
          NumberReading(
            value: isNegative ? -size : size, decimals: max(0, mantissa.decimals - exponent),
            divisor: max(share, sign), unit: (lead + " " + unit).trimmingSpaces(),
            multiplier: decimal(1, power)))
      }
    }
    return readings
  }

  private var current: Character? { i < characters.count ? characters[i] : nil }

  private mutating func skipSpaces() { while current == " " { i += 1 } }

  /// Codes and names of currencies that may stand before a number.
  private static let currencies = [
    "US$", "HK$", "USD", "CNY", "RMB", "EUR", "GBP", "JPY", "HKD", "TWD", "CHF", "CAD", "AUD", "人民币", "美元",
  ]

  /// A currency's code or sign; empty for none.
  private mutating func takeCurrency() -> String {
    let rest = String(characters[i...].prefix(3)).uppercased()
    if let code = Self.currencies.first(where: rest.hasPrefix) {
      let behind = i + code.count
      guard behind < characters.count, !characters[behind].isLetter || characters[behind].isChineseNumeral
      else { return "" }
      let written = String(characters[i..<behind])
      i = behind
      skipSpaces()
      return written + (current?.isCurrencySymbol == true ? takeCurrency() : "")
    }
    guard let c = current, c.isCurrencySymbol else { return "" }
    i += 1
    skipSpaces()
    return String(c)
  }

  /// What `百分之` and `千分之` divide by; 1 where neither stands.
  private mutating func takeShare() -> Double {
    for (word, size) in [("百分之", 100.0), ("千分之", 1000)] where characters[i...].starts(with: word) {
      i += word.count
      skipSpaces()
      return size
    }
    return 1
  }

  /// A number in Chinese numerals, `四`, `二十三`, `三点五`; nil where none stands.
  private mutating func takeChineseBody() -> NumberBody? {
    let run = characters[i...].prefix { $0.isChineseNumeral || $0 == "点" }
    guard let number = ChineseNumeral(String(run)) else { return nil }
    i += run.count
    return NumberBody(
      groups: [number.whole] + (number.decimals.isEmpty ? [] : [number.decimals]),
      separators: number.decimals.isEmpty ? [] : ["·"])
  }

  private mutating func takeSign() -> Bool {
    guard let c = current, c == "-" || c == "+" else { return false }
    i += 1
    skipSpaces()
    return c == "-"
  }

  /// Digits and the separators between them; a blank or an apostrophe belongs to the number where three
  /// digits follow.
  private mutating func takeBody() -> NumberBody {
    var body = NumberBody(groups: [takeDigits()], separators: [])
    while let c = current, ".,' ·".contains(c) {
      let digits = characters[(i + 1)...].prefix { $0.isASCIIDigit }.count
      // `0·178` is a number with decimals, `5·10³` a product.
      if c == "·", digits == 0 || body.separators.contains("·") || isTen(at: i + 1) { break }
      if digits == 0 {
        // A full stop or a mark without decimals, `12.`
        if c == "." || c == ",", i + 1 == characters.count || characters[i + 1] == " ", body.hasDigits {
          i += 1
        }
        break
      }
      if c == " " || c == "'", digits != 3 || body.groups.last!.isEmpty { break }
      i += 1
      body.separators.append(c)
      body.groups.append(takeDigits())
    }
    return body
  }

  /// Whether the number 10 stands at a place, alone.
  private func isTen(at place: Int) -> Bool {
    String(characters[place...].prefix { $0.isASCIIDigit }) == "10"
  }

  private mutating func takeDigits() -> String {
    var out = ""
    while let c = current, c.isASCIIDigit {
      out.append(c)
      i += 1
    }
    return out
  }

  /// `e-3`, `E3`, `×10^-3`, `*10^3`, `×10**4`, `·10⁻³`; 0 where there is none.
  private mutating func takeExponent() -> Int {
    let start = i
    if let c = current, c == "e" || c == "E" {
      i += 1
      if let exponent = takeWhole() { return exponent }
      i = start
      return 0
    }
    skipSpaces()
    guard let c = current, "×*·xX".contains(c) else {
      i = start
      return 0
    }
    i += 1
    skipSpaces()
    guard takeDigits() == "10" else {
      i = start
      return 0
    }
    let isPower = current == "^" || (current == "*" && i + 1 < characters.count && characters[i + 1] == "*")
    if isPower {
      i += current == "*" ? 2 : 1
      skipSpaces()
      let isBraced = current == "{" || current == "("
      if isBraced { i += 1 }
      if let exponent = takeWhole() {
        if isBraced, current == "}" || current == ")" { i += 1 }
        return exponent
      }
    } else if let exponent = takeSuperscript() {
      return exponent
    }
    i = start
    return 0
  }

  private mutating func takeWhole() -> Int? {
    let start = i
    let isNegative = current == "-"
    if current == "-" || current == "+" { i += 1 }
    guard let n = Int(takeDigits()), n < 400 else {
      i = start
      return nil
    }
    return isNegative ? -n : n
  }

  private mutating func takeSuperscript() -> Int? {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    var text = ""
    while let c = current, let n = c == "⁻" ? -1 : digits.firstIndex(of: c) {
      text += n < 0 ? "-" : String(n)
      i += 1
    }
    return Int(text)
  }

  /// What divides by 100 or 1000 behind a number; of two with one beginning the longer first.
  private static let shares: [(sign: String, size: Double)] = [
    ("%", 100), ("‰", 1000), ("percentage points", 100), ("percentage point", 100), ("percent", 100),
    ("per cent", 100), ("pct", 100), ("个百分点", 100), ("百分点", 100),
  ]

  /// The sign behind the number, and what else stands there.
  private mutating func takeUnit() throws(NumberReadingFault) -> (divisor: Double, unit: String) {
    skipSpaces()
    var divisor = 1.0
    var rest = String(characters[i...])
    for (sign, size) in Self.shares {
      if rest.lowercased().hasPrefix(sign) {
        divisor = size
        rest = String(rest.dropFirst(sign.count)).trimmingSpaces()
        break
      }
    }
    guard Self.isUnit(rest) else { throw .surroundingText(rest) }
    return (divisor, rest)
  }

  /// Whether a text can be a unit: at most three words of letters and signs, figures only behind a letter or
  /// `^`.
  private static func isUnit(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard words.count <= 3, text.count <= 24 else { return false }
    return words.allSatisfy { word in
      var before: Character = " "
      for c in word {
        let isSign = "°/·*^-²³'\"()".contains(c) || c.isCurrencySymbol
        if c.isASCIIDigit {
          guard before.isLetter || before == "^" || before == "-" else { return false }
        } else if !c.isLetter, !isSign {
          return false
        } else if before == " ", !c.isLetter, !c.isCurrencySymbol, c != "°", c != "/", c != "(" {
          return false
        }
        before = c
      }
      return word.contains { $0.isLetter || $0.isCurrencySymbol || $0 == "°" }
    }
  }

  /// The powers of ten by which the unit may multiply the number, the most likely first.
  private static func powers(of unit: String) -> [Int] {
    let word = unit.split(separator: " ").first.map(String.init) ?? ""
    let known: [String: Int] = [
      "k": 3, "K": 3, "thousand": 3, "million": 6, "k$": 3, "k€": 3, "千": 3, "万": 4, "百万": 6, "亿": 8,
    ]
    if let power = known[word] { return [power, 0] }
    for (sign, power) in [("百万", 6), ("千", 3), ("万", 4), ("亿", 8)] where word.hasPrefix(sign) {
      let rest = word.dropFirst(sign.count)
      if ["元", "美元", "人民币"].contains(String(rest)) { return [power, 0] }
    }
    return [0]
  }
}

/// The groups of digits of a number and what stands between them.
private struct NumberBody {
  var groups: [String]
  var separators: [Character]

  var hasDigits: Bool { groups.contains { !$0.isEmpty } }

  /// Digits with a point, and how many stand behind it: the ways in which separators make sense, the most
  /// likely first.
  var mantissas: [(digits: String, decimals: Int)] {
    guard let last = separators.last else { return [(groups[0], 0)] }
    if last == "·" {
      guard partsThousands(groups.dropLast(), separators.dropLast()) else { return [] }
      let whole = groups.dropLast().joined()
      return [((whole.isEmpty ? "0" : whole) + "." + groups.last!, groups.last!.count)]
    }
    var decimal: (String, Int)?
    if last == "." || last == ",", partsThousands(groups.dropLast(), separators.dropLast()),
      !separators.dropLast().contains(last)
    {
      let whole = groups.dropLast().joined()
      decimal = ((whole.isEmpty ? "0" : whole) + "." + groups.last!, groups.last!.count)
    }
    let thousands = partsThousands(groups[...], separators[...]) ? (groups.joined(), 0) : nil
    let ordered = last == "." ? [decimal, thousands] : [thousands, decimal]
    return ordered.compactMap { $0 }.map { (digits: $0.0, decimals: $0.1) }
  }

  /// Whether the separators part thousands: one kind, three digits behind each, one to three before the
  /// first, no 0 in front.
  private func partsThousands(_ groups: ArraySlice<String>, _ separators: ArraySlice<Character>) -> Bool {
    guard let kind = separators.first else { return true }
    let first = groups.first!
    return separators.allSatisfy { $0 == kind } && groups.dropFirst().allSatisfy { $0.count == 3 }
      && (1...3).contains(first.count) && first.first != "0"
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
