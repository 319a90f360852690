import MixedModels

extension ModelFigureKind {
  /// The figure of a fitted model.
  /// - Throws: `FigureKindError` if the model has nothing for the kind to show, or not what is asked for.
  public func figure(
    of fit: LinearMixedModelFit, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    switch self {
    case .poolingPlane:
      let groups = try ModelFigureKind.lines(fit)
      var plane = groups.poolingPlane(modelEllipses: request.ellipses == .model)
      if request.ellipses == PlaneEllipses.none { plane.ellipses = .omitted }
      return plane
    case .completePooling, .varyingIntercept, .varyingSlope, .varyingBoth:
      return try scatter(ModelFigureKind.lines(fit), dodge: request.dodge ?? 0)
    case .groupPanels: return try ModelFigureKind.lines(fit).panels(order: request.order ?? .given)
    case .caterpillar, .qqCaterpillar: return try caterpillar(fit, request)
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
      do throws(FitError) { return try PoolingDial(fit, highlighted: Set(request.highlighted)) } catch {
        throw .noDial(error)
      }
    case .marginalEffects:
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, over: request.predictor) }
    case .coefficients:
      let plot = CoefficientPlot(fit)
      if plot.coefficients.isEmpty { throw .noCoefficients }
      return plot
    case .profile:
      do throws(FitError) { return try ProfilePlot(fit) } catch { throw .noProfile(error) }
    case .diagnostics: return DiagnosticPanels(fit)
    case .design: return DesignSketch(SamplingDesign(fit.model.frame))
    case .schematic: return VaryingCoefficientsSchematic()
    }
  }

  /// The figure of a model without groups: its points and its line.
  /// - Throws: `FigureKindError.needsGroups` for every kind that shows groups; `.needsOnePredictor`.
  public func figure(
    of fit: LinearModelFit, model: LinearModel, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    if self == .marginalEffects {
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, of: model, over: request.predictor) }
    }
    if self == .coefficients { return CoefficientPlot(fit, of: model) }
    if self == .diagnostics { return DiagnosticPanels(fit, of: model) }
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
  private static func marginal(
    _ make: () throws -> any ModelFigure
  ) throws(FigureKindError) -> any ModelFigure {
    do { return try make() } catch { throw .noEffect("\(error)") }
  }

  /// The groups of a model with one predictor.
  private static func lines(_ fit: LinearMixedModelFit) throws(FigureKindError) -> FittedGroups {
    do throws(ModelFigureError) { return try FittedGroups(fit) } catch { throw .otherModel(error) }
  }

  /// A figure of the groups of a model's only factor, with levels picked out.
  private static func ofGroups(
    _ fit: LinearMixedModelFit, _ request: FigureRequest,
    _ make: (LinearMixedModelFit, Set<String>) throws(ModelFigureError) -> any ModelFigure
  ) throws(FigureKindError) -> any ModelFigure {
    try check(request.highlighted, among: fit.model.groupLevels, of: fit.model.factors[0].name)
    do throws(ModelFigureError) { return try make(fit, Set(request.highlighted)) } catch {
      throw .otherModel(error)
    }
  }

  /// - Throws: `FigureKindError.noLevel` for the first name that is none.
  private static func check(
    _ names: [String], among levels: [String], of factor: String
  ) throws(FigureKindError) {
    for name in names where !levels.contains(name) {
      throw .noLevel(name, factor: factor, some: Array(levels.prefix(5)))
    }
  }

  private func scatter(_ groups: FittedGroups, dodge: Double) throws(FigureKindError) -> GroupScatter {
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
    scatter.dodge = dodge
    if dodge > 0, scatter.spacing == nil { throw .nothingToDodge(predictor: groups.predictor.column) }
    return scatter
  }

  private func caterpillar(
    _ fit: LinearMixedModelFit, _ request: FigureRequest
  ) throws(FigureKindError) -> Caterpillar {
    let names = fit.model.factors.map(\.name)
    guard let factor = request.grouping.map({ names.firstIndex(of: $0) }) ?? 0 else {
      throw .noFactor(request.grouping ?? "", available: names)
    }
    let intervals = LevelIntervals(effectsOf: fit, factor: factor)
    try ModelFigureKind.check(request.highlighted, among: intervals.levels.map(\.name), of: names[factor])
    if intervals.errors.storage.allSatisfy(\.isNaN) { throw .noSpreads }
    return Caterpillar(
      intervals, heights: self == .caterpillar ? .rows : .quantiles, highlighted: Set(request.highlighted))
  }
}
