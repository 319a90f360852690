import Estimates
import LinearAlgebra
import MixedModels

extension GeneralizedLinearMixedModelFit {
  /// The fit as one JSON object with lme4's names: every number in full precision, matrices as arrays of rows. `objective` and `minus2_loglik_full` are
  /// −2 log L with all constants for every approximation; `t` holds z statistics; `vcov_rx` is the covariance matrix with θ held.
  public var document: JSONValue {
    let frame = model.frame
    var members: [(String, JSONValue)] = [
      ("formula", .string(model.formulaText)), ("family", .string(family.word)),
      ("link", .string(link.rawValue)), ("nAGQ", .integer(nodeCount)),
      ("determinant", .string(determinant.rawValue)),
      ("weights", frame.roles.weights.map { .string($0) } ?? .null),
      ("offset", frame.roles.offset.map { .string($0) } ?? .null), ("n_obs", .integer(observationCount)),
      ("n_groups", .object(model.factors.map { ($0.name, .integer($0.levels.count)) })),
      ("criterion", .string("ML")), ("objective", .number(criterion)),
      ("minus2_loglik_full", .number(criterion)), ("success", successDocument(frame.successLevels)),
    ]
    members += [
      (
        "fixef",
        .object([
          ("names", .strings(model.fixedEffectNames)), ("values", .numbers(fixedEffects)),
          ("std_error", .numbers(fixedEffectStandardErrors)), ("t", .numbers(statistics)),
          ("p", .numbers(pValues)),
        ])
      ),
      ("vcov", fixedEffectCovariance.json), ("vcov_kind", .string(usesHessian ? "hessian" : "rx")),
      ("vcov_rx", fixedEffectCovarianceRX.json), ("theta", .numbers(theta)),
      ("theta_names", .strings(model.thetaNames)),
      ("dispersion_parameter", family.dispersionParameter.map { .number($0) } ?? .null),
      ("varcorr", varianceDocument), ("ranef", modeDocument), ("coef", coefficientDocument),
    ]
    members += [
      ("logLik", .number(logLikelihood)), ("df", .integer(parameterCount)),
      ("df_residual", .integer(observationCount - parameterCount)), ("AIC", .number(aic)),
      ("BIC", .number(bic)), ("deviance_conditional", .number(conditionalDeviance)),
      ("icc_r2", latentVariance.document), ("overdispersion", overdispersion?.document ?? .null),
      ("singular", .bool(diagnostics.isSingular)),
      (
        "display",
        .object([
          ("AIC", .number(aic)), ("DIC", .number(displayedDIC)), ("deviance", .number(conditionalDeviance)),
        ])
      ),
      ("diagnostics", diagnosticsDocument),
    ]
    return .object(members)
  }

  private var diagnosticsDocument: JSONValue {
    .object([
      ("converged", .bool(diagnostics.converged)), ("evaluations", .integer(diagnostics.evaluationCount)),
      ("boundaries", .strings(diagnostics.boundaries.map { $0.sentence() })),
      ("separation", diagnostics.separation?.document ?? .null),
      ("divergent_variance", .bool(diagnostics.hasDivergentVariance)),
      ("poisson_limit", .bool(diagnostics.isPoissonLimit)),
      ("quadrature", quadratureConvergence?.document ?? .null),
      ("dropped_columns", .strings(diagnostics.droppedColumns)),
      ("omitted_rows", .integer(diagnostics.omittedRows)),
    ])
  }
}

extension LatentVariance {
  /// The parts and shares as one JSON object.
  var document: JSONValue {
    .object([
      ("var_fixed", .number(fixed)), ("var_random", .number(random)), ("var_dispersion", .number(dispersion)),
      ("var_distribution", .number(distribution)), ("var_distribution_form", .string(form.rawValue)),
      ("icc_adjusted", .number(adjustedICC)),
      ("icc_unadjusted", .number(unadjustedICC)), ("r2_marginal", .number(marginalRSquared)),
      ("r2_conditional", .number(conditionalRSquared)),
    ])
  }
}

extension Overdispersion {
  /// The statistic as one JSON object.
  var document: JSONValue {
    .object([
      ("pearson", .number(statistic)), ("df", .integer(degreesOfFreedom)), ("ratio", .number(ratio)),
      ("p", .number(pValue)),
    ])
  }
}

extension QuadratureConvergence {
  /// Nodes and values as one JSON object.
  var document: JSONValue {
    .object([
      ("nodes", .array(nodes.map { .integer($0) })), ("values", .numbers(values)),
      ("reached", .bool(isReached)),
    ])
  }
}
