import Glibc

/// The F distribution, the ratio of two independent χ² variables, each divided by its degrees of freedom.
public struct FDistribution: ContinuousDistribution {
  /// Degrees of freedom of the numerator; need not be whole.
  public let numerator: Double
  /// Degrees of freedom of the denominator; need not be whole; infinite for χ²/numerator.
  public let denominator: Double

  /// - Precondition: both are positive, the numerator's finite.
  public init(numerator: Double, denominator: Double) {
    precondition(
      numerator > 0 && numerator.isFinite && denominator > 0,
      "F needs positive df, not \(numerator) and \(denominator)")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The limit for an infinite denominator.
  private var scaledChiSquared: ChiSquaredDistribution? {
    denominator == .infinity ? ChiSquaredDistribution(degreesOfFreedom: numerator) : nil
  }

  /// x = ν₁f/(ν₁f + ν₂), which has a beta distribution, and 1 − x.
  private func betaVariable(_ f: Double) -> (x: Double, y: Double) {
    let weighted = numerator * f
    if weighted > 1e300 { return (1, denominator / weighted) }
    return (weighted / (weighted + denominator), denominator / (weighted + denominator))
  }

  /// P(X ≤ x), or P(X > x) for the upper tail, or its logarithm.
  public func cumulative(_ x: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    if let limit = scaledChiSquared { return limit.cumulative(x * numerator, tail: tail, log: log) }
    if x <= 0 { return TailProbability.zero(.lower).value(tail, log: log) }
    let beta = betaVariable(x)
    return IncompleteBeta.tails(numerator / 2, denominator / 2, x: beta.x, y: beta.y).value(tail, log: log)
  }

  /// The x at which `cumulative(x, tail:log:)` is p; NaN where p is no probability.
  public func quantile(_ p: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if let limit = scaledChiSquared { return limit.quantile(p, tail: tail, log: log) / numerator }
    guard let target = TailTarget(p, tail: tail, log: log) else { return .nan }
    let odds = exp(IncompleteBeta.logitQuantile(numerator / 2, denominator / 2, target))
    return odds * denominator / numerator
  }

  /// The density at x, or its logarithm; infinite at 0 for a numerator below 2.
  public func density(_ x: Double, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    let logDensity: Double
    if let limit = scaledChiSquared {
      logDensity = limit.density(x * numerator, log: true) + Glibc.log(numerator)
    } else if x < 0 || x == .infinity {
      logDensity = -.infinity
    } else if x == 0 {
      logDensity = numerator < 2 ? .infinity : numerator == 2 ? 0 : -.infinity
    } else {
      let beta = betaVariable(x)
      logDensity =
        IncompleteBeta.logPrefactor(numerator / 2, denominator / 2, x: beta.x, y: beta.y) - Glibc.log(x)
    }
    return log ? logDensity : exp(logDensity)
  }
}
