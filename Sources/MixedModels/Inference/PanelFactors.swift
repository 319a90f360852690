import ModelFormula
import Tables

/// Which grouping factors of a model have panels, and which of their levels.
struct PanelFactors {
  private let model: GeneralizedLinearMixedModel
  /// The columns that make each factor.
  let variables: [Set<String>]

  init(_ model: GeneralizedLinearMixedModel) {
    self.model = model
    variables = model.factors.map { factor in
      let design = model.frame.random.first { $0.grouping.name == factor.name }
      return Set(design?.groupingExpression.variables ?? [])
    }
  }

  /// The places of the factors: the one asked for; else two crossed ones with few levels, in the formula's order; else the one with the fewest levels.
  /// - Throws: `PredictionError.unknownFactor`.
  func shown(_ grouping: String?) throws(PredictionError) -> [Int] {
    let names = model.factors.map(\.name)
    if let grouping {
      guard let f = names.firstIndex(of: grouping) else {
        throw .unknownFactor(grouping, known: names)
      }
      return [f]
    }
    let rowFactors = model.observationLevelFactors
    let all = names.indices.filter { !rowFactors.contains($0) }
    func count(_ f: Int) -> Int { model.factors[f].levels.count }
    guard let least = all.min(by: { count($0) < count($1) }) else { return [0] }
    let order = model.formula.randomTerms.map(\.groupingFactor.text)
    let few = all.filter { count($0) <= GroupResponses.mostPairedLevels }.sorted {
      (order.firstIndex(of: names[$0]) ?? 0) < (order.firstIndex(of: names[$1]) ?? 0)
    }
    for (n, a) in few.enumerated() {
      for b in few[(n + 1)...] where areCrossed(a, b) { return [a, b] }
    }
    return [least]
  }

  private func areCrossed(_ a: Int, _ b: Int) -> Bool {
    guard variables[a].isDisjoint(with: variables[b]) else { return false }
    let (first, second) = (model.factors[a], model.factors[b])
    let pairs = Set(zip(first.codes, second.codes).map { $0 * second.levels.count + $1 })
    return pairs.count > max(first.levels.count, second.levels.count)
  }

  /// Up to `most` places, evenly from the first to the last.
  static func spread(_ count: Int, _ most: Int) -> [Int] {
    guard count > most else { return Array(0..<count) }
    return (0..<most).map { ($0 * (count - 1) + (most - 1) / 2) / (most - 1) }
  }
}
