import MixedModels

/// Draws from the posterior of a Bayesian mixed model.
public struct BayesianFit: Sendable {
  /// The model and its priors.
  public let model: BayesianMixedModel
  /// How the draws were made.
  public let plan: SamplingPlan
  /// What the sampler says of σ and Σ: divergences, tree depths, step sizes.
  public let chains: SampledChains
  /// What the draws are of: fixed effects, standard deviations, correlations (i with each j < i), sigma or the dispersion
  /// parameter, then the effects of each level of each factor.
  public let quantities: [Quantity]
  /// Draw s of chain c of quantity k at s + drawCount·(c + chains·k).
  public let draws: [Double]
  /// The estimates without priors from which the chains began; nil where there are none, and of draws from priors.
  let maximum: (any MixedModelFit)?

  /// What a number is.
  public struct Quantity: Sendable, Equatable {
    /// The kinds of numbers.
    public enum Kind: Sendable, Equatable {
      case fixed, deviation, correlation, sigma, dispersion, effect, coefficient
    }
    /// Its kind.
    public let kind: Kind
    /// Its address (`fixed.Days`, `random.Subject.Days.sd`, `sigma`, `mode.Subject."308".Days`, …).
    public let address: [String]
    /// The grouping factor, the level and the term or terms, where there are some.
    public let group, level, term: String?
  }

  init(
    _ model: BayesianMixedModel, plan: SamplingPlan, chains: SampledChains, draws: [Double],
    maximum: (any MixedModelFit)? = nil
  ) {
    self.model = model
    self.plan = plan
    self.chains = chains
    self.draws = draws
    self.maximum = maximum
    quantities = BayesianFit.quantities(of: model)
  }

  /// What draws of a model are of, in their order.
  static func quantities(of bayesian: BayesianMixedModel) -> [Quantity] {
    let model = bayesian.model
    var all = model.fixedEffectNames.map {
      Quantity(kind: .fixed, address: ["fixed", $0], group: nil, level: nil, term: $0)
    }
    for term in model.terms {
      for name in term.names {
        all.append(
          Quantity(
            kind: .deviation, address: ["random", term.label, name, "sd"], group: term.label, level: nil,
            term: name))
      }
    }
    for term in model.terms {
      for i in term.names.indices {
        for j in 0..<i {
          all.append(
            Quantity(
              kind: .correlation, address: ["random", term.label, term.names[j], term.names[i], "corr"],
              group: term.label, level: nil, term: term.names[j] + "." + term.names[i]))
        }
      }
    }
    if bayesian.likelihood.hasSigma {
      all.append(Quantity(kind: .sigma, address: ["sigma"], group: nil, level: nil, term: nil))
    }
    if bayesian.likelihood.hasDispersion {
      all.append(
        Quantity(kind: .dispersion, address: ["dispersion_parameter"], group: nil, level: nil, term: nil))
    }
    for factor in model.factors {
      for level in factor.levels {
        for name in factor.effectNames {
          all.append(
            Quantity(
              kind: .effect, address: ["mode", factor.name, level, name], group: factor.name, level: level,
              term: name))
        }
      }
    }
    return all
  }

  /// Draws of each chain.
  public var drawCount: Int { chains.drawCount }
  /// Number of chains.
  public var chainCount: Int { chains.chains.count }

  /// All draws of a quantity, chain after chain.
  public func values(of quantity: Int) -> ArraySlice<Double> {
    let total = drawCount * chainCount
    return draws[quantity * total..<(quantity + 1) * total]
  }

  /// The levels' own coefficients, fixed effect plus effect: what they are, and their draws, chain after chain.
  public var coefficients: [(quantity: Quantity, draws: [Double])] {
    let fixed = model.model.fixedEffectNames
    return quantities.indices.compactMap { k in
      let effect = quantities[k]
      guard effect.kind == .effect, let level = effect.level, let term = effect.term,
        let place = fixed.firstIndex(of: term)
      else { return nil }
      let sums = zip(values(of: place), values(of: k)).map(+)
      return (
        Quantity(
          kind: .coefficient, address: ["coef", effect.group ?? "", level, term], group: effect.group,
          level: level, term: term), sums
      )
    }
  }
}
