/// Why a Bayesian model cannot be sampled.
public enum BayesianModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A fixed effect's prior under which it cannot be integrated out.
  case fixedPrior(effect: String)
  /// A prior whose numbers cannot be, or that is not the parameter's kind.
  case invalidPrior(parameter: String)
  /// Priors under which no posterior distribution exists.
  case improper(parameter: String, reason: String)
  /// Numbers of priors and parameters differ.
  case wrongPriorCount(what: String, expected: Int, found: Int)

  /// The fault in words.
  public var description: String {
    switch self {
    case .fixedPrior(let effect):
      "the prior of the fixed effect '\(effect)' is one of positive parameters; normal(mean, sd), t(df, location, scale), uniform(lower, upper) or flat would work"
    case .invalidPrior(let parameter):
      "the prior of \(parameter) is none for it: scales must be positive, bounds in order and reach above 0 for standard deviations, inverse_gamma is for standard deviations"
    case .improper(let parameter, let reason):
      "with a flat prior of \(parameter) there is no posterior: \(reason)"
    case .wrongPriorCount(let what, let expected, let found): "\(found) priors for \(expected) \(what)"
    }
  }
}
