import Glibc

/// The incomplete beta function I_x(a, b) and its complement, with relative precision in both tails.
///
/// All forms share the factor xᵃ·yᵇ/B(a, b), y = 1 − x, taken in log scale from two deviances and errors of Stirling's
/// formula. Callers give x and y, each as exact as they have it: with large a or b the digits of the small one count.
///
/// - Reference: DiDonato & Morris (1992), doi:10.1145/131766.131776 (equations for the power series and the continued
///   fraction); Loader (2000) for the factor.
enum IncompleteBeta {
  /// log(xᵃ·yᵇ/B(a, b)), also the log density of logit x, for x, y > 0.
  static func logPrefactor(_ a: Double, _ b: Double, x: Double, y: Double) -> Double {
    let n = a + b
    // How far n·x is above a, from the smaller of x and y.
    let excess = x <= y ? n * x - a : b - n * y
    let deviance =
      a * logDeviance(excess / a, ratio: n * x / a) + b * logDeviance(-excess / b, ratio: n * y / b)
    let errors = stirlingError(n) - stirlingError(a) - stirlingError(b)
    return 0.5 * Glibc.log(a / n * b) - StandardNormalTail.logRootTwoPi + errors - deviance
  }

  /// I_x(a, b), the lower tail at x of the beta distribution, and its complement.
  ///
  /// - Parameters:
  ///   - a: first shape, positive.
  ///   - b: second shape, positive.
  ///   - x: where, in [0, 1].
  ///   - y: 1 − x.
  static func tails(_ a: Double, _ b: Double, x: Double, y: Double) -> TailProbability {
    if x <= 0 { return .zero(.lower) }
    if y <= 0 { return .zero(.upper) }
    let n = a + b
    let aboveMean = x <= y ? n * x - a : b - n * y
    if aboveMean <= 0 { return lower(a, b, x: x, y: y, aboveMean: aboveMean) }
    var swapped = lower(b, a, x: y, y: x, aboveMean: -aboveMean)
    swapped.tail = .upper
    return swapped
  }

  /// I_x(a, b) for x up to the mean; `aboveMean` is (a + b)·x − a ≤ 0.
  private static func lower(
    _ a: Double, _ b: Double, x: Double, y: Double, aboveMean: Double
  ) -> TailProbability {
    let logScale = logPrefactor(a, b, x: x, y: y)
    if logScale == -.infinity { return .zero(.lower) }
    if x <= 0.9 && (b <= 1 || b * x <= 0.7) {
      return TailProbability(
        tail: .lower, logScale: logScale - b * log1p(-x), factor: powerSeries(a, b, x) / a)
    }
    return TailProbability(
      tail: .lower, logScale: logScale, factor: fraction(a, b, x: x, y: y, belowMean: -aboveMean))
  }

  /// a·B(a, b)·x⁻ᵃ·I_x(a, b) = 1 + a·Σ_{n≥1} (1 − b)(2 − b)…(n − b)/n!·xⁿ/(a + n).
  private static func powerSeries(_ a: Double, _ b: Double, _ x: Double) -> Double {
    var (sum, coefficient, k) = (0.0, 1.0, 0.0)
    repeat {
      k += 1
      coefficient *= (k - b) / k * x
      sum += coefficient / (a + k)
      // With |coefficient| falling at least as fast as xⁿ, the rest is below coefficient/(1 − x).
    } while abs(coefficient) > 0x1p-58 * (1 - x) && coefficient != 0
    return 1 + a * sum
  }

  /// B(a, b)·x⁻ᵃ·y⁻ᵇ·I_x(a, b) = 1/(β₁ + α₂/(β₂ + α₃/(β₃ + …))) for x up to the mean, by the modified Lentz method.
  ///
  ///     α_{k+1} = (a + k − 1)(a + b + k − 1)/(a + 2k − 1)²·k(b − k)·x²
  ///     β_{k+1} = k + k(b − k)x/(a + 2k − 1) + (a + k)/(a + 2k + 1)·(λ + 1 + k(1 + y)),  λ = a − (a + b)x
  private static func fraction(
    _ a: Double, _ b: Double, x: Double, y: Double, belowMean lambda: Double
  ) -> Double {
    var d = (a + 1) / (a * (lambda + 1))
    var c = Double.infinity
    var fraction = d
    var k = 1.0
    while true {
      let middle = a + 2 * k - 1
      let w = k * (b - k) * x
      let alpha = (a + k - 1) / middle * ((a + b + k - 1) / middle) * (w * x)
      let beta = k + w / middle + (a + k) / (middle + 2) * (lambda + 1 + k * (1 + y))
      d = 1 / nonzero(beta + alpha * d)
      c = nonzero(beta + alpha / c)
      let ratio = c * d
      fraction *= ratio
      if !(abs(ratio - 1) > 0x1p-51) { break }
      k += 1
    }
    return fraction
  }

  /// log(xᵃ/(a·B(a, b))), which is log I_x(a, b) where b·x is below the rounding of 1.
  static func logLeadingTerm(_ a: Double, _ b: Double, logX: Double) -> Double {
    a * logX - Glibc.log(a) - logBeta(a, b)
  }

  /// logit x where I_x(a, b), or its complement, has the target's probability.
  static func logitQuantile(_ a: Double, _ b: Double, _ target: TailTarget) -> Double {
    if target.tail == .upper {
      var mirrored = target
      mirrored.tail = .lower
      return -logitQuantile(b, a, mirrored)
    }
    if target.logProbability == -.infinity { return -.infinity }
    // I_x ≤ (x/y)ᵃ/(a·B), because the density of u = logit x is below e^(au)/B: left of the root.
    let start = (target.logProbability - logLeadingTerm(a, b, logX: 0)) / a
    if start < -40 - Glibc.log(1 + a + b) { return start }
    return newtonOnLogTail(target, start: start) { u in
      let (x, y) = inverseLogit(u)
      return (tails(a, b, x: x, y: y).value(.lower, log: true), logPrefactor(a, b, x: x, y: y))
    }
  }

  /// x = 1/(1 + e⁻ᵘ) and y = 1 − x, both to full precision.
  private static func inverseLogit(_ u: Double) -> (x: Double, y: Double) {
    let e = exp(-abs(u))
    let (small, large) = (e / (1 + e), 1 / (1 + e))
    return u < 0 ? (small, large) : (large, small)
  }
}
