import Distributions
import MixedModels
import Plotting

/// What residuals and effects say of a model's assumptions: residuals against fitted values, their size against fitted values, normal quantiles of residuals,
/// Cook's distance against leverage, densities of responses drawn from the model beside the observed, and normal quantiles of each effect of each factor.
///
/// Means of up to twenty equally large slices stand in the first two: they should stay level. Residuals are r√w/σ̂, in units of the residual standard
/// deviation. Of more than 2,000 rows the most extreme are drawn and an even selection of the others; means and quantiles are of all.
///
/// Reference: for leverage and Cook's distance see `Augmentation`.
public struct DiagnosticPanels: ModelFigure {
  /// The effects of one factor.
  public struct Effects: Sendable, Equatable {
    /// The factor.
    public var grouping: FigureVariable
    /// The effect: `(Intercept)` or a column.
    public var effect: FigureVariable
    /// Conditional modes; 0 where the variance is estimated as 0.
    public let modes: [Double]
  }

  /// How much each row bears on the fit.
  public struct Influence: Sendable, Equatable {
    /// Leverage h of each row.
    public let leverages: [Double]
    /// Cook's distance of each row.
    public let distances: [Double]
  }

  /// Fitted values, random effects included.
  public let fitted: [Double]
  /// Residuals in units of the residual standard deviation: r√w/σ̂.
  public let residuals: [Double]
  /// Leverage and Cook's distance; nil where leverage is not computed.
  public let influence: Influence?
  /// Responses drawn from a mixed model beside the observed ones; nil for a linear model.
  public let predictive: PredictiveCheck?
  /// The effects, factor after factor; none for a linear model.
  public var effects: [Effects]
  /// The response.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// The most dots of a panel.
  static let mostDots = 2000

  /// The rows that are drawn in any case: those with the largest residuals, or the largest distances.
  static let extremes = 50
  /// The rows whose influence is named.
  static let namedRows = 3

  private init(
    fitted: [Double], residuals: [Double], augmentation: Augmentation?, predictive: PredictiveCheck?,
    effects: [Effects], response: String
  ) {
    self.predictive = predictive
    self.fitted = fitted
    self.residuals = residuals
    self.effects = effects
    self.response = .column(response)
    influence = augmentation.flatMap { all in
      let distances = all.cooksDistances
      // A row with leverage 1 has no distance.
      guard all.leverages.allSatisfy(\.isFinite), distances.contains(where: \.isFinite) else { return nil }
      return Influence(leverages: all.leverages, distances: distances)
    }
    let rows = Double((3 + (influence == nil ? 0 : 1) + (predictive == nil ? 0 : 1) + effects.count + 1) / 2)
    size = .centimetres(16, 2 + 5.5 * rows)
  }

  /// The diagnostics of a mixed model.
  public init(_ fit: LinearMixedModelFit) {
    var effects: [Effects] = []
    for (f, factor) in fit.randomEffects.enumerated() {
      let isStill = fit.effectsWithoutVariance(ofFactor: f)
      for (k, name) in factor.factor.effectNames.enumerated() {
        let modes = factor.modes.column(k)
        effects.append(
          Effects(
            grouping: .column(factor.factor.name), effect: .column(name, of: fit.model),
            modes: isStill[k] ? modes.map { _ in 0 } : modes))
      }
    }
    self.init(
      fitted: fit.fitted, residuals: fit.scaledResiduals,
      augmentation: fit.model.isIterative ? nil : Augmentation(fit),
      predictive: fit.model.isIterative ? nil : PredictiveCheck(fit), effects: effects,
      response: fit.model.frame.responseBesideOffsetText)
  }

  /// The diagnostics of a linear model.
  public init(_ fit: LinearModelFit, of model: LinearModel) {
    self.init(
      fitted: fit.fitted, residuals: fit.weightedResiduals.map { $0 / fit.sigma },
      augmentation: Augmentation(fit, of: model), predictive: nil, effects: [],
      response: model.frame.responseBesideOffsetText)
  }

  /// The residuals with leverage and distance, one row a row, then the effects.
  public var plottedData: PlottedData {
    var data = PlottedData(["kind", "fitted", "value", "quantile", "leverage", "cooks.distance"])
    let normal = NormalDistribution()
    func append(_ kind: String, _ values: [Double], isResidual: Bool = false) {
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      var quantile = [Double](repeating: .nan, count: values.count)
      for (place, i) in order.enumerated() {
        quantile[i] = normal.quantile((Double(place) + 0.5) / Double(values.count))
      }
      for i in values.indices {
        let own = isResidual ? influence : nil
        data.append([
          .text(kind), .number(isResidual ? fitted[i] : .nan), .number(values[i]), .number(quantile[i]),
          .number(own?.leverages[i] ?? .nan), .number(own?.distances[i] ?? .nan),
        ])
      }
    }
    append("residual", residuals, isResidual: true)
    for own in effects { append("\(own.effect.column)|\(own.grouping.column)", own.modes) }
    return data
  }
}

extension DiagnosticPanels {
  /// The response, the grouping factors and the columns whose slopes vary.
  public var variables: [WritableKeyPath<DiagnosticPanels, FigureVariable>] {
    [\.response] + effects.indices.flatMap { [\.effects[$0].grouping, \.effects[$0].effect] }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
