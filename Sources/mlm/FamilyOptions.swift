import ArgumentParser
import MixedModels
import ModelFormula
import Tables

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

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Nodes of adaptive Gauss-Hermite quadrature for each random effect of one grouping factor, or auto: doubled until -2 log L stands; 1, Laplace's approximation, without it; 0 as lme4's nAGQ = 0.",
      valueName: "K|auto"))
  var agq: QuadratureNodes?

  @Option(
    name: .long,
    help:
      "Weights in the determinant of Laplace's approximation: expected (default, as lme4) or observed (as TMB); they differ for links that are not canonical."
  )
  var laplace: DeterminantWeights?

  /// How random effects are integrated out.
  var approximation: LikelihoodApproximation { agq?.approximation ?? .laplace }

  /// Whether any option differs from its default.
  var isGiven: Bool { family != nil || link != nil || agq != nil || laplace != nil }

  /// Options that say how a likelihood is maximized, of no meaning for a posterior, and whether they are given.
  var ofLikelihoods: [(option: String, isGiven: Bool)] {
    [("--agq", agq != nil), ("--laplace", laplace != nil)]
  }

  /// The family asked for; nil for a linear model.
  var responseFamily: ResponseFamily? { family?.family }

  /// The distribution asked for; nil for linear models.
  var specification: GeneralizedSpecification? {
    responseFamily.map {
      GeneralizedSpecification(
        $0, link: link, approximation: approximation, determinant: laplace ?? .expected)
    }
  }

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

  /// Refuses options where the command has no model for them.
  /// - Parameter offer: the generalized models that the command fits.
  /// - Throws: `OptionError`.
  func check(_ formula: ModelFormula, offer: FamilyOffer) throws(OptionError) {
    let isMixed = !formula.randomTerms.isEmpty
    for (option, isGiven) in [("--agq", agq != nil), ("--laplace", laplace != nil)] where isGiven {
      if family == nil { throw .needsFamily(option) }
      if !isMixed { throw .needsBar(option) }
    }
    guard family != nil else { return }
    switch offer {
    case .all: break
    case .mixed where isMixed: break
    case .mixed: throw .needsBar("--family with this command")
    case .none: throw .familyNotOffered
    }
  }

  /// The fit of a generalized mixed model.
  func mixedFit(
    _ formula: ModelFormula, _ table: DataTable, _ family: ResponseFamily, roles: ColumnRoles
  ) throws -> GeneralizedLinearMixedModelFit {
    try GeneralizedLinearMixedModel(formula, data: table, family: family, link: link, roles: roles)
      .fit(approximation, determinant: laplace ?? .expected)
  }
}

/// The generalized models that a command fits.
enum FamilyOffer {
  /// With and without bars.
  case all
  /// With bars.
  case mixed
  case none
}

/// What `--agq` says.
struct QuadratureNodes: ExpressibleByArgument {
  let approximation: LikelihoodApproximation

  init?(argument: String) {
    if argument == "auto" {
      approximation = .automatic
    } else if let nodes = Int(argument), nodes >= 0 {
      approximation = LikelihoodApproximation(nodes: nodes)
    } else {
      return nil
    }
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
extension DeterminantWeights: ExpressibleByArgument {}
extension PredictionScale: ExpressibleByArgument {}
