import Distributions
import LinearAlgebra
import MixedModels

/// The levels of one grouping factor with the conditional modes of their effects and the spread of each: what caterpillars are drawn from.
public struct RandomEffectIntervals: Sendable {
  /// A level: its name in the data, and in figures.
  public struct Level: Sendable, Equatable {
    /// The level of the factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
  }

  /// The levels, in the factor's order.
  public var levels: [Level]
  /// The effects: `(Intercept)` and columns, as they are called in figures.
  public var effects: [FigureVariable]
  /// Conditional modes (levels × effects).
  public let modes: Matrix
  /// Conditional standard deviations in the same layout; NaN where they are not computed.
  public let standardDeviations: Matrix
  /// Probability of each interval.
  public let level: Double
  /// The grouping factor; change it to give it other words.
  public var grouping: FigureVariable
  /// The response, in whose unit the effects are.
  public var response: FigureVariable

  /// Takes the effects of a factor from a fit.
  /// - Parameter level: the probability of each interval; mode ± Φ⁻¹((1 + level)/2) conditional standard deviations.
  /// - Precondition: 0 < level < 1.
  public init(_ fit: LinearMixedModelFit, factor: Int = 0, level: Double = 0.95) {
    precondition(level > 0 && level < 1, "level \(level)")
    let effects = fit.randomEffects[factor]
    levels = effects.factor.levels.map { Level(name: $0, label: LocalizedText($0)) }
    self.effects = effects.factor.effectNames.map { .column($0) }
    modes = effects.modes
    standardDeviations = effects.conditionalStandardDeviations
    self.level = level
    grouping = .column(effects.factor.name)
    response = .column(fit.model.frame.responseBesideOffsetText)
  }

  /// By how many standard deviations a bar reaches to either side.
  var reach: Double { NormalDistribution().quantile((1 + level) / 2) }

  /// Levels by their modes of an effect, smallest first; ties keep the factor's order.
  func order(by effect: Int) -> [Int] {
    levels.indices.sorted { (modes[$0, effect], $0) < (modes[$1, effect], $1) }
  }

  /// The ends of a level's interval.
  func interval(_ level: Int, _ effect: Int) -> (low: Double, high: Double) {
    let half = reach * standardDeviations[level, effect]
    return (modes[level, effect] - half, modes[level, effect] + half)
  }

  /// Whether 0 lies outside of a level's interval.
  func excludesZero(_ level: Int, _ effect: Int) -> Bool {
    let (low, high) = interval(level, effect)
    return low > 0 || high < 0
  }
}
