import Studies
import Tables

/// A measure of one estimand as a table: cells in rows, strategies in columns, the number with its Monte Carlo error in parentheses;
/// in brackets how many replicates gave it where not all did.
public struct MeasureTable: Sendable {
  /// What is shown.
  public enum Quantity: Sendable, Equatable {
    /// A measure of an estimand.
    case measure(Measure)
    /// The share of fits on the boundary.
    case boundary
  }

  /// The table for readers.
  public let table: TextTable
  /// The numbers in full: cell, its parameters, strategy, value, mcse, count, total.
  public let numbers: DataTable
  /// How many cells are left out of `table`.
  public let left: Int

  /// A table.
  /// - Parameters:
  ///   - estimand: its address; not read for rates of the boundary.
  ///   - strategies: names and heads of the columns.
  ///   - most: how many rows at most.
  init(
    _ measured: MeasuredStudy, _ quantity: Quantity, of estimand: String,
    strategies: [(name: String, head: String)], most: Int = .max
  ) {
    let cells = measured.study.cells
    func number(_ cell: Int, _ strategy: String) -> MeasuredNumber? {
      switch quantity {
      case .measure(let measure): measured.measure(measure, of: estimand, by: strategy, cell: cell)
      case .boundary: measured.status(.boundary, of: strategy, cell: cell)
      }
    }
    func text(_ number: MeasuredNumber) -> String {
      let isShort = quantity != .boundary && number.count < number.total
      return MonteCarloText.text(number.value, error: number.error) + (isShort ? " [\(number.count)]" : "")
    }
    let heads: [TextTable.Head] =
      measured.parameters.map { .init($0.name, .right) } + strategies.map { .init($0.head, .right) }
    table = TextTable(
      heads,
      rows: cells.indices.prefix(most).map { cell in
        cells[cell].settings.map(\.value) + strategies.map { number(cell, $0.name).map(text) ?? "" }
      })
    left = max(0, cells.count - most)
    var rows: [(cell: Int, strategy: String, number: MeasuredNumber)] = []
    for cell in cells.indices {
      for strategy in strategies {
        if let found = number(cell, strategy.name) { rows.append((cell, strategy.name, found)) }
      }
    }
    numbers = DataTable(
      [Column("cell", rows.map { cells[$0.cell].number })]
        + measured.parameters.indices.map { k in
          Column(measured.parameters[k].name, rows.map { cells[$0.cell].settings[k].value })
        }
        + [
          Column("strategy", rows.map(\.strategy)), Column("value", rows.map(\.number.value)),
          Column("mcse", rows.map(\.number.error)), Column("count", rows.map(\.number.count)),
          Column("total", rows.map(\.number.total)),
        ])
  }

  /// The table of an estimand, or of the first that has the measure, coefficients of groups before others.
  /// - Parameters:
  ///   - strategies: names of the columns; none for all that have the measure.
  ///   - words: heads of the columns.
  /// - Throws: `MeasureTableError`.
  public init(
    _ measured: MeasuredStudy, _ quantity: Quantity, of estimand: String?, strategies: [String] = [],
    words: StudyWords
  ) throws(MeasureTableError) {
    let all = measured.study.strategies
    for name in strategies where !all.contains(where: { $0.name == name }) {
      throw .noStrategy(name, available: all.map(\.name))
    }
    var asked = strategies.isEmpty ? all : strategies.compactMap { name in all.first { $0.name == name } }
    var address = ""
    switch quantity {
    case .boundary:
      if strategies.isEmpty { asked = asked.filter { $0.method == .reml || $0.method == .ml } }
    case .measure(let measure):
      let having = measured.estimands.filter { estimand in
        asked.contains { measured.has(measure, of: estimand.address, by: $0.name) }
      }
      if let estimand {
        let plain = estimand.filter { $0 != "\"" }
        guard let found = measured.estimands.first(where: { $0.address.filter { $0 != "\"" } == plain })
        else {
          throw .noEstimand(estimand, available: measured.estimands.map(\.address))
        }
        address = found.address
      } else {
        address = (having.first { $0.kind == .group } ?? having.first)?.address ?? ""
      }
      asked = asked.filter { measured.has(measure, of: address, by: $0.name) }
      if asked.isEmpty {
        throw .noNumbers(measure.rawValue, estimand: estimand, having: having.map(\.address))
      }
    }
    self.init(
      measured, quantity, of: address,
      strategies: asked.map {
        ($0.name, $0.name == $0.method.rawValue ? words.strategy($0.method) : $0.name)
      })
  }
}

/// What a table of measures cannot show.
public enum MeasureTableError: Error, Equatable, Sendable, CustomStringConvertible {
  case noStrategy(String, available: [String])
  case noEstimand(String, available: [String])
  case noNumbers(String, estimand: String?, having: [String])

  /// The fault in words.
  public var description: String {
    switch self {
    case .noStrategy(let name, let available):
      "the study has no strategy '\(name)'; it has \(available.joined(separator: ", "))"
    case .noEstimand(let name, let available):
      "the study has no estimand '\(name)'; it has \(available.joined(separator: ", "))"
    case .noNumbers(let measure, let estimand, let having):
      "no strategy has the measure '\(measure)'\(estimand.map { " of \($0)" } ?? "")"
        + (having.isEmpty ? "" : "; these estimands have it: \(having.joined(separator: ", "))")
    }
  }
}
