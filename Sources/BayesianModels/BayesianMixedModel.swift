import LinearAlgebra
import MixedModels

/// A linear mixed model with priors: the specification, which never changes.
///
///     y = Xβ + Zb + e,   b_j ~ N(0, Σ),   e ~ N(0, σ²/w),   β, σ, Σ ~ priors
///
/// With one grouping factor and normal or flat priors of β, β and b are integrated out exactly, only σ and Σ are sampled, and β and b are then drawn from
/// their normal distribution given them.
public struct BayesianMixedModel: Sendable {
  /// The model without priors.
  public let model: LinearMixedModel
  /// The priors.
  public let priors: ModelPriors

  /// - Throws: `BayesianModelError` for what has no posterior or is not supported.
  public init(_ model: LinearMixedModel, priors: ModelPriors) throws(BayesianModelError) {
    self.model = model
    self.priors = priors
    guard model.factors.count == 1 else { throw .severalFactors(model.factors.map(\.name)) }
    let effects = model.randomEffectNames
    func check(_ what: String, _ expected: Int, _ found: Int) throws(BayesianModelError) {
      if expected != found { throw .wrongPriorCount(what: what, expected: expected, found: found) }
    }
    try check("fixed effects", model.fixedEffectNames.count, priors.fixedEffects.count)
    try check("standard deviations", effects.count, priors.deviations.count)
    try check("terms", model.terms.count, priors.correlationShapes.count)
    for (name, prior) in zip(model.fixedEffectNames, priors.fixedEffects) {
      switch prior {
      case .flat: break
      case .normal: if !prior.isValid { throw .invalidPrior(parameter: name) }
      default: throw .fixedPrior(effect: name)
      }
    }
    let scales =
      zip(effects.map { "the standard deviation of \($0)" }, priors.deviations) + [("sigma", priors.sigma)]
    for (name, prior) in scales where !prior.isValid || prior.support(isPositive: true).upper <= 0 {
      throw .invalidPrior(parameter: name)
    }
    for (term, shape) in zip(model.terms, priors.correlationShapes) where !(shape > 0 && shape.isFinite) {
      throw .invalidPrior(parameter: "the correlations of \(term.label)")
    }
    // Gelman (2006): with a flat prior of a standard deviation the likelihood's tail τ^(1 − J) must be integrable, the mean being flat or not.
    let groups = model.groupLevels.count
    for (name, prior) in zip(effects, priors.deviations) where prior == .flat && groups < 3 {
      throw .improper(
        parameter: "the standard deviation of \(name)",
        reason: "\(groups) groups leave its tail without end; 3 groups, or a prior that falls, would work")
    }
    let (n, p) = (model.frame.response.count, model.fixedEffectNames.count)
    if priors.sigma == .flat, n <= p + 1 {
      throw .improper(
        parameter: "sigma", reason: "\(n) rows for \(p) coefficients leave its tail without end")
    }
  }

  /// The posterior of σ and Σ, a workspace for one chain.
  func posterior() -> CollapsedPosterior {
    let moments = priors.fixedEffects.map { prior -> (mean: Double, precision: Double) in
      if case .normal(let mean, let sd) = prior { return (mean, 1 / (sd * sd)) }
      return (0, 0)
    }
    guard
      let likelihood = IntegratedLikelihood(
        model, mean: moments.map(\.mean), precision: moments.map(\.precision))
    else { preconditionFailure("one grouping factor") }
    return CollapsedPosterior(
      likelihood, CovarianceTransform(priors, blocks: model.terms.map(\.columns)))
  }
}
