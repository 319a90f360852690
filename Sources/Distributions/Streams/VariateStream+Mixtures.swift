// Distributions made of others, in R's order of drawing, so that R's streams give R's numbers.
extension VariateStream {
  /// The next F number, R's `rf(1, df1, df2)`: the quotient of two χ² numbers, each over its degrees of
  /// freedom.
  @inlinable
  public mutating func fRatio(numeratorDegreesOfFreedom df1: Double, denominatorDegreesOfFreedom df2: Double)
    -> Double
  {
    let numerator = chiSquared(degreesOfFreedom: df1) / df1
    return numerator / (chiSquared(degreesOfFreedom: df2) / df2)
  }

  /// Failures before the first success, R's `rgeom(1, probability)`: Poisson with an exponential mean.
  ///
  /// - Precondition: 10⁻¹³ ≤ `probability` ≤ 1.
  @inlinable
  public mutating func geometric(probability: Double) -> Int {
    precondition(probability >= 1e-13 && probability <= 1, "probability \(probability) is outside 1e-13...1")
    return poisson(mean: exponential(rate: 1) * ((1 - probability) / probability))
  }

  /// Failures before the `size`-th success, R's `rnbinom(1, size, probability)`: Poisson with a gamma mean.
  ///
  /// - Precondition: `size` > 0, 0 < `probability` ≤ 1, (1 − p)/p·(size + 100) ≤ 10¹⁵.
  @inlinable
  public mutating func negativeBinomial(size: Double, probability: Double) -> Int {
    precondition(probability > 0 && probability <= 1, "probability \(probability) is outside 0...1")
    if probability == 1 { return 0 }
    return overdispersed(size: size, scale: (1 - probability) / probability)
  }

  /// The negative binomial number of given mean, R's `rnbinom(1, size, mu = mean)`; its variance is mean +
  /// mean²/size.
  ///
  /// - Precondition: `size` > 0, `mean` ≥ 0, mean/size·(size + 100) ≤ 10¹⁵.
  @inlinable
  public mutating func negativeBinomial(size: Double, mean: Double) -> Int {
    precondition(mean >= 0, "mean \(mean) is negative")
    if mean == 0 { return 0 }
    return overdispersed(size: size, scale: mean / size)
  }

  @usableFromInline
  mutating func overdispersed(size: Double, scale: Double) -> Int {
    // So no gamma number can exceed what a Poisson mean may be.
    precondition(
      size > 0 && scale * (size + 100) <= 1e15,
      "no negative binomial distribution of size \(size), scale \(scale)")
    return poisson(mean: gamma(shape: size, scale: scale))
  }

  /// Counts of `trials` draws from classes of given weights, R's `rmultinom(1, trials, weights)`: binomial
  /// numbers one after the other, each from what is left.
  ///
  /// - Parameters:
  ///   - trials: how many draws, 0 ≤ trials < 2³¹ − 1.
  ///   - weights: one for each class, of any positive sum.
  /// - Throws: `RandomStreamError.negativeSize`, `.invalidWeight`, `.tooFewPositiveWeights`; then nothing was
  ///   drawn.
  public mutating func multinomial(trials: Int, weights: [Double]) throws(RandomStreamError) -> [Int] {
    if trials < 0 { throw .negativeSize(trials) }
    let chances = try SamplingWeights(weights, population: weights.count, size: 1, replacing: true).values
    var counts = [Int](repeating: 0, count: chances.count)
    var (left, mass) = (trials, 1.0)
    for k in chances.indices.dropLast() {
      if chances[k] > 0 {
        let share = chances[k] / mass
        counts[k] = share < 1 ? binomial(size: left, probability: share) : left
        left -= counts[k]
      }
      if left <= 0 { return counts }
      mass -= chances[k]
    }
    if let last = counts.indices.last { counts[last] = left }
    return counts
  }
}
