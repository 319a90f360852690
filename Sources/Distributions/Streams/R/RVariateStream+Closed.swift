import Glibc

// Distributions that are a function of one or two simpler numbers.
extension RVariateStream {
  /// e to the power of a normal number, R's `rlnorm(1, meanLog, standardDeviationLog)`.
  public mutating func logNormal(meanLog: Double, standardDeviationLog: Double) -> Double {
    exp(normal(mean: meanLog, standardDeviation: standardDeviationLog))
  }

  /// The next Cauchy number, R's `rcauchy(1, location, scale)`; `scale` ≥ 0, at 0 nothing is drawn.
  public mutating func cauchy(location: Double = 0, scale: Double = 1) -> Double {
    precondition(scale >= 0, "scale \(scale) is negative")
    if scale == 0 { return location }
    return location + scale * tan(Double.pi * uniform())
  }

  /// The next logistic number, R's `rlogis(1, location, scale)`; `scale` ≥ 0, at 0 nothing is drawn.
  public mutating func logistic(location: Double = 0, scale: Double = 1) -> Double {
    precondition(scale >= 0, "scale \(scale) is negative")
    if scale == 0 { return location }
    let u = uniform()
    return location + scale * Glibc.log(u / (1 - u))
  }

  /// The next Weibull number, R's `rweibull(1, shape, scale)`; 0 < shape < ∞, `scale` ≥ 0, at 0 nothing is
  /// drawn.
  public mutating func weibull(shape: Double, scale: Double = 1) -> Double {
    precondition(shape > 0 && shape.isFinite && scale >= 0, "no Weibull distribution \(shape), \(scale)")
    if scale == 0 { return 0 }
    return scale * pow(-Glibc.log(uniform()), 1 / shape)
  }
}
