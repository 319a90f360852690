import Tables

/// What has been read once of a frame's columns: the values of numeric terms by their texts, so that a predictor that stands in several terms is one column;
/// and the columns of which it is known that no number is missing or extreme.
struct KnownColumns {
  private var values: [String: [Double]] = [:]
  private var ordinary: [[Double]] = []

  /// Whether all entries are finite, and their magnitudes far from where squares overflow or vanish; of a column of which that is not so at once
  /// the entries have to be looked at. A column whose memory has been looked at is not read again.
  mutating func isOrdinary(_ column: [Double]) -> Bool {
    if ordinary.contains(where: { $0.sharesMemory(with: column) }) { return true }
    guard column.isOrdinary else { return false }
    note(ordinary: column)
    return true
  }

  /// Takes it that a column's entries are ordinary.
  mutating func note(ordinary column: [Double]) {
    if column.count >= DesignColumns.leastSeparateRows { ordinary.append(column) }
  }

  /// The values of a numeric term, made at its first mention.
  mutating func values(
    named text: String, _ make: () throws(FormulaError) -> [Double]
  ) throws(FormulaError) -> [Double] {
    if let known = values[text] { return known }
    let made = try make()
    if made.count >= DesignColumns.leastSeparateRows { values[text] = made }
    return made
  }
}
