import Glibc

/// What the log-density of observations is at their linear predictors η, without terms that do not depend on η.
struct ObservationValues {
  typealias Lanes = VectorFunctions.Lanes
  /// ℓ.
  var logDensity: Lanes
  /// s = dℓ/dη.
  var score: Lanes
  /// w, the expected value of −d²ℓ/dη².
  var expected: Lanes
  /// dw/dη and d²w/dη².
  var expectedSlope, expectedCurvature: Lanes
  /// wₒ = −d²ℓ/dη².
  var observed: Lanes
  /// dwₒ/dη and d²wₒ/dη².
  var observedSlope, observedCurvature: Lanes
}

/// A family with a link: values of several observations at a time.
protocol ObservationKernel {
  typealias Lanes = VectorFunctions.Lanes
  /// Whether −d²ℓ/dη² is never negative.
  static var isLogConcave: Bool { get }
  /// The values at η; y are successes or counts, m trials or prior weights.
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues
}

/// The logistic function of η and 1 less it, both to full relative accuracy, and log(1 + exp(−|η|)).
@inline(__always)
private func logistic(
  _ eta: VectorFunctions.Lanes
) -> (mu: VectorFunctions.Lanes, nu: VectorFunctions.Lanes, log1p: VectorFunctions.Lanes) {
  let e = VectorFunctions.exp(-VectorFunctions.magnitude(eta))
  let large: VectorFunctions.Lanes = 1 / (1 + e)
  let small = e * large
  let negative = eta .< 0
  return (
    VectorFunctions.select(negative, small, large), VectorFunctions.select(negative, large, small),
    VectorFunctions.log1p(e)
  )
}

/// Binomial, logit: s = y − mμ, w = mμ(1 − μ).
struct BinomialLogit: ObservationKernel {
  static let isLogConcave = true

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    let (mu, nu, rest) = logistic(eta)
    let k = m - y
    let negative = eta .< 0
    let zero = Lanes.zero
    // yη − m·log(1 + exp η) without the difference of large numbers where y is 0 or m.
    let linear =
      y * VectorFunctions.select(negative, eta, zero) - k * VectorFunctions.select(negative, zero, eta)
    let w = m * mu * nu
    let c = w * (nu - mu)
    let d = c * (nu - mu) - 2 * w * (mu * nu)
    return ObservationValues(
      logDensity: linear - m * rest, score: y * nu - k * mu, expected: w, expectedSlope: c,
      expectedCurvature: d, observed: w, observedSlope: c, observedCurvature: d)
  }
}

/// Binomial, probit, by Mills' ratio of the smaller tail. With a = φ/Φ(η), b = φ/Φ(−η): s = ya − (m − y)b, w = mab.
struct BinomialProbit: ObservationKernel {
  static let isLogConcave = true

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    typealias F = VectorFunctions
    let z = F.magnitude(eta)
    let half = -0.5 * z * z
    let density = F.exp(half) * 0.39894228040143267794
    // Mills' ratio P(Z > z)/φ(z); its reciprocal is the hazard of the small tail.
    let mills = F.scaledComplementaryError(z * 0.70710678118654752440) * 1.2533141373155002512
    let small = density * mills
    let steep = 1 / mills
    let flat = density / (1 - small)
    let logSmall = half - 0.91893853320467274178 + F.log(mills)
    let logLarge = F.log1p(-small)
    let negative = eta .< 0
    let a = F.select(negative, steep, flat)
    let b = F.select(negative, flat, steep)
    let k = m - y
    let logs = y * F.select(negative, logSmall, logLarge) + k * F.select(negative, logLarge, logSmall)
    let w = m * a * b
    let up = eta + a
    let down = b - eta
    // a' = −a·up, b' = b·down; up' and down' are those ± 1.
    let (da, db) = (-a * up, b * down)
    let (upSlope, downSlope) = (1 + da, db - 1)
    let fall: Lanes = 1 - up * (up + a)
    let rise: Lanes = down * (down + b) - 1
    let fallSlope: Lanes = -(upSlope * (up + a) + up * (upSlope + da))
    let riseSlope: Lanes = downSlope * (down + b) + down * (downSlope + db)
    let slope = down - up
    return ObservationValues(
      logDensity: logs, score: y * a - k * b, expected: w, expectedSlope: w * slope,
      expectedCurvature: w * (slope * slope + downSlope - upSlope), observed: y * a * up + k * b * down,
      observedSlope: y * a * fall + k * b * rise,
      observedCurvature: y * (da * fall + a * fallSlope) + k * (db * rise + b * riseSlope))
  }
}

/// Binomial, complementary log–log. With z = exp η, r = z/(eᶻ − 1), g = 1 − z − r = d log r/dη: s = yr − (m − y)z, w = mzr.
struct BinomialCloglog: ObservationKernel {
  static let isLogConcave = true

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    typealias F = VectorFunctions
    let z = F.exp(eta)
    let isSmall = z .< 0.7
    // Near 0: r = 1 + z·P(z); elsewhere by exp(−z).
    let near = F.select(isSmall, z, Lanes(repeating: 0.7))
    let ratio = near * F.bernoulliQuotient(near)
    let far = F.select(isSmall, Lanes(repeating: 0.7), z)
    let e = F.select(far .> 700, Lanes.zero, F.exp(-far))
    // Where e is 0 the product with any finite z is 0.
    let farR = far * e / (1 - e)
    let r = F.select(isSmall, 1 + ratio, farR)
    let g = F.select(isSmall, -(near + ratio), 1 - z - farR)
    let logSuccess = F.select(isSmall, eta - z - F.log1p(ratio), F.log1p(-e))
    let k = m - y
    let w = m * (z * r)
    let rg = r * g
    // −(rg)' and its derivative.
    let gSlope = -(z + rg)
    let rz = r * z
    let turn: Lanes = rz + rg * r - rg * g
    let firstPart: Lanes = rg * z + rz + 2 * rg * rg
    let secondPart: Lanes = r * r * gSlope - rg * g * g - 2 * rg * gSlope
    return ObservationValues(
      logDensity: y * logSuccess - k * z, score: y * r - k * z, expected: w, expectedSlope: w * (1 + g),
      expectedCurvature: w * (1 + g) * (1 + g) + w * gSlope, observed: k * z - y * rg,
      observedSlope: k * z + y * turn, observedCurvature: k * z + y * (firstPart + secondPart))
  }
}

