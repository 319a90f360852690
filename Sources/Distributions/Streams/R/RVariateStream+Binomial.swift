import Glibc

extension RVariateStream {
  /// The next binomial number, R's `rbinom(1, size, probability)`: inversion below an expected 30 of the
  /// rarer outcome, algorithm BTPE from there on.
  ///
  /// - Precondition: 0 ≤ `size` < 2³¹ − 1, 0 ≤ `probability` ≤ 1; with one possible value nothing is drawn.
  public mutating func binomial(size: Int, probability: Double) -> Int {
    precondition(size >= 0 && size < Int32.max, "binomial size \(size) is outside 0..<2147483647")
    precondition(probability >= 0 && probability <= 1, "probability \(probability) is outside 0...1")
    if size == 0 || probability == 0 { return 0 }
    if probability == 1 { return size }
    let p = min(probability, 1 - probability)
    let rarer = Double(size) * p < 30 ? binomialByInversion(size, p) : binomialByTriangle(size, p)
    return probability > 0.5 ? size - rarer : rarer
  }

  /// The first k whose cumulative probability passes u; beyond 110 a new u is drawn.
  private mutating func binomialByInversion(_ n: Int, _ p: Double) -> Int {
    let q = 1 - p
    let none = pow(q, Double(n))
    let odds = p / q
    let g = odds * Double(n + 1)
    while true {
      var mass = none
      var u = uniform()
      for k in 0...110 {
        if u < mass { return k }
        u -= mass
        mass *= g / Double(k + 1) - odds
      }
    }
  }

  /// Algorithm BTPE: a triangle in the middle, parallelograms beside it, exponential tails.
  ///
  /// - Reference: Kachitvanichyanukul & Schmeiser (1988), doi:10.1145/42372.42381.
  private mutating func binomialByTriangle(_ n: Int, _ p: Double) -> Int {
    let hat = BinomialHat(n, p)
    while true {
      let u = uniform() * hat.p4
      var v = uniform()
      if u <= hat.p1 { return Int(hat.centre - hat.p1 * v + u) }
      let k: Int
      if u <= hat.p2 {
        let x = hat.left + (u - hat.p1) / hat.c
        v = v * hat.c + 1 - abs(hat.centre - x) / hat.p1
        if v > 1 || v <= 0 { continue }
        k = Int(x)
      } else if u > hat.p3 {
        k = Int(hat.right - Glibc.log(v) / hat.rightRate)
        if k > n { continue }
        v *= (u - hat.p3) * hat.rightRate
      } else {
        // Truncated toward 0, so that a proposal above −1 counts as 0.
        k = Int(hat.left + Glibc.log(v) / hat.leftRate)
        if k < 0 { continue }
        v *= (u - hat.p2) * hat.leftRate
      }
      if hat.accepts(k, v) { return k }
    }
  }
}

/// The hat of algorithm BTPE and its test of a proposal.
private struct BinomialHat {
  let n: Int
  let p: Double
  let q: Double
  /// n·p·q.
  let variance: Double
  /// n·p + p, whose whole part is the mode.
  let peak: Double
  let mode: Int
  /// Middle and ends of the triangle.
  let centre: Double
  let left: Double
  let right: Double
  /// Height of the parallelograms above 1.
  let c: Double
  let leftRate: Double
  let rightRate: Double
  /// Cumulative areas: triangle, parallelograms, left tail, right tail.
  let p1: Double
  let p2: Double
  let p3: Double
  let p4: Double

  init(_ n: Int, _ p: Double) {
    self.n = n
    self.p = p
    q = 1 - p
    let np = Double(n) * p
    variance = np * q
    peak = np + p
    mode = Int(peak)
    p1 = Double(Int(2.195 * variance.squareRoot() - 4.6 * q)) + 0.5
    centre = Double(mode) + 0.5
    left = centre - p1
    right = centre + p1
    c = 0.134 + 20.5 / (15.3 + Double(mode))
    let a = (peak - left) / (peak - left * p)
    leftRate = a * (1 + 0.5 * a)
    let b = (right - peak) / (right * q)
    rightRate = b * (1 + 0.5 * b)
    p2 = p1 * (1 + c + c)
    p3 = p2 + c / leftRate
    p4 = p3 + c / rightRate
  }

  /// Whether v is at most the probability of k relative to the mode's.
  func accepts(_ k: Int, _ v: Double) -> Bool {
    let distance = Double(abs(k - mode))
    if distance <= 20 || distance >= variance / 2 - 1 { return v <= ratio(k) }
    // Squeezes around the normal density.
    let amount = distance / variance
    let width = amount * ((distance * (distance / 3 + 0.625) + 0.1666666666666) / variance + 0.5)
    // R 4.2 squares the distance in 32 bits: beyond 46,340 from the mode (sizes from about 10⁸ on) the square
    // wraps and numbers are accepted that should not be. To give R's numbers it has to wrap here too.
    let distance32 = Int32(truncatingIfNeeded: abs(k - mode))
    let normal = -Double(distance32 &* distance32) / (2 * variance)
    let logV = Glibc.log(v)
    if logV < normal - width { return true }
    if logV > normal + width { return false }
    return logV <= logRatio(k)
  }

  /// The ratio of the probabilities, factor by factor.
  private func ratio(_ k: Int) -> Double {
    let odds = p / q
    let g = Double(n + 1) * odds
    var f = 1.0
    if mode < k {
      for i in (mode + 1)...k { f *= g / Double(i) - odds }
    } else if mode > k {
      for i in (k + 1)...mode { f /= g / Double(i) - odds }
    }
    return f
  }

  /// The logarithm of the ratio, factorials by Stirling's formula.
  ///
  /// R 4.2 adds all four corrections, though the ratio asks for those of k and n − k to be subtracted; its
  /// numbers come from that, and so do these.
  private func logRatio(_ k: Int) -> Double {
    let x = Double(k) + 1
    let f = Double(mode) + 1
    let z = Double(n - mode) + 1
    let w = Double(n - k) + 1
    let first: Double = centre * Glibc.log(f / x) + (Double(n - mode) + 0.5) * Glibc.log(z / w)
    let second: Double = Double(k - mode) * Glibc.log(w * p / (x * q))
    let tails: Double = Self.stirling(f) + Self.stirling(z) + Self.stirling(x) + Self.stirling(w)
    return first + second + tails
  }

  private static func stirling(_ x: Double) -> Double {
    let s = x * x
    return (13860 - (462 - (132 - (99 - 140 / s) / s) / s) / s) / x / 166320
  }
}
