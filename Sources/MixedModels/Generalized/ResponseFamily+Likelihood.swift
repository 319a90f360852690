import Glibc

extension ResponseFamily {
  /// log density of one observation, all constants included.
  ///
  /// - Parameters:
  ///   - y: the response; for binomial the number of successes.
  ///   - trials: the number of trials (binomial only).
  ///   - mu: the mean; for binomial the probability of a success.
  ///   - complement: 1 − μ to full accuracy (binomial only).
  func logDensity(_ y: Double, trials: Double, mean mu: Double, complement: Double) -> Double {
    func times(_ count: Double, _ logarithm: Double) -> Double { count == 0 ? 0 : count * logarithm }
    switch self {
    case .binomial:
      let choices = trials == 1 ? 0 : logGamma(trials + 1) - logGamma(y + 1) - logGamma(trials - y + 1)
      return choices + times(y, log(mu)) + times(trials - y, log(complement))
    case .poisson: return times(y, log(mu)) - mu - logGamma(y + 1)
    case .negativeBinomial(let theta):
      let choices = logGamma(y + theta) - logGamma(theta) - logGamma(y + 1)
      return choices - theta * log1p(mu / theta) - times(y, log1p(theta / mu))
    case .gamma(let shape):
      let z = shape * y / mu
      return shape * log(z) - z - log(y) - logGamma(shape)
    }
  }
}

/// log Γ(x) for x > 0.
func logGamma(_ x: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// ψ(x), the derivative of log Γ, for x > 0, by its recurrence and the asymptotic series.
func digamma(_ x: Double) -> Double {
  var (shifted, sum) = (x, 0.0)
  while shifted < 12 {
    sum -= 1 / shifted
    shifted += 1
  }
  let s = 1 / (shifted * shifted)
  let high: Double = 1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760)))
  let series: Double = s * (1.0 / 12 - s * (1.0 / 120 - s * high))
  return sum + log(shifted) - 0.5 / shifted - series
}

/// ψ'(x), for x > 0, in the same way.
func trigamma(_ x: Double) -> Double {
  var (shifted, sum) = (x, 0.0)
  while shifted < 12 {
    sum += 1 / (shifted * shifted)
    shifted += 1
  }
  let s = 1 / (shifted * shifted)
  let high: Double = 1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66 - s * (691.0 / 2730)))
  let series: Double = s * (1.0 / 6 - s * (1.0 / 30 - s * high))
  return sum + 1 / shifted + 0.5 * s + series / shifted
}
