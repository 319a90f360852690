/// A stream that draws from every distribution that generated data needs.
///
/// Code written against it makes R's numbers from R's seed with `RStream` and independent replicates with
/// `KeyedStream`: each stream has its own algorithm for each distribution.
///
/// - Precondition: of every draw, that the parameters lie in the stated range and are not NaN. Text from
///   outside is checked before it comes here.
public protocol VariateStream: UniformStream {
  /// The next exponential number, of mean 1/rate; 0 < rate < ∞.
  mutating func exponential(rate: Double) -> Double

  /// The next number from the gamma distribution with mean shape·scale and variance shape·scale²; both finite
  /// and not negative.
  ///
  /// A shape or scale of 0 returns 0 and draws nothing, as `rgamma` does.
  mutating func gamma(shape: Double, scale: Double) -> Double

  /// The next χ² number: gamma with shape df/2 and scale 2; df finite and not negative.
  mutating func chiSquared(degreesOfFreedom: Double) -> Double

  /// The next number from Student's t: a normal number over √(χ²/df); 0 < df < ∞.
  mutating func studentT(degreesOfFreedom: Double) -> Double

  /// The next number from the beta distribution, of mean shape1/(shape1 + shape2); both positive and finite.
  mutating func beta(shape1: Double, shape2: Double) -> Double

  /// e to the power of a normal number; mean and standard deviation are those of the logarithm.
  mutating func logNormal(meanLog: Double, standardDeviationLog: Double) -> Double

  /// The next Poisson number; 0 ≤ mean ≤ 10¹⁸. A mean of 0 returns 0 and draws nothing.
  mutating func poisson(mean: Double) -> Int

  /// The number of successes in `size` trials of equal probability; 0 ≤ size < 2³¹ − 1, 0 ≤ probability ≤ 1.
  ///
  /// Where only one value is possible it is returned and nothing drawn, as `rbinom` does.
  mutating func binomial(size: Int, probability: Double) -> Int

  /// Success or failure of one trial; 0 ≤ probability ≤ 1.
  mutating func bernoulli(probability: Double) -> Bool

  /// A whole number from 0 to bound − 1, all equally likely; 1 ≤ bound ≤ 2⁵³.
  mutating func index(below bound: Int) -> Int
}

extension VariateStream {
  /// The next exponential number of mean 1.
  @inlinable
  public mutating func exponential() -> Double { exponential(rate: 1) }

  /// Success or failure of one trial as R draws it, `rbinom(1, 1, probability)`.
  @inlinable
  public mutating func bernoulli(probability: Double) -> Bool {
    binomial(size: 1, probability: probability) == 1
  }
}
