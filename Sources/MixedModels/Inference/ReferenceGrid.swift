import LinearAlgebra
import ModelFormula
import Tables

/// Rows that differ in one predictor alone: numeric predictors stand at their means over the rows used, factors at their first levels.
///
/// Reference: Lenth (2016), doi:10.18637/jss.v069.i01, who calls it a reference grid.
public struct ReferenceGrid: Sendable {
  /// What a predictor is held at.
  public enum HeldValue: Sendable, Equatable {
    /// The mean of a number.
    case mean(Double)
    /// The first level of a factor.
    case level(String)
  }

  /// A predictor that is held.
  public struct Held: Sendable, Equatable {
    /// Its column.
    public let column: String
    /// What it is held at.
    public let value: HeldValue
  }

  /// The predictor that varies.
  public let predictor: String
  /// Its levels where it is a factor.
  public let levels: [String]?
  /// Its values where it is a number.
  public let values: [Double]
  /// The other predictors, in the formula's order.
  public let held: [Held]
  /// The rows, one for each value or level.
  public let table: DataTable

  /// The columns that predictors name: those of the fixed part first, in the formula's order.
  static func predictors(of formula: ModelFormula) -> [String] {
    var names: [String] = []
    for term in formula.fixed.terms + formula.randomTerms.flatMap(\.effects.terms) {
      for name in term.factors.flatMap(\.variables) where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// A column of the rows used with one value in all rows: a number's mean, a factor's first level. Grouping factors that are no predictors keep a value that
  /// occurs, and are not said to be held.
  static func holding(
    _ column: Column, in frame: ModelFrame, rows count: Int
  ) -> (column: Column, value: HeldValue?) {
    if isFactor(column.name, in: frame) {
      let factor = column.factor
      let row = factor.codes.firstIndex(of: 0)!
      return (column.selecting(rows: [Int](repeating: row, count: count)), .level(factor.levels[0]))
    }
    if !predictors(of: frame.formula).contains(column.name),
      frame.formula.randomTerms.contains(where: { $0.groupingFactor.variables.contains(column.name) })
    {
      return (column.selecting(rows: [Int](repeating: 0, count: count)), nil)
    }
    let numbers = column.numbers!
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return (Column(column.name, [Double](repeating: mean, count: count)), .mean(mean))
  }

  static func isFactor(_ name: String, in frame: ModelFrame) -> Bool {
    switch frame.data[name]?.values {
    case .text, .logical: true
    default: frame.roles.factors.contains(name) || frame.formula.factorCalls[name] != nil
    }
  }

  /// Rows over one predictor of a frame.
  /// - Parameters:
  ///   - predictor: its column; nil takes the first numeric one of the fixed part, or else its first factor.
  ///   - points: into how many values the range of a number is divided.
  /// - Throws: `ReferenceGridError`.
  public init(
    _ frame: ModelFrame, over predictor: String? = nil, points: Int = 101
  ) throws(ReferenceGridError) {
    precondition(points > 1, "\(points) points")
    let names = ReferenceGrid.predictors(of: frame.formula)
    let first = names.first { !ReferenceGrid.isFactor($0, in: frame) } ?? names.first
    guard let own = predictor ?? first else { throw .noPredictor(formula: frame.formula.source) }
    guard names.contains(own) else { throw .notPredictor(own, known: names) }
    self.predictor = own
    let data = frame.data.selecting(rows: frame.usedRows)
    var values: [Double] = []
    var levels: [String]?
    var chosen: Column
    let column = data[own]!
    if ReferenceGrid.isFactor(own, in: frame) {
      let factor = column.factor
      levels = factor.levels
      chosen = column.selecting(rows: factor.levels.indices.map { factor.codes.firstIndex(of: $0)! })
    } else {
      let numbers = column.numbers ?? []
      let (low, high) = (numbers.min()!, numbers.max()!)
      guard low < high else { throw .constant(own, value: low) }
      values = (0..<points).map { low + (high - low) * Double($0) / Double(points - 1) }
      values[points - 1] = high
      chosen = Column(own, values)
    }
    var held: [Held] = []
    let columns = data.columns.map { other -> Column in
      if other.name == own { return chosen }
      let (column, value) = ReferenceGrid.holding(other, in: frame, rows: chosen.count)
      if let value, names.contains(other.name) { held.append(Held(column: other.name, value: value)) }
      return column
    }
    self.held = held.sorted { names.firstIndex(of: $0.column)! < names.firstIndex(of: $1.column)! }
    self.values = values
    self.levels = levels
    table = DataTable(columns, name: data.name)
  }

  /// Rows at other values of the predictor, with the grouping columns of one row of the data.
  func asGroup(of row: Int, at column: Column, _ frame: ModelFrame) -> DataTable {
    let grouping = Set(frame.formula.randomTerms.flatMap { $0.groupingFactor.variables })
    let columns = table.columns.map { held -> Column in
      if held.name == predictor { return column }
      let isGrouping = grouping.contains(held.name)
      let source = isGrouping ? frame.data[held.name] ?? held : held
      return source.selecting(rows: [Int](repeating: isGrouping ? row : 0, count: column.count))
    }
    return DataTable(columns, name: table.name)
  }
}

/// Why there are no rows that differ in a predictor alone.
public enum ReferenceGridError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model has none.
  case noPredictor(formula: String)
  /// A column that is none of them.
  case notPredictor(String, known: [String])
  /// All its values are equal.
  case constant(String, value: Double)

  /// The fault in words.
  public var description: String {
    switch self {
    case .noPredictor(let formula):
      "'\(formula)' has no predictor to draw an effect of; use a formula such as y ~ x + (1 | group)"
    case .notPredictor(let name, let known):
      "'\(name)' is no predictor of the model; its predictors are \(known.joined(separator: ", "))"
    case .constant(let name, let value):
      "all values of '\(name)' are \(shortestText(value)); an effect is drawn over a predictor that varies"
    }
  }
}
