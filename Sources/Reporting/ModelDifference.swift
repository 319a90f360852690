/// What differs between two models, in sentences.
struct ModelDifference {
  let first: ModelEquations
  let second: ModelEquations
  let firstNumber: Int
  let secondNumber: Int
  let words: ExplanationWords

  private func name(_ number: Int) -> String { words.pick("model \(number)", "模型 \(number)") }
  var one: String { name(firstNumber) }
  var other: String { name(secondNumber) }
  private func bare(_ name: String) -> String { ExplanationWords.bare(name) }

  /// One sentence a difference, and one on whether REML criteria may be compared.
  var sentences: [String] {
    if first.response != second.response {
      return [
        words.pick(
          "The responses differ (\(bare(first.response)) and \(bare(second.response))): the models are about different things.",
          "因变量不同（\(bare(first.response)) 与 \(bare(second.response))）：两个模型说的不是同一件事。")
      ]
    }
    var all: [String] = []
    let isSeveral = first.hasSeveralFactors || second.hasSeveralFactors
    if let a = first.groupingFactor.map(bare), let b = second.groupingFactor.map(bare), a != b, first.isMixed,
      second.isMixed, !isSeveral
    {
      all.append(
        words.pick("The grouping factors differ: \(a) and \(b).", "分组因子不同：\(a) 与 \(b)。"))
    }
    if first.offsets != second.offsets {
      func text(_ offsets: [String]) -> String {
        offsets.isEmpty ? words.pick("none", "无") : offsets.map(bare).joined(separator: " + ")
      }
      let (a, b) = (text(first.offsets), text(second.offsets))
      all.append(
        words.pick("The offset: \(a) in \(one), \(b) in \(other).", "偏移量：\(one)为 \(a)，\(other)为 \(b)。"))
    }
    if isSeveral {
      all += severalFactorDifferences
    } else {
      var names = first.coefficients.map(\.name)
      names += second.coefficients.map(\.name).filter { !names.contains($0) }
      for name in names { all += coefficientDifferences(name) }
      all += correlationDifferences(names)
    }
    if all.isEmpty {
      return [words.pick("Nothing: they are one model, written in two ways.", "没有差别：它们是同一个模型的两种写法。")]
    }
    if first.distribution != nil {
      all.append(
        words.pick(
          "Both are fitted by maximum likelihood, so their log-likelihoods and AIC may be compared where they use the same rows.",
          "两者都用极大似然拟合，只要所用的行相同，对数似然与 AIC 就可以比较。"))
    } else if first.isMixed, second.isMixed {
      all.append(
        Set(first.fixedTerms) == Set(second.fixedTerms)
          ? words.pick(
            "The fixed parts are the same, so the REML criteria may be compared.", "固定部分相同，所以 REML 准则可以比较。")
          : words.pick(
            "The fixed parts differ, so the REML criteria must not be compared; compare maximum-likelihood fits.",
            "固定部分不同，所以 REML 准则不可比较；应当比较极大似然拟合。"))
    }
    return all
  }

  private func coefficientDifferences(_ name: String) -> [String] {
    guard let a = first.coefficient(name) else {
      return [onlyIn(second.coefficient(name)!, other, lacking: one)]
    }
    guard let b = second.coefficient(name) else { return [onlyIn(a, one, lacking: other)] }
    if case .modelled(let m) = a.variation, case .modelled(let n) = b.variation {
      return meanDifference(a, m, n).map { [$0] } ?? []
    }
    if a.variation == b.variation { return [] }
    let thing = words.singular(a)
    return [
      words.pick(
        "The \(thing): \(phrase(a.variation)) in \(one), \(phrase(b.variation)) in \(other).",
        "\(thing)：在\(one)中\(phrase(a.variation))，在\(other)中\(phrase(b.variation))。")
    ]
  }

  private func onlyIn(_ c: ModelEquations.Coefficient, _ model: String, lacking: String) -> String {
    words.pick(
      "The \(words.singular(c)) is in \(model) only; \(lacking) has none.",
      "\(words.singular(c))只在\(model)中出现，\(lacking)没有。")
  }

  private func phrase(_ variation: ModelEquations.Variation) -> String {
    switch variation {
    case .common: words.pick("one value for all groups", "各组共用一个值")
    case .free: words.pick("one free value a group (no pooling)", "每组一个自由的值（无池化）")
    case .modelled:
      words.pick(
        "one value a group, drawn from a common distribution (partial pooling)", "每组一个值，来自共同的分布（部分池化）")
    }
  }

  private func meanDifference(
    _ c: ModelEquations.Coefficient, _ m: ModelEquations.Mean, _ n: ModelEquations.Mean
  ) -> String? {
    let a = m.predictors.map { first.groupPredictors[$0] }
    let b = n.predictors.map { second.groupPredictors[$0] }
    if m.isEstimated == n.isEstimated, a == b { return nil }
    let many = words.plural(c)
    if a.isEmpty, b.isEmpty {
      let (fixed, free) = m.isZero ? (one, other) : (other, one)
      let toward = c.predictor == nil ? "0" : words.pick("no effect", "“没有作用”")
      return words.pick(
        "The mean of the \(many) is fixed at 0 in \(fixed), whose fixed part lacks it, and estimated in \(free): "
          + "\(fixed) pulls groups toward \(toward), \(free) toward a common value.",
        "\(many)的均值在\(fixed)中固定为 0（固定部分没有它），在\(free)中是估计的："
          + "\(fixed)把各组拉向\(toward)，\(free)拉向共同的值。")
    }
    func describe(_ mean: ModelEquations.Mean, _ names: [String]) -> String {
      if names.isEmpty { return mean.isZero ? words.pick("0", "是 0") : words.pick("one number", "是一个数") }
      return words.pick("predicted from \(words.list(names))", "由 \(words.list(names)) 预测")
    }
    return words.pick(
      "The mean of the \(many) is \(describe(m, a)) in \(one) and \(describe(n, b)) in \(other).",
      "\(many)的均值在\(one)中\(describe(m, a))，在\(other)中\(describe(n, b))。")
  }

  private func correlationDifferences(_ names: [String]) -> [String] {
    var all: [String] = []
    for (i, a) in names.enumerated() {
      for b in names[(i + 1)...] {
        guard let p = first.coefficient(a), let q = first.coefficient(b), second.coefficient(a) != nil,
          second.coefficient(b) != nil, isModelledInBoth(a), isModelledInBoth(b)
        else { continue }
        let inFirst = first.partners(of: a).contains(b)
        let inSecond = second.partners(of: a).contains(b)
        if inFirst == inSecond { continue }
        let (free, zero) = inFirst ? (one, other) : (other, one)
        all.append(
          words.pick(
            "The correlation of \(words.plural(p)) and \(words.plural(q)) is estimated in \(free) and set to 0 in \(zero).",
            "\(words.plural(p))与\(words.plural(q))的相关系数在\(free)中是估计的，在\(zero)中令其为 0。"))
      }
    }
    return all
  }

  private func isModelledInBoth(_ name: String) -> Bool {
    for model in [first, second] {
      guard case .modelled? = model.coefficient(name)?.variation else { return false }
    }
    return true
  }
}
