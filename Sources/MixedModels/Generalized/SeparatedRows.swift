import LinearAlgebra

/// All rows that some columns separate: the union over directions.
///
/// A row that is separated limits the others no more, so that the next direction is looked for among the rest.
struct SeparatedRows {
  /// The rows.
  private(set) var rows: Set<Int> = []
  /// Where the coefficient of each column runs to, by the first direction that moves it: −1, +1, or 0 for one that stays.
  private(set) var signs: [Int]

  /// - Parameters:
  ///   - x: columns of which none is a sum of the others.
  ///   - ends: for each row −1 or +1 at an end of its range, 0 inside.
  init(_ x: Matrix, ends: [Int8]) {
    signs = [Int](repeating: 0, count: x.columns)
    var open = Array(ends.indices)
    var kept = Array(0..<x.columns)
    while !open.isEmpty, !kept.isEmpty {
      let columns = Matrix(
        rows: open.count, columns: kept.count,
        storage: kept.flatMap { j in open.map { x[$0, j] } })
      guard let found = SeparatingDirection(columns, ends: open.map { ends[$0] }) else { return }
      let sizes = zip(kept.indices, found.direction).map { place, part in
        abs(part) * (columns.column(place).map(abs).max() ?? 0)
      }
      let largest = sizes.max() ?? 0
      for (place, j) in kept.enumerated() where signs[j] == 0 && sizes[place] > 1e-7 * largest {
        signs[j] = found.direction[place] < 0 ? -1 : 1
      }
      rows.formUnion(found.rows.map { open[$0] })
      open.removeAll { rows.contains($0) }
      // Among fewer rows columns may be sums of others.
      let rest = Matrix(
        rows: open.count, columns: x.columns, storage: (0..<x.columns).flatMap { j in open.map { x[$0, j] } })
      let qr = PivotedQR(rest)
      kept = qr.pivot.prefix(qr.rank).sorted()
    }
  }
}
