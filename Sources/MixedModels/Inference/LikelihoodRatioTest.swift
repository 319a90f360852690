import Distributions
import Glibc

/// A likelihood-ratio test of a model within another.
///
/// A variance that the smaller model sets to 0 stands on the boundary of its range, and χ² with the number of added parameters is then too
/// large: under the null the statistic is a mixture of two χ² (Self & Liang 1987, doi:10.1080/01621459.1987.10478472; Stram & Lee 1994,
/// doi:10.2307/2533455). Both are for many groups: with few, the mixture is too large as well (Crainiceanu & Ruppert 2004,
/// doi:10.1111/j.1467-9868.2004.00438.x).
public struct LikelihoodRatioTest: Sendable, Equatable {
  /// Twice the difference of the log-likelihoods; not negative.
  public let statistic: Double
  /// The difference in numbers of parameters.
  public let degreesOfFreedom: Int
  /// The statistic's distribution if the smaller model is true.
  public let null: NullDistribution

  /// Distributions of the statistic under the smaller model.
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

  /// The p value under `null`; NaN where it is unknown.
  public var pValue: Double {
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
  init?(of small: ComparedModel, within large: ComparedModel) {
    guard small.weights == large.weights, small.offset == large.offset,
      small.fixed.isWithin(large.fixed),
      let null = LikelihoodRatioTest.null(small, large)
    else { return nil }
    degreesOfFreedom = large.parameterCount - small.parameterCount
    // Two fits of one likelihood differ by rounding.
    let difference = 2 * (large.logLikelihood - small.logLikelihood)
    statistic = max(0, difference)
    self.null = null
  }

  /// The null distribution; nil if a term of the smaller model is in none of the larger.
  private static func null(_ small: ComparedModel, _ large: ComparedModel) -> NullDistribution? {
    let fixed = large.fixed.dimension - small.fixed.dimension
    if large.terms.isEmpty { return small.terms.isEmpty ? .chiSquared : nil }
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
    for (term, inside) in zip(large.terms.map(\.columns), members) {
      let variances = inside.reduce(0) { $0 + $1.dimension }
      if inside.count == 1, variances == term.dimension { continue }
      if variances >= term.dimension {
        // The same variances, correlations beside them.
        added.append(.chiSquared)
      } else if variances == term.dimension - 1, inside.count <= 1 {
        added.append(.mixture(lower: fixed + variances))
      } else {
        added.append(.unknown)
      }
    }
    if added.allSatisfy({ $0 == .chiSquared }) { return .chiSquared }
    return added.count == 1 ? added[0] : .unknown
  }
}
