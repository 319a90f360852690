import Glibc

extension FisherScoring {
  /// −d²ℓ/dη² of a row, the observed weight, whose mean is the expected weight of Fisher's scoring.
  ///
  /// With it steps are Newton's, which end quadratically where Fisher's are slow or run to and fro, as with
  /// counts far above their means in a negative binomial model. It is positive but for the Cauchy link, whose
  /// ℓ is not concave in η.
  func observedWeight(_ i: Int, _ eta: Double) -> Double {
    let (y, m) = (response[i], weights[i])
    let mu = link.mean(predictor: eta)
    switch family {
    case .binomial:
      let (f, slope) = (link.meanDerivative(predictor: eta), link.meanSecondDerivative(predictor: eta))
      let complement = link.complement(predictor: eta)
      let (low, high) = (f / mu, f / complement)
      let successes = y == 0 ? 0 : y * (low * low - slope / mu)
      let failures = y == 1 ? 0 : (1 - y) * (high * high + slope / complement)
      return m * (successes + failures)
    case .poisson: return m * mu
    case .negativeBinomial(let theta):
      let sum = mu + theta
      return m * mu * theta / sum * ((y + theta) / sum)
    case .gamma: return m * y / mu
    }
  }
}

extension LinkFunction {
  /// d²μ/dη².
  func meanSecondDerivative(predictor eta: Double) -> Double {
    let f = meanDerivative(predictor: eta)
    switch self {
    case .logit: return -f * tanh(eta / 2)
    case .probit: return -eta * f
    // f·(1 − e^η).
    case .cloglog: return f == 0 ? 0 : f * (1 - exp(eta))
    case .cauchit: return -2 * .pi * eta * f * f
    case .log: return f
    }
  }
}
