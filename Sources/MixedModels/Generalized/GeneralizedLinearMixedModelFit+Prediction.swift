import Distributions
import LinearAlgebra
import ModelFormula
import Tables

extension GeneralizedLinearMixedModelFit {
  /// Predictions for the rows of a table, at the conditional modes of their levels: linear predictors, or means g⁻¹ of them. (The mean over all groups is
  /// another number: g⁻¹ is not linear.)
  ///
  /// - Parameters:
  ///   - random: which random effects count; `.none` gives a group whose effects are 0.
  ///   - scale: of the link or of the response.
  ///   - allowingNewLevels: a level that the fit has not seen has random effects of 0.
  /// - Returns: one number a row, NaN where the row has a missing value.
  /// - Throws: `FormulaError` if the table lacks a column; `PredictionError` for an unknown level that is not allowed and for terms that the model has not.
  public func predict(
    for data: DataTable, random: RandomEffectSelection = .all, scale: PredictionScale = .link,
    allowingNewLevels: Bool = false
  ) throws -> [Double] {
    let rows = try PredictionRows(self, data: data, random: random, allowingNewLevels: allowingNewLevels)
    let eta = rows.means(of: self)
    return scale == .link ? eta : eta.map { link.mean(predictor: $0) }
  }
}

extension GeneralizedLinearMixedModelFit {
  /// Predictions with limits for the linear predictors of the rows, θ held: η ± normal quantile × standard error on the scale of the link, g⁻¹ of those
  /// limits on that of the response, with the standard error |dμ/dη| times that of η.
  ///
  /// Effects of a level that the fit has not seen count with their whole variance.
  /// - Throws: as `predict`.
  public func confidenceIntervals(
    for data: DataTable, random: RandomEffectSelection = .all, scale: PredictionScale = .link,
    level: Double = 0.95, allowingNewLevels: Bool = false
  ) throws -> PredictionIntervals {
    precondition(level > 0 && level < 1, "level \(level)")
    let rows = try PredictionRows(self, data: data, random: random, allowingNewLevels: allowingNewLevels)
    let eta = rows.means(of: self)
    let errors = zip(eta, rows.variances(of: self)).map { $0.isNaN ? .nan : max(0, $1).squareRoot() }
    return PredictionIntervals(
      predictors: eta, errors: errors, quantile: NormalDistribution().quantile((1 + level) / 2),
      link: scale == .response ? link : nil)
  }
}

extension PredictionIntervals {
  /// η ± quantile × standard error, or with a link g⁻¹ of it; every link increases.
  init(predictors eta: [Double], errors: [Double], quantile: Double, link: LinkFunction?) {
    let lower = zip(eta, errors).map { $0 - quantile * $1 }
    let upper = zip(eta, errors).map { $0 + quantile * $1 }
    guard let link else {
      self.init(means: eta, errors: errors, lower: lower, upper: upper, failureCount: 0)
      return
    }
    func mean(_ values: [Double]) -> [Double] { values.map { link.mean(predictor: $0) } }
    self.init(
      means: mean(eta), errors: zip(eta, errors).map { abs(link.meanDerivative(predictor: $0)) * $1 },
      lower: mean(lower), upper: mean(upper), failureCount: 0)
  }
}

extension GeneralizedLinearMixedModelFit {
  /// Responses drawn from the fitted model, successes of binomial ones: new random effects b ~ N(0, Σ̂), or those of the fit, then responses given them.
  ///
  /// Random effects of all draws come first, term by term and level by level with a term's effects side by side, then the responses of all draws: the order
  /// of R's `simulate`, so that an `RStream` gives its numbers.
  /// - Parameters:
  ///   - count: number of responses.
  ///   - keepingRandomEffects: whether b is the fit's conditional modes; nothing is drawn for them then.
  /// - Returns: one response of the rows used for each draw.
  public func simulate<Stream: VariateStream>(
    count: Int, keepingRandomEffects: Bool = false, from stream: inout Stream
  ) -> [[Double]] {
    let simulator = GeneralizedSimulator(self)
    var draws = (0..<count).map { _ in
      keepingRandomEffects ? linearPredictors : simulator.predictors(from: &stream)
    }
    for k in draws.indices { simulator.draw(&draws[k], from: &stream) }
    return draws
  }

  /// The same model, by the same approximation, fitted to another response of the rows used (successes of binomial ones).
  /// - Throws: `FitError`.
  /// - Precondition: there is a number for each row used, each of the family's range.
  public func refit(to response: [Double], standardErrors: Bool = false) throws(FitError)
    -> GeneralizedLinearMixedModelFit
  {
    precondition(response.count == observationCount, "\(response.count) numbers for \(observationCount) rows")
    let other = try GeneralizedLinearMixedModel(
      frame: model.frame.replacingResponse(by: response), family: model.family, link: link)
    return try other.fit(
      LikelihoodApproximation(nodes: nodeCount), determinant: determinant, standardErrors: standardErrors)
  }
}

extension GeneralizedLinearMixedModelFit {
  /// Pearson's statistic of the residuals at the conditional modes over its degrees of freedom: about 1 where the family's variance is right, more where
  /// responses vary more. Nil where it says nothing: single trials, families with a free scale, effects of single rows.
  public var overdispersion: Overdispersion? {
    if family.hasDispersion || !model.observationLevelFactors.isEmpty { return nil }
    if case .binomial = family, model.trials == nil { return nil }
    let statistic = residuals(.pearson).reduce(0) { $0 + $1 * $1 }
    let df = observationCount - parameterCount
    return df > 0 ? Overdispersion(statistic: statistic, degreesOfFreedom: df) : nil
  }
}

/// Pearson's statistic of a fit's residuals, and what it says of the family's variance.
public struct Overdispersion: Sendable, Equatable {
  /// Σ (y − μ)²·m/V(μ).
  public let statistic: Double
  /// Rows less parameters.
  public let degreesOfFreedom: Int
  /// The statistic over its degrees of freedom.
  public var ratio: Double { statistic / Double(degreesOfFreedom) }
  /// The upper tail of χ² at the statistic, an approximation.
  public var pValue: Double {
    ChiSquaredDistribution(degreesOfFreedom: Double(degreesOfFreedom)).cumulative(statistic, tail: .upper)
  }
}
