import LinearAlgebra
import MixedModels

/// A mixed model with priors: the specification, which never changes.
///
///     η = o + Xβ + Zb,   b_fj ~ N(0, Σ_f),   y ~ N(η, σ²/w) or another family with mean g⁻¹(η),   β, Σ, σ ~ priors
///
/// In linear models whose fixed effects have normal or flat priors β and b are integrated out exactly, only σ and Σ are sampled, and β and b are then drawn from
/// their normal distribution given them. In all other models all parameters are sampled together.
public struct BayesianMixedModel: Sendable {
  /// The distribution of the data given the parameters.
  public enum Likelihood: Sendable {
    /// A linear mixed model, σ unknown.
    case linear(LinearMixedModel)
    /// A linear mixed model with known residual variances, the reciprocals of its weights; groups may have one row each (a meta-analysis).
    case knownVariances(LinearMixedModel)
    /// A generalized linear mixed model.
    case generalized(GeneralizedLinearMixedModel)

    /// The model without priors.
    public var model: any MixedModel {
      switch self {
      case .linear(let model), .knownVariances(let model): model
      case .generalized(let model): model
      }
    }

    /// Whether a residual standard deviation is estimated.
    public var hasSigma: Bool { if case .linear = self { true } else { false } }

    /// Whether θ of the negative binomial or the shape of Gamma is estimated.
    public var hasDispersion: Bool {
      if case .generalized(let model) = self { model.family.hasDispersion } else { false }
    }

    /// Centre and spread of the response, on the scale of the link.
    var responseScale: (mean: Double, spread: Double) {
      switch self {
      case .linear(let model):
        let (mean, sd) = ModelPriors.moments(model.frame.response)
        return (mean, sd > 0 ? sd : 1)
      case .knownVariances(let model):
        // Estimates may be nearer to each other than their errors; no more is then known than the most exact of them knows.
        let (mean, sd) = ModelPriors.moments(model.frame.response)
        let most = model.frame.weights?.max() ?? 1
        return (mean, max(sd, 1 / most.squareRoot()))
      case .generalized(let model): return (model.averagePredictor, 1)
      }
    }
  }

  /// The distribution of the data given the parameters.
  public let likelihood: Likelihood
  /// The priors.
  public let priors: ModelPriors
  /// The model without priors.
  public var model: any MixedModel { likelihood.model }

  /// - Throws: `BayesianModelError` for what has no posterior or is not supported.
  public init(_ likelihood: Likelihood, priors: ModelPriors) throws(BayesianModelError) {
    self.likelihood = likelihood
    self.priors = priors
    try checkPriors()
    try checkPropriety()
  }

  /// Whether fixed and group effects are integrated out.
  public var isCollapsed: Bool {
    switch likelihood {
    case .generalized: return false
    // Equal estimates with known errors have a posterior, but no scale for what is integrated out.
    case .knownVariances(let model): if model.isFittedByPredictors { return false }
    case .linear: break
    }
    return priors.fixedEffects.allSatisfy { prior in
      switch prior {
      case .flat, .normal: true
      default: false
      }
    }
  }

  /// Refuses priors that are none for their parameters.
  private func checkPriors() throws(BayesianModelError) {
    let effects = model.randomEffectNames
    func check(_ what: String, _ expected: Int, _ found: Int) throws(BayesianModelError) {
      if expected != found { throw .wrongPriorCount(what: what, expected: expected, found: found) }
    }
    try check("fixed effects", model.fixedEffectNames.count, priors.fixedEffects.count)
    try check("standard deviations", effects.count, priors.deviations.count)
    try check("terms", model.terms.count, priors.correlationShapes.count)
    try check("residual standard deviations", likelihood.hasSigma ? 1 : 0, priors.sigma == nil ? 0 : 1)
    try check("dispersion parameters", likelihood.hasDispersion ? 1 : 0, priors.dispersion == nil ? 0 : 1)
    for (name, prior) in zip(model.fixedEffectNames, priors.fixedEffects) {
      if prior.isOfPositive { throw .fixedPrior(effect: name) }
      if !prior.isValid { throw .invalidPrior(parameter: name) }
    }
    var scales = Array(zip(effects.map { "the standard deviation of \($0)" }, priors.deviations))
    if let prior = priors.sigma { scales.append(("sigma", prior)) }
    if let prior = priors.dispersion { scales.append(("the dispersion parameter", prior)) }
    for (name, prior) in scales where !prior.isValid || prior.support(isPositive: true).upper <= 0 {
      throw .invalidPrior(parameter: name)
    }
    if case .inverseGamma = priors.dispersion {
      throw .notOfVariance(parameter: "the dispersion parameter")
    }
    for (term, shape) in zip(model.terms, priors.correlationShapes) where !(shape > 0 && shape.isFinite) {
      throw .invalidPrior(parameter: "the correlations of \(term.label)")
    }
  }
}
