/// A stream of random numbers that generated data can be drawn from.
///
/// The source is always an argument: nothing in this library draws from the system or from a shared generator.
/// `RStream` gives R's numbers from R's seed, `KeyedStream` an independent stream for each replicate of a study.
public protocol UniformStream: Sendable {
  /// The next number, uniform on the open interval (0, 1).
  mutating func uniform() -> Double

  /// The next number from the normal distribution with mean 0 and standard deviation 1.
  mutating func normal() -> Double
}

extension UniformStream {
  /// The next number, uniform on (lower, upper), computed as lower + (upper − lower)·u, R's order of operations.
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
}
