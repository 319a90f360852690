import BayesianModels
import MixedModels
import ModelFormula

/// The priors of a formula's parameters, as an explanation shows them.
public struct ExplainedPriors: Sendable {
  /// What they are called (`default`, `slides`, a file).
  public let name: String
  /// The named priors, where they are some.
  let named: NamedPriors?
  private let model: Specific?

  /// A model's priors, one by one.
  private struct Specific: Sendable {
    let model: any MixedModel
    let priors: ModelPriors
  }

  /// The lecture's priors, which need no data: one of a kind for all.
  /// - Parameter isVariance: whether 1000 is a variance; if not, a standard deviation.
  public init(slides isVariance: Bool) {
    named = isVariance ? .slides : .slidesSD
    name = isVariance ? "slides" : "slides-sd"
    model = nil
  }

  /// The priors of a model.
  public init(_ priors: ModelPriors, of likelihood: BayesianMixedModel.Likelihood, name: String) {
    self.name = name
    named = NamedPriors(rawValue: name)
    model = Specific(model: likelihood.model, priors: priors)
  }

  /// A fixed effect's prior by the name of its term or column; several where a term has several columns with priors of their own, each with its column.
  /// - Parameter parts: the names whose product the term is; none for the constant.
  func fixedEffect(_ parts: Set<String>) -> [(column: String?, prior: Prior)] {
    guard let model else { return [(nil, .normal(mean: 0, sd: named == .slides ? 1000.squareRoot() : 1000))] }
    let names = model.model.fixedEffectNames
    func equals(_ name: String) -> Bool { ExplainedPriors.parts(name) == parts }
    if let place = names.firstIndex(where: equals) { return [(nil, model.priors.fixedEffects[place])] }
    let coding = model.model.frame.fixedCoding
    let columns = coding.columnNames.indices.filter { column in
      let term = coding.termOfColumn[column]
      return term > 0 && equals(coding.termNames[term - 1])
    }.compactMap { column in names.firstIndex(of: coding.columnNames[column]) }
    let priors = columns.map { model.priors.fixedEffects[$0] }
    if let first = priors.first, priors.allSatisfy({ $0 == first }) { return [(nil, first)] }
    return zip(columns, priors).map { (ExplanationWords.bare(names[$0]), $1) }
  }

  /// The prior of an effect's standard deviation over a factor.
  func deviation(_ effect: String, factor: String) -> Prior? {
    guard let model else { return .uniform(0, 1000) }
    for term in terms(of: factor) {
      if let k = term.names.firstIndex(where: { ExplainedPriors.parts($0) == ExplainedPriors.parts(effect) })
      {
        return model.priors.deviations[term.columns.lowerBound + k]
      }
    }
    return nil
  }

  /// η of the correlations of a term that has an effect over a factor.
  func correlationShape(_ effect: String, factor: String) -> Double? {
    guard let model else { return 1 }
    let own = terms(of: factor).first { term in
      term.names.contains { ExplainedPriors.parts($0) == ExplainedPriors.parts(effect) }
    }
    guard let own, let place = model.model.terms.firstIndex(of: own) else { return nil }
    return model.priors.correlationShapes[place]
  }

  /// The residual standard deviation's.
  var sigma: Prior? { model.map(\.priors.sigma) ?? .uniform(0, 1000) }
  /// The dispersion parameter's.
  var dispersion: Prior? { model.map(\.priors.dispersion) ?? .uniform(0, 1000) }

  private func terms(of factor: String) -> [RandomTerm] {
    guard let model = model?.model else { return [] }
    let name = ExplanationWords.bare(factor)
    return model.terms.filter { ExplanationWords.bare(model.factors[$0.factor].name) == name }
  }

  /// The names whose product a term is: `x:u` and `u:x` are one; none for the constant.
  static func parts(_ name: String) -> Set<String> {
    name == "(Intercept)" ? [] : Set(ExplanationWords.bare(name).split(separator: ":").map(String.init))
  }
}
