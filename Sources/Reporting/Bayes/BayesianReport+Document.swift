import BayesianModels
import Estimates
import MixedModels

extension BayesianReport {
  /// As JSON: the model, its priors, how the draws were made, the verdict, and one object a quantity.
  /// - Parameter further: members that follow.
  public func document(with further: [(String, JSONValue)] = []) -> JSONValue {
    let (model, priors) = (fit.model.model, fit.model.priors)
    func texts(_ names: [String], _ priors: [Prior]) -> JSONValue {
      .object(zip(names, priors).map { ($0, .string($1.description)) })
    }
    let labels = model.terms.flatMap { term in term.names.map { "\(term.label).\($0)" } }
    let quantities = estimates.rows.map { row -> JSONValue in
      .object(
        [("address", .string(row.address.description))] + row.quantities.map { ($0.name, .number($0.value)) })
    }
    let knownErrors: JSONValue = model.frame.roles.standardErrors.map { .string($0) } ?? .null
    let verdictName =
      switch verdict {
      case .enough: fit.divergenceCount > 0 ? "look_here" : "enough"
      case .runLonger: "run_longer"
      case .lookHere: "look_here"
      case .undefined: "undefined"
      }
    return .object(
      [
        ("formula", .string(model.formula.text)), ("n_obs", .integer(model.frame.response.count)),
        ("known_se", knownErrors),
        ("n_groups", .object(model.factors.map { ($0.name, .integer($0.levels.count)) })),
        (
          "priors",
          .object([
            ("name", .string(priorsName)), ("fixed", texts(model.fixedEffectNames, priors.fixedEffects)),
            ("sd", texts(labels, priors.deviations)),
            ("sigma", priors.sigma.map { .string($0.description) } ?? .null),
            ("dispersion", priors.dispersion.map { .string($0.description) } ?? .null),
            (
              "lkj",
              .object(zip(model.terms, priors.correlationShapes).map { ($0.label, .number($1)) })
            ),
          ])
        ),
        (
          "sampling",
          .object([
            ("chains", .integer(fit.chainCount)), ("draws", .integer(fit.drawCount)),
            ("warmup", .integer(fit.plan.warmup)), ("seed", .string("\(fit.plan.seed)")),
            ("target_acceptance", .number(fit.plan.targetAcceptance)),
            ("divergences", .integer(fit.divergenceCount)),
            (
              "ebfmi", .array(fit.chains.chains.map { .number($0.energyFractionOfMissingInformation) })
            ),
            ("step_size", .array(fit.chains.chains.map { .number($0.warmup.stepSize) })),
          ])
        ),
        ("verdict", .string(verdictName)), ("verdict_text", .string(sentence())),
        ("notes", .array(notes().map { .string($0) })), ("level", .number(level)),
        ("quantities", .array(quantities)),
      ] + further)
  }
}
