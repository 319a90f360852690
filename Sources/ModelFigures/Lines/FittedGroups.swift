import LinearAlgebra
import MixedModels
import Plotting

/// What the figures of one fitted mixed model with one predictor are made of: each group's data with its lines by no and by
/// partial pooling, the line of complete pooling, and the distribution of the groups' coefficients.
public struct FittedGroups: Sendable {
  /// Groups in the order of the factor's levels.
  public let groups: [GroupFit]
  /// Least squares of the fixed part on all rows, as `PoolingComparison` fits it; a coefficient that the fixed part lacks is 0, and without
  /// any that the data determine both are NaN.
  public let completePooling: CoefficientLine
  /// Fixed effects: the mean of the groups' coefficients.
  public let mean: CoefficientLine
  /// Estimated variance of the groups' intercepts; 0 if they do not vary.
  public let interceptVariance: Double
  /// Estimated covariance of intercepts and slopes.
  public let covariance: Double
  /// Estimated variance of the groups' slopes; 0 if they do not vary.
  public let slopeVariance: Double
  /// Whether some variance is on its boundary.
  public let isSingular: Bool
  /// Whether the model lets intercepts vary.
  public let interceptVaries: Bool
  /// Whether the model lets slopes vary.
  public let slopeVaries: Bool
  /// The response; change it to give the axis other words.
  public var response: FigureVariable
  /// The predictor; change it to give the axis other words.
  public var predictor: FigureVariable
  /// The grouping factor; change it to give the texts other words.
  public var grouping: FigureVariable

  /// Takes a fit of y ~ x + (… | g) apart.
  ///
  /// No pooling is `GroupRegressions.noPooling`: least squares group by group on the columns that the model has, and without a constant
  /// if it has none. A group whose rows do not determine the line has no no-pooling line.
  ///
  /// - Throws: `ModelFigureError` unless the model has exactly one predictor.
  public init(_ fit: LinearMixedModelFit) throws(ModelFigureError) {
    let model = fit.model
    if model.factors.count > 1 {
      throw .severalGroupingFactors(model.factors.map(\.name), formula: model.formulaText)
    }
    let constant = "(Intercept)"
    var predictors: [String] = []
    for name in model.fixedEffectNames + model.randomEffectNames
    where name != constant && !predictors.contains(name) {
      predictors.append(name)
    }
    guard let name = predictors.first else { throw .noPredictor(formula: model.formulaText) }
    guard predictors.count == 1 else { throw .severalPredictors(predictors, formula: model.formulaText) }

    let x =
      model.fixedEffectNames.firstIndex(of: name).map { model.fixedMatrix.column($0) }
      ?? model.randomMatrix.column(model.randomEffectNames.firstIndex(of: name)!)
    let y = model.frame.responseBesideOffset
    let coefficients = fit.groupCoefficients
    let interceptColumn = fit.coefficientNames.firstIndex(of: constant)
    let slopeColumn = fit.coefficientNames.firstIndex(of: name)
    var rows = [[Int]](repeating: [], count: model.groupLevels.count)
    for (row, code) in model.groupCodes.enumerated() { rows[code].append(row) }
    let none = GroupRegressions.noPooling(model)
    let noneIntercept = none.names.firstIndex(of: constant)
    let noneSlope = none.names.firstIndex(of: name)
    groups = model.groupLevels.indices.map { j in
      let own = CoefficientLine(
        intercept: noneIntercept.map { none.estimates[j, $0] } ?? 0,
        slope: noneSlope.map { none.estimates[j, $0] } ?? 0)
      let line = CoefficientLine(
        intercept: interceptColumn.map { coefficients[j, $0] } ?? 0,
        slope: slopeColumn.map { coefficients[j, $0] } ?? 0)
      return GroupFit(
        model.groupLevels[j], x: rows[j].map { x[$0] }, y: rows[j].map { y[$0] },
        noPooling: own.isFinite ? own : nil, partialPooling: line)
    }
    completePooling = FittedGroups.completePooling(model, constant: constant, predictor: name)

    func fixed(_ name: String) -> Double {
      model.fixedEffectNames.firstIndex(of: name).map { fit.fixedEffects[$0] } ?? 0
    }
    mean = CoefficientLine(intercept: fixed(constant), slope: fixed(name))
    func variance(_ a: String, _ b: String) -> Double {
      fit.varianceComponents.reduce(0) { sum, component in
        guard let i = component.names.firstIndex(of: a), let k = component.names.firstIndex(of: b) else {
          return sum
        }
        return sum + component.covariance[i, k]
      }
    }
    interceptVariance = max(0, variance(constant, constant))
    covariance = variance(constant, name)
    slopeVariance = max(0, variance(name, name))
    isSingular = fit.diagnostics.isSingular
    interceptVaries = model.randomEffectNames.contains(constant)
    slopeVaries = model.randomEffectNames.contains(name)
    response = .column(model.frame.responseBesideOffsetText)
    predictor = .column(name)
    grouping = .column(model.groupingFactor)
  }

  private static func completePooling(_ model: LinearMixedModel, constant: String, predictor: String)
    -> CoefficientLine
  {
    let names = model.fixedEffectNames
    guard !names.isEmpty else { return CoefficientLine(intercept: .nan, slope: .nan) }
    let factors = model.frame.rowFactors
    let qr = PivotedQR(model.fixedMatrix, rowFactors: factors)
    let response = model.frame.responseBesideOffset
    var effects = factors.map { zip(response, $0).map(*) } ?? response
    qr.applyTransposedQ(to: &effects)
    let solution = qr.coefficients(fromEffects: effects)
    func coefficient(_ name: String) -> Double { names.firstIndex(of: name).map { solution[$0] } ?? 0 }
    return CoefficientLine(intercept: coefficient(constant), slope: coefficient(predictor))
  }

  /// The pooling plane, with ellipses from the drawn points or from the fitted covariance.
  public func poolingPlane(modelEllipses: Bool) -> PoolingPlane {
    var plane = PoolingPlane(
      groups: groups, completePooling: completePooling, partialPoolingMean: mean,
      ellipses: modelEllipses
        ? .model(
          centre: mean, interceptVariance: interceptVariance, covariance: covariance,
          slopeVariance: slopeVariance)
        : .data, response: response, predictor: predictor, grouping: grouping)
    plane.covarianceIsSingular = isSingular
    return plane
  }

  /// All observations with one line.
  public func completePoolingScatter() -> GroupScatter {
    GroupScatter(
      groups: groups, lines: .complete(completePooling), response: response, predictor: predictor,
      grouping: grouping)
  }

  /// All observations with the fitted line of each group; what varies follows from the model.
  public func fittedScatter() -> GroupScatter {
    let lines: GroupScatter.Lines =
      switch (interceptVaries, slopeVaries) {
      case (true, true): .varyingInterceptAndSlope
      case (false, true): .varyingSlope
      default: .varyingIntercept
      }
    return GroupScatter(
      groups: groups, lines: lines, response: response, predictor: predictor, grouping: grouping)
  }

  /// One panel a group with three lines.
  ///
  /// - Parameter only: the groups that have panels; all, or a choice of many, if there is none.
  public func panels(order: GroupPanels.Order = .given, only: Set<String> = []) -> GroupPanels {
    GroupPanels(
      groups: groups, completePooling: completePooling, order: order, only: only, response: response,
      predictor: predictor, grouping: grouping)
  }
}
