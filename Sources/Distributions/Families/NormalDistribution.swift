import Glibc

/// The normal distribution with a mean and a standard deviation.
public struct NormalDistribution: ContinuousDistribution {
  /// The centre, in the unit of x.
  public let mean: Double
  /// The spread, in the unit of x.
  public let standardDeviation: Double

  /// - Precondition: `standardDeviation` is positive.
  public init(mean: Double = 0, standardDeviation: Double = 1) {
    precondition(standardDeviation > 0, "standard deviation \(standardDeviation) is not positive")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// P(X ≤ x), or P(X > x) for the upper tail, or its logarithm.
  public func cumulative(_ x: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    let z = (x - mean) / standardDeviation
    if z.isNaN { return .nan }
    if (tail == .upper) == (z >= 0) {
      return log ? StandardNormalTail.logProbability(abs(z)) : StandardNormalTail.probability(abs(z))
    }
    let small = StandardNormalTail.probability(abs(z))
    return log ? log1p(-small) : 1 - small
  }

  /// The x at which `cumulative(x, tail:log:)` is p; NaN where p is no probability.
  public func quantile(_ p: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if !log && tail == .lower { return mean + standardDeviation * standardNormalQuantile(p) }
    guard let target = TailTarget(p, tail: tail, log: log) else { return .nan }
    let z = StandardNormalTail.quantile(logProbability: target.logProbability)
    return mean + standardDeviation * (target.tail == .lower ? -z : z)
  }

  /// The density at x, or its logarithm.
  public func density(_ x: Double, log: Bool = false) -> Double {
    let z = (x - mean) / standardDeviation
    let logDensity = -0.5 * z * z - StandardNormalTail.logRootTwoPi - Glibc.log(standardDeviation)
    return log ? logDensity : exp(logDensity)
  }
}
