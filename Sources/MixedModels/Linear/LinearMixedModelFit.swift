import Glibc
import LinearAlgebra
import Tables

/// The result of fitting a linear mixed model by REML or ML.
public struct LinearMixedModelFit: MixedModelFit {
  /// The specification that was fitted.
  public let model: LinearMixedModel
  /// REML or ML.
  public let method: EstimationMethod
  /// Free elements of the relative covariance factor Λ: column-major lower triangle, one term after another.
  public let theta: [Double]
  /// −2 log (restricted) likelihood at the optimum, all constants included.
  public let criterion: Double
  /// Fixed effects, in the order of `model.fixedEffectNames`.
  public let fixedEffects: [Double]
  /// Covariance matrix of the fixed effects, θ held at its estimate (p×p).
  public let fixedEffectCovariance: Matrix
  /// Residual standard deviation, in the unit of the response; of a row with weight w it is σ/√w.
  public let sigma: Double
  /// Estimated covariance of the random effects, one entry a term.
  public let varianceComponents: [VarianceComponent]
  /// The random effects given the data, one entry a grouping factor, in the order of `model.factors`.
  public let randomEffects: [FactorEffects]
  /// Λ in the coordinates of the reduced data (q×q).
  let whiteLambda: Matrix
  /// Fitted values of the rows used, random effects and offset included.
  public var fitted: [Double] {
    fittedValues.value { model.linearPredictor(fixedEffects, modes: randomEffects.map(\.modes)) }
  }
  private let fittedValues = MadeOnce<[Double]>()
  /// How the optimization went and what stands on the boundary.
  public let diagnostics: FitDiagnostics

  /// Residuals of the rows used.
  public var residuals: [Double] { zip(model.frame.response, fitted).map { $0 - $1 } }
  /// Residuals in units of their standard deviations σ/√w (R's scaled residuals).
  public var scaledResiduals: [Double] {
    let residuals = residuals.map { $0 / sigma }
    return model.frame.rowFactors.map { zip(residuals, $0).map(*) } ?? residuals
  }
  /// Number of parameters: fixed effects, covariance parameters and σ.
  public var parameterCount: Int { fixedEffects.count + theta.count + 1 }
  /// Log-likelihood (restricted under REML).
  public var logLikelihood: Double { -criterion / 2 }
  /// Akaike's criterion.
  public var aic: Double { criterion + 2 * Double(parameterCount) }
  /// Schwarz's criterion, with the number of rows as sample size.
  public var bic: Double { criterion + log(Double(observationCount)) * Double(parameterCount) }
  /// The deviance of the ML fit: this fit's own criterion under ML, that of a refit by ML under REML.
  public var mlDeviance: Double {
    method == .ml ? criterion : (try? model.fit(by: .ml).criterion) ?? .nan
  }
}

/// How variances are estimated.
public enum EstimationMethod: String, Sendable {
  case reml = "REML"
  case ml = "ML"
}

/// The estimated covariance of one random-effects term.
public struct VarianceComponent: Sendable, Equatable {
  /// The grouping factor, e.g. `department`.
  public let group: String
  /// The name under which it is printed: `department`, and `department.1`, … for further terms of the same factor.
  public let label: String
  /// Names of the effects, e.g. `(Intercept)`, `experience`.
  public let names: [String]
  /// Covariance matrix (q×q), in squared units of the response per unit of the effects' columns.
  public let covariance: Matrix
  /// Standard deviations.
  public var standardDeviations: [Double] { covariance.diagonal.map { $0.squareRoot() } }
  /// Correlations; NaN where a standard deviation is 0.
  public var correlations: Matrix {
    var result = covariance
    let sd = standardDeviations
    for j in 0..<result.columns {
      for i in 0..<result.rows {
        let value = result[i, j] / (sd[i] * sd[j])
        // Rounding alone leads beyond ±1.
        result[i, j] = value.isNaN ? .nan : max(-1, min(1, value))
      }
    }
    for i in 0..<result.rows { result[i, i] = 1 }
    return result
  }
}
