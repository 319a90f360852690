import MixedModels

/// A parameter whose prior and data disagree: its estimate without priors lies where its prior has nearly no probability.
package struct PriorConflict: Sendable, Equatable {
  /// Its place in `BayesianFit.quantities`.
  package let quantity: Int
  /// Its prior.
  package let prior: Prior
  /// The estimate by (restricted) maximum likelihood, and its standard error, of fixed effects alone.
  package let estimate: Double
  package let standardError: Double?
}

extension BayesianFit {
  /// From how many standard errors, or prior standard deviations, on there is a conflict: once in a thousand draws from the prior.
  private static let distance = 3.3

  /// Fixed effects, standard deviations and σ whose priors and data disagree. Priors with heavy tails are not among them: beside such the data win.
  package var priorConflicts: [PriorConflict] {
    guard let maximum else { return [] }
    let priors = model.priors
    var found: [PriorConflict] = []
    for (k, (estimate, error)) in zip(maximum.fixedEffects, maximum.fixedEffectStandardErrors).enumerated()
    where priors.fixedEffects[k].isFar(from: estimate, standardError: error, Self.distance) {
      found.append(
        PriorConflict(
          quantity: k, prior: priors.fixedEffects[k], estimate: estimate, standardError: error))
    }
    let fixedCount = maximum.fixedEffects.count
    for (term, component) in zip(model.model.terms, maximum.varianceComponents) {
      let levels = model.model.factors[term.factor].levels.count
      for (i, k) in term.columns.enumerated() {
        let estimate = component.covariance[i, i].squareRoot()
        guard priors.deviations[k].isBelow(estimate, degreesOfFreedom: levels - 1, Self.distance) else {
          continue
        }
        found.append(
          PriorConflict(
            quantity: fixedCount + k, prior: priors.deviations[k], estimate: estimate, standardError: nil))
      }
    }
    if let prior = priors.sigma, let fit = maximum as? LinearMixedModelFit,
      let place = quantities.firstIndex(where: { $0.kind == .sigma }),
      prior.isBelow(fit.sigma, degreesOfFreedom: fit.observationCount - fixedCount, Self.distance)
    {
      found.append(PriorConflict(quantity: place, prior: prior, estimate: fit.sigma, standardError: nil))
    }
    return found
  }
}

extension Prior {
  /// Whether an estimate is farther from all that the prior allows than chance explains.
  fileprivate func isFar(from estimate: Double, standardError: Double, _ distance: Double) -> Bool {
    switch self {
    case .normal(let mean, let sd):
      abs(estimate - mean) > distance * (sd * sd + standardError * standardError).squareRoot()
    case .uniform(let lower, let upper):
      max(lower - estimate, estimate - upper) > distance * standardError
    default: false
    }
  }

  /// Whether nearly all of the prior of a standard deviation lies below an estimate that has this many degrees of freedom.
  fileprivate func isBelow(_ estimate: Double, degreesOfFreedom: Int, _ distance: Double) -> Bool {
    let most: Double
    switch self {
    case .uniform(_, let upper): most = upper
    case .normal(let mean, let sd): most = max(mean, 0) + distance * sd
    case .halfNormal(let sd): most = distance * sd
    // One in a thousand: e^(−6.9).
    case .exponential(let rate): most = 6.9 / rate
    default: return false
    }
    return estimate > most * (1 + distance / (2 * Double(max(degreesOfFreedom, 1))).squareRoot())
  }
}
