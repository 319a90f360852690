import BayesianModels
import Estimates
import MixedModels

/// Parameters of a posterior that a figure shows, with their draws, and where these come from.
public struct PosteriorParameters: Sendable {
  /// A parameter with its draws.
  public struct Parameter: Sendable {
    /// What figures call it; its `name` is the address that `mlm bayes` prints.
    public var label: ParameterLabel
    /// What it is.
    public let quantity: BayesianFit.Quantity
    /// Its draws, chain after chain.
    public let draws: [Double]
    /// Its prior.
    public let prior: ParameterPrior
  }

  /// The parameters, in the fit's order or as they were asked for.
  public var parameters: [Parameter]
  /// How the draws were made.
  public let source: PosteriorSource
  /// Places of divergent draws among all draws.
  public let divergent: [Int]
  /// The response, which gives units their words.
  public var response: FigureVariable
  /// The link on whose scale parameters of generalized models are; nil for linear ones.
  public let link: LinkFunction?
}

extension PosteriorParameters {
  /// Takes parameters from a fit.
  /// - Parameters:
  ///   - names: addresses, or beginnings of some (`mode.Subject`); none for fixed effects, standard deviations, correlations, sigma and the dispersion parameter.
  ///   - most: more of them are not legible.
  /// - Throws: `FigureKindError.noParameter`, `.tooManyPanels`.
  public init(
    _ fit: BayesianFit, priorsName: String, named names: [String] = [], most: Int = mostParameters
  ) throws(FigureKindError) {
    let quantities = fit.quantities
    let main = quantities.indices.filter { quantities[$0].kind != .effect }
    var found: [Parameter] = []
    func add(_ quantity: BayesianFit.Quantity, _ draws: @autoclosure () -> [Double]) {
      guard !found.contains(where: { $0.quantity == quantity }) else { return }
      found.append(
        Parameter(
          label: ParameterLabel(quantity, of: fit.model.model), quantity: quantity,
          // Of too many none is shown, and none copied.
          draws: found.count < most ? draws() : [], prior: ParameterPrior(quantity, of: fit.model)))
    }
    if names.isEmpty { for k in main { add(quantities[k], Array(fit.values(of: k))) } }
    for name in names {
      let before = found.count
      for k in quantities.indices where PosteriorParameters.matches(name, quantities[k].address) {
        add(quantities[k], Array(fit.values(of: k)))
      }
      if name.hasPrefix("coef") {
        for own in fit.coefficients where PosteriorParameters.matches(name, own.quantity.address) {
          add(own.quantity, own.draws)
        }
      }
      let isKnown = found.contains { PosteriorParameters.matches(name, $0.quantity.address) }
      if found.count == before, !isKnown {
        throw .noParameter(name, available: PosteriorParameters.available(main.map { quantities[$0] }, fit))
      }
    }
    if found.count > most {
      throw .tooManyPanels(
        found.count, most: most,
        available: PosteriorParameters.available(main.map { quantities[$0] }, fit))
    }
    parameters = found
    source = PosteriorSource(fit, priorsName: priorsName)
    divergent = fit.chains.chains.enumerated().flatMap { c, chain in
      chain.statistics.indices.filter { chain.statistics[$0].isDivergent }.map { $0 + fit.drawCount * c }
    }
    response = .column(fit.model.model.frame.figureResponse)
    link = fit.model.link
  }

  /// More panels than these are not legible.
  public static let mostParameters = 12

  /// Whether a name is an address or the beginning of one, with or without quotes.
  private static func matches(_ name: String, _ address: [String]) -> Bool {
    let plain = address.joined(separator: ".")
    let quoted = Address(address).description
    return name == plain || name == quoted || plain.hasPrefix(name + ".") || quoted.hasPrefix(name + ".")
  }

  /// What may be asked for: levels' effects and coefficients by a pattern.
  private static func available(_ main: [BayesianFit.Quantity], _ fit: BayesianFit) -> [String] {
    main.map { Address($0.address).description }
      + fit.model.model.factors.flatMap { factor in
        ["mode", "coef"].map { "\($0).\(Address([factor.name]).description).LEVEL.EFFECT" }
      }
  }

  /// A parameter's name, with its unit where it has one.
  func name(_ parameter: Parameter, _ words: FigureWords) -> String {
    link == nil && parameter.quantity.kind != .dispersion
      ? words.parameter(parameter.label, of: response) : words.parameter(parameter.label)
  }

  /// The response, and the columns that parameters are named after.
  static func variables<F>(_ path: WritableKeyPath<F, PosteriorParameters>, of figure: F)
    -> [WritableKeyPath<F, FigureVariable>]
  {
    let parameters = figure[keyPath: path].parameters
    return [path.appending(path: \.response)]
      + parameters.indices.flatMap { k in
        parameters[k].label.effects.indices.map {
          path.appending(path: \.parameters[k].label.effects[$0])
        } + [path.appending(path: \.parameters[k].label.grouping)]
      }
  }
}

/// How draws of a posterior were made.
public struct PosteriorSource: Sendable, Equatable {
  /// Numbers of chains, draws of each, and of draws of all that diverged.
  public let chainCount, drawCount, divergenceCount: Int
  /// The seed.
  public let seed: UInt64
  /// What the priors are called.
  public let priorsName: String
}

extension PosteriorSource {
  init(_ fit: BayesianFit, priorsName: String) {
    chainCount = fit.chainCount
    drawCount = fit.drawCount
    divergenceCount = fit.divergenceCount
    seed = fit.plan.seed
    self.priorsName = priorsName
  }
}

/// The prior of one parameter, as a figure draws it.
public enum ParameterPrior: Sendable, Equatable {
  /// A distribution of a fixed effect, or of a positive parameter.
  case single(Prior, isPositive: Bool)
  /// The distribution of one correlation among those of a term.
  case correlation(shape: Double, order: Int)
  /// That of the level's group: no prior of its own.
  case hierarchical

  init(_ quantity: BayesianFit.Quantity, of bayesian: BayesianMixedModel) {
    let (model, priors) = (bayesian.model, bayesian.priors)
    switch quantity.kind {
    case .fixed:
      let place = model.fixedEffectNames.firstIndex { $0 == quantity.term }
      self = place.map { .single(priors.fixedEffects[$0], isPositive: false) } ?? .hierarchical
    case .deviation:
      let term = model.terms.first { $0.label == quantity.group }
      let place = term?.names.firstIndex { $0 == quantity.term }
      guard let term, let place else {
        self = .hierarchical
        return
      }
      self = .single(priors.deviations[term.columns.lowerBound + place], isPositive: true)
    case .correlation:
      let place = model.terms.firstIndex { $0.label == quantity.group } ?? 0
      self = .correlation(shape: priors.correlationShapes[place], order: model.terms[place].names.count)
    case .sigma: self = .single(priors.sigma ?? .flat, isPositive: true)
    case .dispersion: self = .single(priors.dispersion ?? .flat, isPositive: true)
    case .effect, .coefficient: self = .hierarchical
    }
  }

  /// The density at a value; nil where there is none to draw.
  func density(at x: Double) -> Double? {
    switch self {
    case .single(let prior, let isPositive): prior.density(at: x, isPositive: isPositive)
    case .correlation(let shape, let order): Prior.correlationDensity(at: x, shape: shape, order: order)
    case .hierarchical: nil
    }
  }
}

extension BayesianMixedModel {
  /// The link of a generalized model; nil for linear ones.
  var link: LinkFunction? {
    if case .generalized(let model) = likelihood { model.link } else { nil }
  }
}
