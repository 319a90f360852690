import MixedModels

/// The figures about models: what a fitted model can feed, and the schematic, which needs none.
public enum ModelFigureKind: String, Sendable, CaseIterable {
  /// No pooling → partial pooling in the plane of intercept and slope.
  case poolingPlane = "pooling-plane"
  /// Observations and one line for all.
  case completePooling = "complete-pooling"
  /// Parallel lines.
  case varyingIntercept = "varying-intercept"
  /// Lines from one intercept.
  case varyingSlope = "varying-slope"
  /// Own intercept and slope a group.
  case varyingBoth = "varying-both"
  /// One panel a group with three lines.
  case groupPanels = "group-panels"
  /// Conditional modes with intervals, one row a level.
  case caterpillar
  /// Conditional modes with intervals against normal quantiles.
  case qqCaterpillar = "qq-caterpillar"
  /// Estimates against group sizes, without and with pooling.
  case shrinkageBySize = "shrinkage-by-size"
  /// Estimates without and with pooling, joined, one row a group.
  case dumbbell
  /// Fixed coefficients with intervals.
  case coefficients
  /// Profile likelihood of every parameter.
  case profile
  /// Residuals and effects against fitted values and normal quantiles.
  case diagnostics
  /// What may vary, drawn without data.
  case schematic

  /// Whether the figure shows a fitted model; the schematic is the same for all.
  public var needsModel: Bool { self != .schematic }

  /// Whether the figure is one scatter plot of the observations.
  public var isScatter: Bool {
    [.completePooling, .varyingIntercept, .varyingSlope, .varyingBoth].contains(self)
  }

  /// Whether the figure shows a line over one predictor, and so needs a model that has one.
  public var showsLines: Bool { isScatter || self == .poolingPlane || self == .groupPanels }

  /// Whether levels may be picked out in it.
  public var canHighlight: Bool { showsFactors || self == .shrinkageBySize || self == .dumbbell }

  /// Whether it shows the effects of any one of a model's grouping factors.
  public var showsFactors: Bool { self == .caterpillar || self == .qqCaterpillar }

  /// The figure of a fitted model, whatever its predictors: caterpillars and coefficients.
  /// - Parameters:
  ///   - grouping: which factor's effects; nil for the first.
  ///   - highlighted: levels to be picked out.
  /// - Throws: `FigureKindError` if there is no such factor or level, or nothing to show.
  public func figure(
    of fit: LinearMixedModelFit, grouping: String? = nil, highlighted: [String] = []
  ) throws(FigureKindError) -> any ModelFigure {
    if self == .coefficients {
      let plot = CoefficientPlot(fit)
      if plot.coefficients.isEmpty { throw .noCoefficients }
      return plot
    }
    func check(_ levels: [String], of factor: String) throws(FigureKindError) {
      for level in highlighted where !levels.contains(level) {
        throw .noLevel(level, factor: factor, some: Array(levels.prefix(5)))
      }
    }
    if self == .diagnostics { return DiagnosticPanels(fit) }
    if self == .profile {
      do throws(FitError) { return try ProfilePlot(fit) } catch { throw .noProfile(error) }
    }
    let names = fit.model.factors.map(\.name)
    if self == .shrinkageBySize || self == .dumbbell {
      try check(fit.model.groupLevels, of: names[0])
      do throws(ModelFigureError) {
        return self == .dumbbell
          ? try Dumbbell(fit, highlighted: Set(highlighted))
          : try ShrinkageBySize(fit, highlighted: Set(highlighted))
      } catch { throw .otherModel(error) }
    }
    guard let factor = grouping.map({ names.firstIndex(of: $0) }) ?? 0 else {
      throw .noFactor(grouping ?? "", available: names)
    }
    let intervals = RandomEffectIntervals(fit, factor: factor)
    try check(intervals.levels.map(\.name), of: names[factor])
    if intervals.standardDeviations.storage.allSatisfy(\.isNaN) { throw .noSpreads }
    return Caterpillar(
      intervals, heights: self == .caterpillar ? .rows : .quantiles, highlighted: Set(highlighted))
  }

