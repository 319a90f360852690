import Glibc

/// Student's t distribution, a standard normal variable over the root of an independent χ² divided by its df.
public struct StudentTDistribution: ContinuousDistribution {
  /// Degrees of freedom; need not be whole; infinite for the standard normal distribution.
  public let degreesOfFreedom: Double

  /// - Precondition: the degrees of freedom are positive.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "Student's t needs positive df, not \(degreesOfFreedom)")
    self.degreesOfFreedom = degreesOfFreedom
  }

  private static let ln2 = 0.69314718055994530942

  /// P(X ≤ x), or P(X > x) for the upper tail, or its logarithm.
  public func cumulative(_ x: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    if degreesOfFreedom == .infinity { return NormalDistribution().cumulative(x, tail: tail, log: log) }
    let outer = (tail == .upper) == (x >= 0)
    // P(|T| > |x|) = I_w(ν/2, ½) with w = ν/(ν + x²): its lower tail is the two sides, its upper the middle.
    let sides = twoSides(abs(x))
    if sides.tail == .lower {
      if outer { return log ? sides.logDirect - Self.ln2 : 0.5 * sides.direct }
      let beyond = 0.5 * sides.direct
      return log ? log1p(-beyond) : 1 - beyond
    }
    let middle = outer ? -sides.direct : sides.direct
    return log ? log1p(middle) - Self.ln2 : 0.5 + 0.5 * middle
  }

  /// P(|T| > |x|), the p value of a two-sided test, or its logarithm.
  public func twoSided(_ x: Double, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    if degreesOfFreedom == .infinity {
      let upper = NormalDistribution().cumulative(abs(x), tail: .upper, log: log)
      return log ? upper + Self.ln2 : 2 * upper
    }
    return twoSides(abs(x)).value(.lower, log: log)
  }

  /// The two outer sides together as the lower tail, the middle as the upper tail, for t ≥ 0.
  private func twoSides(_ t: Double) -> TailProbability {
    let half = degreesOfFreedom / 2
    let square = t * t
    if square > 1e40 * degreesOfFreedom {
      // w itself may underflow although its power does not: only its logarithm is taken.
      let logW = Glibc.log(degreesOfFreedom) - 2 * Glibc.log(t)
      return TailProbability(
        tail: .lower, logScale: IncompleteBeta.logLeadingTerm(half, 0.5, logX: logW), factor: 1)
    }
    let total = degreesOfFreedom + square
    return IncompleteBeta.tails(half, 0.5, x: degreesOfFreedom / total, y: square / total)
  }

  /// The x at which `cumulative(x, tail:log:)` is p; NaN where p is no probability.
  public func quantile(_ p: Double, tail: Tail = .lower, log: Bool = false) -> Double {
    if degreesOfFreedom == .infinity { return NormalDistribution().quantile(p, tail: tail, log: log) }
    guard let target = TailTarget(p, tail: tail, log: log) else { return .nan }
    let half = degreesOfFreedom / 2
    let logOdds: Double  // log(t²/ν)
    // With few degrees of freedom the middle half reaches to where t²/ν overflows.
    if target.probability < (degreesOfFreedom < 0.05 ? 0.45 : 0.25) {
      let logSides = Self.ln2 + target.logProbability
      let sides = TailTarget(logSides, tail: .lower, log: true)!
      // So far out that w is its power series' first term, w itself may underflow; its logarithm does not.
      let logW = (logSides - IncompleteBeta.logLeadingTerm(half, 0.5, logX: 0)) / half
      logOdds = logW < -80 ? -logW : -IncompleteBeta.logitQuantile(half, 0.5, sides)
    } else {
      // Near the centre the mass between −t and t carries the digits; 1 − 2p is exact.
      let middle = TailTarget(1 - 2 * target.probability, tail: .lower, log: false)!
      logOdds = IncompleteBeta.logitQuantile(0.5, half, middle)
    }
    let t = degreesOfFreedom.squareRoot() * exp(0.5 * logOdds)
    return target.tail == .lower && t > 0 ? -t : t
  }

  /// The density at x, or its logarithm.
  public func density(_ x: Double, log: Bool = false) -> Double {
    if x.isNaN { return .nan }
    if degreesOfFreedom == .infinity { return NormalDistribution().density(x, log: log) }
    let ratio = x / degreesOfFreedom.squareRoot()
    // log(1 + t²/ν), where the square would overflow from its leading term.
    let logTotal = abs(ratio) > 1e150 ? 2 * Glibc.log(abs(ratio)) : log1p(ratio * ratio)
    let logConstant = -0.5 * Glibc.log(degreesOfFreedom) - logBeta(degreesOfFreedom / 2, 0.5)
    let logDensity = logConstant - 0.5 * (degreesOfFreedom + 1) * logTotal
    return log ? logDensity : exp(logDensity)
  }
}
