import Tables

/// Why a survey and a census cannot be brought together: what was found and what would work.
public enum PoststratificationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no column of counts.
  case noCounts(asked: String?, available: [String])
  /// The column of counts is no number.
  case textCounts(column: String, found: String)
  /// A count is missing, negative or not finite; rows count from 1.
  case count(column: String, row: Int, found: String)
  /// All counts are 0.
  case emptyCensus(column: String)
  /// A column that the model needs is not in the census.
  case missingColumn(String, role: String, available: [String])
  /// A cell lacks a value.
  case missingValue(column: String, row: Int)
  /// Two tables that are to be joined have no column in common.
  case noKey(table: String, with: String, available: [String])
  /// A key of a joined table occurs twice.
  case doubleKey(table: String, key: String, rows: [Int])
  /// A row has a key that a joined table has not.
  case unknownKey(table: String, in: String, key: String, row: Int, columns: [String])
  /// A joined table and a row that it is joined to have different values of a column that both have.
  case contradiction(
    table: String, in: String, column: String, key: String, row: Int, found: String, other: String)
  /// The model cannot be applied to the cells, e.g. for a level of a fixed factor that the survey has not.
  case cells(String)
  /// A column whose groups are to be estimated is not in the census.
  case unknownGroup(String, available: [String])
  /// A column of true means is no number.
  case truth(column: String, row: Int, found: String)
  /// More random effects than can be drawn jointly.
  case tooManyEffects(Int, most: Int)
  /// The joint precision of the effects is not positive definite.
  case noJointDistribution

  /// The fault in words.
  public var description: String {
    switch self {
    case .noCounts(let asked?, let available):
      "the census has no column '\(asked)'\(meant(asked, available)); columns are \(list(available))"
    case .noCounts(nil, let available):
      "the census has no column N, n or count; --count names another one; columns are \(list(available))"
    case .textCounts(let column, let found): "the census column '\(column)' is \(found); counts are numbers"
    case .count(let column, let row, let found):
      "the census column '\(column)' is \(found) in row \(row); counts are 0 or more"
    case .emptyCensus(let column):
      "the census column '\(column)' is 0 in every row; some cell must have people"
    case .missingColumn(let name, let role, let available):
      "the census has no column '\(name)'\(meant(name, available)), \(role); columns are \(list(available)); --join takes a table with it"
    case .missingValue(let column, let row): "the census has no value of '\(column)' in row \(row)"
    case .noKey(let table, let other, let available):
      "\(table) has no column in common with \(other) to join by; its columns are \(list(available))"
    case .doubleKey(let table, let key, let rows):
      "\(table) has \(key) in rows \(rows.map(String.init).joined(separator: " and ")); a key stands once"
    case .unknownKey(let table, let other, let key, let row, let columns):
      "\(table) has no row with \(key), which row \(row) of \(other) has; tables are joined by their common columns, here \(list(columns))"
    case .contradiction(let table, let own, let column, let key, let row, let found, let other):
      "\(table) has \(column) = \(other) for \(key), but row \(row) of \(own) has \(column) = \(found); "
        + "a column that both have must agree; leave it out of one of them"
    case .cells(let message): "in the census: \(message)"
    case .unknownGroup(let name, let available):
      "--by: the census has no column '\(name)'\(meant(name, available)); columns are \(list(available))"
    case .truth(let column, let row, let found):
      "the census column '\(column)' is \(found) in row \(row); true means are numbers"
    case .tooManyEffects(let count, let most):
      "\(count) effects are too many to be drawn jointly (at most \(most)); --draws 0 gives estimates without intervals"
    case .noJointDistribution:
      "the joint distribution of the effects is not determined by the data; --draws 0 gives estimates without intervals"
    }
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  private func meant(_ name: String, _ available: [String]) -> String {
    NearestNames.close(to: name, among: available).map { " (did you mean '\($0)'?)" } ?? ""
  }
}