  /// The figure of this kind.
  /// - Parameters:
  ///   - ellipses: those of a pooling plane.
  ///   - order: that of the panels of group panels.
  ///   - dodge: share of the smallest distance between different x over which a scatter plot sets the points of groups side by side.
  /// - Throws: `FigureKindError` if the model varies other coefficients than the kind shows, or has nothing for it to show.
  public func figure(
    of groups: FittedGroups, ellipses: PlaneEllipses = .data, order: GroupPanels.Order = .given,
    dodge: Double = 0
  ) throws(FigureKindError) -> any ModelFigure {
    func dodged(_ scatter: GroupScatter) throws(FigureKindError) -> GroupScatter {
      var scatter = scatter
      scatter.dodge = dodge
      if dodge > 0, scatter.spacing == nil { throw .nothingToDodge(predictor: groups.predictor.column) }
      return scatter
    }
    switch self {
    case .poolingPlane:
      var plane = groups.poolingPlane(modelEllipses: ellipses == .model)
      if ellipses == .none { plane.ellipses = .omitted }
      return plane
    case .completePooling:
      guard groups.completePooling.isFinite else { throw .noCompletePooling }
      return try dodged(groups.completePoolingScatter())
    case .groupPanels: return groups.panels(order: order)
    case .schematic: return VaryingCoefficientsSchematic()
    case .caterpillar, .qqCaterpillar, .shrinkageBySize, .dumbbell, .coefficients, .profile, .diagnostics:
      preconditionFailure("\(rawValue) is drawn from the fit, not from lines")
    case .varyingIntercept, .varyingSlope, .varyingBoth:
      let fitting: ModelFigureKind =
        switch (groups.interceptVaries, groups.slopeVaries) {
        case (true, true): .varyingBoth
        case (false, true): .varyingSlope
        default: .varyingIntercept
        }
      guard fitting == self else { throw .otherStructure(kind: rawValue, suits: fitting.rawValue) }
      return try dodged(groups.fittedScatter())
    }
  }

  /// The figure of a model without groups: its points and its line.
  /// - Throws: `FigureKindError.needsGroups` for every kind but complete pooling; `.needsOnePredictor`.
  public func figure(of fit: LinearModelFit, model: LinearModel) throws(FigureKindError) -> any ModelFigure {
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
}

/// What the ellipses of a pooling plane are.
public enum PlaneEllipses: String, Sendable, CaseIterable {
  /// Of the points drawn.
  case data
  /// Of the fitted distribution.
  case model
  /// None.
  case none
}

/// Why a model does not give a figure of a kind.
public enum FigureKindError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherStructure(kind: String, suits: String)
  case needsGroups(kind: String)
  case needsOnePredictor(found: [String])
  case noCompletePooling
  case nothingToDodge(predictor: String)
  case noCoefficients
  case noFactor(String, available: [String])
  case noLevel(String, factor: String, some: [String])
  case noSpreads
  case otherModel(ModelFigureError)
  case noProfile(FitError)

  /// The fault in words.
  public var description: String {
    switch self {
    case .otherStructure(let kind, let suits):
      "figure '\(kind)' does not show what this formula varies; '\(suits)' does"
    case .needsGroups(let kind):
      "figure '\(kind)' needs a grouping factor; give the formula a random-effects term, e.g. (1 + x | group)"
    case .noCompletePooling:
      "complete pooling has no line here: the fixed part of the formula, which it fits, has no column that the data determine"
    case .nothingToDodge(let predictor):
      "points cannot be set side by side: all values of '\(predictor)' are equal"
    case .otherModel(let error): error.description
    case .noProfile(let error): error.description
    case .noCoefficients: "the model has no fixed coefficients to draw"
    case .noFactor(let name, let available):
      "the model has no grouping factor '\(name)'; it has \(available.joined(separator: ", "))"
    case .noLevel(let name, let factor, let some):
      "'\(factor)' has no level '\(name)'; it has \(some.joined(separator: ", ")), …"
    case .noSpreads:
      "the conditional standard deviations of so many levels are not computed; --exact computes them, however long it takes"
    case .needsOnePredictor(let found):
      "this figure shows one numeric predictor; the formula has "
        + (found.isEmpty ? "none" : found.joined(separator: ", "))
    }
  }
}
