import MixedModels

/// Why a Bayesian model cannot be sampled.
public enum BayesianModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A fixed effect's prior under which it cannot be integrated out.
  case fixedPrior(effect: String)
  /// A prior whose numbers cannot be, or that is not the parameter's kind.
  case invalidPrior(parameter: String)
  /// An inverse gamma prior of something that is no standard deviation.
  case notOfVariance(parameter: String)
  /// Priors under which no posterior distribution exists.
  case improper(parameter: String, prior: Prior = .flat, reason: String)
  /// A flat prior, from which nothing can be drawn.
  case nothingDrawn(parameter: String)
  /// Numbers of priors and parameters differ.
  case wrongPriorCount(what: String, expected: Int, found: Int)
  /// Crossed factors of so many levels that no exact factorization is sensible.
  case tooManyLevels
  /// Effects and predictors fit every row, and the prior of σ does not keep it away from 0.
  case noResiduals(response: String)
  /// Effects and predictors fit the logarithm of every response of a Gamma model, and the prior of its shape does not fall fast enough.
  case exactGamma(response: String)
  /// Data without the model's likelihood.
  case unsuitable(FitError)

  /// The fault in words.
  public var description: String {
    switch self {
    case .fixedPrior(let effect):
      "the prior of the fixed effect '\(effect)' is one of positive parameters; normal(mean, sd), t(df, location, scale), uniform(lower, upper) or flat would work"
    case .invalidPrior(let parameter):
      "the prior of \(parameter) leaves it no values: scales must be positive, and bounds in order and above 0"
    case .notOfVariance(let parameter):
      "inverse_gamma is a prior of variances, and \(parameter) is none; half_cauchy(scale), exponential(rate) or uniform(lower, upper) would work"
    case .improper(let parameter, let prior, let reason):
      "with \(prior == .flat ? "a flat prior" : "the prior \(prior)") of \(parameter) there is no posterior: \(reason)"
    case .nothingDrawn(let parameter):
      "nothing can be drawn from the flat prior of \(parameter); a distribution such as normal(0, 100) would work"
    case .wrongPriorCount(let what, let expected, let found): "\(found) priors for \(expected) \(what)"
    case .tooManyLevels:
      "the grouping factors have so many levels that their effects cannot be integrated out exactly in sensible time, which every step of the sampler would need; take out a factor or an effect, merge levels, or draw from a part of the data; mlm fit works on all of them"
    case .noResiduals(let response):
      "the effects of all levels and the predictors fit every row of '\(response)', so the posterior density rises without end as sigma goes to 0; fewer effects would work, data that are not rounded or computed, or a prior that keeps sigma away from 0, e.g. uniform(0.1, 10)"
    case .exactGamma(let response):
      "the effects of all levels and the predictors fit every row of '\(response)' to five digits or more (a constant response is so fitted), so the likelihood rises as the shape grows, without end or beyond 1e10; data that are not rounded or computed would work, fewer effects, or a prior of the shape that falls fast or ends, e.g. exponential(0.1) or uniform(0, 1000)"
    case .unsuitable(let fault): BayesianModelError.words(of: fault)
    }
  }

  /// What a fault of the data means where there are priors.
  private static func words(of fault: FitError) -> String {
    switch fault {
    case .oneGroup(let factor, let level):
      "grouping factor '\(factor)' has one level only ('\(level)'), and one level says nothing about a standard deviation between levels: what would be drawn is its prior; data with two levels or more would work, or least squares (mlm fit, a formula without a bar)"
    case .notIdentified(let factor, let groups, let effects, let rows, _):
      "\(rows) rows in \(groups) levels of '\(factor)' cannot tell \(effects) random effect\(effects == 1 ? "" : "s") a level from residual noise: priors alone would divide the variance between them; use fewer random effects, or data with more rows a level"
    case .noResidualVariation(let response):
      "within groups '\(response)' is fitted without any residual: the data put sigma at 0, where the posterior density rises without end under most priors, and no model without residuals is sampled under the others; check for a constant response, or one computed from the predictors or the groups"
    default: fault.description
    }
  }
}
