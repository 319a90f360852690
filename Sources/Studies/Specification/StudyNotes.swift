import Designs
import ModelFormula
import Specifications

/// What a study's author should know before it runs, where nothing is wrong enough to refuse it.
extension StudySpecification {
  /// Notes, a sentence each without the word "note"; none for most studies.
  package func notes() -> [String] {
    guard let design = try? design.binding() else { return [] }
    return strategies.compactMap { severalFactors($0, design) } + gaps()
  }

  /// No pooling and LSDV are regressions by the units of one factor: of several they estimate nothing.
  private func severalFactors(_ strategy: StudyStrategy, _ design: DataDesign) -> String? {
    let way: String
    switch strategy.method {
    case .none: way = "no pooling"
    case .lsdv: way = "LSDV"
    case .complete, .reml, .ml, .oracle, .bayes: return nil
    }
    guard let formula = try? ModelFormula(formulaText(of: strategy, design)) else { return nil }
    var factors: [String] = []
    for factor in formula.randomTerms.map(\.groupingFactor.text) where !factors.contains(factor) {
      factors.append(factor)
    }
    guard factors.count > 1 else { return nil }
    return
      "\(strategy.name): \(way) needs one grouping factor, the formula has \(factors.joined(separator: ", ")): every replicate will be unidentified; a formula of its own would work, e.g. \(strategy.name): {method: \(strategy.method.rawValue), formula: \"\(formula.fixedText) + (1 | \(factors[0]))\"}"
  }
}
