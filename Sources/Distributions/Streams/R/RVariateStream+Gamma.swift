import Glibc

extension RVariateStream {
  /// The next gamma number, R's `rgamma(1, shape, scale = scale)`: algorithm GS below a shape of 1, GD from
  /// there on.
  ///
  /// - Precondition: both are finite and not negative; a shape or scale of 0 returns 0 and draws nothing.
  public mutating func gamma(shape: Double, scale: Double) -> Double {
    precondition(
      shape >= 0 && shape.isFinite && scale >= 0 && scale.isFinite,
      "no gamma distribution with shape \(shape) and scale \(scale)")
    if shape == 0 || scale == 0 { return 0 }
    return scale * (shape < 1 ? smallGamma(shape) : largeGamma(shape))
  }

  /// Algorithm GS: rejection from x^(a−1) below 1 and e⁻ˣ above, for 0 < a < 1.
  ///
  /// - Reference: Ahrens & Dieter (1974), doi:10.1007/BF02293108.
  private mutating func smallGamma(_ a: Double) -> Double {
    let total = 1 + exp(-1.0) * a
    while true {
      let p = total * uniform()
      if p >= 1 {
        let x = -Glibc.log((total - p) / a)
        if standardExponential() >= (1 - a) * Glibc.log(x) { return x }
      } else {
        let x = exp(Glibc.log(p) / a)
        if standardExponential() >= x { return x }
      }
    }
  }

  /// Algorithm GD: the square of a normal number in most cases, a double exponential hat for the rest, for a
  /// ≥ 1.
  ///
  /// - Reference: Ahrens & Dieter (1982), "Generating gamma variates by a modified rejection technique",
  ///   doi:10.1145/358315.358390. Steps are numbered as there.
  private mutating func largeGamma(_ a: Double) -> Double {
    // 1, 2: the square of x = s + t/2 has nearly the right distribution.
    let square = a - 0.5
    let s = square.squareRoot()
    let d = 32.0.squareRoot() - 12 * s
    var t = normal()
    var x = s + 0.5 * t
    if t >= 0 { return x * x }
    // 3: squeeze acceptance.
    var u = uniform()
    if d * u <= t * t * t { return x * x }
    // 4 to 7: the quotient of the densities.
    let quotient = GammaQuotient(shape: a, s: s, square: square)
    if x > 0 && log1p(-u) <= quotient.log(at: t) { return x * x }
    // 8 to 12: double exponential rejection.
    let hat = GammaHat(s: s, square: square, shape: a)
    while true {
      let e = standardExponential()
      u = uniform()
      u = u + u - 1
      t = u < 0 ? hat.centre - hat.spread * e : hat.centre + hat.spread * e
      // Below, the density is nowhere above that of the squared normal number.
      if t < -0.71874483771719 { continue }
      let q = quotient.log(at: t)
      if q > 0 && hat.constant * abs(u) <= expm1(q) * exp(e - 0.5 * t * t) { break }
    }
    x = s + 0.5 * t
    return x * x
  }

  /// The next χ² number, R's `rchisq(1, df)`.
  public mutating func chiSquared(degreesOfFreedom: Double) -> Double {
    gamma(shape: degreesOfFreedom / 2, scale: 2)
  }

  /// The next number from Student's t, R's `rt(1, df)`.
  ///
  /// - Precondition: the degrees of freedom are positive and finite.
  public mutating func studentT(degreesOfFreedom df: Double) -> Double {
    precondition(df > 0 && df.isFinite, "\(df) degrees of freedom are not positive and finite")
    let numerator = normal()
    return numerator / (chiSquared(degreesOfFreedom: df) / df).squareRoot()
  }
}

/// The log quotient q(t) of gamma density and normal density in algorithm GD.
private struct GammaQuotient {
  let s: Double
  let square: Double
  let atZero: Double

  init(shape a: Double, s: Double, square: Double) {
    let r = 1 / a
    let high: Double = ((2.424e-4 * r + 2.4511e-4) * r - 7.388e-5) * r + 0.00144121
    atZero = (((high * r + 0.00801191) * r + 0.02083148) * r + 0.04166669) * r
    self.s = s
    self.square = square
  }

  func log(at t: Double) -> Double {
    let v = t / (s + s)
    if abs(v) > 0.25 {
      return atZero - s * t + 0.25 * t * t + (square + square) * log1p(v)
    }
    let high: Double = ((0.1233795 * v - 0.1367177) * v + 0.1423657) * v - 0.1662921
    return atZero + 0.5 * t * t * (((high * v + 0.2000062) * v - 0.250003) * v + 0.3333333) * v
  }
}

/// The double exponential hat of algorithm GD, fitted by its authors on three ranges of the shape.
private struct GammaHat {
  let centre: Double
  let spread: Double
  let constant: Double

  init(s: Double, square: Double, shape a: Double) {
    if a <= 3.686 {
      centre = 0.463 + s + 0.178 * square
      spread = 1.235
      constant = 0.195 / s - 0.079 + 0.16 * s
    } else if a <= 13.022 {
      centre = 1.654 + 0.0076 * square
      spread = 1.68 / s + 0.275
      constant = 0.062 / s + 0.024
    } else {
      centre = 1.77
      spread = 0.75
      constant = 0.1515 / s
    }
  }
}
