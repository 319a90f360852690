import Tables

/// The groups for which estimates are made: the values of a column of the census, or of a crossing `a:b`.
struct AreaGroups: Sendable {
  /// The column as it was asked for.
  let name: String
  /// The groups that the census counts, sorted as levels.
  let levels: [String]
  /// The group of each cell.
  let ofCell: [Int]
  /// The group of each row of the survey: −1 where the census does not count it or the survey does not tell; nil where neither the
  /// survey nor its cells tell.
  let ofRow: [Int]?

  /// - Throws: `PoststratificationError.unknownGroup` or `.missingValue`.
  init(_ name: String, census: Census, survey: DataTable) throws(PoststratificationError) {
    self.name = name
    let parts = census.cells[name] != nil ? [name] : name.split(separator: ":").map(String.init)
    let cells = census.cells.addingCrossings(parts)
    var columns: [Column] = []
    for part in parts {
      guard let column = cells[part] else { throw .unknownGroup(part, available: census.cells.columnNames) }
      if let row = census.counts.indices.first(where: { census.counts[$0] > 0 && column.isMissing($0) }) {
        throw .missingValue(column: part, row: row + 1)
      }
      columns.append(column)
    }
    let factors = columns.map(\.factor)
    // Crossings that occur, the first column slowest.
    var occurring: [[Int]: Int] = [:]
    let codes = (0..<cells.rowCount).map { row in factors.map { $0.codes[row] } }
    let sorted = Set(codes.filter { !$0.contains(-1) }).sorted { $0.lexicographicallyPrecedes($1) }
    for (k, code) in sorted.enumerated() { occurring[code] = k }
    levels = sorted.map { code in zip(factors, code).map { $0.levels[$1] }.joined(separator: ":") }
    ofCell = codes.map { occurring[$0] ?? -1 }
    let people = survey.addingCrossings(parts)
    let own = parts.compactMap { people[$0] }
    guard own.count == parts.count else {
      ofRow = nil
      return
    }
    var place: [String: Int] = [:]
    for (k, code) in sorted.enumerated() {
      place[zip(factors, code).map { $0.levels[$1] + "\u{1F}" }.joined()] = k
    }
    ofRow = (0..<people.rowCount).map { row in DataTable.key(own, row).flatMap { place[$0] } ?? -1 }
  }

  private init(name: String, levels: [String], ofCell: [Int], ofRow: [Int]?) {
    (self.name, self.levels, self.ofCell, self.ofRow) = (name, levels, ofCell, ofRow)
  }

  /// The same groups of some of the cells.
  func selecting(cells: [Int]) -> AreaGroups {
    AreaGroups(name: name, levels: levels, ofCell: cells.map { ofCell[$0] }, ofRow: ofRow)
  }

  /// Where the survey has no such column: the group of each row's cell, if every cell lies in one group.
  /// - Parameter cells: the cell of each row of census and survey.
  func telling(by cells: (ofCell: [Int], ofRow: [Int])) -> AreaGroups {
    if ofRow != nil { return self }
    var group = [Int](repeating: -1, count: (cells.ofCell.max() ?? -1) + 1)
    for (cell, own) in zip(cells.ofCell, ofCell) where cell >= 0 && own >= 0 {
      if group[cell] >= 0, group[cell] != own { return self }
      group[cell] = own
    }
    return AreaGroups(
      name: name, levels: levels, ofCell: ofCell, ofRow: cells.ofRow.map { $0 < 0 ? -1 : group[$0] })
  }

  /// All people as one group.
  init(whole census: Census, survey: DataTable) {
    name = ""
    levels = [""]
    ofCell = census.counts.map { _ in 0 }
    ofRow = (0..<survey.rowCount).map { _ in 0 }
  }
}
