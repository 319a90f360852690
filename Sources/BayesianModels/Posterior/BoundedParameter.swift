import Distributions

/// A parameter between two bounds as a function of one without: x = e^z above 0, or lower + (upper − lower)/(1 + e^(−z)).
struct BoundedParameter {
  let lower, upper: Double

  init(_ support: (lower: Double, upper: Double)) { (lower, upper) = support }

  /// x at z, dx/dz, and Portable.log(dx/dz) with its derivative.
  @inline(__always)
  func value(_ z: Double) -> (x: Double, slope: Double, logSlope: Double, logSlopeSlope: Double) {
    if upper == .infinity {
      let x = Portable.exp(z)
      return (lower + x, x, z, 1)
    }
    let e = Portable.exp(-abs(z))
    let (large, small) = (1 / (1 + e), e / (1 + e))
    let (mu, nu) = z < 0 ? (small, large) : (large, small)
    let width = upper - lower
    let slope = width * mu * nu
    return (
      lower + width * mu, slope, Portable.log(width) - abs(z) - 2 * Portable.log1p(e), nu - mu
    )
  }

  /// z of a value, drawn inside the bounds where it lies outside.
  func unbounded(_ x: Double) -> Double {
    if upper == .infinity { return Portable.log(max(x - lower, .leastNormalMagnitude)) }
    // Above 0 bounds may be far wider than any data.
    let least = lower == 0 && x > 0 ? 1e-300 : 1e-6
    let share = min(max((x - lower) / (upper - lower), least), 1 - 1e-6)
    return Portable.log(share / (1 - share))
  }
}
