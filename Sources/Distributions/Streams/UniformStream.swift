/// A stream of random numbers that generated data can be drawn from.
///
/// The source is always an argument: nothing in this library draws from the system or from a shared
/// generator. `RStream` and `LEcuyerStream` give R's numbers from R's seed, `KeyedStream` an independent
/// stream for each replicate of a study.
public protocol UniformStream: Sendable {
  /// The next number, uniform on the open interval (0, 1).
  mutating func uniform() -> Double

  /// The next number from the normal distribution with mean 0 and standard deviation 1.
  mutating func normal() -> Double
}

extension UniformStream {
  /// The next number, uniform on (lower, upper), computed as lower + (upper − lower)·u, R's order of
  /// operations.
  ///
  /// An interval of one point returns that point and draws nothing, as `runif` does.
  @inlinable
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    if range.lowerBound == range.upperBound { return range.lowerBound }
    return range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// The next number from the normal distribution: mean + standardDeviation·z.
  ///
  /// A standard deviation of 0 returns the mean and draws nothing, as `rnorm` does.
  ///
  /// - Precondition: `standardDeviation` ≥ 0.
  @inlinable
  public mutating func normal(mean: Double, standardDeviation: Double) -> Double {
    precondition(standardDeviation >= 0, "standard deviation \(standardDeviation) is negative")
    if standardDeviation == 0 { return mean }
    return mean + standardDeviation * normal()
  }

  /// The next number from the skew-normal distribution, of density 2·φ(z)·Φ(shape·z), from two normal
  /// numbers.
  ///
  /// With δ = shape/√(1 + shape²), it is δ·|z₁| + √(1 − δ²)·z₂, of mean δ·√(2/π) and variance 1 − 2δ²/π.
  ///
  /// - Precondition: `shape` is finite.
  /// - Reference: Azzalini (1985), Scandinavian Journal of Statistics 12(2), 171–178; Henze (1986), ibid.
  ///   13(4), 271–275.
  @inlinable
  public mutating func skewNormal(shape: Double) -> Double {
    precondition(shape.isFinite, "shape \(shape) is not finite")
    let delta = shape / (1 + shape * shape).squareRoot()
    let first = normal()
    return delta * abs(first) + (1 - delta * delta).squareRoot() * normal()
  }
}
