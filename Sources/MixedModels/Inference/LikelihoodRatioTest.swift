import Distributions
import Glibc

/// A likelihood-ratio test of a model within another.
///
/// A variance that the smaller model sets to 0 stands on the boundary of its range, and χ² with the number of added parameters is then too
/// large: under the null the statistic is a mixture of two χ² (Self & Liang 1987, doi:10.1080/01621459.1987.10478472; Stram & Lee 1994,
/// doi:10.2307/2533455). Both are for many groups: with few, the mixture is rough and mostly too large as well (Crainiceanu & Ruppert 2004,
/// doi:10.1111/j.1467-9868.2004.00438.x). Then the null distribution is simulated: exactly where one variance is tested against complete pooling,
/// by a parametric bootstrap elsewhere, where models are quickly refitted or that is asked for.
public struct LikelihoodRatioTest: Sendable, Equatable {
  /// Twice the difference of the log-likelihoods; not negative.
  public let statistic: Double
  /// The difference in numbers of parameters.
  public let degreesOfFreedom: Int
  /// The statistic's distribution for many groups if the smaller model is true.
  public let null: NullDistribution
  /// The least number of levels over which an effect in question varies; nil if only fixed effects are.
  public let groupCount: Int?
  /// The statistic's place among draws from its null distribution, which then stands for `null`; nil if none were made.
  public private(set) var simulation: SimulatedNull?

  /// Distributions of the statistic under the smaller model, for many groups.
  public enum NullDistribution: Sendable, Equatable {
    /// χ² with `degreesOfFreedom`.
    case chiSquared
    /// ½χ²_k + ½χ²_{k+1}.
    case mixture(lower: Int)
    /// Several variances on the boundary at once: neither is right, and χ² too large.
    case unknown
  }

  /// The p value of χ² with `degreesOfFreedom`, as lme4's anova gives it; NaN without degrees of freedom.
  public var naivePValue: Double {
    degreesOfFreedom == 0
      ? .nan : LikelihoodRatioTest.tail(statistic, Double(degreesOfFreedom))
  }

  /// Whether the null distribution is for many groups, and those are few.
  public var isRough: Bool {
    simulation == nil && null != .unknown && groupCount.map { $0 < NullSimulation.fewGroups } ?? false
  }

  /// The p value: by simulation where there was one, otherwise under `null`; NaN where that is unknown.
  public var pValue: Double { simulation?.pValue ?? largeSamplePValue }

  /// The p value under `null`, for many groups; NaN where it is unknown.
  public var largeSamplePValue: Double {
    switch null {
    case .chiSquared: naivePValue
    case .mixture(let k):
      (LikelihoodRatioTest.tail(statistic, Double(k)) + LikelihoodRatioTest.tail(statistic, Double(k + 1)))
        / 2
    case .unknown: .nan
    }
  }

  private static func tail(_ x: Double, _ df: Double) -> Double {
    df == 0 ? (x > 0 ? 0 : 1) : ChiSquaredDistribution(degreesOfFreedom: df).cumulative(x, tail: .upper)
  }

  /// The test of `small` within `large`; nil if it is not within it.
  init?(
    of small: ComparedModel, within large: ComparedModel, method: EstimationMethod, _ plan: NullSimulation
  ) {
    guard small.weights == large.weights, small.offset == large.offset,
      small.fixed.isWithin(large.fixed),
      let (null, groupCount) = LikelihoodRatioTest.null(small, large)
    else { return nil }
    degreesOfFreedom = large.parameterCount - small.parameterCount
    // Two fits of one likelihood differ by rounding.
    let rounding = 1e-10 * max(1, abs(2 * large.logLikelihood))
    let difference = 2 * (large.logLikelihood - small.logLikelihood)
    statistic = difference > rounding ? difference : 0
    self.null = null
    self.groupCount = groupCount
    simulation = nil
    guard degreesOfFreedom > 0 else { return }
    if let spectrum = LikelihoodRatioTest.spectrum(small, large, method: method, plan) {
      simulation = SimulatedNull(
        .exact, statistic: statistic,
        draws: spectrum.draws(
          count: max(plan.replicates ?? 0, NullSimulation.exactDraws), seed: plan.seed, threads: plan.threads),
        rounding: rounding)
    } else if let replicates = plan.replicates
      ?? unaskedReplicates(small, large)
    {
      simulation = SimulatedNull(
        .bootstrap, statistic: statistic,
        draws: LikelihoodRatioTest.bootstrapDraws(
          of: small.refittable, within: large.refittable, count: replicates, seed: plan.seed,
          threads: plan.threads), rounding: rounding)
    }
  }

