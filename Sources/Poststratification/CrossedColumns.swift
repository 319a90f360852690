import Tables

extension DataTable {
  /// The table with crossings that a formula names but no column holds: `gender.region` of the columns `gender` and `region`, with
  /// the values of R's `interaction(gender, region)`, such as `0.R1`. Names that cannot be made so are left out.
  public func addingCrossings(_ names: some Sequence<String>) -> DataTable {
    var table = self
    for name in Set(names).sorted() where table[name] == nil {
      if let column = crossing(name) { table = table.appending(Column(name, column.values)) }
    }
    return table
  }

  /// The column of a name: as it is, or made of the parts between its points.
  private func crossing(_ name: String) -> Column? {
    if let column = self[name] { return column }
    for point in name.indices.dropFirst() where name[point] == "." {
      let rest = String(name[name.index(after: point)...])
      guard let first = self[String(name[..<point])], !rest.isEmpty, let second = crossing(rest) else {
        continue
      }
      return Column(
        name,
        .text(
          (0..<rowCount).map { row in
            guard let a = first.text(row), let b = second.text(row) else { return nil }
            return a + "." + b
          }))
    }
    return nil
  }
}
