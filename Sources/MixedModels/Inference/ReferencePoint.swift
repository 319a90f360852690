import ModelFormula
import Tables

/// One row at which all predictors are held: numbers at their means over the rows used, indicators at 0, factors at their first levels.
public struct ReferencePoint: Sendable {
  /// The predictors with what they are held at, in the formula's order.
  public let held: [ReferenceGrid.Held]
  /// The row. Its grouping factors have levels that occur.
  public let table: DataTable

  /// The row of a frame.
  public init(_ frame: ModelFrame) {
    let names = ReferenceGrid.predictors(of: frame.formula)
    let data = frame.data.selecting(rows: frame.usedRows)
    var held: [ReferenceGrid.Held] = []
    let columns = data.columns.map { column -> Column in
      var (own, value) = ReferenceGrid.holding(column, in: frame, rows: 1)
      if case .mean = value, column.numbers?.allSatisfy({ $0 == 0 || $0 == 1 }) == true {
        // An indicator has no value between.
        (own, value) = (Column(column.name, [0.0]), .level("0"))
      }
      if let value, names.contains(column.name) {
        held.append(ReferenceGrid.Held(column: column.name, value: value))
      }
      return own
    }
    self.held = held.sorted { names.firstIndex(of: $0.column)! < names.firstIndex(of: $1.column)! }
    table = DataTable(columns, name: data.name)
  }
}