  /// How often both models are refitted unasked: where no mixture of χ² is right, or groups are too few for it and p is not so small that the replicates
  /// would only say so; and refitting is quick.
  private func unaskedReplicates(_ small: ComparedModel, _ large: ComparedModel) -> Int? {
    switch null {
    case .chiSquared: return nil
    case .mixture:
      if groupCount ?? .max >= NullSimulation.fewGroups || largeSamplePValue < 1e-4 { return nil }
    case .unknown: break
    }
    return small.refittable.isQuick && large.refittable.isQuick ? NullSimulation.unaskedReplicates : nil
  }

  /// The exact null distribution, where there is one and it is wanted: the smaller model is complete pooling, and the larger has one variance more,
  /// of few groups unless simulation was asked for, or none.
  static func spectrum(
    _ small: ComparedModel, _ large: ComparedModel, method: EstimationMethod, _ plan: NullSimulation
  ) -> VarianceRatioSpectrum? {
    guard small.terms.isEmpty, large.terms.count <= 1, case .linear = small.refittable else { return nil }
    let term = large.terms.first
    if let term {
      let groups = (term.codes.max() ?? -1) + 1
      guard term.columns.matrix.columns == 1, groups <= VarianceRatioSpectrum.groupLimit,
        groups < NullSimulation.fewGroups || plan.replicates != nil
      else { return nil }
    } else if plan.replicates == nil {
      return nil
    }
    return VarianceRatioSpectrum(
      fixed: large.fixed.matrix, random: term.map { ($0.columns.matrix.column(0), $0.codes) },
      weights: large.weights, addedColumns: large.fixed.dimension - small.fixed.dimension, method: method)
  }

  /// The null distribution for many groups, and the number of groups; nil if a term of the smaller model is in none of the larger.
  private static func null(_ small: ComparedModel, _ large: ComparedModel) -> (NullDistribution, Int?)? {
    let fixed = large.fixed.dimension - small.fixed.dimension
    if large.terms.isEmpty { return small.terms.isEmpty ? (.chiSquared, nil) : nil }
    // For each term of the larger model, the terms of the smaller that lie within it.
    var members = [[ColumnSpace]](repeating: [], count: large.terms.count)
    for term in small.terms {
      guard
        let place = large.terms.firstIndex(where: {
          $0.codes == term.codes && term.columns.isWithin($0.columns)
        })
      else { return nil }
      members[place].append(term.columns)
    }
    var added: [NullDistribution] = []
    var groupCount: Int?
    for ((term, codes), inside) in zip(large.terms, members) {
      let variances = inside.reduce(0) { $0 + $1.dimension }
      if inside.count == 1, variances == term.dimension { continue }
      groupCount = min(groupCount ?? .max, (codes.max() ?? -1) + 1)
      if variances >= term.dimension {
        // The same variances, correlations beside them.
        added.append(.chiSquared)
      } else if variances == term.dimension - 1, inside.count <= 1 {
        added.append(.mixture(lower: fixed + variances))
      } else {
        added.append(.unknown)
      }
    }
    if added.allSatisfy({ $0 == .chiSquared }) { return (.chiSquared, groupCount) }
    return (added.count == 1 ? added[0] : .unknown, groupCount)
  }
}
