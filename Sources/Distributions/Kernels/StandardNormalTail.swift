import Glibc

/// The upper tail of the standard normal distribution, for z ≥ 0.
enum StandardNormalTail {
  /// log √(2π).
  static let logRootTwoPi = 0.91893853320467274178

  /// Mills' ratio Q(z)/φ(z) for z ≥ 5, by the continued fraction 1/(z + 1/(z + 2/(z + 3/(z + …)))).
  ///
  /// Evaluated from the far end; 30 levels leave an error below 1e-18 at z = 5 and less beyond.
  static func millsRatio(_ z: Double) -> Double {
    var tail = z
    for k in stride(from: 30.0, through: 1, by: -1) { tail = z + k / tail }
    return 1 / tail
  }

  /// P(Z > z) for z ≥ 0.
  static func probability(_ z: Double) -> Double {
    if z < 5 { return 0.5 * erfc(z * 0.70710678118654752440) }
    if z > 40 { return 0 }
    // exp(−z²/2) would inherit the rounding of z²: split z so that the square of the first part is exact.
    let coarse = (z * 16).rounded(.towardZero) / 16
    let rest = (z - coarse) * (z + coarse)
    return exp(-0.5 * coarse * coarse) * exp(-0.5 * rest) * (0.39894228040143267794 * millsRatio(z))
  }

  /// log P(Z > z) for z ≥ 0; −∞ only where z² overflows.
  static func logProbability(_ z: Double) -> Double {
    if z < 5 { return Glibc.log(probability(z)) }
    if z > 1e154 { return -.infinity }
    return -0.5 * z * z - logRootTwoPi + Glibc.log(millsRatio(z))
  }

  /// The z ≥ 0 whose upper tail has probability exp(logProbability) ≤ ½.
  static func quantile(logProbability target: Double) -> Double {
    if target == -.infinity { return .infinity }
    if target > -2.5 { return max(0, -WichuraQuantile.centre(exp(target) - 0.5)) }
    let root = (-target).squareRoot()
    if root <= 27 { return WichuraQuantile.tail(root) }
    // Beyond the range of the approximation: Q(z) ≈ φ(z)/z starts, Newton's steps on log Q finish.
    // log Q is nearly quadratic here, so three steps square a relative error of 1e-2 away.
    var z = (-2 * target - Glibc.log(-4 * Double.pi * target)).squareRoot()
    for _ in 0..<3 { z += (logProbability(z) - target) * millsRatio(z) }
    return z
  }
}
