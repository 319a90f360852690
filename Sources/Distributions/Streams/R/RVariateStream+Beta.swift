import Glibc

extension RVariateStream {
  /// The next beta number, R's `rbeta(1, shape1, shape2)`: algorithm BC with a shape of at most 1, BB
  /// otherwise.
  ///
  /// - Precondition: both shapes are positive and finite.
  /// - Reference: Cheng (1978), doi:10.1145/359460.359482.
  public mutating func beta(shape1: Double, shape2: Double) -> Double {
    precondition(
      shape1 > 0 && shape1.isFinite && shape2 > 0 && shape2.isFinite,
      "no beta distribution with shapes \(shape1) and \(shape2)")
    let (smaller, larger) = (min(shape1, shape2), max(shape1, shape2))
    if smaller <= 1 {
      let w = oddsBC(smaller, larger)
      return shape1 == smaller ? smaller / (smaller + w) : w / (smaller + w)
    }
    let w = oddsBB(smaller, larger)
    return shape1 == smaller ? w / (larger + w) : larger / (larger + w)
  }

  /// Algorithm BB, for 1 < a ≤ b: w with w/(b + w) beta distributed.
  private mutating func oddsBB(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    let beta = ((sum - 2) / (2 * a * b - sum)).squareRoot()
    let gamma = a + 1 / beta
    while true {
      let u1 = uniform()
      let u2 = uniform()
      let v = beta * Glibc.log(u1 / (1 - u1))
      let w = Self.oddsTimes(a, v)
      let z = u1 * u1 * u2
      let r = gamma * v - Self.log4
      let s = a + r - w
      if s + 2.609438 >= 5 * z { return w }
      let t = Glibc.log(z)
      if s > t || r + sum * Glibc.log(sum / (b + w)) >= t { return w }
    }
  }

  /// Algorithm BC, for a ≤ 1, a ≤ b: w with a/(a + w) beta distributed.
  private mutating func oddsBC(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    let beta = 1 / a
    let delta = 1 + b - a
    let k1 = delta * (0.0138889 + 0.0416667 * a) / (b * beta - 0.777778)
    let k2 = 0.25 + (0.5 + 0.25 / delta) * a
    while true {
      let u1 = uniform()
      let u2 = uniform()
      let z: Double
      if u1 < 0.5 {
        let y = u1 * u2
        z = u1 * y
        if 0.25 * u2 + z - y >= k1 { continue }
      } else {
        z = u1 * u1 * u2
        if z <= 0.25 { return Self.oddsTimes(b, beta * Glibc.log(u1 / (1 - u1))) }
        if z >= k2 { continue }
      }
      let v = beta * Glibc.log(u1 / (1 - u1))
      let w = Self.oddsTimes(b, v)
      if sum * (Glibc.log(sum / (a + w)) + v) - Self.log4 >= Glibc.log(z) { return w }
    }
  }

  /// Cheng's log 4, to the digits that he gives.
  private static var log4: Double { 1.3862944 }

  /// shape·eᵛ, the largest number where it overflows.
  private static func oddsTimes(_ shape: Double, _ v: Double) -> Double {
    min(shape * exp(v), .greatestFiniteMagnitude)
  }
}
