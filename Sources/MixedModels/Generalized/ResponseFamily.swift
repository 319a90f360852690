import Glibc

/// The distribution of a response given its mean μ.
///
/// | family | response | variance of one observation |
/// | --- | --- | --- |
/// | binomial | y successes of m trials, μ their probability | m·μ(1 − μ) |
/// | Poisson | a count | μ |
/// | negative binomial | a count | μ + μ²/θ |
/// | Gamma | a positive number | μ²/shape |
///
/// - Reference: McCullagh & Nelder (1989), *Generalized Linear Models*, 2nd ed.; negative binomial: Venables & Ripley (2002),
///   *Modern Applied Statistics with S*, section 7.4.
public enum ResponseFamily: Sendable, Hashable {
  /// Counts of successes among known numbers of trials.
  case binomial
  /// Counts without an upper limit.
  case poisson
  /// Counts that vary more than Poisson's; θ > 0, and Poisson's distribution in the limit θ → ∞.
  case negativeBinomial(theta: Double)
  /// Positive numbers with a constant coefficient of variation 1/√shape.
  case gamma(shape: Double)

  /// The name in R, e.g. `binomial`, `Negative Binomial(2.5)`, `Gamma`.
  public var name: String {
    switch self {
    case .binomial: "binomial"
    case .poisson: "poisson"
    case .negativeBinomial(let theta): "Negative Binomial(\(theta))"
    case .gamma: "Gamma"
    }
  }

  /// The links that can be used with it, R's default first but for Gamma, whose inverse link is not offered.
  public var allowedLinks: [LinkFunction] {
    switch self {
    case .binomial: [.logit, .probit, .cloglog, .cauchit]
    case .poisson, .negativeBinomial, .gamma: [.log]
    }
  }

  /// The link used unless told.
  public var defaultLink: LinkFunction { allowedLinks[0] }

  /// Whether observed and expected information agree: the link makes η the natural parameter.
  public func isCanonical(_ link: LinkFunction) -> Bool {
    switch self {
    case .binomial: link == .logit
    case .poisson: link == .log
    case .negativeBinomial, .gamma: false
    }
  }

  /// Whether the variance has a parameter beside the mean that is usually estimated (θ, shape).
  public var hasDispersion: Bool {
    switch self {
    case .binomial, .poisson: false
    case .negativeBinomial, .gamma: true
    }
  }

  /// θ of the negative binomial or the shape of the Gamma distribution; nil for the others.
  public var dispersionParameter: Double? {
    switch self {
    case .binomial, .poisson: nil
    case .negativeBinomial(let theta): theta
    case .gamma(let shape): shape
    }
  }

  /// The same family with another θ or shape; families without one as they are.
  public func with(dispersionParameter value: Double) -> ResponseFamily {
    switch self {
    case .binomial, .poisson: self
    case .negativeBinomial: .negativeBinomial(theta: value)
    case .gamma: .gamma(shape: value)
    }
  }

  /// R's variance function V(μ): the variance of one trial or observation, for Gamma without its 1/shape.
  public func variance(mean mu: Double) -> Double {
    switch self {
    case .binomial: mu * (1 - mu)
    case .poisson: mu
    case .negativeBinomial(let theta): mu + mu * mu / theta
    case .gamma: mu * mu
    }
  }

  /// R's squared deviance residual of an observation, twice the log-likelihood lost against the saturated model (for Gamma times 1/shape).
  ///
  /// - Parameters:
  ///   - y: the response; for binomial the share of successes.
  ///   - mu: its mean; for binomial the probability.
  ///   - weight: the prior weight; for binomial the number of trials.
  public func unitDeviance(_ y: Double, mean mu: Double, weight: Double = 1) -> Double {
    func yLog(_ y: Double, _ ratio: Double) -> Double { y == 0 ? 0 : y * Glibc.log(ratio) }
    switch self {
    case .binomial:
      return 2 * weight * (yLog(y, y / mu) + yLog(1 - y, (1 - y) / (1 - mu)))
    case .poisson:
      return 2 * weight * (yLog(y, y / mu) - (y - mu))
    case .negativeBinomial(let theta):
      let rest: Double = (y + theta) * Glibc.log((y + theta) / (mu + theta))
      return 2 * weight * (yLog(y, y / mu) - rest)
    case .gamma:
      return -2 * weight * (Glibc.log(y / mu) - (y - mu) / mu)
    }
  }

  /// Whether a number can be a response: of the family's range, successes not above trials, counts up to rounding whole.
  /// - Parameters:
  ///   - y: successes, a count, or a positive number.
  ///   - trials: the number of trials (binomial only).
  public func admits(_ y: Double, trials: Double = 1) -> Bool {
    switch self {
    case .binomial: y >= 0 && y <= trials && trials.isFinite
    case .poisson, .negativeBinomial: y >= 0 && y.isFinite && abs(y - y.rounded()) <= 1e-7 * max(1, y)
    case .gamma: y > 0 && y.isFinite
    }
  }
}
