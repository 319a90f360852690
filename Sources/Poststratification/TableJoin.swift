import Tables

extension DataTable {
  /// The table with the columns of another one that it lacks, row by row where all common columns agree (as texts).
  ///
  /// Group-level predictors come in this way: a table with one row a province gives each person their province's.
  ///
  /// - Parameter other: a table whose common columns are a key: each combination once. A table that adds nothing changes nothing.
  /// - Throws: `PoststratificationError` without common columns, for a key that stands twice, and for one that is not there. A
  ///   row without a value of the key gets none of the others.
  public func joining(_ other: DataTable) throws(PoststratificationError) -> DataTable {
    let keys = other.columns.filter { self[$0.name] != nil }
    let added = other.columns.filter { self[$0.name] == nil }
    if added.isEmpty { return self }
    guard !keys.isEmpty else {
      throw .noKey(table: other.name, with: name, available: other.columnNames)
    }
    var place: [String: Int] = [:]
    for row in 0..<other.rowCount {
      guard let key = DataTable.key(keys, row) else { continue }
      if let before = place.updateValue(row, forKey: key) {
        throw .doubleKey(
          table: other.name, key: DataTable.shownKey(keys, row), rows: [before + 1, row + 1])
      }
    }
    let own = keys.map { self[$0.name]! }
    var rows: [Int?] = []
    rows.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      guard let key = DataTable.key(own, row) else {
        rows.append(nil)
        continue
      }
      guard let found = place[key] else {
        throw .unknownKey(
          table: other.name, in: name, key: DataTable.shownKey(own, row), row: row + 1,
          columns: keys.map(\.name))
      }
      rows.append(found)
    }
    return DataTable(columns + added.map { $0.selecting(optionalRows: rows) }, name: name)
  }

  /// The texts of several columns in a row as one; nil where one is missing.
  static func key(_ columns: [Column], _ row: Int) -> String? {
    var key = ""
    for column in columns {
      guard let text = column.text(row) else { return nil }
      key += text
      key += "\u{1F}"
    }
    return key
  }

  /// `province = P01, gender = 0`.
  static func shownKey(_ columns: [Column], _ row: Int) -> String {
    columns.map { "\($0.name) = \($0.text(row) ?? "NA")" }.joined(separator: ", ")
  }
}

extension Column {
  /// The entries of some rows, missing where there is none.
  fileprivate func selecting(optionalRows rows: [Int?]) -> Column {
    switch values {
    case .logical(let v): Column(name, .logical(rows.map { $0.flatMap { v[$0] } }))
    case .integer(let v): Column(name, .integer(rows.map { $0.flatMap { v[$0] } }))
    case .real(let v): Column(name, .real(rows.map { $0.map { v[$0] } ?? .nan }))
    case .text(let v): Column(name, .text(rows.map { $0.flatMap { v[$0] } }), firstText: firstText)
    }
  }
}
