import LinearAlgebra

/// Why the likelihood of a generalized linear model has no maximum: predictors that tell rows at one end of
/// the response's range from the others without error.
///
/// The likelihood then rises without end as some coefficients grow, and their estimates are wherever the
/// iteration stopped.
///
/// - Reference: Albert & Anderson (1984), "On the existence of maximum likelihood estimates in logistic
///   regression models", doi:10.1093/biomet/71.1.1.
public struct Separation: Sendable, Equatable {
  /// One way in which rows are separated: by the constant alone, by a single column, or by several that are
  /// all needed.
  public struct Cause: Sendable, Equatable {
    /// The columns, without the constant where others are named.
    public let columns: [String]
    /// Where the coefficient of each column runs to: −1 or +1 times infinity.
    public let signs: [Int]
    /// How many rows are separated by them.
    public let rowCount: Int
    /// What rows look like, where one column says it.
    public let cells: [Cell]
  }

  /// Rows on one side of a column's values, all of which are at the same end of the response's range.
  public struct Cell: Sendable, Equatable {
    /// The least value of the column among them.
    public let least: Double
    /// The greatest value.
    public let greatest: Double
    /// Whether they lie above the other rows of the column.
    public let isAbove: Bool
    /// The end: true for successes, false for failures and counts of 0.
    public let isSuccess: Bool
    /// How many rows there are.
    public let rowCount: Int
  }

  /// The ways in which rows are separated.
  public let causes: [Cause]
  /// How many rows are separated in all, of how many.
  public let rowCount: Int
  /// Rows of the model.
  public let observationCount: Int
  /// Whether all rows are, so that no coefficient of the directions is left to be estimated.
  public var isComplete: Bool { rowCount == observationCount }
  /// Columns whose coefficients have no finite estimate, as far as the causes say.
  public var columns: [String] {
    var seen: Set<String> = []
    return causes.flatMap(\.columns).filter { seen.insert($0).inserted }
  }

  /// Looks for separation; nil where the likelihood has a maximum.
  /// - Parameters:
  ///   - x: the columns of the model, none of them a sum of the others.
  ///   - ends: for each row −1 or +1 at an end of its range, 0 inside.
  init?(_ x: Matrix, names: [String], ends: [Int8]) {
    func part(_ columns: [Int]) -> Matrix {
      Matrix(rows: x.rows, columns: columns.count, storage: columns.flatMap { x.column($0) })
    }
    guard let first = SeparatingDirection(x, ends: ends) else { return nil }
    // A row that is separated limits the others no more: the union of directions over what is left.
    var separated = Set(first.rows)
    var open = ends.indices.filter { !separated.contains($0) }
    while !open.isEmpty {
      let rest = Matrix(
        rows: open.count, columns: x.columns,
        storage: (0..<x.columns).flatMap { j in open.map { x[$0, j] } })
      let kept = Array(PivotedQR(rest).pivot.prefix(PivotedQR(rest).rank))
      let columns = Matrix(
        rows: open.count, columns: kept.count, storage: kept.flatMap { rest.column($0) })
      guard let next = SeparatingDirection(columns, ends: open.map { ends[$0] }) else { break }
      separated.formUnion(next.rows.map { open[$0] })
      open.removeAll { separated.contains($0) }
    }
    rowCount = separated.count
    observationCount = ends.count

    let constant = (0..<x.columns).first { j in
      x.rows > 0 && x[0, j] != 0 && (1..<x.rows).allSatisfy { x[$0, j] == x[0, j] }
    }
    if let constant, let found = SeparatingDirection(part([constant]), ends: ends) {
      causes = [
        Cause(
          columns: [names[constant]], signs: [found.direction[0] < 0 ? -1 : 1], rowCount: found.rows.count,
          cells: [])
      ]
      return
    }
    let companions = constant.map { [$0] } ?? []
    var causes: [Cause] = []
    for j in 0..<x.columns where j != constant {
      guard let found = SeparatingDirection(part(companions + [j]), ends: ends) else { continue }
      let column = x.column(j)
      causes.append(
        Cause(
          columns: [names[j]], signs: [found.direction.last! < 0 ? -1 : 1], rowCount: found.rows.count,
          cells: Separation.cells(of: column, rows: found.rows, ends: ends)))
    }
    if causes.isEmpty {
      // Columns are left out one by one as long as the others still separate.
      var kept = (0..<x.columns).filter { j in
        let size = first.direction[j] * (x.column(j).map(abs).max() ?? 0)
        return abs(size) > 1e-9 || j == constant
      }
      if SeparatingDirection(part(kept), ends: ends) == nil { kept = Array(0..<x.columns) }
      for j in kept.reversed() where j != constant {
        let fewer = kept.filter { $0 != j }
        if SeparatingDirection(part(fewer), ends: ends) != nil { kept = fewer }
      }
      if let found = SeparatingDirection(part(kept), ends: ends) {
        let shown = kept.indices.filter { kept[$0] != constant }
        causes.append(
          Cause(
            columns: shown.map { names[kept[$0]] }, signs: shown.map { found.direction[$0] < 0 ? -1 : 1 },
            rowCount: found.rows.count, cells: []))
      }
    }
    self.causes = causes
  }

  /// The separated rows of one column, those of each end by themselves.
  private static func cells(of column: [Double], rows: [Int], ends: [Int8]) -> [Cell] {
    [Int8(-1), 1].compactMap { end in
      let values = rows.filter { ends[$0] == end }.map { column[$0] }
      guard let least = values.min(), let greatest = values.max() else { return nil }
      let highest = column.max() ?? greatest
      return Cell(
        least: least, greatest: greatest, isAbove: greatest == highest, isSuccess: end > 0,
        rowCount: values.count)
    }
  }
}
