import Studies
import Tables

/// A study with its results, each number found by cell, strategy, estimand and measure.
public struct MeasuredStudy: Sendable {
  /// The study.
  public let study: StudySpecification
  /// The parameters that the grid sets, with their values in the order of the cells; none for one cell.
  public let parameters: [Parameter]
  /// The estimands that have measures, in their order.
  public let estimands: [StudiedEstimand]
  /// Replicates there and wanted, by cell.
  public let replicates: [(done: Int, wanted: Int)]

  private var values: [Key: MeasuredNumber] = [:]
  private var statuses: [StatusKey: MeasuredNumber] = [:]

  /// One parameter of the grid.
  public struct Parameter: Sendable, Equatable {
    /// Its name, or its path in the design.
    public let name: String
    /// Its values as they were written, each once.
    public let values: [String]
    /// The values as numbers; nil where one is none.
    public var numbers: [Double]? {
      let numbers = values.compactMap(Double.init)
      return numbers.count == values.count ? numbers : nil
    }
  }

  /// An estimand by its address.
  public struct StudiedEstimand: Sendable, Equatable {
    /// The address as tables write it: `coef.school.(Intercept)`.
    public let address: String
    /// What kind of quantity.
    public let kind: Estimand.Kind
  }

  private struct Key: Hashable {
    let cell: Int
    let strategy: String
    let estimand: String
    let subset: String
    let measure: Measure
  }

  private struct StatusKey: Hashable {
    let cell: Int
    let strategy: String
    let status: ReplicateStatus
  }

  /// Takes the results of a study that were computed in this process.
  public init(_ study: StudySpecification, _ tables: ResultTables) throws(ResultTableError) {
    try self.init(study, measures: tables.measures, statuses: tables.statuses, cells: tables.cells)
  }

  /// Takes the tables of a study, as `mlm study merge` writes them.
  /// - Throws: `ResultTableError` for a table without a column it must have, or with cells that the study has not.
  public init(
    _ study: StudySpecification, measures: DataTable, statuses: DataTable, cells: DataTable
  ) throws(ResultTableError) {
    self.study = study
    var parameters: [Parameter] = []
    for (k, setting) in (study.cells.first?.settings ?? []).enumerated() {
      var values: [String] = []
      for cell in study.cells where !values.contains(cell.settings[k].value) {
        values.append(cell.settings[k].value)
      }
      parameters.append(Parameter(name: setting.name, values: values))
    }
    self.parameters = parameters
    let cellReader = try TableReader(cells, cellCount: study.cells.count)
    var replicates = study.cells.map { _ in (done: 0, wanted: study.replicates) }
    let (done, wanted) = (try cellReader.numbers("replicates"), try cellReader.numbers("wanted"))
    let identifiers = try cellReader.texts("identifier")
    for row in 0..<cells.rowCount {
      let cell = cellReader.cells[row]
      guard identifiers[row] == study.cells[cell].identifier else {
        throw .init(
          table: cells.name, what: "cell \(cell + 1) is not the study's (\(study.cells[cell].label))")
      }
      replicates[cell] = (Int(done[row]), Int(wanted[row]))
    }
    self.replicates = replicates
    let reader = try TableReader(measures, cellCount: study.cells.count)
    let (strategies, addresses) = (try reader.texts("strategy"), try reader.texts("estimand"))
    let (kinds, subsets, names) = (
      try reader.texts("kind"), try reader.texts("subset"), try reader.texts("measure")
    )
    let (numbers, errors) = (try reader.numbers("value"), try reader.numbers("mcse"))
    let (counts, totals) = (try reader.numbers("count"), try reader.numbers("total"))
    var estimands: [StudiedEstimand] = []
    for row in 0..<measures.rowCount {
      guard let measure = Measure(rawValue: names[row]), let kind = Estimand.Kind(rawValue: kinds[row]) else {
        throw .init(table: measures.name, what: "row \(row + 1) has an unknown measure or kind")
      }
      let key = Key(
        cell: reader.cells[row], strategy: strategies[row], estimand: addresses[row], subset: subsets[row],
        measure: measure)
      values[key] = MeasuredNumber(
        numbers[row], error: errors[row], count: Int(counts[row]), total: Int(totals[row]))
      let estimand = StudiedEstimand(address: addresses[row], kind: kind)
      if estimands.last != estimand, !estimands.contains(estimand) { estimands.append(estimand) }
    }
    self.estimands = estimands
    let status = try TableReader(statuses, cellCount: study.cells.count)
    let (owners, states) = (try status.texts("strategy"), try status.texts("status"))
    let (rates, rateErrors) = (try status.numbers("rate"), try status.numbers("mcse"))
    let (found, all) = (try status.numbers("count"), try status.numbers("total"))
    for row in 0..<statuses.rowCount {
      guard let state = ReplicateStatus(rawValue: states[row]) else {
        throw .init(table: statuses.name, what: "row \(row + 1) has the unknown status '\(states[row])'")
      }
      self.statuses[.init(cell: status.cells[row], strategy: owners[row], status: state)] = MeasuredNumber(
        rates[row], error: rateErrors[row], count: Int(found[row]), total: Int(all[row]))
    }
  }

