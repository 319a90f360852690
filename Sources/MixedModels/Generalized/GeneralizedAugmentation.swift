import LinearAlgebra

/// What a generalized fit says of each row used: predictors, means, residuals of each kind, leverage and Cook's distance.
public struct GeneralizedAugmentation: Sendable, Equatable {
  /// Linear predictors, random effects and offset included.
  public let linearPredictors: [Double]
  /// Linear predictors of the fixed effects alone, offset included; equal to `linearPredictors` for a model without random effects.
  public let fixed: [Double]
  /// Means; of binomial responses probabilities.
  public let means: [Double]
  /// Residuals by their kind.
  public let residuals: [GeneralizedLinearModelFit.ResidualKind: [Double]]
  /// Leverage h: the working weight of a row times the variance of its linear predictor, θ held.
  public let leverages: [Double]
  /// φ: 1 but for Gamma.
  let dispersion: Double
  let fixedCount: Int

  /// Pearson residuals over √(φ(1 − h)).
  public var studentized: [Double] {
    zip(residuals[.pearson]!, leverages).map { $0 / (dispersion * max(0, 1 - $1)).squareRoot() }
  }

  /// Cook's distance from one step: (r/(1 − h))²·h/(pφ), r the Pearson residual, θ held; NaN of a row with leverage 1.
  ///
  /// Reference: Williams (1987), doi:10.2307/2347550.
  public var cooksDistances: [Double] {
    zip(residuals[.pearson]!, leverages).map { residual, h in
      if 1 - h < 1e-10 { return .nan }
      let scaled = residual / (1 - h)
      return scaled * scaled * h / (Double(fixedCount) * dispersion)
    }
  }

  /// What a generalized mixed model says of its rows, at the conditional modes.
  public init(_ fit: GeneralizedLinearMixedModelFit) {
    let eta = fit.linearPredictors
    linearPredictors = eta
    fixed = fit.model.linearPredictor(fit.fixedEffects, modes: [])
    means = fit.fitted
    residuals = Dictionary(
      uniqueKeysWithValues: GeneralizedLinearModelFit.ResidualKind.allCases.map { ($0, fit.residuals($0)) })
    let variances = PredictionRows(fit).variances(of: fit)
    let observed = fit.model.observedResponse(fit.effectiveFamily)
    var dispersion = 1.0
    if case .gamma(let shape) = fit.family { dispersion = 1 / shape }
    leverages = eta.indices.map { i in
      let derivative = fit.link.meanDerivative(predictor: eta[i])
      return observed.weights[i] * derivative * derivative / (observed.variance(eta[i]) * dispersion)
        * variances[i]
    }
    self.dispersion = dispersion
    fixedCount = fit.fixedEffects.count
  }

  /// What a generalized linear model says of its rows.
  public init(_ fit: GeneralizedLinearModelFit) {
    linearPredictors = fit.linearPredictors
    fixed = fit.linearPredictors
    means = fit.fitted
    residuals = Dictionary(
      uniqueKeysWithValues: GeneralizedLinearModelFit.ResidualKind.allCases.map { ($0, fit.residuals($0)) })
    leverages = fit.leverages
    dispersion = fit.dispersion
    fixedCount = fit.rank
  }
}
