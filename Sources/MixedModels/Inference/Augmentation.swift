import LinearAlgebra

/// What a fit says of each row used: fitted values, residuals of each kind, leverage and Cook's distance.
public struct Augmentation: Sendable, Equatable {
  /// Fitted values, random effects and offset included, in the unit of the response.
  public let fitted: [Double]
  /// Fitted values of the fixed effects alone, offset included; equal to `fitted` for a linear model.
  public let fixed: [Double]
  /// y − fitted, in the unit of the response.
  public let residuals: [Double]
  /// Residuals times √w.
  public let pearson: [Double]
  /// Leverage h: how much a row's fitted value moves with its own y, θ held; their sum is the effective number of coefficients. NaN where levels are too
  /// many to be factored and rows more than some thousand.
  public let leverages: [Double]
  /// σ̂.
  let sigma: Double
  /// Number of fixed effects.
  let fixedCount: Int

  /// Pearson residuals over σ̂√(1 − h): of one variance, if the model is right.
  public var studentized: [Double] {
    zip(pearson, leverages).map { $0 / (sigma * max(0, 1 - $1).squareRoot()) }
  }
  /// Cook's distance from one row: (r/(1 − h))²·h/(pσ̂²), r the Pearson residual, θ held; NaN of a row with leverage 1, which the fit goes through and whose
  /// residual is rounding.
  ///
  /// Reference: Cook (1977), doi:10.1080/00401706.1977.10489493.
  public var cooksDistances: [Double] {
    zip(pearson, leverages).map { residual, h in
      if 1 - h < 1e-10 { return .nan }
      let scaled = residual / (1 - h)
      return scaled * scaled * h / (Double(fixedCount) * sigma * sigma)
    }
  }

  /// What a mixed model says of its rows.
  public init(_ fit: LinearMixedModelFit) {
    let frame = fit.model.frame
    let rows = PredictionRows(fit)
    let n = fit.fitted.count
    let variances =
      fit.model.isIterative && n > LinearMixedModelFit.mostSolvedRows
      ? [Double](repeating: .nan, count: n) : rows.variances(of: fit)
    leverages = zip(variances, frame.weights ?? [Double](repeating: 1, count: n))
      .map { $0 * $1 / (fit.sigma * fit.sigma) }
    fitted = fit.fitted
    let linear = fit.model.fixedMatrix * fit.fixedEffects
    fixed = frame.offset.map { zip(linear, $0).map(+) } ?? linear
    residuals = fit.residuals
    pearson = frame.rowFactors.map { zip(fit.residuals, $0).map(*) } ?? fit.residuals
    sigma = fit.sigma
    fixedCount = fit.fixedEffects.count
  }

  /// What a linear model says of its rows.
  public init(_ fit: LinearModelFit, of model: LinearModel) {
    let qr = PivotedQR(model.frame.fixed, rowFactors: model.frame.rowFactors)
    let basis = qr.orthonormalColumns
    let n = fit.observationCount
    var leverages = [Double](repeating: 0, count: n)
    for k in 0..<qr.rank { for i in 0..<n { leverages[i] += basis[i + k * n] * basis[i + k * n] } }
    self.leverages = leverages
    fitted = fit.fitted
    fixed = fit.fitted
    residuals = fit.residuals
    pearson = fit.weightedResiduals
    sigma = fit.sigma
    fixedCount = fit.rank
  }
}
