import LinearAlgebra
import ModelFormula
import Tables

/// The rows of a table in the columns of a fit.
struct CellRows: Sendable {
  /// X over the fixed effects that are estimated.
  let fixed: Matrix
  let offset: [Double]?
  let factors: [Factor]
  let count: Int

  /// One grouping factor on the rows.
  struct Factor: Sendable {
    /// The columns of its effects (rows × effects).
    let columns: Matrix
    /// The level of each row: those of the fit first, then new ones; −1 where it is missing.
    let levels: [Int]
    /// Levels that the fit has not seen.
    let newLevels: [String]
  }

  /// - Throws: `FormulaError` if the table lacks a column or has a level of a predictor that the fit does not know.
  init(_ effects: FittedEffects, _ data: DataTable) throws(FormulaError) {
    let frame = effects.frame
    let names = frame.fixedCoding.columnNames
    let x = try frame.fixedCoding.matrix(for: data)
    let kept = effects.fixedNames.map { names.firstIndex(of: $0)! }
    fixed = Matrix(rows: data.rowCount, columns: kept.count, storage: kept.flatMap { x.column($0) })
    offset = try frame.offset(for: data)
    count = data.rowCount
    var factors: [Factor] = []
    for factor in effects.factors {
      var storage: [Double] = []
      var expression: FormulaExpression?
      for term in factor.terms {
        let design = frame.random.first { $0.grouping.name == factor.name && $0.columnNames == term }!
        storage += try design.matrix(for: data).storage
        expression = design.groupingExpression
      }
      let grouping = try ModelFrame.grouping(expression!, in: data)
      let place = Dictionary(uniqueKeysWithValues: factor.levels.enumerated().map { ($1, $0) })
      var fresh: [String] = []
      let codes = grouping.levels.map { level -> Int in
        if let known = place[level] { return known }
        fresh.append(level)
        return factor.levels.count + fresh.count - 1
      }
      let width = factor.terms.reduce(0) { $0 + $1.count }
      factors.append(
        Factor(
          columns: Matrix(rows: data.rowCount, columns: width, storage: storage),
          levels: grouping.codes.map { $0 < 0 ? -1 : codes[$0] }, newLevels: fresh))
    }
    self.factors = factors
  }

  /// o + Xβ + Σ Zb.
  /// - Parameter effects: for each factor its effects level after level (effects of a level side by side), new levels behind the others; levels
  ///   beyond its end have effects of 0.
  func predictors(_ beta: [Double], _ effects: [[Double]], into eta: inout [Double]) {
    for i in eta.indices { eta[i] = offset?[i] ?? 0 }
    for (k, slope) in beta.enumerated() {
      let first = k * count
      for i in 0..<count { eta[i] += slope * fixed.storage[first + i] }
    }
    for (factor, values) in zip(factors, effects) {
      let q = factor.columns.columns
      for k in 0..<q {
        let first = k * count
        for i in 0..<count {
          let place = factor.levels[i] * q + k
          if place >= 0, place < values.count { eta[i] += factor.columns.storage[first + i] * values[place] }
        }
      }
    }
  }
}
