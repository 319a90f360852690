extension ChainDraws {
  /// How many independent draws the middle of the distribution is worth: the effective sample size of the
  /// mean of normal scores.
  ///
  /// Defined for any distribution, as its ranks are. At least 100 for each chain is wanted.
  ///
  /// - Returns: independent draws, at most N·log₁₀N of N draws; nil where a half chain has fewer than three
  ///   draws, the draws are all equal or not finite.
  public func bulkEffectiveSampleSize() -> Double? {
    varies ? effectiveSampleSize(of: normalScores()) : nil
  }

  /// How many independent draws the tails are worth: the smaller of the effective sample sizes of the 5 % and
  /// the 95 % quantile.
  ///
  /// - Returns: as `bulkEffectiveSampleSize`; also nil where a twentieth of the draws are equal to the
  ///   largest.
  public func tailEffectiveSampleSize() -> Double? {
    guard let lower = effectiveSampleSize(ofQuantile: 0.05) else { return nil }
    return effectiveSampleSize(ofQuantile: 0.95).map { min(lower, $0) }
  }

  /// How many independent draws would estimate the mean as well.
  /// - Returns: as `bulkEffectiveSampleSize`.
  public func effectiveSampleSizeOfMean() -> Double? {
    varies ? effectiveSampleSize(of: split) : nil
  }

  /// How many independent draws would estimate the standard deviation as well: that of the mean of |draw −
  /// mean|.
  /// - Returns: as `bulkEffectiveSampleSize`; also nil where all draws are equally far from the mean.
  public func effectiveSampleSizeOfStandardDeviation() -> Double? {
    guard varies else { return nil }
    let centre = mean
    return effectiveSampleSize(of: split.map { abs($0 - centre) })
  }

  /// How many independent draws would estimate the median as well.
  /// - Returns: as `effectiveSampleSize(ofQuantile:)`.
  public func effectiveSampleSizeOfMedian() -> Double? { effectiveSampleSize(ofQuantile: 0.5) }

  /// How many independent draws would estimate a quantile as well: that of the share of draws up to the
  /// quantile.
  ///
  /// - Parameter p: the probability of the quantile.
  /// - Returns: as `bulkEffectiveSampleSize`; also nil where no draw is above the quantile.
  /// - Precondition: 0 ≤ p ≤ 1.
  public func effectiveSampleSize(ofQuantile p: Double) -> Double? {
    guard varies, let limit = quantile(p) else { return nil }
    return effectiveSampleSize(of: split.map { $0 <= limit ? 1 : 0 })
  }

  /// The effective sample size of the mean of numbers that lie as `split` does.
  func effectiveSampleSize(of numbers: [Double]) -> Double? {
    let n = layout.halfCount
    guard n > 2, let numbers = Self.withinRange(numbers) else { return nil }
    let between = ChainMoments(numbers.span, drawCount: n).betweenMeans
    var transform = layout.transform
    while true {
      let result = GeyerSequence.result(
        covariances: Autocovariances.averaged(numbers.span, drawCount: n, by: transform), drawCount: n,
        betweenMeans: between, chainCount: 2 * layout.chainCount)
      if case .autocorrelationTime(let time) = result { return Double(numbers.count) / time }
      transform = FourierTransform(atLeast: 2 * n)
    }
  }

  /// Numbers whose fourth powers a double holds: the given ones or, where they spread less than 10⁻⁶⁰ or more
  /// than 10⁶⁰, these in units of their spread. Nil where all are equal.
  static func withinRange(_ numbers: [Double]) -> [Double]? {
    guard var low = numbers.first else { return nil }
    var high = low
    for number in numbers {
      low = min(low, number)
      high = max(high, number)
    }
    if low == high { return nil }
    let size = max(abs(low), abs(high))
    if size < 1e60 && high - low > 1e-60 { return numbers }
    // Halves, as the whole spread may be no number.
    let spread = high / 2 - low / 2
    let start = numbers[0] / spread
    return numbers.map { $0 / spread - start }
  }
}
