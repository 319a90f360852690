import Distributions
import MixedModels

extension BayesianMixedModel {
  /// Draws from the priors alone, in the form of draws from a posterior: what the model expects before it has seen a response.
  ///
  /// With `PosteriorPredictions` they give prior predictive data.
  /// - Parameters:
  ///   - plan: its chains times its draws are made, all independent.
  /// - Throws: `BayesianModelError.nothingDrawn` for a flat prior.
  /// - Reference: Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), doi:10.1111/rssa.12378.
  public func samplePriors(_ plan: SamplingPlan = SamplingPlan()) throws(BayesianModelError) -> BayesianFit {
    try checkDrawable()
    let quantities = BayesianFit.quantities(of: self).count
    let total = plan.chains * plan.draws
    var draws = [Double](repeating: 0, count: quantities * total)
    for c in 0..<plan.chains {
      var stream = KeyedStream(seed: plan.seed, replicate: UInt32(c), stream: 2)
      for s in 0..<plan.draws {
        for (k, value) in drawn(&stream).enumerated() { draws[s + plan.draws * c + total * k] = value }
      }
    }
    let statistics = DrawStatistics(
      logDensity: 0, energy: 0, acceptStatistic: 1, stepSize: 0, depth: 0, leapfrogSteps: 0,
      isDivergent: false)
    let run = ChainRun(
      dimension: 0, draws: [], statistics: Array(repeating: statistics, count: plan.draws),
      warmup: .init(stepSize: 0, metric: [], leapfrogSteps: 0, divergenceCount: 0))
    var independent = plan
    independent.warmup = 0
    return BayesianFit(
      self, plan: independent,
      chains: SampledChains(
        dimension: 0, chains: Array(repeating: run, count: plan.chains), wasStopped: false), draws: draws)
  }

  /// All quantities, in the order of `BayesianFit.quantities`.
  private func drawn(_ stream: inout KeyedStream) -> [Double] {
    var all = priors.fixedEffects.map { $0.draw(isPositive: false, from: &stream) }
    let deviations = priors.deviations.map { $0.draw(isPositive: true, from: &stream) }
    all += deviations
    var factors: [[[Double]]] = []
    for (term, shape) in zip(model.terms, priors.correlationShapes) {
      let factor = Prior.correlationFactor(order: term.columns.count, shape: shape, from: &stream)
      for i in factor.indices {
        for j in 0..<i { all.append(zip(factor[i], factor[j]).reduce(0) { $0 + $1.0 * $1.1 }) }
      }
      factors.append(factor)
    }
    if let prior = priors.sigma { all.append(prior.draw(isPositive: true, from: &stream)) }
    if let prior = priors.dispersion { all.append(prior.draw(isPositive: true, from: &stream)) }
    for f in model.factors.indices {
      let own = model.terms.indices.filter { model.terms[$0].factor == f }
      for _ in model.factors[f].levels {
        for t in own {
          let normal = model.terms[t].columns.map { _ in stream.normal() }
          for (i, column) in model.terms[t].columns.enumerated() {
            all.append(deviations[column] * zip(factors[t][i], normal).reduce(0) { $0 + $1.0 * $1.1 })
          }
        }
      }
    }
    return all
  }

  private func checkDrawable() throws(BayesianModelError) {
    let labels = model.terms.flatMap { term in term.names.map { "the standard deviation of \($0)" } }
    var named = Array(zip(model.fixedEffectNames, priors.fixedEffects)) + zip(labels, priors.deviations)
    if let prior = priors.sigma { named.append(("sigma", prior)) }
    if let prior = priors.dispersion { named.append(("the dispersion parameter", prior)) }
    for (name, prior) in named where !prior.isProper { throw .nothingDrawn(parameter: name) }
  }
}
