import Distributions
import Glibc

extension Prior {
  /// The normalized density at a value, for figures.
  /// - Parameters:
  ///   - x: a value of the parameter.
  ///   - isPositive: whether the parameter is: its prior is then the part above 0.
  /// - Returns: 0 outside of the support; nil for a flat prior, which has no density.
  public func density(at x: Double, isPositive: Bool) -> Double? {
    guard isProper else { return nil }
    let bounds = support(isPositive: isPositive)
    guard x >= bounds.lower, x <= bounds.upper else { return 0 }
    switch self {
    case .flat: return nil
    case .uniform: return 1 / (bounds.upper - bounds.lower)
    case .normal(let mean, let sd):
      let normal = NormalDistribution(mean: mean, standardDeviation: sd)
      return normal.density(x) / (isPositive ? normal.cumulative(0, tail: .upper) : 1)
    case .studentT(let nu, let location, let scale):
      let t = StudentTDistribution(degreesOfFreedom: nu)
      let above = isPositive ? t.cumulative(-location / scale, tail: .upper) : 1
      return t.density((x - location) / scale) / scale / above
    // Halves of distributions around 0: of a parameter that may be negative they are what `logDensity` says, symmetric.
    case .halfNormal(let sd):
      return NormalDistribution(standardDeviation: sd).density(x) * (isPositive ? 2 : 1)
    case .halfT(let nu, let scale):
      return StudentTDistribution(degreesOfFreedom: nu).density(x / scale) / scale * (isPositive ? 2 : 1)
    case .halfCauchy(let scale):
      return StudentTDistribution(degreesOfFreedom: 1).density(x / scale) / scale * (isPositive ? 2 : 1)
    case .exponential(let rate): return isPositive ? rate * exp(-rate * x) : nil
    case .inverseGamma(let shape, let scale):
      guard x > 0 else { return 0 }
      // Of v = x²: scale^shape/Γ(shape)·v^(−shape − 1)·exp(−scale/v), times dv/dx = 2x.
      return 2 * exp(shape * Glibc.log(scale) - lgamma(shape) + logDensity(x).value)
    }
  }

  /// The density of one correlation of a term of d effects whose correlation matrix has the distribution LKJ(η):
  ///
  ///     (1 − r²)^(a − 1) / (2^(2a − 1)·B(a, a)),   a = η − 1 + d/2
  ///
  /// - Reference: Lewandowski, Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008.
  public static func correlationDensity(at r: Double, shape: Double, order: Int) -> Double {
    let a = shape - 1 + Double(order) / 2
    guard abs(r) <= 1 else { return 0 }
    let logBeta = 2 * lgamma(a) - lgamma(2 * a)
    return pow(1 - r * r, a - 1) * exp(-(2 * a - 1) * Glibc.log(2) - logBeta)
  }
}
