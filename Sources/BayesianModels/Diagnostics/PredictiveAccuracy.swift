import Glibc

/// The expected log predictive density of new data, elpd, as the sum of a value for each observation.
public protocol PredictiveAccuracy: Sendable {
  /// Each observation's share of elpd, on the scale of log-likelihoods.
  var pointwiseElpd: [Double] { get }
  /// Each observation's share of the effective number of parameters: log predictive density with the
  /// observation less that without it.
  var pointwiseParameters: [Double] { get }
}

extension PredictiveAccuracy {
  /// elpd: larger predicts better.
  public var elpd: Double { pointwiseElpd.reduce(0, +) }
  /// The standard error of elpd: √n times the standard deviation of its shares; NaN for one observation.
  public var elpdStandardError: Double { standardErrorOfSum(pointwiseElpd) }
  /// The effective number of parameters.
  public var effectiveParameters: Double { pointwiseParameters.reduce(0, +) }
  /// The standard error of the effective number of parameters; NaN for one observation.
  public var effectiveParametersStandardError: Double { standardErrorOfSum(pointwiseParameters) }
  /// −2 elpd, the information criterion (looic, WAIC) on the scale of deviances: smaller predicts better.
  public var informationCriterion: Double { -2 * elpd }
  /// The standard error of the information criterion; NaN for one observation.
  public var informationCriterionStandardError: Double { 2 * elpdStandardError }
}

/// √n times the standard deviation of n values (denominator n − 1): the standard error of the sum of
/// independent ones.
func standardErrorOfSum(_ values: [Double]) -> Double {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (n * sum / (n - 1)).squareRoot()
}
