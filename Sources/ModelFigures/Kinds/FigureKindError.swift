import MixedModels
import Tables

/// Why a model does not give a figure of a kind.
public enum FigureKindError: Error, Equatable, Sendable, CustomStringConvertible {
  case otherStructure(kind: String, suits: String)
  case needsGroups(kind: String)
  case needsOnePredictor(found: [String])
  case needsFamily(kind: String)
  case linearOnly(kind: String, instead: String)
  case noCompletePooling
  case nothingToDodge(predictor: String)
  case noCoefficients
  case noFactor(String, available: [String])
  case noLevel(String, factor: String, available: [String])
  case noSpreads
  case otherModel(ModelFigureError)
  case noProfile(FitError)
  case noDial(FitError)
  case noBootstrap(FitError)
  case noEffect(String)
  case noParameter(String, available: [String])
  case tooFewParameters(available: [String])
  case tooManyParameters(Int, most: Int, available: [String])
  case unpairedCorrelations(String, String)
  case tooManyPanels(Int, most: Int, available: [String])
  case needsPosterior(kind: String)
  case noDraws(kind: String)
  case needsChains
  /// A trace of one draw.
  case needsDraws
  case noReplicates(isBinomial: Bool)
  case noConditionalEffects
  case notFitted(String)

  /// More levels than these are not all listed.
  private static let mostListed = 10

  /// The fault in words.
  public var description: String {
    switch self {
    case .otherStructure(let kind, let suits):
      "figure '\(kind)' does not show what this formula varies; '\(suits)' does"
    case .needsGroups(let kind):
      "figure '\(kind)' needs a grouping factor; give the formula a random-effects term, e.g. (1 + x | group)"
    case .needsFamily(let kind):
      "figure '\(kind)' shows generalized models on the scale of the response; add a family, e.g. --family binomial"
    case .linearOnly(let kind, let instead):
      "figure '\(kind)' is for linear models; with a family \(instead)"
    case .noCompletePooling:
      "complete pooling has no line here: the fixed part of the formula, which it fits, has no column that the data determine"
    case .nothingToDodge(let predictor):
      "points cannot be set side by side: all values of '\(predictor)' are equal"
    case .otherModel(let error): error.description
    case .noProfile(let error), .noDial(let error), .noBootstrap(let error): error.description
    case .noEffect(let reason): reason
    case .noParameter(let name, let available):
      "the model has no parameter '\(name)'; it has \(available.joined(separator: ", "))"
    case .tooFewParameters(let available):
      "a pair takes two parameters; choose two or more of \(available.joined(separator: ", "))"
    case .tooManyParameters(let count, let most, let available):
      "pairs of \(count) parameters are not legible, up to \(most) are; choose some with --parameter NAME: "
        + available.joined(separator: ", ")
    case .unpairedCorrelations(let first, let second):
      "\(first) and \(second) are correlations of one term without an effect in common, which cannot be held together; "
        + "leave one of them out with --parameter NAME for each of the others"
    case .tooManyPanels(let count, let most, let available):
      "panels of \(count) parameters are not legible, up to \(most) are; choose some with --parameter NAME: "
        + available.joined(separator: ", ")
    case .needsPosterior(let kind):
      "figure '\(kind)' shows draws of a posterior, and this is a fit without priors"
    case .noDraws(let kind): "figure '\(kind)' shows no draws of a posterior"
    case .needsDraws: "a trace has two draws a chain or more; --draws 2 or more would work"
    case .needsChains: "ranks compare chains, and there is one; --chains 2 or more would work"
    case .noReplicates(let isBinomial):
      isBinomial
        ? "successes are compared as shares of levels, and no grouping factor has 5 levels that differ"
        : "all responses are equal, so that replicates have nothing to be compared with"
    case .noConditionalEffects:
      "figure 'effects-by-tau' is for linear models with one grouping factor whose intercept alone varies, e.g. y ~ 1 + (1 | g), and normal or flat "
        + "priors of the fixed effects"
    case .notFitted(let reason): "the fit without priors, which the figure compares with, failed: \(reason)"
    case .noCoefficients: "the model has no fixed coefficients to draw"
    case .noFactor(let name, let available):
      "the model has no grouping factor '\(name)'; it has \(available.joined(separator: ", "))"
    case .noLevel(let name, let factor, let available):
      "'\(factor)' has no level '\(name)'; "
        + (available.count <= FigureKindError.mostListed
          ? "it has " + available.joined(separator: ", ")
          : "the nearest of its \(available.count) are "
            + NearestNames.of(name, among: available).joined(separator: ", "))
    case .noSpreads:
      "the conditional standard deviations of so many levels are not computed; --exact computes them, however long it takes"
    case .needsOnePredictor(let found):
      "this figure shows one numeric predictor; the formula has "
        + (found.isEmpty ? "none" : found.joined(separator: ", "))
    }
  }
}
