import Glibc
import LinearAlgebra

/// The result of fitting a linear mixed model by REML or ML.
public struct LinearMixedModelFit: Sendable {
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
  /// The groups' effects given the data, from which modes, covariances and weights are made.
  let posteriors: GroupPosteriors
  /// Fitted values of the rows used, random effects and offset included.
  public let fitted: [Double]
  /// How the optimization went and what stands on the boundary.
  public let diagnostics: FitDiagnostics

  /// Residuals of the rows used.
  public var residuals: [Double] { zip(model.frame.response, fitted).map { $0 - $1 } }
  /// Residuals in units of their standard deviations σ/√w (R's scaled residuals).
  public var scaledResiduals: [Double] {
    let residuals = residuals.map { $0 / sigma }
    return model.frame.rowFactors.map { zip(residuals, $0).map(*) } ?? residuals
  }
  /// Standard errors of the fixed effects.
  public var fixedEffectStandardErrors: [Double] { fixedEffectCovariance.diagonal.map { $0.squareRoot() } }
  /// Number of parameters: fixed effects, covariance parameters and σ.
  public var parameterCount: Int { fixedEffects.count + theta.count + 1 }
  /// Number of rows used.
  public var observationCount: Int { fitted.count }
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

  /// Conditional modes of all random effects: J×q, columns in the order of `model.randomEffectNames`.
  public var conditionalModes: Matrix { posteriors.modes }
  /// Their conditional standard deviations given θ, β and σ, in the same layout (J×q); R calls them condsd.
  public var conditionalStandardDeviations: Matrix { posteriors.conditionalStandardDeviations }

  /// Conditional covariance of a level's modes given θ, β and σ (q×q).
  public func conditionalCovariance(ofLevel j: Int) -> Matrix { posteriors.conditionalCovariance(of: j) }

  /// Var(b̂_j − b_j) of a level (q×q), θ held, β's uncertainty included.
  public func predictionCovariance(ofLevel j: Int) -> Matrix { posteriors.predictionCovariance(of: j) }

  /// Cov(β̂, b̂_j − b_j) of a level (p×q), θ held: with `predictionCovariance` and `fixedEffectCovariance`, Henderson's joint covariance.
  public func crossCovariance(ofLevel j: Int) -> Matrix { posteriors.crossCovariance(of: j) }

  /// W_j = Σ(Σ + V_j)⁻¹ of a level (q×q), V_j = σ²(Z_j'Z_j)⁻¹: how the group's own estimate, all effects together, enters its conditional
  /// mode. With correlated effects its diagonal can leave [0, 1].
  public func jointWeights(ofLevel j: Int) -> Matrix { posteriors.jointWeights(of: j) }

  /// The weight of each effect in a level (q), its reliability Σ_kk/(Σ_kk + (V_j)_kk): the share of the group's own information, 1 for
  /// no pooling, 0 for complete pooling. For one effect it is n/(n + σ²_y/σ²_α). 0 where the group's rows do not determine the effect.
  ///
  /// Reference: Raudenbush & Bryk (2002), Hierarchical Linear Models, equation 3.51.
  public func weights(ofLevel j: Int) -> [Double] { posteriors.weights(of: j) }

  /// Estimated coefficients of each level: fixed effect plus conditional mode, columns in the order of `coefficientNames` (J×k).
  ///
  /// A random effect without a fixed effect of the same name has its mode alone.
  public var groupCoefficients: Matrix {
    let names = coefficientNames
    var result = Matrix(rows: model.groupLevels.count, columns: names.count)
    for (k, name) in names.enumerated() {
      let fixed = model.fixedEffectNames.firstIndex(of: name).map { fixedEffects[$0] } ?? 0
      for j in 0..<result.rows {
        result[j, k] = fixed
        for (i, effect) in model.randomEffectNames.enumerated() where effect == name {
          result[j, k] += conditionalModes[j, i]
        }
      }
    }
    return result
  }

  /// Standard errors of `groupCoefficients` from Henderson's joint covariance, θ held at its estimate (J×k): errors of prediction of β + b_j.
  public var groupCoefficientErrors: Matrix {
    let names = coefficientNames
    let picked = names.map { name in
      (
        fixed: model.fixedEffectNames.firstIndex(of: name),
        random: model.randomEffectNames.indices.filter { model.randomEffectNames[$0] == name }
      )
    }
    var result = Matrix(rows: model.groupLevels.count, columns: names.count)
    for j in 0..<result.rows {
      let own = predictionCovariance(ofLevel: j)
      let cross = crossCovariance(ofLevel: j)
      for (k, (fixed, random)) in picked.enumerated() {
        var sum = fixed.map { fixedEffectCovariance[$0, $0] } ?? 0
        for a in random {
          for b in random { sum += own[a, b] }
          if let fixed { sum += 2 * cross[fixed, a] }
        }
        result[j, k] = max(0, sum).squareRoot()
      }
    }
    return result
  }

  /// Names of a group's coefficients: random effects without a fixed effect, then the fixed effects (the order of R's `coef`).
  public var coefficientNames: [String] {
    var names: [String] = []
    for name in model.randomEffectNames where !model.fixedEffectNames.contains(name) && !names.contains(name)
    {
      names.append(name)
    }
    return names + model.fixedEffectNames
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
    for j in 0..<result.columns { for i in 0..<result.rows { result[i, j] /= sd[i] * sd[j] } }
    for i in 0..<result.rows { result[i, i] = 1 }
    return result
  }
}
