import ArgumentParser
import BayesianModels
import Labs
import MixedModels
import ModelFormula
import Specifications
import Tables

/// What `--priors` says: a name, or a file.
struct PriorChoice {
  /// As it was given.
  let text: String
  /// The priors of the name; nil for a file.
  let named: NamedPriors?

  /// - Throws: `ValidationError` for what is neither.
  init(_ text: String) throws {
    self.text = text
    named = NamedPriors(rawValue: text)
    if named == nil, !text.contains("."), !text.contains("/") {
      let names = NamedPriors.allCases.map(\.rawValue)
      let near = NearestNames.close(to: text, among: names).map { " (did you mean '\($0)'?)" } ?? ""
      throw ValidationError(
        "--priors '\(text)' is neither \(names.joined(separator: ", "))\(near) nor a file's name such as priors.yml"
      )
    }
  }

  /// The priors of a model's parameters.
  /// - Throws: what a file's reading and its faults throw.
  func priors(
    of likelihood: BayesianMixedModel.Likelihood, in context: CommandContext
  ) throws -> ModelPriors {
    if let named { return named.priors(of: likelihood) }
    let bytes = try context.read(text)
    let node = try SpecificationNode(yaml: String(decoding: bytes, as: UTF8.self), file: text)
    return try ModelPriors(node, for: likelihood)
  }
}

extension FamilyOptions {
  /// The mixed model of a formula, as the likelihood of a Bayesian one.
  func likelihood(
    _ formula: ModelFormula, _ table: DataTable, roles: ColumnRoles
  ) throws -> BayesianMixedModel.Likelihood {
    do {
      if let family = responseFamily {
        return .generalized(
          try GeneralizedLinearMixedModel(formula, data: table, family: family, link: link, roles: roles))
      }
      if roles.standardErrors != nil {
        return .knownVariances(try LinearMixedModel(knowingVariances: formula, data: table, roles: roles))
      }
      return .linear(try LinearMixedModel(formula, data: table, roles: roles))
    } catch let fault as FitError {
      throw BayesianModelError.unsuitable(fault)
    }
  }
}
