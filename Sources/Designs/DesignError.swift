/// Why a design cannot be drawn.
public enum DesignError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooFewRows(found: Int, least: Int)
  case tooManyRows(found: Int, most: Int)

  /// The largest number of rows of one table.
  public static let largestTable = 10_000_000

  /// The fault in words.
  public var description: String {
    switch self {
    case .tooFewRows(let found, let least): "n is \(found); a data set has at least \(least) row"
    case .tooManyRows(let found, let most): "n is \(found); one data set has at most \(most) rows"
    }
  }
}
