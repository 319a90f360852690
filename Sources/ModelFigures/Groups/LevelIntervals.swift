import Distributions
import LinearAlgebra
import MixedModels

/// The levels of one grouping factor with an estimate of each effect and its error: what caterpillars are
/// drawn from.
public struct LevelIntervals: Sendable {
  /// What is estimated of each level.
  public enum Quantity: Sendable, Equatable {
    /// The conditional modes of its random effects, with their conditional standard deviations: deviations
    /// from 0.
    case effects
    /// Its coefficients, fixed effect plus conditional mode, with their standard errors from the joint
    /// covariance of both: they scatter about the fixed effects.
    case coefficients
  }

  /// A level: its name in the data, and in figures.
  public struct Level: Sendable, Equatable {
    /// The level of the factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
  }

  /// What the levels' estimates scatter about.
  public struct Centre: Sendable, Equatable {
    /// 0 for effects; the fixed effect for coefficients, 0 if there is none.
    public let value: Double
    /// Standard error of the fixed effect; 0 without one.
    public let error: Double
  }

  /// What is estimated.
  public let quantity: Quantity
  /// The levels, in the factor's order.
  public var levels: [Level]
  /// The effects: `(Intercept)` and columns, as they are called in figures.
  public var effects: [FigureVariable]
  /// Estimates (levels × effects).
  public let estimates: Matrix
  /// Their errors in the same layout; NaN where they are not computed.
  public let errors: Matrix
  /// What each effect's estimates scatter about.
  public let centres: [Centre]
  /// Of each effect whether its variance is estimated as 0: then its levels do not differ.
  public let hasNoVariance: [Bool]
  /// Probability of each interval.
  public let level: Double
  /// The grouping factor; change it to give it other words.
  public var grouping: FigureVariable
  /// The response, in whose unit the effects of a linear model are.
  public var response: FigureVariable
  /// The link on whose scale the effects of a generalized model are; nil for a linear one.
  public let link: LinkFunction?

  private init(
    _ quantity: Quantity, _ fit: some MixedModelFit, factor: Int, effects: [String], estimates: Matrix,
    errors: Matrix, centres: [Centre], hasNoVariance: [Bool], level: Double
  ) {
    precondition(level > 0 && level < 1, "level \(level)")
    self.quantity = quantity
    let factor = fit.model.factors[factor]
    levels = factor.levels.map { Level(name: $0, label: .level($0)) }
    self.effects = effects.map { .column($0, of: fit.model) }
    var (estimates, errors) = (estimates, errors)
    // What is left where there is no variance is rounding.
    for (e, isStill) in hasNoVariance.enumerated() where isStill {
      for j in 0..<estimates.rows {
        estimates[j, e] = centres[e].value
        if quantity == .effects { errors[j, e] = 0 }
      }
    }
    self.estimates = estimates
    self.errors = errors
    self.centres = centres
    self.hasNoVariance = hasNoVariance
    self.level = level
    grouping = .column(factor.name)
    response = .column(fit.model.frame.figureResponse)
    link = fit.effectLink
  }

  /// Takes the random effects of a factor from a fit.
  /// - Parameter level: the probability of each interval; mode ± Φ⁻¹((1 + level)/2) conditional standard deviations.
  /// - Precondition: 0 < level < 1.
  public init(effectsOf fit: some MixedModelFit, factor: Int = 0, level: Double = 0.95) {
    let effects = fit.randomEffects[factor]
    let names = effects.factor.effectNames
    self.init(
      .effects, fit, factor: factor, effects: names, estimates: effects.modes,
      errors: effects.conditionalStandardDeviations,
      centres: names.map { _ in Centre(value: 0, error: 0) },
      hasNoVariance: fit.effectsWithoutVariance(ofFactor: factor), level: level)
  }

  /// Takes the coefficients that vary over a factor from a fit: for level j, β̂ + b̂_j with the standard
  /// error
  ///
  ///     √(Var(β̂) + Var(b̂_j − b_j) + 2·Cov(β̂, b̂_j − b_j))
  ///
  /// of Henderson's joint covariance, θ held at its estimate. An effect of several terms counts once.
  /// - Parameter level: the probability of each interval; estimate ± Φ⁻¹((1 + level)/2) standard errors.
  /// - Precondition: 0 < level < 1.
  public init(coefficientsOf fit: some MixedModelFit, factor: Int = 0, level: Double = 0.95) {
    let effects = fit.randomEffects[factor]
    var names: [String] = []
    for name in effects.factor.effectNames where !names.contains(name) { names.append(name) }
    let places = names.map { name in effects.coefficientNames.firstIndex(of: name)! }
    let isStill = fit.effectsWithoutVariance(ofFactor: factor)
    func picked(_ all: Matrix) -> Matrix {
      Matrix(rows: all.rows, columns: places.count, storage: places.flatMap { all.column($0) })
    }
    self.init(
      .coefficients, fit, factor: factor, effects: names, estimates: picked(effects.coefficients),
      errors: picked(effects.coefficientErrors),
      centres: names.map { name in
        guard let k = fit.model.fixedEffectNames.firstIndex(of: name) else {
          return Centre(value: 0, error: 0)
        }
        return Centre(value: fit.fixedEffects[k], error: fit.fixedEffectStandardErrors[k])
      },
      hasNoVariance: names.map { name in
        zip(effects.factor.effectNames, isStill).allSatisfy { $0.0 != name || $0.1 }
      }, level: level)
  }

  /// By how many standard deviations a bar reaches to either side.
  var reach: Double { NormalDistribution().quantile((1 + level) / 2) }

  /// Levels by their estimates of an effect, smallest first; ties keep the factor's order.
  func order(by effect: Int) -> [Int] {
    levels.indices.sorted { (estimates[$0, effect], $0) < (estimates[$1, effect], $1) }
  }

  /// The levels with the least and those with the greatest estimate of an effect; several where they differ by no more than a billionth of the spread.
  func extremes(of effect: Int) -> (lowest: [Int], highest: [Int]) {
    let order = order(by: effect)
    guard let first = order.first, let last = order.last else { return ([], []) }
    let (least, most) = (estimates[first, effect], estimates[last, effect])
    let slack = 1e-9 * (most - least)
    return (
      order.filter { estimates[$0, effect] <= least + slack },
      order.filter { estimates[$0, effect] >= most - slack }
    )
  }

  /// The ends of a level's interval.
  func interval(_ level: Int, _ effect: Int) -> (low: Double, high: Double) {
    let half = reach * errors[level, effect]
    return (estimates[level, effect] - half, estimates[level, effect] + half)
  }

  /// Whether what the levels scatter about lies outside of a level's interval.
  func excludesCentre(_ level: Int, _ effect: Int) -> Bool {
    let (low, high) = interval(level, effect)
    return low > centres[effect].value || high < centres[effect].value
  }
}
