import Glibc

/// θ of a negative binomial distribution by maximum likelihood, the means held.
///
///     ℓ(θ) = Σ w·[log Γ(y+θ) − log Γ(θ) − θ·log(1 + μ/θ) − y·log(1 + θ/μ)] + …
///
/// ℓ falls from its limit at θ = ∞, Poisson's distribution, unless Σ w·((y − μ)² − y) is positive: counts
/// then vary more than Poisson's.
///
/// - Reference: Venables & Ripley (2002), *Modern Applied Statistics with S*, section 7.4; Levin & Reeds
///   (1977), doi:10.1214/aos/1176343740.
struct NegativeBinomialShape {
  /// The estimate; ∞ where counts vary no more than Poisson's.
  let theta: Double
  /// Its standard error from the observed information, the means held; NaN at ∞.
  let standardError: Double

  /// θ above this cannot be told from Poisson's distribution by the digits that are left.
  private static let limit = 1e8

  /// Estimates θ.
  /// - Parameters:
  ///   - y: counts.
  ///   - means: their means, above 0.
  ///   - weights: prior weights; nil for 1.
  ///   - start: where the search begins; by moments if nil.
  init(counts y: [Double], means: [Double], weights: [Double]?, start: Double? = nil) {
    var (excess, squares) = (0.0, 0.0)
    for i in y.indices {
      let w = weights?[i] ?? 1
      excess += w * ((y[i] - means[i]) * (y[i] - means[i]) - y[i])
      squares += w * means[i] * means[i]
    }
    guard excess > 0 else {
      (theta, standardError) = (.infinity, .nan)
      return
    }
    var t = log(start ?? squares / excess)
    var (low, high) = (log(1e-8), log(NegativeBinomialShape.limit))
    t = min(max(t, low), high)
    for _ in 0..<200 {
      let theta = exp(t)
      let (score, information) = NegativeBinomialShape.derivatives(y, means, weights, theta)
      if score > 0 { low = t } else { high = t }
      // Newton in log θ, and halving where the curvature or the step is no good.
      let curvature = theta * theta * information - theta * score
      var next = curvature > 0 ? t + theta * score / curvature : (low + high) / 2
      if !(next > low && next < high) { next = (low + high) / 2 }
      let step = abs(next - t)
      t = next
      if step < 1e-14 || high - low < 1e-14 { break }
    }
    let estimate = exp(t)
    guard estimate < 0.99 * NegativeBinomialShape.limit else {
      (theta, standardError) = (.infinity, .nan)
      return
    }
    theta = estimate
    standardError =
      1 / NegativeBinomialShape.derivatives(y, means, weights, estimate).information.squareRoot()
  }

  /// dℓ/dθ and −d²ℓ/dθ².
  private static func derivatives(
    _ y: [Double], _ means: [Double], _ weights: [Double]?, _ theta: Double
  ) -> (score: Double, information: Double) {
    let (psi, slope) = (digamma(theta), trigamma(theta))
    var (score, information) = (0.0, 0.0)
    for i in y.indices {
      var (rise, fall) = (0.0, 0.0)
      if y[i] <= 64 {
        // Whole counts: ψ(y+θ) − ψ(θ) = Σ 1/(θ+k), without cancellation.
        for k in 0..<Int(y[i]) {
          let part = 1 / (theta + Double(k))
          rise += part
          fall += part * part
        }
      } else {
        rise = digamma(y[i] + theta) - psi
        fall = slope - trigamma(y[i] + theta)
      }
      let w = weights?[i] ?? 1
      let sum = means[i] + theta
      score += w * (rise - log1p(means[i] / theta) + (means[i] - y[i]) / sum)
      let spread: Double = (y[i] + theta) / (sum * sum)
      information += w * (fall - means[i] / (theta * sum) + 1 / sum - spread)
    }
    return (score, information)
  }
}

/// The shape of Gamma distributions of given means by maximum likelihood: log a − ψ(a) = half the mean unit
/// deviance.
///
/// - Reference: McCullagh & Nelder (1989), section 8.3.6.
/// - Parameter meanDeviance: the weighted mean of the unit deviances.
func gammaShape(meanDeviance: Double) -> Double {
  let half = meanDeviance / 2
  guard half > 0, half.isFinite else { return .infinity }
  // Above and below by log a − ψ(a) between 1/(2a) and 1/a; Newton in log a.
  var a = (3 - 2 * half + ((3 - 2 * half) * (3 - 2 * half) + 48 * half).squareRoot()) / (24 * half)
  a = min(max(a, 0.5 / half), 1 / half)
  for _ in 0..<60 {
    let value: Double = log(a) - digamma(a) - half
    let slope: Double = 1 - a * trigamma(a)
    let step = value / slope
    a *= exp(-max(-1, min(1, step)))
    if abs(step) < 1e-14 { break }
  }
  return a
}
