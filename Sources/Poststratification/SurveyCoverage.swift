import ModelFormula
import Tables

/// How a survey and a census meet: cells that nobody of the survey is in, people whom the census does not count, new levels.
public struct SurveyCoverage: Sendable, Equatable {
  /// The columns that make cells: grouping factors, and predictors that vary within those.
  public let cellColumns: [String]
  /// Rows of the survey that the fit used.
  public let surveyRows: Int
  /// Cells of the census that have people.
  public let cellCount: Int
  /// How many of those have somebody in the survey.
  public let seenCellCount: Int
  /// The share of the population that lives in cells without anybody in the survey.
  public let unseenShare: Double
  /// Used rows of the survey whose cell the census has not, or has with a count of 0.
  public let uncountedRows: Int
  /// The first of their cells, as `gender = 1, province = P07`.
  public let uncountedCells: [String]
  /// Rows of the census that are alike an earlier one in all that makes cells; their counts are added.
  public let repeatedRows: Int
  /// How many of those are alike an earlier one in every column, counts included, and have counts other than 1.
  public let identicalRows: Int
  /// Levels of grouping factors in the census that the survey has not, factor by factor.
  public let newLevels: [NewLevels]

  /// Levels of one grouping factor that the survey has not seen.
  public struct NewLevels: Sendable, Equatable {
    /// The grouping factor.
    public let factor: String
    /// Its new levels.
    public let levels: [String]
    /// The share of the population that lives there.
    public let share: Double
  }

  init(
    _ model: SurveyModel, census: Census, survey: DataTable, usedRows: [Int], effects: FittedEffects,
    cells: CellRows, truth: String?
  ) {
    let groups = Set(
      model.groupingFactors.flatMap(\.variables).flatMap { SurveyCoverage.parts(of: $0, census) })
    var columns = census.cells.columns.filter { groups.contains($0.name) && survey[$0.name] != nil }
    let areas = columns
    // A number that grouping columns determine, such as a province's income, does not make cells of its own.
    for name in model.formula.predictors.sorted() where !groups.contains(name) {
      guard let column = census.cells[name], survey[name] != nil else { continue }
      if column.numbers == nil || !SurveyCoverage.isFunction(column, of: areas) { columns.append(column) }
    }
    cellColumns = columns.map(\.name)
    (repeatedRows, identicalRows) = SurveyCoverage.repeated(census, cellColumns: cellColumns, truth: truth)
    surveyRows = usedRows.count
    var counted: [String: Double] = [:]
    for row in 0..<census.cells.rowCount {
      if let key = DataTable.key(columns, row) { counted[key, default: 0] += census.counts[row] }
    }
    let own = columns.map { survey[$0.name]! }
    var seen: Set<String> = []
    var uncounted = 0
    var examples: [String] = []
    var named: Set<String> = []
    for row in usedRows {
      guard let key = DataTable.key(own, row) else { continue }
      if counted[key] != nil {
        seen.insert(key)
      } else {
        uncounted += 1
        if examples.count < 5, named.insert(key).inserted { examples.append(DataTable.shownKey(own, row)) }
      }
    }
    cellCount = counted.count
    seenCellCount = seen.count
    unseenShare = counted.reduce(0) { seen.contains($1.key) ? $0 : $0 + $1.value } / census.total
    uncountedRows = uncounted
    uncountedCells = examples
    newLevels = zip(effects.factors, cells.factors).compactMap { factor, rows in
      var lives = [Double](repeating: 0, count: rows.newLevels.count)
      for (row, level) in rows.levels.enumerated() where level >= factor.levels.count {
        lives[level - factor.levels.count] += census.counts[row]
      }
      let populated = rows.newLevels.indices.filter { lives[$0] > 0 }
      if populated.isEmpty { return nil }
      return NewLevels(
        factor: factor.name, levels: populated.map { rows.newLevels[$0] },
        share: lives.reduce(0, +) / census.total)
    }
  }

  /// Counts rows of the census that repeat earlier ones. What makes cells are all columns but counts, true means and numbers with
  /// decimals that the model does not need, which describe cells.
  private static func repeated(
    _ census: Census, cellColumns: [String], truth: String?
  ) -> (repeated: Int, identical: Int) {
    let making = census.cells.columns.filter { column in
      if column.name == census.countColumn || column.name == truth { return false }
      if cellColumns.contains(column.name) { return true }
      return column.numbers?.allSatisfy { $0.isNaN || $0 == $0.rounded() } ?? true
    }
    func key(_ columns: [Column], _ row: Int) -> String {
      columns.map { $0.text(row).map { "=" + $0 } ?? "" }.joined(separator: "\u{1F}")
    }
    let rows = 0..<census.cells.rowCount
    var met: Set<String> = []
    let repeated = rows.count { !met.insert(key(making, $0)).inserted }
    if repeated == 0 { return (0, 0) }
    met = []
    // A census of single people has many that are alike.
    let identical = rows.count {
      !met.insert(key(census.cells.columns, $0)).inserted && census.counts[$0] != 1
    }
    return (repeated, identical)
  }

  /// The columns of which a crossing is made; the column itself where it is none.
  private static func parts(of name: String, _ census: Census) -> [String] {
    let all = name.split(separator: ".").map(String.init)
    return all.count > 1 && all.allSatisfy { census.cells[$0] != nil } ? all : [name]
  }

  /// Whether a column has one value for each combination of others.
  private static func isFunction(_ column: Column, of others: [Column]) -> Bool {
    var values: [String: String?] = [:]
    for row in 0..<column.count {
      guard let key = DataTable.key(others, row) else { continue }
      let text = column.text(row)
      if let before = values[key] {
        if before != text { return false }
      } else {
        values[key] = .some(text)
      }
    }
    return true
  }
}
