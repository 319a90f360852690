/// What differs where at least one of the models has several grouping factors: term by term.
extension ModelDifference {
  /// An effect that varies over a factor.
  private struct Variation: Hashable {
    let effect: String
    let factor: String
  }

  /// One sentence for each fixed effect, varying effect and correlation that only one model has.
  var severalFactorDifferences: [String] {
    var all: [String] = []
    for name in only(first.fixedTerms, second.fixedTerms) { all.append(fixedOnly(name, in: one)) }
    for name in only(second.fixedTerms, first.fixedTerms) { all.append(fixedOnly(name, in: other)) }
    let (a, b) = (variations(of: first), variations(of: second))
    for variation in only(a, b) { all.append(varyingOnly(variation, first, in: one)) }
    for variation in only(b, a) { all.append(varyingOnly(variation, second, in: other)) }
    for (i, p) in a.enumerated() {
      for q in a[(i + 1)...] where p.factor == q.factor && b.contains(p) && b.contains(q) {
        let (inFirst, inSecond) = (areCorrelated(p, q, in: first), areCorrelated(p, q, in: second))
        if inFirst == inSecond { continue }
        let (free, zero) = inFirst ? (one, other) : (other, one)
        let (m, n) = (plural(p.effect), plural(q.effect))
        let group = phrase(p.factor, first)
        all.append(
          words.pick(
            "The correlation of \(m) and \(n) between levels of \(group) is estimated in \(free) and set to 0 in \(zero).",
            "各\(group)的\(m)与\(n)的相关系数在\(free)中是估计的，在\(zero)中令其为 0。"))
      }
    }
    return all
  }

  private func only<T: Equatable>(_ these: [T], _ others: [T]) -> [T] {
    these.filter { !others.contains($0) }
  }

  private func variations(of model: ModelEquations) -> [Variation] {
    model.randomTerms.flatMap { term in term.effects.map { Variation(effect: $0, factor: term.factor) } }
  }

  private func areCorrelated(_ a: Variation, _ b: Variation, in model: ModelEquations) -> Bool {
    model.randomTerms.contains {
      $0.factor == a.factor && $0.effects.contains(a.effect) && $0.effects.contains(b.effect)
    }
  }

  private func phrase(_ factor: String, _ model: ModelEquations) -> String {
    model.factors.first { $0.text == factor }?.phrase(among: model.factors, words) ?? words.name(factor)
  }

  private func plural(_ effect: String) -> String {
    effect == "(Intercept)"
      ? words.pick("intercepts", "截距")
      : words.pick("slopes of \(words.name(effect))", "\(words.name(effect))的斜率")
  }

  private func fixedOnly(_ name: String, in model: String) -> String {
    if name == "(Intercept)" {
      return words.pick("The fixed intercept is in \(model) only.", "固定的截距只在\(model)中出现。")
    }
    let column = words.name(name)
    return words.pick(
      "The fixed effect of \(column) is in \(model) only.", "\(column)的固定效应只在\(model)中出现。")
  }

  private func varyingOnly(_ variation: Variation, _ model: ModelEquations, in name: String) -> String {
    let (many, group) = (plural(variation.effect), phrase(variation.factor, model))
    return words.pick(
      "The \(many) vary over the levels of \(group) in \(name) only.", "只有\(name)让\(many)随\(group)变化。")
  }
}
