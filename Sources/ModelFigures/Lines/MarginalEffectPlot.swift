import MixedModels
import ModelFormula
import Plotting

/// What a model expects over one predictor, the others held: the population's means with their 95 % limits, the limits of a group not seen, and the groups.
///
/// A number gives a line with a band, a factor one row a level. An offset is in the expectations, its columns held at
/// their means. Observations are not shown: they are not at the values where the other predictors are held.
///
/// Reference: Lüdecke (2018), ggeffects, doi:10.21105/joss.00772, whose `predict_response` with `type = "fixed"` is the band, and with
/// `type = "random"` the dashed limits without σ².
public struct MarginalEffectPlot: ModelFigure {
  /// A predictor that is held, and what at.
  public struct Held: Sendable, Equatable {
    /// The predictor.
    public var variable: FigureVariable
    /// What it is held at.
    public let value: ReferenceGrid.HeldValue
  }

  /// The numbers.
  public let effect: MarginalEffect
  /// The predictor that varies.
  public var predictor: FigureVariable
  /// The words for its levels, where it is a factor.
  public var levels: [LocalizedText]
  /// The predictors that are held.
  public var held: [Held]
  /// The response.
  public var response: FigureVariable
  /// The grouping factors; none for a linear model.
  public var groupings: [FigureVariable]
  /// Degrees of freedom of t limits; nil for limits from the normal distribution.
  public let degreesOfFreedom: Int?
  /// How many groups have no lines of their own, there being too many.
  public let omittedGroups: Int
  /// The offset that is in all expectations, its columns at their means; nil without one, or where the predictor is in it.
  public let offset: Double?
  /// The link of a generalized model; nil for a linear one.
  public let link: LinkFunction?
  /// Whether expectations are probabilities.
  public let isProbability: Bool
  /// Whether a term of the fixed part joins the predictor with another.
  public let hasInteraction: Bool
  /// Canvas size; at first 16 × 9.5 cm, or as high as rows want.
  public var size: Size

  /// More groups than these are not drawn one by one.
  public static let mostGroups = 60

  /// The effect of one predictor of a mixed model.
  /// - Parameter predictor: its column; nil for the first numeric one, or else the first factor.
  /// - Throws: as `MarginalEffect`.
  public init(_ fit: LinearMixedModelFit, over predictor: String? = nil) throws {
    let factors = fit.model.factors
    let withGroups = factors.count == 1 && factors[0].levels.count <= MarginalEffectPlot.mostGroups
    let effect = try MarginalEffect(fit, over: predictor, withGroups: withGroups)
    self.init(
      effect, of: fit.model.frame.formula, response: fit.model.frame.formula.response.text,
      groupings: factors.map(\.name),
      omittedGroups: factors.count == 1 && !withGroups ? factors[0].levels.count : 0,
      offset: try fit.model.frame.offset(for: effect.grid.table), degreesOfFreedom: nil)
  }

  /// The effect of one predictor of a generalized mixed model, on the scale of the response.
  /// - Throws: as `MarginalEffect`.
  public init(_ fit: GeneralizedLinearMixedModelFit, over predictor: String? = nil) throws {
    let (factors, frame) = (fit.model.factors, fit.model.frame)
    let withGroups = factors.count == 1 && factors[0].levels.count <= MarginalEffectPlot.mostGroups
    let effect = try MarginalEffect(fit, over: predictor, withGroups: withGroups)
    self.init(
      effect, of: frame.formula, response: frame.figureResponse, groupings: factors.map(\.name),
      omittedGroups: factors.count == 1 && !withGroups ? factors[0].levels.count : 0,
      offset: try frame.offset(for: effect.grid.table), degreesOfFreedom: nil, link: fit.link,
      isProbability: frame.binomial != nil)
  }

