import Glibc

/// A response with its distribution: variances, residuals and deviances of rows given their linear predictors.
struct ObservedResponse: Sendable {
  /// Shares of successes, counts or positive numbers.
  let response: [Double]
  /// m: numbers of trials times prior weights.
  let weights: [Double]
  let family: ResponseFamily
  let link: LinkFunction

  /// V(μ), small values to full accuracy.
  func variance(_ eta: Double) -> Double {
    let mu = link.mean(predictor: eta)
    if case .binomial = family { return mu * link.complement(predictor: eta) }
    return family.variance(mean: mu)
  }

  /// y − μ, without cancellation near the ends of binomial responses.
  func responseResidual(_ i: Int, _ eta: Double) -> Double {
    let mu = link.mean(predictor: eta)
    guard case .binomial = family else { return response[i] - mu }
    return response[i] * link.complement(predictor: eta) - (1 - response[i]) * mu
  }

  /// The squared deviance residual of a row.
  func unitDeviance(_ i: Int, _ eta: Double) -> Double {
    let mu = link.mean(predictor: eta)
    guard case .binomial = family else {
      return max(0, family.unitDeviance(response[i], mean: mu, weight: weights[i]))
    }
    let (y, k) = (response[i], 1 - response[i])
    let successes = y == 0 ? 0 : y * log(y / mu)
    let failures = k == 0 ? 0 : k * log(k / link.complement(predictor: eta))
    return max(0, 2 * weights[i] * (successes + failures))
  }

  /// For each row −1 at the lower end of the response's range, +1 at the upper, 0 inside.
  var ends: [Int8] {
    switch family {
    case .binomial: response.map { $0 == 0 ? -1 : $0 == 1 ? 1 : 0 }
    case .poisson, .negativeBinomial: response.map { $0 == 0 ? -1 : 0 }
    case .gamma: [Int8](repeating: 0, count: response.count)
    }
  }
}
