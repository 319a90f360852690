import Distributions

/// A prior distribution of one parameter.
///
/// Of parameters that are positive (standard deviations) every distribution is the part above 0; constants that this changes are left out, for they are the
/// same in every draw.
///
/// - Reference: Gelman (2006), Prior distributions for variance parameters in hierarchical models, doi:10.1214/06-BA117A.
public enum Prior: Sendable, Equatable {
  /// The constant 1: improper.
  case flat
  /// Mean and standard deviation.
  case normal(mean: Double, sd: Double)
  /// Student's t.
  case studentT(degreesOfFreedom: Double, location: Double, scale: Double)
  /// Constant between two bounds.
  case uniform(Double, Double)
  /// The positive half of a normal distribution around 0.
  case halfNormal(sd: Double)
  /// The positive half of a t distribution around 0.
  case halfT(degreesOfFreedom: Double, scale: Double)
  /// The positive half of a Cauchy distribution around 0.
  case halfCauchy(scale: Double)
  /// Density rate·exp(−rate·x).
  case exponential(rate: Double)
  /// The inverse gamma distribution of the *square*, a variance, as BUGS models have it; for standard deviations only.
  case inverseGamma(shape: Double, scale: Double)

  /// Whether it is a distribution.
  public var isProper: Bool { self != .flat }

  /// Whether it is one of positive parameters alone.
  var isOfPositive: Bool {
    switch self {
    case .inverseGamma, .halfNormal, .halfT, .halfCauchy, .exponential: true
    case .flat, .normal, .studentT, .uniform: false
    }
  }

  /// Where a parameter that is positive, or any, can be.
  func support(isPositive: Bool) -> (lower: Double, upper: Double) {
    if case .uniform(let lower, let upper) = self { return (isPositive ? max(lower, 0) : lower, upper) }
    return (isPositive ? 0 : -.infinity, .infinity)
  }

  /// About how large a positive parameter is a priori; nil where the prior does not say.
  var typicalSize: Double? {
    switch self {
    case .flat: nil
    case .uniform(_, let upper): upper
    case .normal(let mean, let sd): abs(mean) + sd
    case .studentT(_, let location, let scale): abs(location) + scale
    case .halfNormal(let sd): sd
    case .halfT(_, let scale), .halfCauchy(let scale): scale
    case .exponential(let rate): 1 / rate
    case .inverseGamma(let shape, let scale): (scale / (shape + 1)).squareRoot()
    }
  }

  /// The power of 1/x that the density falls as far out; nil where it ends, or falls faster than any power.
  var tailPower: Double? {
    switch self {
    case .flat: 0
    case .halfCauchy: 2
    case .studentT(let nu, _, _), .halfT(let nu, _): nu + 1
    case .inverseGamma(let shape, _): 2 * shape + 1
    case .normal, .uniform, .halfNormal, .exponential: nil
    }
  }

  /// The logarithm of the density at a point of the support, up to a constant, and its derivative.
  func logDensity(_ x: Double) -> (value: Double, slope: Double) {
    switch self {
    case .flat, .uniform: (0, 0)
    case .normal(let mean, let sd): Prior.normalDensity(x - mean, sd)
    case .halfNormal(let sd): Prior.normalDensity(x, sd)
    case .studentT(let nu, let location, let scale): Prior.tDensity(x - location, nu, scale)
    case .halfT(let nu, let scale): Prior.tDensity(x, nu, scale)
    case .halfCauchy(let scale): Prior.tDensity(x, 1, scale)
    case .exponential(let rate): (-rate * x, -rate)
    case .inverseGamma(let shape, let scale):
      (-(2 * shape + 1) * Portable.log(x) - scale / (x * x), -(2 * shape + 1) / x + 2 * scale / (x * x * x))
    }
  }

  private static func normalDensity(_ distance: Double, _ sd: Double) -> (Double, Double) {
    let z = distance / sd
    return (-0.5 * z * z, -z / sd)
  }

  private static func tDensity(_ distance: Double, _ nu: Double, _ scale: Double) -> (Double, Double) {
    let z = distance / scale
    return (-0.5 * (nu + 1) * Portable.log1p(z * z / nu), -(nu + 1) * z / (nu + z * z) / scale)
  }

  /// Whether its numbers can be: scales positive, bounds in order, all finite.
  public var isValid: Bool {
    func positive(_ numbers: Double...) -> Bool { numbers.allSatisfy { $0 > 0 && $0.isFinite } }
    switch self {
    case .flat: return true
    case .normal(let mean, let sd): return mean.isFinite && positive(sd)
    case .studentT(let nu, let location, let scale): return location.isFinite && positive(nu, scale)
    case .uniform(let lower, let upper): return lower.isFinite && upper.isFinite && lower < upper
    case .halfNormal(let sd): return positive(sd)
    case .halfT(let nu, let scale): return positive(nu, scale)
    case .halfCauchy(let scale): return positive(scale)
    case .exponential(let rate): return positive(rate)
    case .inverseGamma(let shape, let scale): return positive(shape, scale)
    }
  }
}
