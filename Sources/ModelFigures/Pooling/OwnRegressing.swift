import LinearAlgebra
import MixedModels

/// A mixed-model fit whose groups can be regressed on their own rows alone.
protocol OwnRegressing: MixedModelFit {
  /// Regressions group by group of the first grouping factor.
  /// - Parameters:
  ///   - columns: values on all rows used; the constant first, if there is one.
  ///   - shift: what linear predictors have beside the columns.
  /// - Returns: estimates and standard errors (groups × columns), NaN where rows do not determine one, and σ of all groups, NaN without degrees of freedom
  ///   and of generalized models.
  func ownRegressions(_ columns: [[Double]], shift: [Double]) -> (
    estimates: Matrix, errors: Matrix, sigma: Double
  )
  /// σ of a linear model; nil where the mean determines the variance.
  var residualDeviation: Double? { get }
}

extension OwnRegressing {
  /// The rows of each group.
  fileprivate var rowsByGroup: [[Int]] {
    var rows = [[Int]](repeating: [], count: model.groupLevels.count)
    for (i, code) in model.groupCodes.enumerated() { rows[code].append(i) }
    return rows
  }
}

extension LinearMixedModelFit: OwnRegressing {
  var residualDeviation: Double? { sigma }

  /// Least squares; errors with one σ for all groups.
  func ownRegressions(_ columns: [[Double]], shift: [Double]) -> (
    estimates: Matrix, errors: Matrix, sigma: Double
  ) {
    var response = zip(model.frame.responseBesideOffset, shift).map(-)
    let factors = model.frame.rowFactors
    if let factors { response = zip(response, factors).map(*) }
    let rows = rowsByGroup
    let nothing = [Double](repeating: .nan, count: rows.count * columns.count)
    var estimates = Matrix(rows: rows.count, columns: columns.count, storage: nothing)
    var errors = estimates
    var (squares, freedom) = (0.0, 0)
    for (j, own) in rows.enumerated() {
      let qr = PivotedQR(
        Matrix(
          rows: own.count, columns: columns.count,
          storage: columns.flatMap { column in own.map { column[$0] } }),
        rowFactors: factors.map { all in own.map { all[$0] } })
      var effects = own.map { response[$0] }
      qr.applyTransposedQ(to: &effects)
      let (solution, gram, determined) = (
        qr.coefficients(fromEffects: effects), qr.inverseGram, qr.determined
      )
      squares += effects[qr.rank...].reduce(0) { $0 + $1 * $1 }
      freedom += own.count - qr.rank
      for k in columns.indices where determined[k] {
        estimates[j, k] = solution[k]
        errors[j, k] = gram[k, k].squareRoot()
      }
    }
    let sigma = freedom > 0 ? (squares / Double(freedom)).squareRoot() : .nan
    return (estimates, errors * sigma, sigma)
  }
}

extension GeneralizedLinearMixedModelFit: OwnRegressing {
  var residualDeviation: Double? { nil }

  /// Maximum likelihood.
  func ownRegressions(_ columns: [[Double]], shift: [Double]) -> (
    estimates: Matrix, errors: Matrix, sigma: Double
  ) {
    let regressions = RowRegressions(self)
    let rows = rowsByGroup
    var estimates = Matrix(rows: rows.count, columns: columns.count)
    var errors = estimates
    for (j, own) in rows.enumerated() {
      let matrix = Matrix(
        rows: own.count, columns: columns.count,
        storage: columns.flatMap { column in own.map { column[$0] } })
      // A coefficient that another could stand in for is determined by neither.
      let determined = PivotedQR(matrix).determined
      let found = regressions.regression(matrix, rows: own, wanted: columns.count, shift: shift)
      for (k, coefficient) in found.enumerated() {
        let isKnown = determined[k] && coefficient.estimate.isFinite
        estimates[j, k] = isKnown ? coefficient.estimate : .nan
        errors[j, k] = isKnown ? coefficient.error : .nan
      }
    }
    return (estimates, errors, .nan)
  }
}
