import Reporting

/// Words of MRP's results in both languages.
struct MRPWords {
  let language: Language

  /// The wording in this language.
  func either(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }

  /// `3 cells`, `1 cell`.
  func count(_ n: Int, _ one: String, _ many: String, _ chinese: String) -> String {
    either(
      "\(MRPWords.grouped(Double(n))) \(n == 1 ? one : many)", "\(MRPWords.grouped(Double(n))) \(chinese)")
  }

  /// Names in one line, at most so many.
  func some(_ names: [String], most: Int = 8) -> String {
    names.prefix(most).joined(separator: either(", ", "、")) + (names.count > most ? either(", …", "等") : "")
  }

  /// A share as percent with one decimal, more for small ones.
  func percent(_ share: Double) -> String {
    let value = 100 * share
    let decimals = value > 0 && value < 0.1 ? 2 : 1
    return DecimalText.fixed(value, decimals: decimals) + "%"
  }

  /// A number of people: whole with groups of three digits, or with two decimals.
  static func grouped(_ x: Double) -> String {
    guard x == x.rounded(), abs(x) < 1e15 else { return DecimalText.fixed(x, decimals: 2) }
    var digits = Array(String(Int64(abs(x))))
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: place)
      place -= 3
    }
    return (x < 0 ? "-" : "") + String(digits)
  }
}
