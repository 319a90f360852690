import Estimates
import LinearAlgebra
import MixedModels

extension LinearMixedModelFit {
  /// The fit as one JSON object: every number in full precision, matrices as arrays of rows.
  public var document: JSONValue { document() }

  /// The fit as one JSON object, with tests of the fixed effects under the name of their method.
  public func document(tests: FixedEffectTests? = nil) -> JSONValue {
    let model = model
    let errors = fixedEffectStandardErrors
    let deviance = mlDeviance
    let testMembers: [(String, JSONValue)] =
      tests.map { [($0.method.jsonName, $0.document)] } ?? []
    return .object(
      [
        ("formula", .string(model.formulaText)),
        ("weights", model.frame.roles.weights.map { .string($0) } ?? .null),
        ("offset", model.frame.roles.offset.map { .string($0) } ?? .null),
        ("n_obs", .integer(observationCount)),
        ("n_groups", .object(model.factors.map { ($0.name, .integer($0.levels.count)) })),
        ("criterion", .string(method.rawValue)),
        ("objective", .number(criterion)),
        ("objective_mcse", .number(diagnostics.criterionError)),
        (
          "fixef",
          .object([
            ("names", .strings(model.fixedEffectNames)), ("values", .numbers(fixedEffects)),
            ("std_error", .numbers(errors)), ("t", .numbers(zip(fixedEffects, errors).map { $0 / $1 })),
          ])
        ),
        ("vcov", fixedEffectCovariance.json),
        ("theta", .numbers(theta)),
        ("theta_names", .strings(model.thetaNames)),
        ("sigma", .number(sigma)),
        ("varcorr", varianceDocument), ("ranef", modeDocument), ("coef", coefficientDocument),
        ("logLik", .number(logLikelihood)),
        ("df", .integer(parameterCount)),
        ("df_residual", .integer(observationCount - parameterCount)),
        ("AIC", .number(aic)),
        ("BIC", .number(bic)),
        ("deviance", method == .ml ? .number(criterion) : .null),
        ("REML_criterion", method == .reml ? .number(criterion) : .null),
        ("icc_r2", varianceDecomposition.document),
        ("singular", .bool(diagnostics.isSingular)),
        (
          "display",
          .object([
            ("AIC", .number(aic)),
            ("DIC", .number(method == .reml ? 2 * deviance - criterion : deviance)),
            ("deviance", .number(deviance)),
          ])
        ),
        (
          "diagnostics",
          .object([
            ("converged", .bool(diagnostics.converged)),
            ("evaluations", .integer(diagnostics.evaluationCount)),
            ("boundaries", .strings(diagnostics.boundaries.map { $0.sentence() })),
            ("undetermined", .bool(diagnostics.isFlat)),
            ("unbounded", .bool(diagnostics.isUnbounded)),
            ("no_residuals", .bool(diagnostics.hasNoResiduals)),
            ("imprecise", .bool(diagnostics.isImprecise)),
            ("largest_gradient", .number(largestGradient)),
            ("least_curvature", .number(leastCurvature)),
            (
              "re_pca",
              .array(
                principalComponents.map {
                  .object([
                    ("group", .string($0.group)), ("sd", .numbers($0.standardDeviations)),
                    ("proportion", .numbers($0.proportions)),
                  ])
                })
            ),
            ("dropped_columns", .strings(diagnostics.droppedColumns)),
            ("omitted_rows", .integer(diagnostics.omittedRows)),
          ])
        ),
      ] + testMembers)
  }
}

extension DegreesOfFreedomMethod {
  /// The method's name in JSON.
  var jsonName: String {
    switch self {
    case .satterthwaite: "satterthwaite"
    case .kenwardRoger: "kenward_roger"
    }
  }
}

extension VarianceDecomposition {
  /// The parts and shares as one JSON object.
  var document: JSONValue {
    .object([
      ("var_fixed", .number(fixed)), ("var_random", .number(random)), ("var_residual", .number(residual)),
      ("icc_adjusted", .number(adjustedICC)), ("icc_unadjusted", .number(unadjustedICC)),
      ("r2_marginal", .number(marginalRSquared)), ("r2_conditional", .number(conditionalRSquared)),
    ])
  }
}

extension FixedEffectTests {
  /// The tests as one JSON object, a list for each quantity.
  var document: JSONValue {
    let adjusted: [(String, JSONValue)] = method == .kenwardRoger ? [("vcov_adj", covariance.json)] : []
    return .object(
      [
        ("std_error", .numbers(coefficients.map(\.standardError))),
        ("df", .numbers(coefficients.map(\.degreesOfFreedom))),
        ("t", .numbers(coefficients.map(\.statistic))),
        ("p", .numbers(coefficients.map(\.pValue))),
      ] + adjusted)
  }
}

extension LinearModelFit {
  /// The fit as one JSON object; aliased coefficients are null.
  public var document: JSONValue {
    var members: [(String, JSONValue)] = [
      ("formula", .string(formulaText)),
      ("weights", roles.weights.map { .string($0) } ?? .null),
      ("offset", roles.offset.map { .string($0) } ?? .null),
      ("n_obs", .integer(observationCount)),
      ("criterion", .string("OLS")),
      ("objective", .number(-2 * logLikelihood)),
      (
        "fixef",
        .object([
          ("names", .strings(coefficientNames)), ("values", .numbers(coefficients)),
          ("std_error", .numbers(standardErrors)), ("t", .numbers(statistics)), ("p", .numbers(pValues)),
        ])
      ),
      ("vcov", covariance.json),
      ("sigma", .number(sigma)),
      ("df_residual", .integer(residualDegreesOfFreedom)),
      ("r_squared", .number(rSquared)),
      ("adj_r_squared", .number(adjustedRSquared)),
    ]
    if let f = fStatistic {
      members.append(
        (
          "fstatistic",
          .object([
            ("value", .number(f.value)), ("numdf", .integer(f.numerator)), ("dendf", .integer(f.denominator)),
            ("p", .number(f.pValue)),
          ])
        ))
    }
    members += [
      ("logLik", .number(logLikelihood)),
      ("df", .integer(rank + 1)),
      ("AIC", .number(aic)),
      ("BIC", .number(bic)),
      ("deviance", .number(deviance)),
      (
        "diagnostics",
        .object([
          ("aliased", .strings(zip(coefficientNames, coefficients).filter { $0.1.isNaN }.map(\.0))),
          ("omitted_rows", .integer(omittedCount)),
        ])
      ),
    ]
    return .object(members)
  }
}

extension Matrix {
  /// The matrix as an array of rows.
  var json: JSONValue { .array((0..<rows).map { .numbers(row($0)) }) }
}
