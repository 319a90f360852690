import Glibc

/// The χ² distribution, the sum of squares of independent standard normal variables.
public struct ChiSquaredDistribution: ContinuousDistribution {
  /// How many squares are summed; need not be whole.
  public let degreesOfFreedom: Double

  /// - Precondition: the degrees of freedom are positive and finite.
  public init(degreesOfFreedom: Double) {
    precondition(
      degreesOfFreedom > 0 && degreesOfFreedom.isFinite, "χ² needs positive df, not \(degreesOfFreedom)")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(X ≤ x), or P(X > x) for the upper tail, or its logarithm.
  public func cumulative(_ x: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    return IncompleteGamma.tails(shape: degreesOfFreedom / 2, x / 2).value(tail, log: log)
  }

  /// The x at which `cumulative(x, tail:log:)` is p; NaN where p is no probability.
  public func quantile(_ p: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    guard let target = TailTarget(p, tail: tail, log: log) else { return .nan }
    return 2 * IncompleteGamma.quantile(shape: degreesOfFreedom / 2, target)
  }

  /// The density at x, or its logarithm; infinite at 0 for fewer than two degrees of freedom.
  public func density(_ x: Double, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    let a = degreesOfFreedom / 2
    let logDensity: Double
    if x < 0 || x == .infinity {
      logDensity = -.infinity
    } else if x == 0 {
      logDensity = a < 1 ? .infinity : a == 1 ? -Glibc.log(2.0) : -.infinity
    } else {
      // The prefactor over Γ(a) instead of Γ(a + 1) is the density of log x.
      logDensity = IncompleteGamma.logPrefactor(shape: a, x / 2) + Glibc.log(a) - Glibc.log(x)
    }
    return log ? logDensity : exp(logDensity)
  }
}
