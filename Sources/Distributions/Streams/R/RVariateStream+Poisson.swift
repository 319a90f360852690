import Glibc

extension RVariateStream {
  /// The next Poisson number, R's `rpois(1, mean)`: inversion below a mean of 10, algorithm PD from there on.
  ///
  /// - Precondition: 0 ≤ `mean` ≤ 10¹⁸; a mean of 0 returns 0 and draws nothing.
  public mutating func poisson(mean: Double) -> Int {
    precondition(mean >= 0 && mean <= 1e18, "Poisson mean \(mean) is outside 0...1e18")
    if mean == 0 { return 0 }
    return mean < 10 ? poissonByInversion(mean) : poissonByNormal(mean)
  }

  /// The first k whose cumulative probability reaches u; beyond 35 a new u is drawn.
  private mutating func poissonByInversion(_ mean: Double) -> Int {
    let none = exp(-mean)
    while true {
      let u = uniform()
      var mass = none
      var cumulated = none
      if u <= none { return 0 }
      for k in 1...35 {
        mass *= mean / Double(k)
        cumulated += mass
        if u <= cumulated { return k }
      }
    }
  }

  /// Algorithm PD: a rounded normal number, corrected by rejection.
  ///
  /// - Reference: Ahrens & Dieter (1982), "Computer generation of Poisson deviates from modified normal
  ///   distributions", doi:10.1145/355993.355997. Steps have their letters from there.
  private mutating func poissonByNormal(_ mean: Double) -> Int {
    let s = mean.squareRoot()
    // N, I: from L on the normal number is always right.
    let g = mean + s * normal()
    var u = 0.0
    var k = -1.0
    if g >= 0 {
      k = g.rounded(.down)
      if k >= (mean - 1.1484).rounded(.down) { return Int(k) }
      // S: squeeze acceptance.
      let difference = mean - k
      u = uniform()
      if 6 * mean * mean * u >= difference * difference * difference { return Int(k) }
    }
    // P, Q: the quotient of the probabilities.
    let densities = PoissonDensities(mean: mean, s: s)
    if g >= 0 {
      let (px, py, fx, fy) = densities.at(k)
      if fy - u * fy <= py * exp(px - fx) { return Int(k) }
    }
    let c = 0.1069 / mean
    while true {
      // E: a double exponential number t, the larger of the two tails cut.
      let e = standardExponential()
      u = 2 * uniform() - 1
      let t = 1.8 + (u < 0 ? -e : e)
      if t <= -0.6744 { continue }
      k = (mean + s * t).rounded(.down)
      // H: hat acceptance.
      let (px, py, fx, fy) = densities.at(k)
      if c * abs(u) <= py * exp(px + e) - fy * exp(fx + e) { return Int(k) }
    }
  }
}

/// The Poisson probability of k and that of the rounded normal number in algorithm PD, each as factor and
/// exponent.
private struct PoissonDensities {
  let mean: Double
  let s: Double
  let omega: Double
  let c0: Double
  let c1: Double
  let c2: Double
  let c3: Double

  /// 1/√(2π).
  static var inverseRoot: Double { 0.398942280401432677939946059934 }
  /// k! for k < 10.
  static let factorials: [Double] = [1, 1, 2, 6, 24, 120, 720, 5_040, 40_320, 362_880]

  init(mean: Double, s: Double) {
    self.mean = mean
    self.s = s
    omega = Self.inverseRoot / s
    let b1 = 1.0 / 24 / mean
    let b2 = 0.3 * b1 * b1
    c3 = 1.0 / 7 * b1 * b2
    c2 = b2 - 15 * c3
    c1 = b1 - 6 * b2 + 45 * c3
    c0 = 1 - b1 + 3 * b2 - 15 * c3
  }

  /// Step F.
  func at(_ k: Double) -> (px: Double, py: Double, fx: Double, fy: Double) {
    let difference = mean - k
    let px: Double
    let py: Double
    if k < 10 {
      px = -mean
      py = pow(mean, k) / Self.factorials[Int(k)]
    } else {
      var del = 1.0 / 12 / k
      del -= 4.8 * del * del * del
      let v = difference / k
      if abs(v) <= 0.25 {
        let high: Double = ((0.1250060 * v - 0.1384794) * v + 0.1421878) * v - 0.1661269
        let low: Double = (((high * v + 0.2000118) * v - 0.2500068) * v + 0.3333333) * v - 0.5
        px = k * v * v * low - del
      } else {
        px = k * Glibc.log(1 + v) - difference - del
      }
      py = Self.inverseRoot / k.squareRoot()
    }
    var x = (0.5 - difference) / s
    x *= x
    return (px, py, -0.5 * x, omega * (((c3 * x + c2) * x + c1) * x + c0))
  }
}
