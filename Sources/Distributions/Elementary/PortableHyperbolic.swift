extension Portable {
  /// The hyperbolic tangent, without loss for small x.
  package static func tanh(_ x: Double) -> Double {
    let t = expm1(-2 * abs(x))
    return x < 0 ? t / (t + 2) : -t / (t + 2)
  }

  /// 1/cosh x = √(1 − tanh² x), without cancellation.
  package static func hyperbolicSecant(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return 2 * e / (1 + e * e)
  }

  /// The inverse of tanh on (−1, 1).
  package static func atanh(_ x: Double) -> Double { 0.5 * (log1p(x) - log1p(-x)) }
}
