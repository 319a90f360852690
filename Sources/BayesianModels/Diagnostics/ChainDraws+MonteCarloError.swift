import Distributions
import Glibc

extension ChainDraws {
  /// The Monte Carlo standard error of the mean, in units of the draws: standard deviation / √(its effective
  /// sample size).
  /// - Returns: nil where `effectiveSampleSizeOfMean` is.
  public func monteCarloErrorOfMean() -> Double? {
    monteCarloErrorOfMean(size: effectiveSampleSizeOfMean())
  }

  /// The same, with the effective sample size of the mean at hand.
  func monteCarloErrorOfMean(size: Double?) -> Double? {
    guard let size, let deviation = standardDeviation else { return nil }
    return deviation / size.squareRoot()
  }

  /// The Monte Carlo standard error of the standard deviation, in units of the draws.
  ///
  ///     √((m₄ − m₂²) / (4·m₂·S))
  ///
  /// m₂ and m₄ are the central moments of the draws, S the effective sample size of the mean of (draw −
  /// mean)²: the error of the variance, by the delta method.
  ///
  /// - Returns: nil where the draws, or their distances from the mean, are all equal, not finite or too few.
  /// - Reference: Kenney & Keeping (1951), *Mathematics of Statistics*, part 2, p. 141.
  public func monteCarloErrorOfStandardDeviation() -> Double? {
    guard varies else { return nil }
    let centre = mean
    // In units of the largest distance: the fourth powers of very small or large draws are no numbers.
    let unit = max(sorted[sorted.count - 1] - centre, centre - sorted[0])
    func square(_ value: Double) -> Double { ((value - centre) / unit) * ((value - centre) / unit) }
    guard let size = effectiveSampleSize(of: split.map(square)) else { return nil }
    var (second, fourth) = (0.0, 0.0)
    for value in values {
      let power = square(value)
      second += power
      fourth += power * power
    }
    second /= Double(values.count)
    fourth /= Double(values.count)
    return unit * (max(fourth - second * second, 0) / (4 * second * size)).squareRoot()
  }

  /// The Monte Carlo standard error of the median, in units of the draws.
  /// - Returns: as `monteCarloError(ofQuantile:)`.
  public func monteCarloErrorOfMedian() -> Double? { monteCarloError(ofQuantile: 0.5) }

  /// The Monte Carlo standard error of a quantile, in units of the draws.
  ///
  /// The share of the posterior below the quantile's estimate has about the distribution Beta(S·p + 1, S·(1 −
  /// p) + 1), S the effective sample size; half the distance between the draws at its 16 % and 84 % points is
  /// the error.
  ///
  /// - Parameter p: the probability of the quantile.
  /// - Returns: nil where `effectiveSampleSize(ofQuantile:)` is; 0 where the draws at both points are equal.
  /// - Precondition: 0 ≤ p ≤ 1.
  /// - Reference: Vehtari et al. (2021), doi:10.1214/20-BA1221.
  public func monteCarloError(ofQuantile p: Double) -> Double? {
    monteCarloError(ofQuantile: p, size: effectiveSampleSize(ofQuantile: p))
  }

  /// The same, with the effective sample size of the quantile at hand.
  func monteCarloError(ofQuantile p: Double, size: Double?) -> Double? {
    guard let size else { return nil }
    // A beta variable with shapes a and b is f/(f + b/a), f with an F distribution of 2a and 2b degrees of
    // freedom.
    let (a, b) = (size * p + 1, size * (1 - p) + 1)
    let ratio = FDistribution(numerator: 2 * a, denominator: 2 * b)
    func share(_ z: Double) -> Double {
      let f = ratio.quantile(NormalDistribution().cumulative(z))
      return f / (f + b / a)
    }
    let count = Double(sorted.count)
    let low = max(Int((share(-1) * count).rounded(.down)), 1)
    let high = min(Int((share(1) * count).rounded(.up)), sorted.count)
    return (sorted[high - 1] - sorted[low - 1]) / 2
  }
}
