import ModelFormula

/// A model with several grouping factors in words.
extension ModelSentences {
  private typealias Coefficient = ModelEquations.Coefficient

  private func phrase(_ factor: Int) -> String { model.factors[factor].phrase(among: model.factors, words) }

  private func phrase(of c: Coefficient) -> String { phrase(c.factor ?? 0) }

  /// The fixed effects in the equation of observations.
  private var fixed: [Coefficient] { model.coefficients.filter { $0.factor == nil } }

  private func varies(_ c: Coefficient) -> Bool { modelled.contains { $0.name == c.name } }

  // MARK: Symbols

  /// What j[i], k[i], … stand for.
  var indexLegend: Formula {
    let indices = model.factors.indices.map { FactorLetters.index(of: $0) + "[i]" }
    let factors = model.factors.indices.map(phrase)
    let i = Formula(latex: "$i$", plain: "i")
    if words.isChinese {
      let symbols = indices.map { Formula(latex: "$\($0)$", plain: $0) }.joined(.text("、"))
      return symbols + .text(" 是观测 ") + i + .text(" 所属的\(factors.joined(separator: "、"))")
    }
    let parts = zip(indices, factors).enumerated().map { n, pair in
      Formula(latex: "$\(pair.0)$", plain: pair.0) + .text((n == 0 ? " is the " : " the ") + pair.1)
    }
    return parts.dropLast().joined(.text(", ")) + .text(" and ") + parts[parts.count - 1]
      + .text(" of observation ") + i
  }

  // MARK: Parameters

  /// All parameters with their meanings.
  func severalFactorParameters(_ notation: EquationNotation) -> [ExplanationParameters.Parameter] {
    var all: [ExplanationParameters.Parameter] = []
    func add(_ symbol: Formula, _ english: String, _ chinese: String) {
      all.append((symbol, .text(words.pick(english, chinese))))
    }
    for c in fixed {
      let one = words.singular(c)
      if varies(c) {
        add(notation.inGroup(c), "overall \(one)", "总体的\(one)")
      } else {
        add(notation.inGroup(c), "\(one), common to all", "\(one)，各组共有")
      }
    }
    for c in modelled {
      let index = notation.groupIndex(c)
      let level = Formula(latex: "$\(index)$", plain: index)
      let group = model.factors[c.factor ?? 0].level(level, among: model.factors, words)
      let meaning =
        .text(words.pick("what ", "")) + group
        + .text(words.pick(" adds to the \(words.singular(c))", "给\(words.singular(c))加上的偏离"))
      all.append((notation.inGroup(c), meaning))
    }
    for c in modelled {
      guard case .modelled(let mean) = c.variation else { continue }
      for (number, k) in mean.predictors.enumerated() {
        let name = words.name(model.groupPredictors[k])
        add(
          notation.gamma(number + 1, of: c),
          "change with \(name) of what \(phrase(of: c)) adds to the \(words.singular(c))",
          "\(phrase(of: c))给\(words.singular(c))加上的偏离随\(name)的变化")
      }
    }
    for c in modelled {
      let many = words.plural(c)
      add(
        notation.deviation(c), "standard deviation of the \(many) between levels of \(phrase(of: c))",
        "\(many)在各\(phrase(of: c))之间的标准差")
    }
    for block in model.blocks {
      if let wide = wideCovariance(block, notation) {
        all.append(wide)
        continue
      }
      for (i, first) in block.enumerated() {
        for second in block[(i + 1)...] {
          let (a, b) = (model.coefficients[first], model.coefficients[second])
          add(
            notation.correlation(a, b),
            "correlation of \(words.plural(a)) and \(words.plural(b)) between levels of \(phrase(of: a))",
            "各\(phrase(of: a))的\(words.plural(a))与\(words.plural(b))的相关系数")
        }
      }
    }
    if let distribution = model.distribution {
      return all + [distribution.dispersionParameter(words)].compactMap { $0 }
    }
    if model.standardErrors != nil { return all }
    let one = model.weights == nil ? "" : words.pick(" of weight 1", "权重为 1 的")
    add(notation.residualDeviation, "residual standard deviation of observations\(one)", "\(one)观测的残差标准差")
    return all
  }

