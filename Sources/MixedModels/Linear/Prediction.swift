import LinearAlgebra
import ModelFormula
import Tables

extension LinearModel {
  /// Predicted means Xβ̂ plus the offset for the rows of a table, NaN where a row has a missing value; aliased coefficients count as 0.
  /// - Throws: `FormulaError` if the table lacks a column or has a factor level that the fit does not know.
  public func predict(_ fit: LinearModelFit, for data: DataTable) throws(FormulaError) -> [Double] {
    let x = try frame.fixedCoding.matrix(for: data)
    let means = x * fit.coefficients.map { $0.isNaN ? 0 : $0 }
    return try frame.offset(for: data).map { zip(means, $0).map(+) } ?? means
  }
}

extension LinearMixedModelFit {
  /// Predicted means for the rows of a table: Xβ̂, and with random effects Xβ̂ + Zb̂ of the row's level; with the offset, if there is one.
  ///
  /// - Parameters:
  ///   - includingRandomEffects: false gives the population's mean, the prediction for a new group.
  ///   - allowingNewLevels: a level that the fit has not seen has random effects of 0.
  /// - Returns: one number a row, NaN where the row has a missing value.
  /// - Throws: `FormulaError` if the table lacks a column; `PredictionError.newLevel` for an unknown level that is not allowed.
  public func predict(
    for data: DataTable, includingRandomEffects: Bool = true, allowingNewLevels: Bool = false
  ) throws -> [Double] {
    let names = model.frame.fixedCoding.columnNames
    let x = try model.frame.fixedCoding.matrix(for: data)
    var coefficients = [Double](repeating: 0, count: names.count)
    for (name, value) in zip(model.fixedEffectNames, fixedEffects) {
      coefficients[names.firstIndex(of: name)!] = value
    }
    var result = x * coefficients
    if let offset = try model.frame.offset(for: data) { result = zip(result, offset).map(+) }
    guard includingRandomEffects else { return result }
    let grouping = try ModelFrame.grouping(model.formula.randomTerms[0].groupingFactor, in: data)
    let place = Dictionary(uniqueKeysWithValues: model.groupLevels.enumerated().map { ($1, $0) })
    var next = 0
    for design in model.frame.random {
      let z = try design.matrix(for: data)
      for (row, code) in grouping.codes.enumerated() {
        if code < 0 {
          if !allowingNewLevels { result[row] = .nan }
          continue
        }
        guard let group = place[grouping.levels[code]] else {
          if allowingNewLevels { continue }
          throw PredictionError.newLevel(
            factor: model.groupingFactor, level: grouping.levels[code], row: row + 1, known: model.groupLevels
          )
        }
        for k in 0..<z.columns { result[row] += z[row, k] * conditionalModes[group, next + k] }
      }
      next += z.columns
    }
    return result
  }
}

/// Why rows cannot be predicted.
public enum PredictionError: Error, Equatable, Sendable, CustomStringConvertible {
  case newLevel(factor: String, level: String, row: Int, known: [String])

  /// The fault in words.
  public var description: String {
    switch self {
    case .newLevel(let factor, let level, let row, let known):
      "row \(row): the fit has not seen level '\(level)' of '\(factor)' (it knows \(known.prefix(8).joined(separator: ", "))\(known.count > 8 ? ", …" : "")); "
        + "--allow-new-levels predicts it by the fixed effects alone"
    }
  }
}
