import ModelFormula
import Tables

/// The predictors of a model by what they do in panels of grouping factors: some belong to a factor's levels, of the others one is on the axis and one may
/// have lines.
struct PanelPredictors {
  /// All predictors, those of the fixed part first.
  let names: [String]
  private let data: DataTable
  private let frame: ModelFrame
  /// Columns that a shown factor's level determines, by the factor's place among the shown.
  private let determined: [String: Int]

  /// - Parameters:
  ///   - factors: the shown ones.
  ///   - variables: the columns that they are made of.
  init(_ frame: ModelFrame, factors: [RandomFactor], variables: Set<String>) {
    self.frame = frame
    names = ReferenceGrid.predictors(of: frame.formula)
    data = frame.data.selecting(rows: frame.usedRows)
    var determined: [String: Int] = [:]
    for column in data.columns where names.contains(column.name) || variables.contains(column.name) {
      for (f, factor) in factors.enumerated() where determined[column.name] == nil {
        if PanelPredictors.isConstant(column, within: factor) { determined[column.name] = f }
      }
    }
    self.determined = determined
  }

  private static func isConstant(_ column: Column, within factor: RandomFactor) -> Bool {
    let codes = column.factor.codes
    var first = [Int](repeating: -1, count: factor.levels.count)
    for (row, level) in factor.codes.enumerated() {
      if first[level] < 0 { first[level] = codes[row] } else if first[level] != codes[row] { return false }
    }
    return true
  }

  /// The shown factor whose level a column follows; nil for columns that vary within levels.
  func factor(of column: String) -> Int? { determined[column] }

  private func valueCount(_ name: String) -> Int { data[name].map { Set($0.factor.codes).count } ?? 0 }

  /// The predictor on the axis.
  /// - Throws: `ReferenceGridError`.
  func axis(_ wanted: String?, formula: ModelFormula) throws -> String {
    if let wanted {
      guard names.contains(wanted) else { throw ReferenceGridError.notPredictor(wanted, known: names) }
      return wanted
    }
    let within = names.filter { determined[$0] == nil }
    let numbers = within.filter { !ReferenceGrid.isFactor($0, in: frame) }
    guard
      let first = numbers.first(where: { valueCount($0) > 3 }) ?? numbers.first ?? within.first ?? names.first
    else { throw ReferenceGridError.noPredictor(formula: formula.source) }
    return first
  }

  /// The predictor whose values have lines: its values, a row of each, and the value of every row.
  /// - Throws: `GroupResponsesError`.
  func lines(
    _ wanted: String?, beside axis: String
  ) throws -> (column: String, levels: [String], rows: [Int], codes: [Int])? {
    let able = names.filter {
      $0 != axis && determined[$0] == nil && (2...GroupResponses.mostLines).contains(valueCount($0))
    }
    if let wanted, !able.contains(wanted) { throw GroupResponsesError.noLines(wanted, available: able) }
    guard let name = wanted ?? able.first else { return nil }
    let factor = data[name]!.factor
    return (
      name, factor.levels, factor.levels.indices.map { factor.codes.firstIndex(of: $0)! }, factor.codes
    )
  }
}
