// Continuous distributions of keyed streams. Nothing is allocated, and all bits are the same on every
// processor.
extension KeyedStream: VariateStream {
  /// The next exponential number, of mean 1/rate: −log u / rate.
  public mutating func exponential(rate: Double) -> Double {
    precondition(rate > 0 && rate.isFinite, "rate \(rate) is not positive and finite")
    return -Portable.log(uniform()) / rate
  }

  /// The next number from the gamma distribution.
  ///
  /// For a shape below 1, one of shape + 1 times u^(1/shape) (Marsaglia & Tsang, section 6).
  ///
  /// - Reference: Marsaglia & Tsang (2000), doi:10.1145/358407.358414.
  public mutating func gamma(shape: Double, scale: Double) -> Double {
    precondition(
      shape >= 0 && shape.isFinite && scale >= 0 && scale.isFinite,
      "no gamma distribution with shape \(shape) and scale \(scale)")
    if shape == 0 || scale == 0 { return 0 }
    if shape >= 1 { return scale * standardGamma(shape) }
    let raised = standardGamma(shape + 1)
    return scale * (raised * Portable.exp(Portable.log(uniform()) / shape))
  }

  /// The cube of a normal number, d·(1 + c·z)³ with d = shape − 1/3 and c = 1/√(9d), is nearly gamma: it is
  /// accepted with a chance near 1.
  private mutating func standardGamma(_ shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let z = normal()
      let root = 1 + c * z
      if root <= 0 { continue }
      let v = root * root * root
      let u = uniform()
      let square = z * z
      if u < 1 - 0.0331 * (square * square) { return d * v }
      if Portable.log(u) < 0.5 * square + d * (1 - v + Portable.log(v)) { return d * v }
    }
  }

  /// The next χ² number.
  public mutating func chiSquared(degreesOfFreedom: Double) -> Double {
    gamma(shape: 0.5 * degreesOfFreedom, scale: 2)
  }

  /// The next number from Student's t distribution.
  public mutating func studentT(degreesOfFreedom df: Double) -> Double {
    precondition(df > 0 && df.isFinite, "\(df) degrees of freedom are not positive and finite")
    let numerator = normal()
    return numerator / (chiSquared(degreesOfFreedom: df) / df).squareRoot()
  }

  /// The next number from the beta distribution: x/(x + y) of two gamma numbers.
  ///
  /// With both shapes below 1 both gamma numbers may be too small for a double; then their logarithms are
  /// compared.
  public mutating func beta(shape1: Double, shape2: Double) -> Double {
    precondition(
      shape1 > 0 && shape1.isFinite && shape2 > 0 && shape2.isFinite,
      "no beta distribution with shapes \(shape1) and \(shape2)")
    if shape1 >= 1 || shape2 >= 1 {
      let x = gamma(shape: shape1, scale: 1)
      let y = gamma(shape: shape2, scale: 1)
      return x / (x + y)
    }
    let logX = logOfSmallGamma(shape1)
    let logY = logOfSmallGamma(shape2)
    return 1 / (1 + Portable.exp(logY - logX))
  }

  /// The logarithm of a gamma number of shape below 1.
  private mutating func logOfSmallGamma(_ shape: Double) -> Double {
    let raised = standardGamma(shape + 1)
    return Portable.log(raised) + Portable.log(uniform()) / shape
  }

  /// The next log-normal number.
  public mutating func logNormal(meanLog: Double, standardDeviationLog: Double) -> Double {
    Portable.exp(normal(mean: meanLog, standardDeviation: standardDeviationLog))
  }
}
