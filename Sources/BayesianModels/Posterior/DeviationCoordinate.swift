import Distributions
import Glibc

/// A standard deviation τ as a function of an unbounded number u, with a sign:
///
///     t = s·sinh u    x = t/√(1 + (t/U)²)    τ = |x|
///
/// Near 0 it is linear and passes through, so that chains do not follow log τ to −∞ where the data leave a standard deviation of 0 possible: what depends on Σ
/// through τ² alone is as smooth there as anywhere. Far from 0 it is logarithmic, as fits heavy tails; U, where there is one, is the prior's upper bound. The
/// sign of x turns that of the effect's correlations, whose LKJ density does not change; both halves hold the same posterior. A prior with a lower
/// bound above 0 has the coordinate of `BoundedParameter`.
struct DeviationCoordinate {
  private let unit, upper: Double
  private let bounded: BoundedParameter?

  /// - Parameters:
  ///   - support: of the prior.
  ///   - unit: s > 0, a standard deviation that is small beside what the data can tell from 0.
  init(_ support: (lower: Double, upper: Double), unit: Double) {
    bounded = support.lower > 0 ? BoundedParameter(support) : nil
    upper = support.upper
    self.unit = min(unit, upper)
  }

  /// x at u, dx/du, and log(dx/du) with its derivative.
  @inline(__always)
  func value(_ u: Double) -> (x: Double, slope: Double, logSlope: Double, logSlopeSlope: Double) {
    if let bounded { return bounded.value(u) }
    let m = Portable.expm1(abs(u))
    let sinh = 0.5 * (m + m / (1 + m))
    let cosh = 1 + 0.5 * m * (m / (1 + m))
    let t = unit * (u < 0 ? -sinh : sinh)
    let tanh = (u < 0 ? -sinh : sinh) / cosh
    guard upper < .infinity else {
      return (t, unit * cosh, Portable.log(unit * cosh), tanh)
    }
    let ratio = t / upper
    let rest = 1 / (1 + ratio * ratio)
    let root = rest.squareRoot()
    return (
      t * root, unit * cosh * rest * root, Portable.log(unit * cosh) + 1.5 * Portable.log(rest),
      tanh - 3 * ratio * rest * (unit * cosh / upper)
    )
  }

  /// The u ≥ 0 of a standard deviation, drawn inside the bounds where it lies outside.
  func unbounded(_ deviation: Double) -> Double {
    if let bounded { return bounded.unbounded(deviation) }
    var t = deviation
    if upper < .infinity {
      let share = min(deviation / upper, 1 - 1e-6)
      t = share * upper / (1 - share * share).squareRoot()
    }
    let y = t / unit
    return y > 1e8 ? Portable.log(2 * y) : Portable.log(y + (y * y + 1).squareRoot())
  }
}
