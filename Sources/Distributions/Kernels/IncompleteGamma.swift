import Glibc

/// The incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, with relative precision in both tails.
///
/// All forms share the factor D = xᵃ·e⁻ˣ/Γ(a + 1), taken in log scale from the deviance of x/a and the error of
/// Stirling's formula. Up to the mean the series for P is used, beyond it Legendre's continued fraction for Q. Cost: some
/// tens of terms, near the mean about 9·√a.
///
/// - Reference: DiDonato & Morris (1986), doi:10.1145/22721.23109; Gil, Segura & Temme (2007), "Numerical Methods for
///   Special Functions".
enum IncompleteGamma {
  /// log D = log(xᵃ·e⁻ˣ/Γ(a + 1)), for a, x > 0.
  static func logPrefactor(shape a: Double, _ x: Double) -> Double {
    -a * logDeviance((x - a) / a, ratio: x / a) - stirlingError(a) - 0.5 * Glibc.log(2 * Double.pi * a)
  }

  /// P(a, x), the lower tail at x of the gamma distribution with shape a > 0 and rate 1, and its complement.
  static func tails(shape a: Double, _ x: Double) -> TailProbability {
    if x <= 0 { return .zero(.lower) }
    if x == .infinity { return .zero(.upper) }
    let logD = logPrefactor(shape: a, x)
    if logD == -.infinity { return .zero(x < a ? .lower : .upper) }
    if a >= 1 {
      return x <= a ? lowerSeries(a, x, logD) : upperFraction(a, x, logD)
    }
    // With a small shape most of the mass lies near 0, so that P leaves the small values early.
    if logD + x < -0.69 { return lowerSeries(a, x, logD) }
    return x < 1 ? upperNearZero(a, x, logD) : upperFraction(a, x, logD)
  }

  /// P = D·(1 + x/(a + 1) + x²/((a + 1)(a + 2)) + …): positive terms only.
  private static func lowerSeries(_ a: Double, _ x: Double, _ logD: Double) -> TailProbability {
    var (sum, term, k) = (1.0, 1.0, a)
    repeat {
      k += 1
      term *= x / k
      sum += term
    } while term > sum * 0x1p-55
    return TailProbability(tail: .lower, logScale: logD, factor: sum)
  }

  /// Q = a·D/(x + 1 − a − 1·(1 − a)/(x + 3 − a − 2·(2 − a)/(x + 5 − a − …))), by the modified Lentz method.
  private static func upperFraction(_ a: Double, _ x: Double, _ logD: Double) -> TailProbability {
    var b = x + 1 - a
    var d = 1 / b
    var c = Double.infinity
    var fraction = d
    var k = 1.0
    while true {
      let numerator = -k * (k - a)
      b += 2
      d = 1 / nonzero(numerator * d + b)
      c = nonzero(b + numerator / c)
      let ratio = c * d
      fraction *= ratio
      if !(abs(ratio - 1) > 0x1p-51) { break }
      k += 1
    }
    return TailProbability(tail: .upper, logScale: logD, factor: a * fraction)
  }

  /// Q = 1 − (xᵃ/Γ(a + 1))·(1 − a·x/(a + 1) + a·x²/(2!(a + 2)) − …) for a < 1 and x < 1.
  ///
  /// The subtraction from 1 is done by `expm1`, so that Q keeps its digits where it is small because a is.
  private static func upperNearZero(_ a: Double, _ x: Double, _ logD: Double) -> TailProbability {
    let logPower = logD + x
    var (sum, power, k) = (0.0, 1.0, 0.0)
    repeat {
      k += 1
      power *= -x / k
      sum += power / (a + k)
    } while abs(power) > 0x1p-60
    return TailProbability(
      tail: .upper, logScale: 0, factor: -expm1(logPower) - exp(logPower) * a * sum)
  }

  /// The x whose given tail has the target's probability (≤ ½).
  static func quantile(shape a: Double, _ target: TailTarget) -> Double {
    let logP = target.logProbability
    if logP == -.infinity { return target.tail == .lower ? 0 : .infinity }
    // Both starts lie on the side from which Newton's method cannot overshoot (see `newtonOnLogTail`):
    // P(a, x) < xᵃ/Γ(a + 1), and Q(a, x) ≤ e^(−L) at x = a + √(2aL) + L (Laurent & Massart 2000, lemma 1).
    let start: Double
    switch target.tail {
    case .lower:
      start = (logP + logFactorial(a)) / a
      // Here the bound is the value: the next factor of the series differs from 1 by less than x.
      if start < -40 { return exp(start) }
    case .upper:
      start = Glibc.log(a + (-2 * a * logP).squareRoot() - logP)
    }
    let logX = newtonOnLogTail(target, start: start) { u in
      let x = exp(u)
      let tail = tails(shape: a, x).value(target.tail, log: true)
      return (tail, logPrefactor(shape: a, x) + Glibc.log(a))
    }
    return exp(logX)
  }
}

/// A value to divide by: 0 becomes the smallest number that does no harm, as the modified Lentz method asks.
func nonzero(_ x: Double) -> Double { x == 0 ? 1e-300 : x }