  /// The effect of one predictor of a generalized linear model.
  /// - Throws: as `MarginalEffect`.
  public init(
    _ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel, over predictor: String? = nil
  ) throws {
    let effect = try MarginalEffect(fit, of: model, over: predictor)
    self.init(
      effect, of: model.formula, response: model.frame.figureResponse, groupings: [], omittedGroups: 0,
      offset: try model.frame.offset(for: effect.grid.table), degreesOfFreedom: nil, link: model.link,
      isProbability: model.frame.binomial != nil)
  }

  /// The effect of one predictor of a linear model.
  /// - Throws: as `MarginalEffect`.
  public init(_ fit: LinearModelFit, of model: LinearModel, over predictor: String? = nil) throws {
    let effect = try MarginalEffect(fit, of: model, over: predictor)
    self.init(
      effect, of: model.formula, response: model.formula.response.text, groupings: [], omittedGroups: 0,
      offset: try model.frame.offset(for: effect.grid.table),
      degreesOfFreedom: fit.residualDegreesOfFreedom)
  }

  private init(
    _ effect: MarginalEffect, of formula: ModelFormula, response: String, groupings: [String],
    omittedGroups: Int, offset: [Double]?, degreesOfFreedom: Int?, link: LinkFunction? = nil,
    isProbability: Bool = false
  ) {
    self.effect = effect
    self.link = link
    self.isProbability = isProbability
    let grid = effect.grid
    predictor = .column(grid.predictor)
    levels = (grid.levels ?? []).map { .level($0) }
    held = grid.held.map { Held(variable: .column($0.column), value: $0.value) }
    self.response = .column(response)
    self.groupings = groupings.map { .column($0) }
    self.degreesOfFreedom = degreesOfFreedom
    self.omittedGroups = omittedGroups
    self.offset = offset.flatMap { Set($0).count == 1 ? $0[0] : nil }
    hasInteraction = formula.fixed.terms.contains { term in
      let names = Set(term.factors.flatMap(\.variables))
      return names.contains(grid.predictor) && names.count > 1
    }
    size = .centimetres(16, grid.levels.map { max(5.5, 4 + 0.8 * Double($0.count)) } ?? 9.5)
  }

  /// Whether limits of a group not seen are wider than those of the mean.
  var hasGroupLimits: Bool {
    guard let groupUpper = effect.groupUpper else { return false }
    let widest = zip(effect.upper, effect.lower).map { $0 - $1 }.max() ?? 0
    return zip(groupUpper, effect.upper).contains { $0 - $1 > 1e-6 * widest }
  }

  /// The numbers: the population's rows, then those of groups.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "x", "mean", "se", "low", "high", "group.low", "group.high"])
    func place(_ value: Double) -> PlottedData.Cell {
      effect.grid.levels.map { .text($0[Int(value)]) } ?? .number(value)
    }
    let places = effect.grid.levels?.indices.map(Double.init) ?? effect.grid.values
    for i in effect.means.indices {
      data.append([
        .text(""), place(places[i]), .number(effect.means[i]), .number(effect.errors[i]),
        .number(effect.lower[i]),
        .number(effect.upper[i]), .number(effect.groupLower?[i] ?? .nan),
        .number(effect.groupUpper?[i] ?? .nan),
      ])
    }
    for group in effect.groups {
      for (value, mean) in zip(group.places, group.means) {
        data.append([
          .text(group.name), place(value), .number(mean), .number(.nan), .number(.nan), .number(.nan),
          .number(.nan), .number(.nan),
        ])
      }
    }
    return data
  }
}

extension MarginalEffectPlot {
  /// Response, predictors and grouping factors.
  public var variables: [WritableKeyPath<MarginalEffectPlot, FigureVariable>] {
    [\.response, \.predictor] + groupings.indices.map { \.groupings[$0] }
      + held.indices.map { \.held[$0].variable }
  }
  /// Rows of a factor need it.
  public var keepsHeight: Bool { effect.grid.levels != nil }
  /// The levels of a factor.
  public var levelNames: [String] { effect.grid.levels ?? [] }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for (i, name) in (effect.grid.levels ?? []).enumerated() where name == level { levels[i] = words }
  }
}
