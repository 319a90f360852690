import Tables

/// A population counted by cells: one row for each combination of what a model knows of people, with the number of those.
public struct Census: Sendable {
  /// The cells with all columns.
  public let cells: DataTable
  /// The column of counts.
  public let countColumn: String
  /// For each cell how many people it has, 0 or more (shares will do as well).
  public let counts: [Double]
  /// The number of all people.
  public let total: Double

  /// The names that a column of counts has unless told, in the order of preference.
  public static let usualCounts = ["N", "n", "count"]

  /// Reads counts.
  /// - Parameters:
  ///   - count: the column of counts; `N`, `n` or `count` if nil.
  ///   - tables: predictors of areas, joined by the columns they have in common with the cells.
  /// - Throws: `PoststratificationError`.
  public init(
    _ cells: DataTable, count: String? = nil, joining tables: [DataTable] = []
  ) throws(PoststratificationError) {
    let usual = Census.usualCounts.first { cells[$0] != nil }
    guard let name = count ?? usual, let column = cells[name] else {
      throw .noCounts(asked: count, available: cells.columnNames)
    }
    guard let numbers = column.numbers else {
      throw .textCounts(column: name, found: column.typeDescription)
    }
    for (row, x) in numbers.enumerated() where !(x >= 0 && x.isFinite) {
      throw .count(column: name, row: row + 1, found: column.text(row) ?? "missing")
    }
    countColumn = name
    counts = numbers
    total = numbers.reduce(0, +)
    if total == 0 { throw .emptyCensus(column: name) }
    var table = cells
    for other in tables { table = try table.joining(other) }
    self.cells = table
  }

  init(cells: DataTable, countColumn: String, counts: [Double], total: Double) {
    (self.cells, self.countColumn, self.counts, self.total) = (cells, countColumn, counts, total)
  }

  /// The cells in which people live, and their places.
  var peopled: (census: Census, places: [Int]) {
    let places = counts.indices.filter { counts[$0] > 0 }
    if places.count == counts.count { return (self, places) }
    return (
      Census(
        cells: cells.selecting(rows: places), countColumn: countColumn, counts: places.map { counts[$0] },
        total: total), places
    )
  }

  /// The census with the columns that a model needs, crossings made; cells in which nobody lives may lack values.
  /// - Parameter needed: columns with what they are needed for.
  /// - Throws: `PoststratificationError.missingColumn` or `.missingValue`.
  func preparing(_ needed: [(name: String, role: String)]) throws(PoststratificationError) -> Census {
    let table = cells.addingCrossings(needed.map(\.name))
    for (name, role) in needed {
      guard let column = table[name] else {
        throw .missingColumn(name, role: role, available: cells.columnNames)
      }
      if let row = counts.indices.first(where: { counts[$0] > 0 && column.isMissing($0) }) {
        throw .missingValue(column: name, row: row + 1)
      }
    }
    return Census(cells: table, countColumn: countColumn, counts: counts, total: total)
  }
}
