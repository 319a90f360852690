import LinearAlgebra

/// The random effects of one grouping factor of a fit: J levels, q effects each.
public struct FactorEffects: Sendable {
  /// The factor, its levels and the names of its effects.
  public let factor: RandomFactor
  /// Names of a level's coefficients: random effects (of any factor) without a fixed effect, then the fixed effects, the order of R's `coef`.
  public var coefficientNames: [String] {
    var names: [String] = []
    for name in randomNames where !fixedNames.contains(name) && !names.contains(name) { names.append(name) }
    return names + fixedNames
  }
  let posteriors: any FactorPosteriors
  private let fixedNames: [String]
  private let randomNames: [String]
  private let fixedEffects: [Double]
  private let fixedCovariance: Matrix

  init(
    _ factor: RandomFactor, of model: some MixedModel, posteriors: any FactorPosteriors,
    fixedEffects: [Double], fixedCovariance: Matrix
  ) {
    self.factor = factor
    self.posteriors = posteriors
    fixedNames = model.fixedEffectNames
    self.fixedEffects = fixedEffects
    self.fixedCovariance = fixedCovariance
    randomNames = model.randomEffectNames
  }

  /// Conditional modes: J×q, columns in the order of the factor's `effectNames`.
  public var modes: Matrix { posteriors.modes }
  /// Their conditional standard deviations given θ, β and σ, in the same layout (J×q); R calls them condsd.
  public var conditionalStandardDeviations: Matrix { posteriors.conditionalStandardDeviations }

  /// Conditional covariance of a level's modes given θ, β and σ (q×q).
  public func conditionalCovariance(ofLevel j: Int) -> Matrix { posteriors.conditionalCovariance(of: j) }

  /// Var(b̂_j − b_j) of a level (q×q), θ held, β's uncertainty included.
  public func predictionCovariance(ofLevel j: Int) -> Matrix { posteriors.predictionCovariance(of: j) }

  /// Cov(β̂, b̂_j − b_j) of a level (p×q), θ held: with `predictionCovariance` and the fixed effects' covariance, Henderson's joint covariance.
  public func crossCovariance(ofLevel j: Int) -> Matrix { posteriors.crossCovariance(of: j) }

  /// W_j = Σ(Σ + V_j)⁻¹ of a level (q×q), V_j = σ²(Z_j'Z_j)⁻¹: how the level's own estimate, all effects together, enters its conditional
  /// mode. With correlated effects its diagonal can leave [0, 1]. Other grouping factors are not part of V_j.
  public func jointWeights(ofLevel j: Int) -> Matrix { posteriors.jointWeights(of: j) }

  /// The weight of each effect in a level (q), its reliability Σ_kk/(Σ_kk + (V_j)_kk): the share of the level's own information, 1 for
  /// no pooling, 0 for complete pooling. For one effect it is n/(n + σ²_y/σ²_α). 0 where the level's rows do not determine the effect.
  ///
  /// Reference: Raudenbush & Bryk (2002), Hierarchical Linear Models, equation 3.51.
  public func weights(ofLevel j: Int) -> [Double] { posteriors.weights(of: j) }

  /// Estimated coefficients of each level: fixed effect plus conditional mode, columns in the order of `coefficientNames` (J×k).
  ///
  /// A random effect without a fixed effect of the same name has its mode alone, or 0 where it varies over another factor.
  public var coefficients: Matrix {
    let (modes, names) = (modes, coefficientNames)
    var result = Matrix(rows: factor.levels.count, columns: names.count)
    for (k, name) in names.enumerated() {
      let fixed = fixedNames.firstIndex(of: name).map { fixedEffects[$0] } ?? 0
      for j in 0..<result.rows {
        result[j, k] = fixed
        for (i, effect) in factor.effectNames.enumerated() where effect == name {
          result[j, k] += modes[j, i]
        }
      }
    }
    return result
  }

  /// Standard errors of `coefficients` from Henderson's joint covariance, θ held at its estimate (J×k): errors of prediction of β + b_j. NaN where levels are
  /// so many that no covariances of all are made.
  public var coefficientErrors: Matrix {
    let picked = coefficientNames.map { name in
      (
        fixed: fixedNames.firstIndex(of: name),
        random: factor.effectNames.indices.filter { factor.effectNames[$0] == name }
      )
    }
    var result = Matrix(rows: factor.levels.count, columns: coefficientNames.count)
    guard posteriors.knowsAllCovariances else { return result * .nan }
    for j in 0..<result.rows {
      let own = predictionCovariance(ofLevel: j)
      let cross = crossCovariance(ofLevel: j)
      for (k, (fixed, random)) in picked.enumerated() {
        var sum = fixed.map { fixedCovariance[$0, $0] } ?? 0
        for a in random {
          for b in random { sum += own[a, b] }
          if let fixed { sum += 2 * cross[fixed, a] }
        }
        result[j, k] = max(0, sum).squareRoot()
      }
    }
    return result
  }
}
