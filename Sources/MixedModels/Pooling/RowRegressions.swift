import LinearAlgebra

/// Regressions of a mixed model's rows whose coefficients belong to levels of its grouping factor.
package struct RowRegressions {
  let fit: GeneralizedLinearMixedModelFit
  private let z: Matrix
  private let x: Matrix

  /// Of the rows of a fit, with its dispersion parameter held.
  package init(_ fit: GeneralizedLinearMixedModelFit) {
    self.fit = fit
    z = fit.model.randomMatrix
    x = fit.model.fixedMatrix
  }

  /// The varying coefficients of a level's own rows; NaN where they do not determine one.
  func ofLevel(_ j: Int) -> [(estimate: Double, error: Double)] {
    let codes = fit.model.groupCodes
    let rows = codes.indices.filter { codes[$0] == j }
    var storage: [Double] = []
    for k in 0..<z.columns { storage += rows.map { z[$0, k] } }
    for k in 0..<x.columns { storage += rows.map { x[$0, k] } }
    let columns = Matrix(rows: rows.count, columns: z.columns + x.columns, storage: storage)
    return regression(columns, rows: rows, wanted: z.columns)
  }

  /// The varying coefficients of all levels from one regression, level after level.
  var ofAllLevels: [(estimate: Double, error: Double)] {
    let codes = fit.model.groupCodes
    let n = codes.count
    let count = fit.model.groupLevels.count * z.columns
    var columns = Matrix(rows: n, columns: count + x.columns)
    for i in 0..<n {
      for k in 0..<z.columns { columns[i, codes[i] * z.columns + k] = z[i, k] }
      for k in 0..<x.columns { columns[i, count + k] = x[i, k] }
    }
    return regression(columns, rows: Array(0..<n), wanted: count)
  }

  /// The first coefficients of a regression; NaN where columns are aliased, ±∞ where they separate rows.
  /// - Parameters:
  ///   - columns: one row for each of `rows`.
  ///   - rows: places among the rows used.
  ///   - wanted: how many coefficients.
  ///   - shift: added to the linear predictors of all rows used, beside the offset.
  package func regression(
    _ columns: Matrix, rows: [Int], wanted: Int, shift: [Double]? = nil
  ) -> [(estimate: Double, error: Double)] {
    let unknown = (estimate: Double.nan, error: Double.nan)
    let qr = PivotedQR(columns)
    let kept = qr.pivot.prefix(qr.rank).sorted()
    guard !kept.isEmpty else { return [(estimate: Double, error: Double)](repeating: unknown, count: wanted) }
    let observed = fit.model.observedResponse(fit.effectiveFamily)
    var scoring = FisherScoring(
      x: Matrix(
        rows: rows.count, columns: kept.count, storage: kept.flatMap { columns.column($0) }),
      response: rows.map { observed.response[$0] }, weights: rows.map { observed.weights[$0] },
      offset: offset(rows, shift),
      family: fit.effectiveFamily, link: fit.link)
    let names = kept.map(String.init)
    guard (try? scoring.run(names: names)) != nil else {
      return [(estimate: Double, error: Double)](repeating: unknown, count: wanted)
    }
    let gram = scoring.step(from: scoring.predictor).qr.inverseGram
    var dispersion = 1.0
    if case .gamma(let shape) = fit.effectiveFamily { dispersion = 1 / shape }
    var result = [(estimate: Double, error: Double)](repeating: unknown, count: wanted)
    for (place, column) in kept.enumerated() where column < wanted {
      result[column] = (
        scoring.coefficients[place], (gram[place, place] * dispersion).squareRoot()
      )
    }
    // A constant goes with the columns that separate beside it.
    let constant = kept.first { j in
      let column = columns.column(j)
      return column[0] != 0 && column.allSatisfy { $0 == column[0] }
    }
    for cause in scoring.separation?.causes ?? [] {
      if let constant, constant < wanted, cause.constantSign != 0 {
        result[constant] = (cause.constantSign < 0 ? -.infinity : .infinity, .nan)
      }
      for (name, sign) in zip(cause.columns, cause.signs) {
        guard let column = Int(name), column < wanted else { continue }
        result[column] = (sign < 0 ? -.infinity : .infinity, .nan)
      }
    }
    return result
  }

  private func offset(_ rows: [Int], _ shift: [Double]?) -> [Double]? {
    guard let offset = fit.model.frame.offset else { return shift.map { shift in rows.map { shift[$0] } } }
    return rows.map { offset[$0] + (shift?[$0] ?? 0) }
  }
}
