import Glibc

/// The variance of a generalized mixed model on the scale of the link in four parts, and the shares made of them.
///
/// The distribution's own part is π²/3 for the logit, 1 for the probit, π²/6 for the complementary log–log; NaN for the Cauchit, whose latent variable
/// has no variance. With a log link it is the log-normal form (Nakagawa and others' other forms are the delta method's and the trigamma function's), log(1 + V(μ̄)/μ̄²) of the model without predictors, μ̄ = exp of its constant (for Gamma V(μ)/μ² is 1/shape).
/// Effects of single rows count as `dispersion`.
///
/// - Reference: Nakagawa, Johnson & Schielzeth (2017), doi:10.1098/rsif.2017.0213; Goldstein, Browne & Rasbash (2002), doi:10.1207/S15328031US0104_02.
public struct LatentVariance: Sendable, Equatable {
  /// Ways to compute the distribution's own variance.
  public enum Form: String, Sendable {
    /// The variance of the latent variable behind a binomial response.
    case latent
    /// That of the logarithm of a log-normal variable with the same mean and variance.
    case logNormal = "lognormal"
  }

  /// Variance of Xβ̂ over the rows.
  public let fixed: Double
  /// Mean over the rows of z'Σ̂z, effects of single rows left out.
  public let random: Double
  /// Variance of the effects of single rows.
  public let dispersion: Double
  /// The distribution's own variance on the scale of the link.
  public let distribution: Double
  /// How the distribution's own variance was computed.
  public let form: Form
  private var whole: Double { fixed + random + dispersion + distribution }
  /// The share of the fixed effects.
  public var marginalRSquared: Double { fixed / whole }
  /// The share of fixed and random effects together.
  public var conditionalRSquared: Double { (fixed + random) / whole }
  /// The share of the random effects in what the fixed effects leave: the intraclass correlation on the latent scale.
  public var adjustedICC: Double { random / (random + dispersion + distribution) }
  /// The share of the random effects in the whole.
  public var unadjustedICC: Double { random / whole }
}

extension GeneralizedLinearMixedModelFit {
  /// The variance on the scale of the link in four parts.
  public var latentVariance: LatentVariance {
    let rowFactors = model.observationLevelFactors
    var (random, dispersion) = (0.0, 0.0)
    for (t, term) in model.terms.enumerated() {
      let variance = meanVariance(ofTerm: t)
      if rowFactors.contains(term.factor) { dispersion += variance } else { random += variance }
    }
    return LatentVariance(
      fixed: varianceOfFixedPart, random: max(0, random), dispersion: max(0, dispersion),
      distribution: distributionVariance, form: family == .binomial ? .latent : .logNormal)
  }

  private var distributionVariance: Double {
    switch (effectiveFamily, link) {
    case (.binomial, .logit): return .pi * .pi / 3
    case (.binomial, .probit): return 1
    case (.binomial, .cloglog): return .pi * .pi / 6
    case (.binomial, _): return .nan
    case (.gamma(let shape), _): return log1p(1 / shape)
    case (let family, _):
      guard let mean = nullMean else { return .nan }
      return log1p(family.variance(mean: mean) / (mean * mean))
    }
  }

  /// exp of the constant of the model without predictors; nil where that has no fit.
  private var nullMean: Double? {
    if model.fixedEffectNames == ["(Intercept)"] { return exp(fixedEffects[0]) }
    guard
      let null = try? model.solveWithoutPredictors(nodes: max(1, nodeCount), determinant),
      let constant = null.beta.first
    else { return nil }
    return exp(constant)
  }
}
