import Distributions
import LinearAlgebra
import ModelFormula
import Tables

/// What a model expects over one predictor, the others held: the population's means with their limits, and the groups' own.
///
///     ŷ(x) = x'β̂ ± z √(x'Var(β̂)x)                 for the mean of the population
///     ŷ(x) ± z √(x'Var(β̂)x + z'Σz)                 for the mean of a group that was not seen
///
/// Random effects do not enter the population's mean (R's `re.form = NA`); residual variance enters neither.
public struct MarginalEffect: Sendable {
  /// The rows, all but one predictor held.
  public let grid: ReferenceGrid
  /// Means of the population.
  public let means: [Double]
  /// Their standard errors, θ held at its estimate.
  public let errors: [Double]
  /// The limits of the means.
  public let lower, upper: [Double]
  /// The limits of the mean of a group that was not seen; nil for a linear model.
  public let groupLower, groupUpper: [Double]?
  /// The level of the limits.
  public let level: Double
  /// The groups' own expectations, where they were asked for.
  public let groups: [Group]

  /// What the model expects of one group.
  public struct Group: Sendable {
    /// The level of the grouping factor.
    public let name: String
    /// Values of the predictor, from the least to the greatest that the group has; of a factor the places of its levels.
    public let places: [Double]
    /// The expectations there.
    public let means: [Double]
  }

  /// What a mixed model expects.
  /// - Parameters:
  ///   - predictor: its column; nil for the first numeric one, or else the first factor.
  ///   - withGroups: whether the groups of the first grouping factor are wanted one by one.
  /// - Throws: `ReferenceGridError`; `FormulaError` as `predict`.
  public init(
    _ fit: LinearMixedModelFit, over predictor: String? = nil, level: Double = 0.95, withGroups: Bool = false
  ) throws {
    precondition(level > 0 && level < 1, "level \(level)")
    let frame = fit.model.frame
    let grid = try ReferenceGrid(frame, over: predictor)
    self.grid = grid
    let population = try fit.predictionIntervals(for: grid.table, .confidence, level: level, random: .none)
    (means, errors, lower, upper) = (population.means, population.errors, population.lower, population.upper)
    let fresh = try PredictionRows(fit, data: grid.table, random: .all, allowingNewLevels: true).asNewLevels
    let z = NormalDistribution().quantile((1 + level) / 2)
    let reach = fresh.variances(of: fit).map { z * $0.squareRoot() }
    groupLower = zip(means, reach).map { $0 - $1 }
    groupUpper = zip(means, reach).map { $0 + $1 }
    self.level = level
    groups = withGroups ? try MarginalEffect.groups(fit, grid) { try fit.predict(for: $0) } : []
  }

  /// What a generalized mixed model expects on the scale of the response: of a group whose random effects are 0, with limits from those of the linear
  /// predictor. Groups not seen lie within g⁻¹(η ± z √(x'Var(β̂)x + z'Σz)).
  /// - Throws: as for a linear mixed model.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, over predictor: String? = nil, level: Double = 0.95,
    withGroups: Bool = false
  ) throws {
    precondition(level > 0 && level < 1, "level \(level)")
    let grid = try ReferenceGrid(fit.model.frame, over: predictor)
    self.grid = grid
    let typical = try fit.confidenceIntervals(
      for: grid.table, random: .none, scale: .response, level: level)
    (means, errors, lower, upper) = (typical.means, typical.errors, typical.lower, typical.upper)
    let predictors = try fit.confidenceIntervals(for: grid.table, random: .none, scale: .link)
    let fresh = try PredictionRows(fit, data: grid.table, random: .all, allowingNewLevels: true).asNewLevels
    let spread = fresh.newLevelVariances(of: fit)
    let limits = PredictionIntervals(
      predictors: predictors.means,
      errors: zip(predictors.errors, spread).map { ($0 * $0 + max(0, $1)).squareRoot() },
      quantile: NormalDistribution().quantile((1 + level) / 2), link: fit.link)
    (groupLower, groupUpper) = (limits.lower, limits.upper)
    self.level = level
    groups =
      withGroups
      ? try MarginalEffect.groups(fit, grid) { try fit.predict(for: $0, scale: .response) } : []
  }

  /// What a generalized linear model expects on the scale of the response.
  /// - Throws: as for a mixed model.
  public init(
    _ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel, over predictor: String? = nil,
    level: Double = 0.95
  ) throws {
    grid = try ReferenceGrid(model.frame, over: predictor)
    let mean = try model.confidenceIntervals(fit, for: grid.table, scale: .response, level: level)
    (means, errors, lower, upper) = (mean.means, mean.errors, mean.lower, mean.upper)
    (groupLower, groupUpper) = (nil, nil)
    self.level = level
    groups = []
  }

  /// The groups of the first grouping factor one by one.
  private static func groups(
    _ fit: some MixedModelFit, _ grid: ReferenceGrid, predict: (DataTable) throws -> [Double]
  ) throws -> [Group] {
    let frame = fit.model.frame
    let factor = fit.model.factors[0]
    let column = frame.data[grid.predictor]!.selecting(rows: frame.usedRows)
    var members = [[Int]](repeating: [], count: factor.levels.count)
    for (row, code) in factor.codes.enumerated() { members[code].append(row) }
    return try factor.levels.enumerated().map { j, name in
      let own = column.selecting(rows: members[j])
      var places: [Double]
      let chosen: Column
      if let levels = grid.levels {
        let present = Set(own.factor.levels)
        let rows = levels.indices.filter { present.contains(levels[$0]) }
        places = rows.map(Double.init)
        chosen = grid.table[grid.predictor]!.selecting(rows: rows)
      } else {
        let numbers = own.numbers!
        let (low, high) = (numbers.min()!, numbers.max()!)
        places = grid.values.filter { $0 > low && $0 < high }
        places = low < high ? [low] + places + [high] : [low]
        chosen = Column(grid.predictor, places)
      }
      let table = grid.asGroup(of: frame.usedRows[members[j][0]], at: chosen, frame)
      return Group(name: name, places: places, means: try predict(table))
    }
  }

  /// What a linear model expects, with limits from the t distribution.
  /// - Throws: as for a mixed model.
  public init(
    _ fit: LinearModelFit, of model: LinearModel, over predictor: String? = nil, level: Double = 0.95
  ) throws {
    grid = try ReferenceGrid(model.frame, over: predictor)
    let population = try fit.predictionIntervals(of: model, for: grid.table, .confidence, level: level)
    (means, errors, lower, upper) = (population.means, population.errors, population.lower, population.upper)
    (groupLower, groupUpper) = (nil, nil)
    self.level = level
    groups = []
  }
}
