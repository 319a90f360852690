import BayesianModels
import Specifications

/// How a strategy draws from a posterior: priors, chains, and which of the draws' summaries is its estimate.
///
/// ```yaml
/// strategies:
///   bayes: {}                                   # default priors, one chain of 500 draws after 250
///   half-normal: {method: bayes, priors: {sd: half_normal(2)}, draws: 1000, estimate: median}
/// ```
public struct StudyPosterior: Sendable {
  /// The summary that is the estimate.
  public enum Estimate: String, Sendable, CaseIterable {
    /// The posterior mean.
    case mean
    /// The posterior median.
    case median
  }

  /// Chains, one after another.
  public let chains: Int
  /// Draws of each.
  public let draws: Int
  /// Iterations of each before its draws.
  public let warmup: Int
  /// The estimate.
  public let estimate: Estimate
  /// The priors as they are written: a name or a mapping; nil for the default ones.
  let priors: SpecificationNode?

  /// R-hat above which chains have not settled: draws are few in studies, so that it is above 1.01 often enough.
  static let mostRHat = 1.1

  /// The fields that a strategy has for it.
  static let fields = ["priors", "chains", "draws", "warmup", "estimate"]

  /// The usual posterior: default priors, the mean of one chain of 500 draws after 250.
  public init() {
    (chains, draws, warmup, estimate, priors) = (1, 500, 250, .mean, nil)
  }

  init(_ fields: SpecificationFields) throws(SpecificationError) {
    chains = try fields["chains"]?.integer(in: 1...64) ?? 1
    draws = try fields["draws"]?.integer(in: 50...100_000) ?? 500
    warmup = try fields["warmup"]?.integer(in: 20...100_000) ?? 250
    estimate = try fields["estimate"]?.choice() ?? .mean
    priors = fields["priors"]
    // A name is wrong or right for every model; what a mapping says depends on the model.
    guard let priors else { return }
    if case .mapping = priors.content { return }
    let _: NamedPriors = try priors.choice()
  }

  /// The priors of a model.
  func priors(of likelihood: BayesianMixedModel.Likelihood) throws(SpecificationError)
    -> ModelPriors
  {
    guard let priors else { return NamedPriors.default.priors(of: likelihood) }
    if case .mapping = priors.content { return try ModelPriors(priors, for: likelihood) }
    let name: NamedPriors = try priors.choice()
    return name.priors(of: likelihood)
  }

  /// What the priors are called: a name, or the mapping on one line.
  package var priorsText: String { priors?.canonicalText ?? NamedPriors.default.rawValue }

  /// All that results depend on.
  var text: String { "\(chains) \(draws) \(warmup) \(estimate.rawValue) \(priorsText)" }
}

extension StudyPosterior: Equatable {
  /// Whether all is the same, wherever it is written.
  public static func == (a: StudyPosterior, b: StudyPosterior) -> Bool { a.text == b.text }
}
