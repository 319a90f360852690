import LinearAlgebra
import ModelFormula

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
  /// all needed, for some row or for all that are separated.
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
  /// Where all responses are at one end of the range, that end: true for successes. Nothing can then be
  /// estimated, whatever the predictors.
  public let commonEnd: Bool?
  /// Which levels the rows of a column of indicators have where it is 1.
  private(set) var levels: [String: [FactorLevel]] = [:]
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
    let columns = Array(0..<x.columns)
    let whole = SeparatedRows(x, ends: ends)
    if whole.rows.isEmpty { return nil }
    rowCount = whole.rows.count
    observationCount = ends.count
    commonEnd = ends.allSatisfy { $0 == ends[0] && $0 != 0 } ? ends[0] > 0 : nil

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
    let predictors = columns.filter { $0 != constant }
    /// The predictors without those that are not needed.
    func needed(_ isEnough: ([Int]) -> Bool) -> [Int] {
      predictors.reversed().reduce(predictors) { kept, j in
        let fewer = kept.filter { $0 != j }
        return isEnough(fewer) ? fewer : kept
      }
    }
    var causes = predictors.compactMap { cause([$0]) }
    if causes.isEmpty {
      causes =
        cause(needed { SeparatingDirection(part(companions + $0), ends: ends) != nil }).map { [$0] } ?? []
    }
    // Rows that none of them separates are separated by more columns together.
    let named = causes.flatMap(\.columns)
    let single = SeparatedRows(
      part(companions + predictors.filter { named.contains(names[$0]) }), ends: ends)
    if single.rows.count < whole.rows.count {
      let all = needed { SeparatedRows(part(companions + $0), ends: ends).rows.count == whole.rows.count }
      let joint = SeparatedRows(part(companions + all), ends: ends)
      let signs = joint.signs.suffix(all.count)
      let moving = zip(all, signs).filter { $0.1 != 0 }
      causes.append(
        Cause(
          columns: moving.map { names[$0.0] }, signs: moving.map(\.1),
          constantSign: constant == nil ? 0 : joint.signs[0], rowCount: joint.rows.count, cells: []))
    }
    self.causes = causes
  }

  /// With what columns of indicators stand for.
  func named(by coding: DesignCoding) -> Separation {
    var named = self
    for (name, levels) in zip(coding.columnNames, coding.levelsOfColumns) where !levels.isEmpty {
      named.levels[name] = levels
    }
    return named
  }

  /// Which levels rows have where a column of indicators is 1; empty for other columns.
  public func levels(of column: String) -> [FactorLevel] { levels[column] ?? [] }

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