  /// Whether every replicate is there.
  public var isComplete: Bool { replicates.allSatisfy { $0.done >= $0.wanted } }

  /// The place of a parameter's value in a cell, among the parameter's values.
  public func place(of parameter: Int, cell: Int) -> Int {
    parameters[parameter].values.firstIndex(of: study.cells[cell].settings[parameter].value) ?? 0
  }

  /// A measure; nil where the strategy has none.
  /// - Parameters:
  ///   - cell: index of the cell, from 0.
  ///   - interior: of replicates whose fit is inside the parameter space only.
  public func measure(
    _ measure: Measure, of estimand: String, by strategy: String, cell: Int, interior: Bool = false
  ) -> MeasuredNumber? {
    values[
      .init(
        cell: cell, strategy: strategy, estimand: estimand, subset: interior ? "ok" : "all", measure: measure)
    ]
  }

  /// How often a strategy ended in a status: the share, and in `count` the number of replicates that did.
  public func status(_ status: ReplicateStatus, of strategy: String, cell: Int) -> MeasuredNumber? {
    statuses[.init(cell: cell, strategy: strategy, status: status)]
  }

  /// The measures that a strategy has for an estimand in some cell.
  public func has(_ measure: Measure, of estimand: String, by strategy: String) -> Bool {
    study.cells.indices.contains { self.measure(measure, of: estimand, by: strategy, cell: $0) != nil }
  }
}

/// A number of a study with its Monte Carlo error.
public struct MeasuredNumber: Sendable, Equatable {
  /// The number.
  public let value: Double
  /// Its Monte Carlo standard error.
  public let error: Double
  /// Replicates behind it; of a rate of statuses those that had the status.
  public let count: Int
  /// All replicates.
  public let total: Int

  /// A number.
  public init(_ value: Double, error: Double, count: Int, total: Int) {
    self.value = value
    self.error = error
    self.count = count
    self.total = total
  }
}

/// A table that holds no results of the study it is read for.
public struct ResultTableError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The table's name.
  public let table: String
  /// What is wrong.
  public let what: String

  /// The fault, and what would work.
  public var description: String {
    "the table '\(table)' does not fit the study: \(what); 'mlm study merge' writes tables that do"
  }
}

/// Columns of a table of results.
private struct TableReader {
  let table: DataTable
  /// The cell of each row, from 0.
  let cells: [Int]

  init(_ table: DataTable, cellCount: Int) throws(ResultTableError) {
    self.table = table
    guard let numbers = table["cell"]?.numbers else {
      throw .init(table: table.name, what: "the column 'cell' is missing")
    }
    for number in numbers where !(number >= 1 && number <= Double(cellCount)) {
      throw .init(
        table: table.name, what: "cell \(shortestText(number)) is not among the study's \(cellCount) cells")
    }
    cells = numbers.map { Int($0) - 1 }
  }

  func numbers(_ name: String) throws(ResultTableError) -> [Double] {
    guard let column = table[name] else {
      throw .init(table: table.name, what: "the column '\(name)' is missing")
    }
    if let numbers = column.numbers { return numbers }
    // A column of missing numbers alone is read as text.
    guard (0..<column.count).allSatisfy({ column.isMissing($0) }) else {
      throw .init(table: table.name, what: "the column '\(name)' holds no numbers")
    }
    return [Double](repeating: .nan, count: column.count)
  }

  func texts(_ name: String) throws(ResultTableError) -> [String] {
    guard let column = table[name] else {
      throw .init(table: table.name, what: "the column '\(name)' is missing")
    }
    return (0..<column.count).map { column.text($0) ?? "" }
  }
}
