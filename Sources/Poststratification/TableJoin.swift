import Tables

extension DataTable {
  /// The table with the columns of another one that it lacks, row by row where all common columns agree (as texts).
  ///
  /// Group-level predictors come in this way: a table with one row a province gives each person their province's.
  ///
  /// - Parameter other: a table whose common columns are a key: each combination once. A table that adds nothing changes nothing.
  /// - Throws: `PoststratificationError` without common columns, for a key that stands twice, for one that is not there, and
  ///   where the tables contradict each other. A row without a value of the key gets none of the others.
  public func joining(_ other: DataTable) throws(PoststratificationError) -> DataTable {
    let keys = other.columns.filter { self[$0.name] != nil }
    let added = other.columns.filter { self[$0.name] == nil }
    try checkAgreement(keys, of: other)
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

  /// Looks whether common columns that only describe the rows of the other table, such as the income of a province, have the
  /// same values here.
  private func checkAgreement(
    _ common: [Column], of other: DataTable
  ) throws(PoststratificationError) {
    guard let names = DataTable.identifying(common) else { return }
    let keys = common.filter { names.contains($0.name) }
    let values = common.filter { !names.contains($0.name) }
    var place: [String: Int] = [:]
    for row in 0..<other.rowCount {
      if let key = DataTable.key(keys, row) { place[key] = row }
    }
    let own = keys.map { self[$0.name]! }
    for value in values {
      let column = self[value.name]!
      for row in 0..<rowCount {
        guard let found = column.text(row), let key = DataTable.key(own, row), let there = place[key],
          let told = value.text(there), found != told
        else { continue }
        // The same number may be written in two ways.
        if let a = Double(found), let b = Double(told), a == b { continue }
        throw .contradiction(
          table: other.name, in: name, column: value.name, key: DataTable.shownKey(own, row), row: row + 1,
          found: found, other: told)
      }
    }
  }

  /// The names of the first columns that tell the rows of a table apart, texts before whole numbers; nil where it needs all
  /// columns. Other numbers name nothing.
  private static func identifying(_ columns: [Column]) -> Set<String>? {
    let texts = columns.filter { $0.numbers == nil }
    let whole = columns.filter { $0.numbers?.allSatisfy { $0.isNaN || $0 == $0.rounded() } ?? false }
    var keys: [Column] = []
    for column in texts + whole where keys.count + 1 < columns.count {
      keys.append(column)
      var met: Set<String> = []
      if (0..<column.count).allSatisfy({ row in key(keys, row).map { met.insert($0).inserted } ?? true }) {
        return Set(keys.map(\.name))
      }
    }
    return nil
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
