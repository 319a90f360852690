import Distributions
import Glibc

/// A link g between the mean μ of a response and the linear predictor, g(μ) = η; raw values are R's names.
///
/// For binomial responses μ is a probability; for the others it is the mean itself.
///
/// - Reference: McCullagh & Nelder (1989), *Generalized Linear Models*, 2nd ed., chapters 2 and 4.
public enum LinkFunction: String, Sendable, Hashable, CaseIterable {
  /// log μ/(1 − μ).
  case logit
  /// Φ⁻¹(μ).
  case probit
  /// The complementary log–log, log(−log(1 − μ)).
  case cloglog
  /// The quantile of the Cauchy distribution, tan(π(μ − ½)).
  case cauchit
  /// log μ.
  case log

  /// η = g(μ); ±∞ at the ends of the range of μ, NaN outside.
  public func predictor(mean mu: Double) -> Double {
    switch self {
    case .logit: Glibc.log(mu) - log1p(-mu)
    case .probit: NormalDistribution().quantile(mu)
    case .cloglog: Glibc.log(-log1p(-mu))
    case .cauchit:
      // Near 0 and 1 the tangent of the small angle's complement keeps the digits.
      mu < 0.25 ? -1 / tan(.pi * mu) : mu > 0.75 ? 1 / tan(.pi * (1 - mu)) : tan(.pi * (mu - 0.5))
    case .log: Glibc.log(mu)
    }
  }

  /// μ = g⁻¹(η), small means to full relative accuracy.
  public func mean(predictor eta: Double) -> Double {
    switch self {
    case .logit:
      let e = exp(-abs(eta))
      return eta < 0 ? e / (1 + e) : 1 / (1 + e)
    case .probit: return NormalDistribution().cumulative(eta)
    case .cloglog: return -expm1(-exp(eta))
    case .cauchit: return eta < -1 ? -atan(1 / eta) / .pi : 0.5 + atan(eta) / .pi
    case .log: return exp(eta)
    }
  }

  /// 1 − g⁻¹(η), the probability of a failure, to full relative accuracy where it is small; of no use for the log.
  public func complement(predictor eta: Double) -> Double {
    switch self {
    case .logit, .probit, .cauchit: mean(predictor: -eta)
    case .cloglog: exp(-exp(eta))
    case .log: 1 - exp(eta)
    }
  }

  /// dμ/dη.
  public func meanDerivative(predictor eta: Double) -> Double {
    switch self {
    case .logit:
      let e = exp(-abs(eta))
      return e / ((1 + e) * (1 + e))
    case .probit: return NormalDistribution().density(eta)
    case .cloglog:
      let z = exp(eta)
      return z < .infinity ? z * exp(-z) : 0
    case .cauchit: return 1 / (.pi * (1 + eta * eta))
    case .log: return exp(eta)
    }
  }
}