  // MARK: Plain sentences

  /// What the model says, what that does to the estimates, and how the factors stand to each other.
  var severalFactorSentences: String {
    ([additionSentence, pullSentence] + relationSentences).joined(separator: words.space)
  }

  /// Factors that add to the same effects in the same way stand in one clause.
  private var additionSentence: String {
    var clauses: [(factors: [Int], what: String)] = []
    for factor in model.factors.indices {
      let what = additions(of: factor)
      if let place = clauses.firstIndex(where: { $0.what == what }) {
        clauses[place].factors.append(factor)
      } else {
        clauses.append(([factor], what))
      }
    }
    let said = clauses.map { clause in
      words.list(clause.factors.map { words.pick("every \(phrase($0))", "每个\(phrase($0))") }) + clause.what
    }
    let sentence = said.joined(separator: words.pick("; ", "；"))
    return sentence.prefix(1).uppercased() + sentence.dropFirst() + commonClause(fixed.filter { !varies($0) })
      + lackingClause + words.stop
  }

  private func additions(of factor: Int) -> String {
    let own = modelled.filter { $0.factor == factor }
    let effects = words.list(own.map { words.pick("the \(words.singular($0))", words.singular($0)) })
    if own.count == 1 {
      return words.pick(" adds an amount of its own to \(effects)", "都给\(effects)加上自己的一份偏离")
    }
    let sizes = model.blocks.map { $0.count { model.coefficients[$0].factor == factor } }
    let together =
      sizes.contains(own.count)
      ? words.pick(", which may be correlated", "，它们可以相关")
      : sizes.contains { $0 > 1 }
        ? words.pick(", of which those in one term may be correlated", "，同一项中的可以相关")
        : words.pick(", taken as uncorrelated", "，并假定互不相关")
    return words.pick(" adds amounts of its own to \(effects)", "都给\(effects)各加上自己的一份偏离") + together
  }

  /// Effects that vary but have no fixed effect around which they would do so.
  private var lackingClause: String {
    var lacking: [Coefficient] = []
    for c in modelled
    where !model.fixedTerms.contains(c.name) && !lacking.contains(where: { $0.name == c.name }) {
      lacking.append(c)
    }
    if lacking.isEmpty { return "" }
    let names = words.list(lacking.map { words.pick("the \(words.singular($0))", words.singular($0)) })
    return words.pick(
      "; the formula has no fixed effect for \(names), whose overall value is therefore 0",
      "；公式中没有\(names)的固定效应，其总体值因此为 0")
  }

  private var pullSentence: String {
    let predicted = modelled.compactMap { c -> String? in
      guard case .modelled(let mean) = c.variation, !mean.predictors.isEmpty else { return nil }
      let names = words.list(mean.predictors.map { words.name(model.groupPredictors[$0]) })
      return words.pick(
        "those of \(phrase(of: c)) to the \(words.singular(c)) toward what \(names) predicts",
        "\(phrase(of: c))给\(words.singular(c))的偏离拉向由\(names)预测的值")
    }
    let exceptions =
      predicted.isEmpty
      ? "" : words.pick(" (\(predicted.joined(separator: "; ")))", "（\(predicted.joined(separator: "；"))）")
    let isSeveral = model.factors.indices.contains { f in modelled.count { $0.factor == f } > 1 }
    let alone =
      isSeveral
      ? words.pick(
        "; where a level has several amounts, one of them alone may move away from its centre",
        "；一个水平有几份偏离时，其中单独一份也可能远离自己的中心") : ""
    return words.pick(
      "Partial pooling pulls these amounts toward 0\(exceptions), the more strongly the less a level's own data say and "
        + "the smaller the standard deviation of its factor is\(alone).",
      "部分池化把这些偏离拉向 0\(exceptions)；一个水平自身数据的信息越少、所属因子的标准差越小，拉得越多\(alone)。")
  }

