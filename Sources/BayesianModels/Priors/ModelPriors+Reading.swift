import MixedModels
import Specifications

/// Priors that have a name.
public enum NamedPriors: String, Sendable, CaseIterable {
  /// Weakly informative, on the scale of the data.
  case `default`
  /// The lecture's, 1000 read as a variance.
  case slides
  /// The lecture's, 1000 read as a standard deviation.
  case slidesSD = "slides-sd"

  /// The priors of a model's parameters.
  public func priors(of likelihood: BayesianMixedModel.Likelihood) -> ModelPriors {
    switch self {
    case .default: .weaklyInformative(likelihood)
    case .slides: .slides(likelihood, isVariance: true)
    case .slidesSD: .slides(likelihood, isVariance: false)
    }
  }
}

extension ModelPriors {
  /// The priors of a file; what it does not name is as it starts from.
  ///
  /// ```yaml
  /// start: default                   # or slides, slides-sd
  /// fixed:
  ///   (Intercept): normal(250, 100)
  ///   others: normal(0, 20)          # all that are not named
  /// sd:
  ///   Subject.Days: half_t(3, 10)    # term.effect; or the effect alone
  ///   others: half_normal(50)
  /// correlation: lkj(2)              # of all terms, or a mapping by term
  /// sigma: exponential(0.03)         # of linear models
  /// dispersion: half_cauchy(5)       # θ of the negative binomial, shape of Gamma
  /// ```
  ///
  /// One text in place of a mapping is the prior of all of its kind.
  /// - Throws: `SpecificationError` with the place of what is wrong, and what would work.
  public init(
    _ node: SpecificationNode, for likelihood: BayesianMixedModel.Likelihood
  ) throws(SpecificationError) {
    var allowed = ["start", "fixed", "sd", "correlation"]
    if likelihood.hasSigma { allowed.append("sigma") }
    if likelihood.hasDispersion { allowed.append("dispersion") }
    let fields = try node.fields(allowed)
    let start: NamedPriors = try fields["start"]?.choice() ?? .default
    let model = likelihood.model
    var priors = start.priors(of: likelihood)
    func parsed(_ node: SpecificationNode) throws(SpecificationError) -> Prior {
      let text = try node.text()
      do throws(PriorTextError) { return try Prior(parsing: text) } catch { throw node.fault("\(error)") }
    }
    func positive(_ node: SpecificationNode, _ name: String) throws(SpecificationError) -> Prior {
      let prior = try parsed(node)
      guard case .uniform(let lower, let upper) = prior else { return prior }
      if upper <= 0 { throw node.fault("\(BayesianModelError.invalidPrior(parameter: name))") }
      return .uniform(max(lower, 0), upper)
    }
    if let node = fields["fixed"] {
      let names = model.fixedEffectNames.map { [$0] }
      try ModelPriors.take(node, names) { (k, node) throws(SpecificationError) in
        priors.fixedEffects[k] = try parsed(node)
        if priors.fixedEffects[k].isOfPositive {
          throw node.fault("\(BayesianModelError.fixedPrior(effect: model.fixedEffectNames[k]))")
        }
      }
    }
    if let node = fields["sd"] {
      let names = model.terms.flatMap { term in term.names.map { ["\(term.label).\($0)", $0] } }
      try ModelPriors.take(node, names) { (k, node) throws(SpecificationError) in
        priors.deviations[k] = try positive(
          node, "the standard deviation of \(model.randomEffectNames[k])")
      }
    }
    if let node = fields["correlation"] {
      try ModelPriors.take(node, model.terms.map { [$0.label] }) { (k, node) throws(SpecificationError) in
        let text = try node.text()
        // Of two effects the LKJ distribution with η = 1 is the uniform one.
        if model.terms[k].columns.count <= 2, case .uniform(-1, 1)? = try? Prior(parsing: text) {
          priors.correlationShapes[k] = 1
          return
        }
        do throws(PriorTextError) {
          priors.correlationShapes[k] = try Prior.correlationShape(parsing: text)
        } catch {
          throw node.fault("\(error)")
        }
      }
    }
    if likelihood.hasSigma, let node = fields["sigma"] { priors.sigma = try positive(node, "sigma") }
    if likelihood.hasDispersion, let node = fields["dispersion"] {
      priors.dispersion = try positive(node, "the dispersion parameter")
      if case .inverseGamma = priors.dispersion {
        throw node.fault("\(BayesianModelError.notOfVariance(parameter: "the dispersion parameter"))")
      }
    }
    self = priors
  }

  /// Gives each parameter its node: the one under one of its names, `others`, or the node itself where it is a text.
  private static func take(
    _ node: SpecificationNode, _ names: [[String]],
    _ give: (Int, SpecificationNode) throws(SpecificationError) -> Void
  ) throws(SpecificationError) {
    guard case .mapping(let entries) = node.content else {
      for k in names.indices { try give(k, node) }
      return
    }
    for entry in entries where entry.key != "others" && !names.contains(where: { $0.contains(entry.key) }) {
      let allowed = names.map { $0[0] } + ["others"]
      if entry.key.hasSuffix(")"), !entry.key.contains("(") {
        throw SpecificationError(
          at: entry.keyPlace,
          "'\(entry.key)' is the end of a prior that was cut at its comma; between braces priors stand in quotes, e.g. {Days: \"normal(0, 20)\"}"
        )
      }
      throw SpecificationError(
        at: entry.keyPlace, SpecificationNode.unknown(entry.key, allowed: allowed))
    }
    let others = entries.first { $0.key == "others" }
    for k in names.indices {
      let own = entries.first { names[k].contains($0.key) }
      if let value = (own ?? others)?.value { try give(k, value) }
    }
  }
}
