import Tables

/// What can be wrong with a formula, or with the data it asks for.
public enum FormulaError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text cannot be read; `column` counts the bytes of UTF-8 before the place, here and below.
  case syntax(formula: String, column: Int, found: String, hint: String)
  /// A name that is no column of the data.
  case missingVariable(String, available: [String])
  /// A name in a formula that is no column of the data.
  case unknownColumn(String, formula: String, column: Int, available: [String])
  /// A column whose type does not fit its place.
  case wrongType(column: String, found: String, needed: String)
  /// Something R's formulas know and this version does not.
  case unsupported(formula: String, column: Int, what: String, hint: String)
  /// A factor that has one level only.
  case oneLevel(factor: String, level: String, rows: Int)
  /// A function of a column that the column does not allow, e.g. `scale(x)` of a constant; `remedy` says what would work.
  case degenerate(expression: String, found: String, remedy: String)
  /// Contrasts for a column that is no factor.
  case contrastWithoutFactor(column: String, found: String)
  /// After leaving out rows with missing values none is left.
  case noRows(total: Int)
  /// A function gave a value that is no number, e.g. the logarithm of a negative one.
  case notFinite(expression: String, row: Int, value: String)
  /// Numbers so small that their squares vanish.
  case vanishing(expression: String, largest: String)

  /// A prior weight that is no positive number.
  case badWeight(column: String, row: Int, value: String)
  /// A known standard error that is no positive number.
  case badStandardError(column: String, row: Int, value: String)
  /// Two columns of a design matrix have one name, e.g. a number `ab` beside a factor `a` with the level `b`.
  case repeatedColumn(String, formula: String)
  /// A response that the family of a generalized model does not take.
  case response(ResponseFault)
  /// Different combinations of levels read alike, e.g. `a:b` + `c` and `a` + `b:c`.
  case ambiguousLevel(factor: String, level: String)

  /// The fault in words, with the place marked by a caret where there is one.
  public var description: String {
    switch self {
    case .syntax(let formula, let column, let found, let hint):
      "formula: unexpected \(found) at column \(FormulaError.characters(formula, before: column) + 1)\n"
        + FormulaError.caret(formula, column) + "\n" + hint
    case .missingVariable(".", let available):
      "'.' for all other columns is not supported"
        + (available.isEmpty
          ? ", and there is none that the formula does not name"
          : "; name them: \(available.map(FormulaExpression.quotedIfNeeded).joined(separator: " + "))")
    case .missingVariable(let name, let available):
      "no column '\(name)'; " + FormulaError.nearest(name, available: available)
    case .unknownColumn(let name, let formula, let column, let available):
      "formula: no column '\(name)' (column \(FormulaError.characters(formula, before: column) + 1))\n"
        + FormulaError.caret(formula, column) + "\n" + FormulaError.nearest(name, available: available)
    case .wrongType(let column, let found, let needed):
      "column '\(column)' is \(found), but here \(needed)"
    case .unsupported(let formula, let column, let what, let hint):
      "formula: \(what) is not supported (column \(FormulaError.characters(formula, before: column) + 1))\n"
        + FormulaError.caret(formula, column) + "\n" + hint
    case .oneLevel(let factor, let level, let rows):
      "factor '\(factor)' has only one level ('\(level)', \(rows) rows); a factor in the fixed part needs two or more levels"
    case .degenerate(let expression, let found, let remedy): "\(expression): \(found); \(remedy)"
    case .contrastWithoutFactor(let column, let found):
      "contrasts are for factors, but column '\(column)' is \(found); name it as a factor too (--factor \(column)), or write factor(\(FormulaExpression.quotedIfNeeded(column))) in the formula"
    case .noRows(let total):
      "no row is left: each of the \(total) rows has a missing value in a column that the formula uses"
    case .badWeight(let column, let row, let value):
      "the weight '\(column)' is \(value) in data row \(row); weights are positive numbers, so leave rows without weight out of the data"
    case .badStandardError(let column, let row, let value):
      "the standard error '\(column)' is \(value) in data row \(row); standard errors are positive numbers, so correct that row or leave it out of the data"
    case .repeatedColumn(let name, let formula):
      "'\(formula)' gives two coefficients the name '\(name)'; rename one of the columns or levels"
    case .ambiguousLevel(let factor, let level):
      "two combinations of levels of '\(factor)' are both written '\(level)'; rename levels that hold a colon"
    case .response(let fault): fault.description
    case .vanishing(let expression, let largest):
      "the largest number of '\(expression)' is \(largest); squares of numbers so small vanish: give it in another unit"
    case .notFinite(let expression, let row, let value):
      "\(expression) is \(value) in data row \(row); \(FormulaError.remedy(expression, value))"
    }
  }

  /// The columns that a name may have meant, and all there are.
  private static func nearest(_ name: String, available: [String]) -> String {
    let quoted = available.first { FormulaExpression.quotedIfNeeded($0) != $0 && $0.contains(name) }
    return colonHint(name, available: available)
      + "the nearest are \(NearestNames.of(name, among: available).joined(separator: ", ")); "
      + "all columns: \(available.joined(separator: ", "))"
      + (quoted.map { "; a name with blanks or signs stands in backquotes, e.g. `\($0)`" } ?? "")
  }

  /// A name whose parts between points are columns was meant as an interaction.
  private static func colonHint(_ name: String, available: [String]) -> String {
    guard let parts = columns(joinedByPoints: name, available: available) else { return "" }
    return "perhaps you mean \(parts.map(FormulaExpression.quotedIfNeeded).joined(separator: ":")); "
  }

  /// The columns whose names stand between points; nil where there are none, or the name itself is a column.
  static func columns(joinedByPoints name: String, available: [String]) -> [String]? {
    // More points than this are no slip, and would take long to try.
    guard name.count(where: { $0 == "." }) <= 8,
      let parts = columns(of: Substring(name), available: Set(available)), parts.count > 1
    else { return nil }
    return parts
  }

  private static func columns(of name: Substring, available: Set<String>) -> [String]? {
    if available.contains(String(name)) { return [String(name)] }
    for point in name.indices where name[point] == "." && available.contains(String(name[..<point])) {
      if let rest = columns(of: name[name.index(after: point)...], available: available) {
        return [String(name[..<point])] + rest
      }
    }
    return nil
  }

  /// Whether an expression is one name and nothing is computed.
  private static func isPlainName(_ expression: String) -> Bool {
    if expression.hasPrefix("`"), expression.hasSuffix("`") { return true }
    return FormulaExpression.quotedIfNeeded(expression) == expression
  }

  private static func remedy(_ expression: String, _ value: String) -> String {
    if value == "nan" || value.hasSuffix("inf") || value.hasSuffix("Inf") {
      return
        (isPlainName(expression)
        ? "the column has no finite value there" : "the function has no finite value there")
        + ", so leave such rows out of the data or correct them"
    }
    return "numbers of size up to 1e150 can be used, so rescale the column or correct the row"
  }

  private static func caret(_ formula: String, _ column: Int) -> String {
    let before = String(decoding: formula.utf8.prefix(column), as: UTF8.self)
    return "  " + formula + "\n  " + String(repeating: " ", count: before.displayWidth) + "^"
  }

  /// How many characters stand before a byte.
  private static func characters(_ formula: String, before column: Int) -> Int {
    String(decoding: formula.utf8.prefix(column), as: UTF8.self).count
  }
}
