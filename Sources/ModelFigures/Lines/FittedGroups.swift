import Glibc
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
  /// The link on whose scale lines are straight, of generalized models; nil for linear ones.
  public let link: LinkFunction?
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
    let constant = FigureWords.constant
    try self.init(of: fit, y: fit.model.frame.responseBesideOffset) { name, _ in
      let none = GroupRegressions.noPooling(fit.model)
      let (intercept, slope) = (none.names.firstIndex(of: constant), none.names.firstIndex(of: name))
      return (
        fit.model.groupLevels.indices.map { j in
          CoefficientLine(
            intercept: intercept.map { none.estimates[j, $0] } ?? 0,
            slope: slope.map { none.estimates[j, $0] } ?? 0)
        }, FittedGroups.completePooling(fit.model, constant: constant, predictor: name)
      )
    }
  }

  /// Takes a fit of a generalized mixed model with one predictor apart. Lines are straight on the scale of the link; observations are shares, counts (with an offset
  /// rates) or numbers.
  ///
  /// No pooling is maximum likelihood group by group; a group whose estimates run to ±∞ has no line.
  /// - Throws: `ModelFigureError` unless the model has exactly one predictor.
  public init(_ fit: GeneralizedLinearMixedModelFit) throws(ModelFigureError) {
    let frame = fit.model.frame
    let exposure = fit.link == .log ? frame.offset?.map { exp($0) } : nil
    let y = exposure.map { zip(frame.response, $0).map(/) } ?? frame.response
    try self.init(of: fit, y: y) { name, x in
      let constant = FigureWords.constant
      let hasConstant = (fit.model.fixedEffectNames + fit.model.randomEffectNames).contains(constant)
      let columns = (hasConstant ? [[Double](repeating: 1, count: x.count)] : []) + [x]
      let none = fit.ownRegressions(columns, shift: [Double](repeating: 0, count: x.count)).estimates
      return (
        fit.model.groupLevels.indices.map { j in
          CoefficientLine(
            intercept: hasConstant ? none[j, 0] : 0, slope: none[j, hasConstant ? 1 : 0])
        }, FittedGroups.completePooling(fit, predictor: name)
      )
    }
  }

  /// - Parameters:
  ///   - y: observations as they are drawn.
  ///   - alone: the groups' lines without pooling and the line of all rows, of a predictor's name and values.
  private init(
    of fit: some MixedModelFit, y: [Double],
    alone: (String, [Double]) -> (own: [CoefficientLine], complete: CoefficientLine)
  ) throws(ModelFigureError) {
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
    let coefficients = fit.groupCoefficients
    let interceptColumn = fit.coefficientNames.firstIndex(of: constant)
    let slopeColumn = fit.coefficientNames.firstIndex(of: name)
    var rows = [[Int]](repeating: [], count: model.groupLevels.count)
    for (row, code) in model.groupCodes.enumerated() { rows[code].append(row) }
    let lines = alone(name, x)
    groups = model.groupLevels.indices.map { j in
      let own = lines.own[j]
      let line = CoefficientLine(
        intercept: interceptColumn.map { coefficients[j, $0] } ?? 0,
        slope: slopeColumn.map { coefficients[j, $0] } ?? 0)
      return GroupFit(
        model.groupLevels[j], x: rows[j].map { x[$0] }, y: rows[j].map { y[$0] },
        noPooling: own.isFinite ? own : nil, partialPooling: line)
    }
    completePooling = lines.complete

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
    isSingular = !fit.boundaries.isEmpty
    interceptVaries = model.randomEffectNames.contains(constant)
    slopeVaries = model.randomEffectNames.contains(name)
    link = fit.effectLink
    response = .column(model.frame.figureResponse)
    predictor = .column(name)
    grouping = .column(model.groupingFactor)
  }

  /// The fixed part on all rows, θ or the shape held.
  private static func completePooling(
    _ fit: GeneralizedLinearMixedModelFit, predictor: String
  ) -> CoefficientLine {
    let names = fit.model.fixedEffectNames
    let x = fit.model.fixedMatrix
    let found = RowRegressions(fit).regression(x, rows: Array(0..<x.rows), wanted: x.columns)
    func coefficient(_ name: String) -> Double {
      guard let place = names.firstIndex(of: name) else { return names.isEmpty ? .nan : 0 }
      return found[place].estimate.isFinite ? found[place].estimate : .nan
    }
    return CoefficientLine(intercept: coefficient(FigureWords.constant), slope: coefficient(predictor))
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
    plane.link = link
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
      predictor: predictor, grouping: grouping, link: link)
  }
}
