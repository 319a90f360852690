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
    /// Where the constant runs to beside them; 0 where it stays.
    public let constantSign: Int
    /// How many rows are separated by them.
    public let rowCount: Int
    /// What these rows look like, where their values in the columns say it.
    public let cells: [Cell]
  }

  /// Rows with certain values in the columns of a cause, all of which are at the same end of the response's
  /// range.
  public struct Cell: Sendable, Equatable {
    /// The least value of each column among them.
    public let least: [Double]
    /// The greatest value of each.
    public let greatest: [Double]
    /// Of a single column: whether they lie above its other rows.
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
    let companions = constant.map { [$0] } ?? []
    /// The cause that some columns are beside the constant; nil if they separate nothing.
    func cause(_ columns: [Int]) -> Cause? {
      let parts = companions.filter { !columns.contains($0) } + columns
      guard let found = SeparatingDirection(part(parts), ends: ends) else { return nil }
      let sizes = zip(parts, found.direction).map { abs($1) * (x.column($0).map(abs).max() ?? 0) }
      let largest = sizes.max() ?? 0
      func sign(_ place: Int) -> Int { found.direction[place] < 0 ? -1 : 1 }
      let first = parts.count - columns.count
      return Cause(
        columns: columns.map { names[$0] }, signs: columns.indices.map { sign(first + $0) },
        constantSign: first == 1 && sizes[0] > 1e-7 * largest ? sign(0) : 0, rowCount: found.rows.count,
        cells: columns == companions
          ? [] : Separation.cells(of: columns.map { x.column($0) }, rows: found.rows, ends: ends))
    }
    if let constant, let only = cause([constant]) {
      causes = [only]
      return
    }
    var causes = (0..<x.columns).filter { $0 != constant }.compactMap { cause([$0]) }
    if causes.isEmpty {
      // Columns are left out one by one as long as the others still separate.
      var kept = (0..<x.columns).filter { $0 != constant }
      for j in kept.reversed() {
        let fewer = kept.filter { $0 != j }
        if SeparatingDirection(part(companions + fewer), ends: ends) != nil { kept = fewer }
      }
      causes = cause(kept).map { [$0] } ?? []
    }
    self.causes = causes
  }

  /// The separated rows, those of each end by themselves: of one column by the range of their values, of
  /// several where each has but one value.
  private static func cells(of columns: [[Double]], rows: [Int], ends: [Int8]) -> [Cell] {
    let cells = [Int8(-1), 1].compactMap { end -> Cell? in
      let own = rows.filter { ends[$0] == end }
      if own.isEmpty { return nil }
      let values = columns.map { column in own.map { column[$0] } }
      let greatest = values.map { $0.max()! }
      return Cell(
        least: values.map { $0.min()! }, greatest: greatest,
        isAbove: columns.count == 1 && greatest[0] == columns[0].max(), isSuccess: end > 0,
        rowCount: own.count)
    }
    return columns.count == 1 || cells.allSatisfy { $0.least == $0.greatest } ? cells : []
  }
}