  // MARK: How factors stand to each other

  private var relationSentences: [String] {
    let nested = model.factors.indices.compactMap(nestingSentence)
    if let meetings = model.meetings {
      let said = meetings.map(meetingClause).joined(separator: words.pick("; ", "；"))
      return nested + (said.isEmpty ? [] : [words.pick("In these data \(said).", "在这些数据中，\(said)。")])
    }
    let pairs = FactorMeeting.unrelatedPairs(model.factors)
    if pairs.isEmpty { return nested }
    let open = model.factors.indices.filter { f in pairs.contains { $0.0 == f || $0.1 == f } }
    let names = words.list(open.map(phrase))
    return nested + [
      words.pick(
        "Whether \(names) are crossed or nested is not in the formula but in the data.",
        "\(names)是交叉还是嵌套，公式没有说，要看数据。")
    ]
  }

  /// What the formula says of a factor that is made of others.
  private func nestingSentence(_ f: Int) -> String? {
    let factor = model.factors[f]
    guard factor.columns.count > 1 else { return nil }
    // A column that is a predictor too is the same wherever it occurs, not nested.
    let outer = factor.outer(among: model.factors)
    let own = factor.columns.filter { outer?.columns.contains($0) != true }
    let isPredictor = own.contains { column in model.fixedVariables.contains(column) }
    guard let outer, !isPredictor else {
      let names = words.list(factor.columns.map(words.name))
      return words.pick(
        "Each combination of \(names) is a group of its own: an interaction that varies.",
        "\(names)的每个组合自成一组：随组合变化的交互作用。")
    }
    let inner = words.list(own.map(words.name))
    let around = outer.phrase(among: model.factors, words)
    return words.pick(
      "\(inner) is nested in \(around): its groups are the combinations of the two, so the same \(inner) in another "
        + "\(around) is another group.",
      "\(inner)嵌套在\(around)中：组是两者的组合，因此同名的\(inner)在另一个\(around)中是另一组。")
  }

  /// What the data say of two factors.
  private func meetingClause(_ meeting: FactorMeeting) -> String {
    let (a, b) = (phrase(meeting.first), phrase(meeting.second))
    switch meeting.meetingSeveral {
    case (0, 0):
      return words.pick(
        "every \(a) goes with one \(b) and every \(b) with one \(a), so they are the same groups and their effects cannot be "
          + "told apart",
        "每个\(a)只对应一个\(b)，每个\(b)也只对应一个\(a)，它们是同样的组，两种效应无法区分")
    case (0, _): return nestedInData(a, within: b)
    case (_, 0): return nestedInData(b, within: a)
    case _ where meeting.isComplete:
      return words.pick(
        "\(a) and \(b) are crossed: every \(a) meets every \(b)", "\(a)与\(b)交叉：每个\(a)都遇到每个\(b)")
    case (let m, let n):
      let isCrossed = 2 * m >= meeting.levels.0 && 2 * n >= meeting.levels.1
      let how = isCrossed ? words.pick("crossed", "交叉") : words.pick("partly crossed", "部分交叉")
      let (first, second) = (share(m, of: meeting.levels.0), share(n, of: meeting.levels.1))
      return words.pick(
        "\(a) and \(b) are \(how) (\(first) levels of \(a) meet several of \(b), \(second) levels of \(b) several of \(a))",
        "\(a)与\(b)\(how)（\(a)的水平\(first)遇到多个\(b)，\(b)的水平\(second)遇到多个\(a)）")
    }
  }

  private func share(_ number: Int, of all: Int) -> String {
    if number == all { return words.pick("all \(all)", "全部 \(all) 个") }
    return words.pick("\(number) of \(all)", "\(all) 个中有 \(number) 个")
  }

  private func nestedInData(_ inner: String, within outer: String) -> String {
    words.pick(
      "every \(inner) belongs to one \(outer), so \(inner) is nested in \(outer) without being written so",
      "每个\(inner)只属于一个\(outer)，即\(inner)嵌套在\(outer)中，虽然公式没有这样写")
  }
}
