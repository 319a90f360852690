import MixedModels

/// Where the effects of one grouping factor, their standard deviations and correlations stand among the quantities of a fit.
package struct EffectPlaces: Sendable {
  /// Number of effects of a level.
  package let width: Int
  /// The first level's first effect; effects stand side by side, level after level.
  package let first: Int
  /// The standard deviation of each effect.
  package let deviations: [Int]
  /// The correlation of each pair of effects; nil for one with itself and for effects of different terms.
  package let correlations: [[Int?]]
  /// By term of the model, where its effects begin among the factor's; nil for terms of other factors.
  package let starts: [Int?]

  /// The places of a model's factors, in their order.
  package static func all(of bayesian: BayesianMixedModel) -> [EffectPlaces] {
    let (model, likelihood) = (bayesian.model, bayesian.likelihood)
    let p = model.fixedEffectNames.count
    var next = p + model.randomEffectNames.count
    let pairs = model.terms.map { term in
      defer { next += term.names.count * (term.names.count - 1) / 2 }
      return next
    }
    if likelihood.hasSigma { next += 1 }
    if likelihood.hasDispersion { next += 1 }
    return model.factors.enumerated().map { f, factor in
      let width = factor.effectNames.count
      var deviations: [Int] = []
      var correlations = [[Int?]](repeating: Array(repeating: nil, count: width), count: width)
      var starts = [Int?](repeating: nil, count: model.terms.count)
      for (t, term) in model.terms.enumerated() where term.factor == f {
        let start = deviations.count
        starts[t] = start
        deviations += term.columns.map { p + $0 }
        var place = pairs[t]
        for i in term.names.indices {
          for j in 0..<i {
            correlations[start + i][start + j] = place
            correlations[start + j][start + i] = place
            place += 1
          }
        }
      }
      defer { next += factor.levels.count * width }
      return EffectPlaces(
        width: width, first: next, deviations: deviations, correlations: correlations,
        starts: starts)
    }
  }
}
