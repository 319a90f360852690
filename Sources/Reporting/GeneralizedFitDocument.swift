import Estimates
import LinearAlgebra
import MixedModels
import ModelFormula

extension GeneralizedLinearModelFit {
  /// The fit as one JSON object; aliased coefficients are null. `t` holds z statistics unless the family is
  /// Gamma; `dispersion` is φ, `dispersion_parameter` θ of the negative binomial or the shape of the Gamma
  /// distribution by maximum likelihood.
  public var document: JSONValue {
    var members: [(String, JSONValue)] = [
      ("formula", .string(formulaText)), ("family", .string(family.word)), ("link", .string(link.rawValue)),
      ("weights", roles.weights.map { .string($0) } ?? .null),
      ("offset", roles.offset.map { .string($0) } ?? .null),
      ("n_obs", .integer(observationCount)), ("criterion", .string("ML")),
      ("objective", .number(-2 * maximumLogLikelihood)), ("success", successDocument(successLevels)),
    ]
    members += [
      (
        "fixef",
        .object([
          ("names", .strings(coefficientNames)), ("values", .numbers(coefficients)),
          ("std_error", .numbers(standardErrors)), ("t", .numbers(statistics)), ("p", .numbers(pValues)),
        ])
      ),
      ("vcov", covariance.json), ("dispersion", .number(dispersion)),
      ("dispersion_parameter", family.dispersionParameter.map { .number($0) } ?? .null),
      ("dispersion_parameter_se", .number(thetaStandardError)),
    ]
    members += [
      ("deviance", .number(deviance)), ("null_deviance", .number(nullDeviance)),
      ("df_residual", .integer(residualDegreesOfFreedom)), ("df_null", .integer(nullDegreesOfFreedom)),
      ("logLik", .number(logLikelihood)), ("df", .integer(parameterCount)), ("AIC", .number(aic)),
      ("BIC", .number(bic)), ("diagnostics", diagnostics),
    ]
    return .object(members)
  }

  private var diagnostics: JSONValue {
    .object([
      ("converged", .bool(converged)), ("iterations", .integer(iterationCount)),
      ("separation", separation?.document ?? .null), ("poisson_limit", .bool(isPoissonLimit)),
      ("aliased", .strings(zip(coefficientNames, coefficients).filter { $0.1.isNaN }.map(\.0))),
      ("omitted_rows", .integer(omittedCount)),
    ])
  }
}

/// Which level is failure and which success; null where the response has no levels.
func successDocument(_ levels: SuccessLevels?) -> JSONValue {
  guard let levels else { return .null }
  return .object([("failure", .string(levels.failure)), ("success", .string(levels.success))])
}

extension Separation {
  /// Which columns separate how many rows, and where their coefficients run to.
  var document: JSONValue {
    .object([
      ("complete", .bool(isComplete)), ("rows", .integer(rowCount)),
      (
        "causes",
        .array(
          causes.map {
            .object([
              ("columns", .strings($0.columns)),
              ("limits", .strings($0.signs.map { $0 < 0 ? "-Inf" : "Inf" })),
              ("rows", .integer($0.rowCount)),
            ])
          })
      ),
    ])
  }
}

extension GroupwiseGeneralizedModels {
  /// All fits as one JSON object, as for linear models.
  public var document: JSONValue { document(of: \.document) }
}
