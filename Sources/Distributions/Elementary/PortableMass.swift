extension Portable {
  /// log of the Poisson probability of k (a whole number ≥ 0) under a mean > 0.
  ///
  /// The saddle-point form keeps the digits that k·log(mean) − mean − log k! would lose to cancellation.
  ///
  /// - Reference: Loader (2000), "Fast and accurate computation of binomial probabilities".
  static func logPoissonMass(_ k: Double, mean: Double) -> Double {
    if k == 0 { return -mean }
    return -deviance(k, expected: mean) - stirlingErrorOfCount(k) - 0.5 * log(2 * Double.pi * k)
  }

  /// log of the binomial probability of k successes in n trials (whole numbers, 0 ≤ k ≤ n), 0 < probability <
  /// 1.
  ///
  /// - Reference: Loader (2000), as above.
  static func logBinomialMass(_ k: Double, size n: Double, probability p: Double) -> Double {
    if k == 0 { return n * log1p(-p) }
    if k == n { return n * log(p) }
    let errors = stirlingErrorOfCount(n) - stirlingErrorOfCount(k) - stirlingErrorOfCount(n - k)
    let deviances = deviance(k, expected: n * p) + deviance(n - k, expected: n * (1 - p))
    return errors - deviances - 0.5 * log(2 * Double.pi * k * ((n - k) / n))
  }

  /// k·log(k/expected) + expected − k ≥ 0, for k > 0.
  private static func deviance(_ k: Double, expected: Double) -> Double {
    k * logDeviance((expected - k) / k, ratio: expected / k, log: log)
  }

  /// Stirling's error of k! for a whole number k ≥ 1.
  private static func stirlingErrorOfCount(_ k: Double) -> Double {
    k < 16 ? ElementaryTables.stirlingErrors[Int(k)] : stirlingSeries(k)
  }
}
