import Estimates
import Labs

/// A condition over named numbers and addresses: `m.boundary = 0 and abs(m.fixed.x) > 2 * m.fixed.x.se`.
///
/// Comparisons `= != < <= > >=` of expressions (`ValueExpression`), joined by `and` and `or`; `and` binds more tightly.
/// A comparison with a number that is not finite is false.
public struct ProblemCondition: Sendable, Equatable {
  struct Comparison: Sendable, Equatable {
    let left: ValueExpression
    let sign: String
    let right: ValueExpression
  }

  /// The text as it was written.
  public let text: String
  /// Where it stands in the problem's source; nil for one that stands in none.
  var location: LabLocation?
  /// Alternatives of comparisons that hold together.
  let alternatives: [[Comparison]]

  /// Reads a condition.
  /// - Throws: `ConditionError` with the column (from 1) of the first character that does not fit.
  public init(parsing text: String) throws(ConditionError) {
    var alternatives: [[Comparison]] = []
    var column = 0
    for part in text.split(atWord: "or") {
      var comparisons: [Comparison] = []
      for piece in part.text.split(atWord: "and") {
        column = part.start + piece.start
        comparisons.append(try ProblemCondition.comparison(piece.text, at: column))
      }
      alternatives.append(comparisons)
    }
    self.text = text
    self.alternatives = alternatives
  }

  /// All addresses in it.
  var addresses: [Address] {
    alternatives.joined().flatMap { ($0.left.addresses + $0.right.addresses).map(\.address) }
  }

  /// Whether it holds, with a lookup for the addresses.
  func holds<E: Error>(_ lookup: (Address) throws(E) -> Double) throws(E) -> Bool {
    for comparisons in alternatives {
      var all = true
      for comparison in comparisons {
        let a = try comparison.left.value(lookup)
        let b = try comparison.right.value(lookup)
        if !ProblemCondition.compare(a, comparison.sign, b) {
          all = false
          break
        }
      }
      if all { return true }
    }
    return false
  }

  private static func compare(_ a: Double, _ sign: String, _ b: Double) -> Bool {
    guard a.isFinite, b.isFinite else { return false }
    switch sign {
    case "<": return a < b
    case "<=": return a <= b
    case ">": return a > b
    case ">=": return a >= b
    case "!=": return a != b
    default: return a == b
    }
  }

  private static func comparison(_ text: String, at start: Int) throws(ConditionError) -> Comparison {
    let characters = Array(text)
    var inQuotes = false
    for (i, c) in characters.enumerated() {
      if c == "\"" { inQuotes.toggle() }
      guard !inQuotes, "=<>!".contains(c) else { continue }
      let isLong = i + 1 < characters.count && characters[i + 1] == "="
      let sign = isLong && c != "=" ? String([c, "="]) : String(c)
      guard sign != "!" else { break }
      let skip = isLong ? 2 : 1
      return Comparison(
        left: try expression(String(characters[..<i]), at: start),
        sign: sign, right: try expression(String(characters[(i + skip)...]), at: start + i + skip))
    }
    throw ConditionError(
      column: start + 1,
      description: "'\(text)' compares nothing; write for example a > 2 * b or m.boundary = 0")
  }

  private static func expression(_ text: String, at start: Int) throws(ConditionError) -> ValueExpression {
    do throws(ValueExpressionError) { return try ValueExpression(parsing: text) } catch {
      throw ConditionError(column: start + error.column, description: error.description)
    }
  }
}

/// What can be wrong with a condition.
public struct ConditionError: Error, Equatable, Sendable {
  /// The column in the condition, from 1.
  public let column: Int
  /// What was found and what would work.
  public let description: String
}

extension String {
  /// The text cut at a word outside quotes, each part with the place where it begins, in characters.
  fileprivate func split(atWord word: String) -> [(text: String, start: Int)] {
    let characters = Array(self)
    let mark = Array(word)
    var parts: [(String, Int)] = []
    var start = 0
    var inQuotes = false
    var i = 0
    while i < characters.count {
      if characters[i] == "\"" { inQuotes.toggle() }
      let end = i + mark.count
      if !inQuotes, i > 0, characters[i - 1].isWhitespace, end < characters.count,
        characters[end].isWhitespace,
        Array(characters[i..<end]) == mark
      {
        parts.append((String(characters[start..<i]), start))
        start = end
        i = end
        continue
      }
      i += 1
    }
    parts.append((String(characters[start...]), start))
    return parts
  }
}
