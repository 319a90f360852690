import BayesianModels
import MixedModels

extension ModelFigureKind {
  /// Whether the figure shows the posterior of a Bayesian model.
  public var needsPosterior: Bool { showsDraws || self == .effectsByTau }

  /// Whether it shows draws from it.
  public var showsDraws: Bool {
    switch self {
    case .posteriorDensities, .posteriorIntervals, .trace, .rank, .posteriorPlane, .predictive,
      .posteriorPairs:
      true
    default: false
    }
  }

  /// The figure of draws from a posterior.
  /// - Parameter priorsName: what the priors are called.
  /// - Throws: `FigureKindError` if the draws have nothing for the kind to show, or not what is asked for.
  public func figure(
    of fit: BayesianFit, priorsName: String, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    func parameters(most: Int = PosteriorParameters.mostParameters) throws(FigureKindError)
      -> PosteriorParameters
    {
      try PosteriorParameters(fit, priorsName: priorsName, named: request.parameters, most: most)
    }
    switch self {
    case .posteriorDensities: return PosteriorDensities(try parameters())
    case .posteriorIntervals:
      guard request.showsLevels else { return PosteriorIntervals(try parameters(most: 40)) }
      let model = fit.model.model
      let factor = try ModelFigureKind.factor(of: model, request)
      try ModelFigureKind.check(
        request.highlighted, among: model.factors[factor].levels, of: model.factors[factor].name)
      return LevelPosteriors(
        fit, factor: factor, priorsName: priorsName, highlighted: Set(request.highlighted))
    case .trace:
      if fit.drawCount < 2 { throw .needsDraws }
      return ChainTraces(try parameters())
    case .rank: return try ChainRanks(try parameters())
    case .posteriorPlane:
      let groups = try ModelFigureKind.groups(of: fit.model)
      var plane = PosteriorPlane(fit, groups: groups, priorsName: priorsName)
      plane.plane.highlighted = try ModelFigureKind.highlighted(request, groups)
      return plane
    case .predictive: return try PredictiveOverlay(fit, priorsName: priorsName)
    case .posteriorPairs: return try PosteriorPairs(try parameters(most: PosteriorPairs.mostParameters))
    case .effectsByTau: return try figure(of: fit.model, priorsName: priorsName, request)
    default: throw .noDraws(kind: rawValue)
    }
  }

  /// The figure of a posterior that needs no draws from it.
  /// - Throws: `FigureKindError` for every kind that does, for models of other forms and unknown levels.
  public func figure(
    of bayesian: BayesianMixedModel, priorsName: String, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    guard self == .effectsByTau else { throw .noDraws(kind: rawValue) }
    let model = bayesian.model
    let figure = try EffectsBySpread(
      bayesian, priorsName: priorsName, highlighted: Set(request.highlighted))
    try ModelFigureKind.check(request.highlighted, among: model.groupLevels, of: model.groupingFactor)
    return figure
  }

  /// The groups of a model with one predictor, fitted without priors.
  private static func groups(of bayesian: BayesianMixedModel) throws(FigureKindError) -> FittedGroups {
    do {
      switch bayesian.likelihood {
      case .linear(let model), .knownVariances(let model): return try FittedGroups(model.fit())
      case .generalized(let model): return try FittedGroups(model.fit())
      }
    } catch let error as ModelFigureError {
      throw .otherModel(error)
    } catch {
      throw .notFitted("\(error)")
    }
  }
}
