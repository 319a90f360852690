import MixedModels
import ModelFormula

extension ModelFigureKind {
  /// The figure of a fitted generalized mixed model.
  /// - Throws: `FigureKindError` if the kind is for linear models, or the model has nothing for it to show, or not what is asked for.
  public func figure(
    of fit: GeneralizedLinearMixedModelFit, _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    switch self {
    case .responsePanels:
      return try ModelFigureKind.marginal {
        try ResponsePanels(fit, over: request.by, lines: request.lines, grouping: request.grouping)
      }
    case .marginalEffects:
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, over: request.by) }
    case .coefficients:
      let plot = CoefficientPlot(fit)
      if plot.coefficients.isEmpty { throw .noCoefficients }
      return plot
    case .caterpillar, .qqCaterpillar, .groupCoefficients: return try caterpillar(fit, request)
    case .poolingPlane: return try poolingPlane(ModelFigureKind.lines(fit), request)
    case .groupPanels:
      let groups = try ModelFigureKind.lines(fit)
      try ModelFigureKind.check(request.only, among: fit.model.groupLevels, of: fit.model.groupingFactor)
      return groups.panels(order: request.order ?? .given, only: Set(request.only))
    case .shrinkageMatrix:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try ShrinkageMatrix(fit, highlighted: levels)
      }
    case .shrinkageBySize:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try ShrinkageBySize(fit, highlighted: levels)
      }
    case .dumbbell:
      return try ModelFigureKind.ofGroups(fit, request) { fit, levels throws(ModelFigureError) in
        try Dumbbell(fit, highlighted: levels)
      }
    case .groupRegression:
      return try ModelFigureKind.groupRegression(fit, request) {
        fit, factor, name, levels throws(ModelFigureError) in
        try GroupLevelRegression(fit, factor: factor, by: name, highlighted: levels)
      }
    case .design: return DesignSketch(SamplingDesign(fit.model.frame))
    case .schematic: return VaryingCoefficientsSchematic()
    case .completePooling, .varyingIntercept, .varyingSlope, .varyingBoth, .fourModels:
      throw .linearOnly(kind: rawValue, instead: "'response-panels' draws the fitted curves beside the data")
    case .poolingDial:
      throw .linearOnly(kind: rawValue, instead: "'dumbbell' shows estimates without and with pooling")
    case .profile, .profileDensity, .profilePairs, .bootstrap:
      throw .linearOnly(
        kind: rawValue, instead: "'coefficients' draws Wald intervals, and mlm intervals computes the others")
    case .diagnostics: return ResponseDiagnostics(fit)
    case .posteriorDensities, .posteriorIntervals, .trace, .rank, .posteriorPlane, .predictive,
      .posteriorPairs,
      .effectsByTau:
      throw .needsPosterior(kind: rawValue)
    }
  }

  /// The figure of a generalized model without groups.
  /// - Throws: `FigureKindError.needsGroups` for every kind that shows groups.
  public func figure(
    of fit: GeneralizedLinearModelFit, model: GeneralizedLinearModel,
    _ request: FigureRequest = FigureRequest()
  ) throws(FigureKindError) -> any ModelFigure {
    switch self {
    case .marginalEffects:
      return try ModelFigureKind.marginal { try MarginalEffectPlot(fit, of: model, over: request.by) }
    case .coefficients: return CoefficientPlot(fit, of: model)
    case .diagnostics: return ResponseDiagnostics(fit, of: model)
    case .completePooling:
      throw .linearOnly(kind: rawValue, instead: "'marginal-effects' draws the fitted curve")
    default: throw .needsGroups(kind: rawValue)
    }
  }

  /// The groups of a generalized model with one predictor.
  private static func lines(_ fit: GeneralizedLinearMixedModelFit) throws(FigureKindError) -> FittedGroups {
    do throws(ModelFigureError) { return try FittedGroups(fit) } catch { throw .otherModel(error) }
  }
}
