import Estimates
import MixedModels

/// What the JSON of linear and generalized mixed models has in common.
extension MixedModelFit {
  /// Standard deviations, correlations and covariances, one object a term.
  var varianceDocument: JSONValue {
    .array(
      varianceComponents.map {
        .object([
          ("group", .string($0.label)), ("terms", .strings($0.names)),
          ("sd", .numbers($0.standardDeviations)),
          ("corr", $0.correlations.json), ("cov", $0.covariance.json),
        ])
      })
  }

  /// Conditional modes with their conditional standard deviations, one object a factor.
  var modeDocument: JSONValue {
    .array(
      randomEffects.map {
        .object([
          ("group", .string($0.factor.name)), ("levels", .strings($0.factor.levels)),
          ("terms", .strings($0.factor.effectNames)), ("values", $0.modes.json),
          ("cond_sd", $0.conditionalStandardDeviations.json),
        ])
      })
  }

  /// Coefficients of the levels with their standard errors, one object a factor.
  var coefficientDocument: JSONValue {
    .array(
      randomEffects.map {
        .object([
          ("group", .string($0.factor.name)), ("levels", .strings($0.factor.levels)),
          ("terms", .strings($0.coefficientNames)), ("values", $0.coefficients.json),
          ("std_error", $0.coefficientErrors.json),
        ])
      })
  }
}
