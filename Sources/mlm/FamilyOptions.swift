import ArgumentParser
import MixedModels
import ModelFormula

/// The distribution of the response and its link, of generalized models.
struct FamilyOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Family of the response: binomial, poisson, negative-binomial or gamma; a linear model without it.",
      valueName: "FAMILY"))
  var family: FamilyName?

  @Option(
    name: .long,
    help: "Link of a binomial family: logit (default), probit, cloglog or cauchit; log for the others.")
  var link: LinkFunction?

  /// The family asked for; nil for a linear model.
  var responseFamily: ResponseFamily? { family?.family }

  func validate() throws {
    if let link {
      guard let family = responseFamily else {
        throw ValidationError("--link \(link.rawValue) belongs to a family, e.g. --family binomial")
      }
      guard family.allowedLinks.contains(link) else {
        throw ValidationError(
          "\(GeneralizedFitError.link(link, family: family.word, allowed: family.allowedLinks))")
      }
    }
  }

  /// Refuses a family where the command has no model for it.
  /// - Parameter isOffered: whether the command fits generalized linear models.
  /// - Throws: `OptionError`.
  func check(_ formula: ModelFormula, isOffered: Bool) throws(OptionError) {
    guard family != nil else { return }
    if !formula.randomTerms.isEmpty { throw .familyWithBar }
    if !isOffered { throw .familyNotOffered }
  }
}

/// The families by the names of the command line; R's own names are taken too.
enum FamilyName: String, ExpressibleByArgument, CaseIterable {
  case binomial, poisson
  case negativeBinomial = "negative-binomial"
  case gamma

  init?(argument: String) {
    switch argument.lowercased() {
    case "nb", "nbinom", "negbin", "negative binomial": self = .negativeBinomial
    case let name: self.init(rawValue: name)
    }
  }

  /// The family, its parameter at a start.
  var family: ResponseFamily {
    switch self {
    case .binomial: .binomial
    case .poisson: .poisson
    case .negativeBinomial: .negativeBinomial(theta: 1)
    case .gamma: .gamma(shape: 1)
    }
  }
}

extension LinkFunction: ExpressibleByArgument {}
extension PredictionScale: ExpressibleByArgument {}