/// Binomial, cauchit: μ = ½ + arctan(η)/π, f = dμ/dη = 1/(π(1 + η²)); s = yf/μ − (m − y)f/(1 − μ), w = mf²/(μ(1 − μ)).
struct BinomialCauchit: ObservationKernel {
  static let isLogConcave = false

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    var (mu, nu) = (Lanes.zero, Lanes.zero)
    var (logMu, logNu) = (Lanes.zero, Lanes.zero)
    for i in 0..<Lanes.scalarCount {
      let x = eta[i]
      let small = Swift.abs(x) > 1 ? atan(1 / Swift.abs(x)) / .pi : 0.5 - atan(Swift.abs(x)) / .pi
      (mu[i], nu[i]) = x < 0 ? (small, 1 - small) : (1 - small, small)
      let (logSmall, logLarge) = (log(small), Glibc.log1p(-small))
      (logMu[i], logNu[i]) = x < 0 ? (logSmall, logLarge) : (logLarge, logSmall)
    }
    let k = m - y
    let spread: Lanes = 1 + eta * eta
    let f: Lanes = 0.31830988618379067154 / spread
    // (log f)' and (log f)''.
    let p: Lanes = -2 * eta / spread
    let pSlope: Lanes = 2 * (eta * eta - 1) / (spread * spread)
    let a = f / mu
    let b = f / nu
    let pCurvature: Lanes = 4 * eta * (3 - eta * eta) / (spread * spread * spread)
    // a' = a(p − a), b' = b(p + b) and two derivatives more; wₒ = −y·a' + k·b'.
    let w = m * a * b
    let da = a * (p - a)
    let db = b * (p + b)
    let d2a: Lanes = da * (p - a) + a * (pSlope - da)
    let d2b: Lanes = db * (p + b) + b * (pSlope + db)
    let d3a: Lanes = d2a * (p - a) + 2 * da * (pSlope - da) + a * (pCurvature - d2a)
    let d3b: Lanes = d2b * (p + b) + 2 * db * (pSlope + db) + b * (pCurvature + d2b)
    let slope = 2 * p - a + b
    return ObservationValues(
      logDensity: y * logMu + k * logNu, score: y * a - k * b, expected: w, expectedSlope: w * slope,
      expectedCurvature: w * (slope * slope + 2 * pSlope - da + db), observed: k * db - y * da,
      observedSlope: k * d2b - y * d2a, observedCurvature: k * d3b - y * d3a)
  }
}

/// Poisson, log: s = m(y − μ), w = mμ.
struct PoissonLog: ObservationKernel {
  static let isLogConcave = true

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    let mu = VectorFunctions.exp(eta)
    let w = m * mu
    return ObservationValues(
      logDensity: m * (y * eta - mu), score: m * (y - mu), expected: w, expectedSlope: w,
      expectedCurvature: w, observed: w, observedSlope: w, observedCurvature: w)
  }
}

/// Negative binomial, log. With p = μ/(θ + μ), the logistic function of η − log θ: s = m(y(1 − p) − θp), w = mθp.
struct NegativeBinomialLog: ObservationKernel {
  static let isLogConcave = true
  let theta: Double
  let logTheta: Double

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    let shifted = eta - logTheta
    let (p, q, rest) = logistic(shifted)
    let negative = shifted .< 0
    let zero = Lanes.zero
    // y·log p + θ·log(1 − p), as for the logit.
    let linear =
      y * VectorFunctions.select(negative, shifted, zero)
      - theta * VectorFunctions.select(negative, zero, shifted)
    let total = y + theta
    let wo = m * total * p * q
    let slope: Lanes = m * theta * (p * q)
    let observedSlope: Lanes = wo * (q - p)
    return ObservationValues(
      logDensity: m * (linear - total * rest), score: m * (y * q - theta * p), expected: m * theta * p,
      expectedSlope: slope, expectedCurvature: slope * (q - p), observed: wo, observedSlope: observedSlope,
      observedCurvature: observedSlope * (q - p) - 2 * wo * (p * q))
  }
}

/// Gamma, log, shape a: ℓ = −a(y/μ + log μ), s = a(y/μ − 1), w = a.
struct GammaLog: ObservationKernel {
  static let isLogConcave = true
  let shape: Double

  @inline(__always)
  func values(_ eta: Lanes, _ y: Lanes, _ m: Lanes) -> ObservationValues {
    let a = m * shape
    let ratio = y * VectorFunctions.exp(-eta)
    let wo = a * ratio
    return ObservationValues(
      logDensity: -a * (ratio + eta), score: a * (ratio - 1), expected: a, expectedSlope: Lanes.zero,
      expectedCurvature: Lanes.zero, observed: wo, observedSlope: -wo, observedCurvature: wo)
  }
}
