import BayesianModels
import MixedModels

extension PoolingComparison {
  /// The comparison with the posterior of the levels' coefficients as strategy `bayes`: means, and standard deviations as standard errors.
  /// - Parameter fit: draws of a model of the same formula and data.
  public func adding(_ fit: BayesianFit) -> PoolingComparison {
    let posterior = LevelPosteriors(fit)
    return adding(.bayes) { posterior.value(level: levels[$0], term: terms[$1]) }
  }
}

extension GeneralizedPoolingComparison {
  /// The comparison with the posterior of the levels' coefficients as strategy `bayes`, on the scale of the link: means, and standard deviations as
  /// standard errors.
  /// - Parameter fit: draws of a model of the same formula and data.
  public func adding(_ fit: BayesianFit) -> GeneralizedPoolingComparison {
    let posterior = LevelPosteriors(fit)
    return adding(.bayes) { posterior.value(level: levels[$0], term: terms[$1]) }
  }
}

/// The posterior of each level's coefficients: the fixed effect, where there is one, plus all effects of its name.
private struct LevelPosteriors {
  private let fit: BayesianFit
  private let layout: ChainLayout
  /// Fixed effects by their names, effects by level and name.
  private var fixed: [String: Int] = [:]
  private var effects: [[String]: [Int]] = [:]

  init(_ fit: BayesianFit) {
    self.fit = fit
    layout = ChainLayout(chainCount: fit.chainCount, drawCount: fit.drawCount)
    for (k, quantity) in fit.quantities.enumerated() {
      guard let term = quantity.term else { continue }
      if quantity.kind == .fixed { fixed[term] = k }
      if quantity.kind == .effect, let level = quantity.level {
        effects[[level, term], default: []].append(k)
      }
    }
  }

  /// Mean and standard deviation of a coefficient.
  func value(level: String, term: String) -> (estimate: Double, error: Double) {
    var parts = effects[[level, term]] ?? []
    if let place = fixed[term] { parts.append(place) }
    guard let first = parts.first else { return (.nan, .nan) }
    var sums = Array(fit.values(of: first))
    for part in parts.dropFirst() {
      for (s, value) in fit.values(of: part).enumerated() { sums[s] += value }
    }
    let draws = ChainDraws(sums, layout: layout)
    return (draws.mean, draws.standardDeviation ?? .nan)
  }
}
