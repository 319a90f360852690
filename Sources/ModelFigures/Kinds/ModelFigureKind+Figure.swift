import MixedModels

extension ModelFigureKind {
  /// The figure of a fitted model.
  /// - Throws: `FigureKindError` if the model has nothing for the kind to show, or not what is asked for.
  public func figure(
    of fit: LinearMixedModelFit, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    switch self {
    case .poolingPlane:
      return try poolingPlane(ModelFigureKind.lines(fit), request)
    case .completePooling, .varyingIntercept, .varyingSlope, .varyingBoth:
      return try scatter(ModelFigureKind.lines(fit), request)
    case .fourModels: return try fourModels(fit, request)
    case .groupPanels:
      let groups = try ModelFigureKind.lines(fit)
      try ModelFigureKind.check(request.only, among: fit.model.groupLevels, of: fit.model.groupingFactor)
      return groups.panels(order: request.order ?? .given, only: Set(request.only))
    case .responsePanels: throw .needsFamily(kind: rawValue)
    case .caterpillar, .qqCaterpillar, .groupCoefficients: return try caterpillar(fit, request)
    case .shrinkageMatrix:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try ShrinkageMatrix(fit, highlighted: levels)
      }
    case .groupRegression:
      return try ModelFigureKind.groupRegression(fit, request) {
        fit, factor, name, levels throws(ModelFigureError) in
        try GroupLevelRegression(fit, factor: factor, by: name, highlighted: levels)
      }
    case .shrinkageBySize:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try ShrinkageBySize(fit, highlighted: levels)
      }
    case .dumbbell:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try Dumbbell(fit, highlighted: levels)
      }
    case .poolingDial:
      try ModelFigureKind.check(
        request.highlighted, among: fit.model.groupLevels, of: fit.model.factors[0].name)
      try ModelFigureKind.checkSharedColumns(fit, factor: 0)
      do throws(FitError) { return try PoolingDial(fit, highlighted: Set(request.highlighted)) } catch {
        throw .noDial(error)
      }
    case .marginalEffects:
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, over: request.by) }
    case .coefficients:
      let plot = CoefficientPlot(fit)
      if plot.coefficients.isEmpty { throw .noCoefficients }
      return plot
    case .profile:
      do throws(FitError) { return try ProfilePlot(fit) } catch { throw .noProfile(error) }
    case .profileDensity:
      do throws(FitError) { return try ProfileDensity(fit) } catch { throw .noProfile(error) }
    case .profilePairs:
      return try ProfilePairs(fit, parameters: request.parameters.isEmpty ? nil : request.parameters)
    case .bootstrap:
      do throws(FitError) {
        return try BootstrapDistributions(
          fit, count: request.replicates ?? BootstrapDistributions.defaultReplicates,
          seed: request.seed ?? BootstrapDistributions.defaultSeed, threads: request.threads)
      } catch {
        throw .noBootstrap(error)
      }
    case .diagnostics: return DiagnosticPanels(fit)
    case .design: return DesignSketch(SamplingDesign(fit.model.frame))
    case .schematic: return VaryingCoefficientsSchematic()
    case .posteriorDensities, .posteriorIntervals, .trace, .rank, .posteriorPlane, .predictive,
      .posteriorPairs,
      .effectsByTau:
      throw .needsPosterior(kind: rawValue)
    }
  }

  /// The figure of a model without groups: its points and its line.
  /// - Throws: `FigureKindError.needsGroups` for every kind that shows groups; `.needsOnePredictor`.
  public func figure(
    of fit: LinearModelFit, model: LinearModel, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    if self == .marginalEffects {
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, of: model, over: request.by) }
    }
    if self == .coefficients { return CoefficientPlot(fit, of: model) }
    if self == .diagnostics { return DiagnosticPanels(fit, of: model) }
    if needsFamily { throw .needsFamily(kind: rawValue) }
    guard self == .completePooling else { throw .needsGroups(kind: rawValue) }
    let names = fit.coefficientNames
    guard names.count == 2, names[0] == "(Intercept)" else {
      throw .needsOnePredictor(found: names.filter { $0 != "(Intercept)" })
    }
    let line = CoefficientLine(intercept: fit.coefficients[0], slope: fit.coefficients[1])
    return GroupScatter(
      groups: [GroupFit("", x: model.frame.fixed.column(1), y: model.frame.responseBesideOffset)],
      lines: .complete(line),
      response: .column(model.frame.responseBesideOffsetText), predictor: .column(names[1]),
      grouping: .column(""))
  }

  /// A figure of expectations over one predictor.
  static func marginal(
    _ make: () throws -> any ModelFigure
  ) throws(FigureKindError) -> any ModelFigure {
    do { return try make() } catch { throw .noEffect("\(error)") }
  }

  /// The groups of a model with one predictor.
  private static func lines(_ fit: LinearMixedModelFit) throws(FigureKindError) -> FittedGroups {
    do throws(ModelFigureError) { return try FittedGroups(fit) } catch { throw .otherModel(error) }
  }

  /// A figure of the groups of a model's only factor, with levels picked out.
  static func ofGroups<Fit: MixedModelFit>(
    _ fit: Fit, _ request: FigureRequest,
    _ make: (Fit, Set<String>) throws(ModelFigureError) -> any ModelFigure
  ) throws(FigureKindError) -> any ModelFigure {
    try check(request.highlighted, among: fit.model.groupLevels, of: fit.model.factors[0].name)
    do throws(ModelFigureError) { return try make(fit, Set(request.highlighted)) } catch {
      throw .otherModel(error)
    }
  }

  /// - Throws: `FigureKindError.noLevel` for the first name that is none.
  static func check(
    _ names: [String], among levels: [String], of factor: String
  ) throws(FigureKindError) {
    for name in names where !levels.contains(name) {
      throw .noLevel(name, factor: factor, available: levels)
    }
  }

  /// The levels to be picked out among some groups.
  static func highlighted(
    _ request: FigureRequest, _ groups: FittedGroups
  ) throws(FigureKindError) -> Set<String> {
    try check(request.highlighted, among: groups.groups.map(\.group), of: groups.grouping.column)
    return Set(request.highlighted)
  }

  func poolingPlane(
    _ groups: FittedGroups, _ request: FigureRequest
  ) throws(FigureKindError) -> PoolingPlane {
    var plane = groups.poolingPlane(modelEllipses: request.ellipses == .model)
    if request.ellipses == PlaneEllipses.none { plane.ellipses = .omitted }
    plane.highlighted = try ModelFigureKind.highlighted(request, groups)
    return plane
  }

  private func scatter(
    _ groups: FittedGroups, _ request: FigureRequest
  ) throws(FigureKindError) -> GroupScatter {
    var scatter: GroupScatter
    if self == .completePooling {
      guard groups.completePooling.isFinite else { throw .noCompletePooling }
      scatter = groups.completePoolingScatter()
    } else {
      let fitting: ModelFigureKind =
        switch (groups.interceptVaries, groups.slopeVaries) {
        case (true, true): .varyingBoth
        case (false, true): .varyingSlope
        default: .varyingIntercept
        }
      guard fitting == self else { throw .otherStructure(kind: rawValue, suits: fitting.rawValue) }
      scatter = groups.fittedScatter()
    }
    scatter.highlighted = try ModelFigureKind.highlighted(request, groups)
    scatter.dodge = request.dodge ?? 0
    if scatter.dodge > 0, scatter.spacing == nil { throw .nothingToDodge(predictor: groups.predictor.column) }
    return scatter
  }

  private func fourModels(
    _ fit: LinearMixedModelFit, _ request: FigureRequest
  ) throws(FigureKindError) -> FourModels {
    try ModelFigureKind.check(
      request.highlighted, among: fit.model.groupLevels, of: fit.model.factors[0].name)
    var four: FourModels
    do throws(ModelFigureError) { four = try FourModels(fit) } catch { throw .otherModel(error) }
    four.highlighted = Set(request.highlighted)
    four.dodge = request.dodge ?? 0
    if four.dodge > 0, four.models[0].scatter.spacing == nil {
      throw .nothingToDodge(predictor: four.predictor.column)
    }
    return four
  }

  static func groupRegression<Fit: MixedModelFit>(
    _ fit: Fit, _ request: FigureRequest,
    _ make: (Fit, Int, String?, Set<String>) throws(ModelFigureError) -> GroupLevelRegression
  ) throws(FigureKindError) -> GroupLevelRegression {
    let factor = try factor(of: fit, request)
    try check(
      request.highlighted, among: fit.model.factors[factor].levels, of: fit.model.factors[factor].name)
    do throws(ModelFigureError) {
      return try make(fit, factor, request.by, Set(request.highlighted))
    } catch { throw .otherModel(error) }
  }

  /// The place of the grouping factor that is asked for.
  /// - Throws: `FigureKindError.noFactor`.
  static func factor(of fit: some MixedModelFit, _ request: FigureRequest) throws(FigureKindError)
    -> Int
  {
    try factor(of: fit.model, request)
  }

  /// The place of the grouping factor that is asked for, of a model.
  /// - Throws: `FigureKindError.noFactor`.
  static func factor(of model: any MixedModel, _ request: FigureRequest) throws(FigureKindError) -> Int {
    let names = model.factors.map(\.name)
    guard let factor = request.grouping.map({ names.firstIndex(of: $0) }) ?? 0 else {
      throw .noFactor(request.grouping ?? "", available: names)
    }
    return factor
  }

  /// - Throws: `FigureKindError.otherModel` where fixed and random effects of one name add up to no coefficient of a group.
  private static func checkSharedColumns(
    _ fit: some MixedModelFit, factor: Int
  ) throws(FigureKindError) {
    do throws(ModelFigureError) {
      try ModelFigureError.checkSharedColumns(fit.model, factor: factor, allowsDeviations: true)
    } catch {
      throw .otherModel(error)
    }
  }

  func caterpillar(
    _ fit: some MixedModelFit, _ request: FigureRequest
  ) throws(FigureKindError) -> Caterpillar {
    let factor = try ModelFigureKind.factor(of: fit, request)
    if self == .groupCoefficients { try ModelFigureKind.checkSharedColumns(fit, factor: factor) }
    let intervals =
      self == .groupCoefficients
      ? LevelIntervals(coefficientsOf: fit, factor: factor) : LevelIntervals(effectsOf: fit, factor: factor)
    try ModelFigureKind.check(
      request.highlighted, among: intervals.levels.map(\.name), of: intervals.grouping.column)
    if intervals.errors.storage.allSatisfy(\.isNaN) { throw .noSpreads }
    return Caterpillar(
      intervals, heights: self == .qqCaterpillar ? .quantiles : .rows,
      highlighted: Set(request.highlighted))
  }
}
