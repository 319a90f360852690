/// One model in words: its symbols, its parameters, and two plain sentences.
struct ModelSentences {
  let model: ModelEquations
  let words: ExplanationWords

  /// The words for the grouping factor; without them its name without `factor()`.
  private var group: String {
    guard let factor = model.groupingFactor else { return words.pick("group", "组") }
    if let given = words.given(factor) { return words.withoutArticle(given) }
    guard let open = factor.firstIndex(of: "("), ["factor", "as.factor"].contains(factor[..<open]) else {
      return words.withoutArticle(ExplanationWords.bare(factor))
    }
    return words.withoutArticle(
      ExplanationWords.bare(String(factor[factor.index(after: open)...].dropLast())))
  }

  /// Something of group j: "intercept of department j".
  private func ofGroup(_ thing: String, _ more: String = "") -> Formula {
    Formula.text(words.pick("\(thing) of \(group) ", "第 ")) + Formula(latex: "$j$", plain: "j")
      + .text(words.pick(more, " 个\(group)的\(thing)\(more)"))
  }

  private func coefficients(where fits: (ModelEquations.Variation) -> Bool) -> [ModelEquations.Coefficient] {
    model.coefficients.filter { fits($0.variation) }
  }

  /// The coefficients that are drawn from distributions.
  var modelled: [ModelEquations.Coefficient] {
    coefficients { if case .modelled = $0 { true } else { false } }
  }

  // MARK: Symbols

  /// What y, x, u and j[i] stand for.
  func legend(_ notation: EquationNotation) -> [Formula] {
    func entry(_ symbol: Formula, _ name: String) -> Formula {
      var meaning =
        words.given(name).map(Formula.text)
        ?? Formula(latex: "`\(ExplanationWords.bare(name))`", plain: ExplanationWords.bare(name))
      if let term = model.termOfColumn[name] {
        let term = words.name(term)
        meaning =
          meaning + .text(words.pick(" (a column of \(term))", "（\(term)的一列）"))
      } else if model.categorical.contains(name) {
        meaning = meaning + .text(words.pick(" (\(factorNote(name)))", "（\(factorNote(name))）"))
      } else if model.bases.contains(name) {
        meaning =
          meaning
          + .text(
            words.pick(" (several columns: one coefficient for each of them)", "（多个列：每列一个系数）"))
      } else if name.contains(":") {
        meaning = meaning + .text(words.pick(" (a product)", "（乘积）"))
      }
      return Formula(
        latex: "$\(symbol.latex)$ = \(meaning.latex)", plain: "\(symbol.plain) = \(meaning.plain)")
    }
    var symbols = model.distribution == nil ? [(Formula.text("y"), model.response)] : []
    symbols += model.predictors.enumerated().map { (notation.predictor($0), $1) }
    symbols += model.groupPredictors.enumerated().map { (notation.groupPredictor($0), $1) }
    // A column that is called as its symbol needs no explanation.
    var entries = model.distribution?.legend(words) ?? []
    entries += symbols.filter {
      $0.plain != words.name($1) || model.categorical.contains($1) || model.bases.contains($1)
        || model.termOfColumn[$1] != nil
    }.map {
      entry($0, $1)
    }
    func role(_ symbol: Formula, _ columns: [String], _ note: String) -> Formula {
      let columns = columns.map(words.name).joined(separator: " + ")
      return Formula(
        latex: "$\(symbol.latex)$ = `\(columns)`\(note)", plain: "\(symbol.plain) = \(columns)\(note)")
    }
    if !model.offsets.isEmpty {
      let note = words.pick(" (an offset: its coefficient is 1)", "（偏移量：系数固定为 1）")
      entries.append(role(notation.offset, model.offsets, note))
    }
    if let weights = model.weights, model.distribution == nil {
      let note = words.pick(
        " (prior weights: the variance of an observation is divided by its weight)", "（先验权重：观测的方差除以其权重）")
      entries.append(role(notation.weight, [weights], note))
    }
    if let errors = model.standardErrors {
      entries.append(role(.text("s"), [errors], words.pick(" (known standard errors)", "（已知的标准误）")))
    }
    if model.hasSeveralFactors {
      entries.append(indexLegend)
    } else if model.coefficients.contains(where: { $0.variation != .common }) {
      let meaning = words.pick(" is the \(group) of observation ", " 是观测 ")
      let end = words.pick("", " 所属的\(group)")
      entries.append(
        Formula(latex: "$j[i]$\(meaning)$i$\(end)", plain: "j[i]\(meaning)i\(end)"))
    }
    return entries
  }

  /// What the coefficients of a factor are, and what `||` does with it.
  private func factorNote(_ name: String) -> String {
    var note =
      switch model.contrasts[name] ?? .treatment {
      case .treatment:
        words.pick("a factor: one coefficient for every level but the first", "因子：除第一个水平外，每个水平一个系数")
      case .sum:
        words.pick(
          "a factor: one coefficient for every level but the last, its difference from the mean of all",
          "因子：除最后一个水平外，每个水平一个系数，即它与所有水平均值之差")
      case .helmert:
        words.pick(
          "a factor: one coefficient for every level but the first, which sets it against the mean of those before it",
          "因子：除第一个水平外，每个水平一个系数，与前面各水平的均值相比")
      case .poly:
        words.pick(
          "a factor whose levels are steps of one length: one coefficient for each power of the step, the linear one first",
          "水平等距的因子：每个幂次一个系数，从线性开始")
      }
    switch model.doubleBar {
    case .split: note += words.pick("; behind || every level varies by itself", "；在 || 中每个水平各自独立变化")
    case .lme4:
      note += words.pick("; behind || its levels stay together, correlated", "；在 || 中各水平留在同一项里，可以相关")
    case nil: break
    }
    return note
  }

  // MARK: Parameters

  /// All parameters with their meanings.
  func parameters(_ notation: EquationNotation) -> [ExplanationParameters.Parameter] {
    if model.hasSeveralFactors { return severalFactorParameters(notation) }
    var all: [ExplanationParameters.Parameter] = []
    func add(_ symbol: Formula, _ english: String, _ chinese: String) {
      all.append((symbol, .text(words.pick(english, chinese))))
    }
    for c in model.coefficients {
      let one = words.singular(c)
      switch c.variation {
      case .common: add(notation.inGroup(c), "\(one), common to all", "\(one)，各组共有")
      case .free:
        all.append((notation.inGroup(c), ofGroup(one, words.pick(", a free parameter", "，自由参数"))))
      case .modelled: all.append((notation.inGroup(c), ofGroup(one)))
      }
    }
    for c in modelled { all += meanParameters(c, notation) }
    for c in modelled {
      let many = words.plural(c)
      if isZeroMean(c) {
        add(notation.deviation(c), "standard deviation of the \(many) around 0", "\(many)围绕 0 的标准差")
      } else {
        add(notation.deviation(c), "standard deviation of the \(many) between groups", "\(many)在组间的标准差")
      }
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
            notation.correlation(a, b), "correlation of \(words.plural(a)) and \(words.plural(b))",
            "\(words.plural(a))与\(words.plural(b))的相关系数")
        }
      }
    }
    if let distribution = model.distribution {
      return all + [distribution.dispersionParameter(words)].compactMap { $0 }
    }
    if model.standardErrors != nil { return all }
    let one = model.weights == nil ? "" : words.pick(" of weight 1", "权重为 1 的")
    if model.isMixed || model.groupingFactor != nil {
      add(
        notation.residualDeviation, "standard deviation of observations\(one) within groups", "组内\(one)观测的标准差"
      )
    } else {
      add(
        notation.residualDeviation, "standard deviation of observations\(one) around the line",
        "\(one)观测围绕回归线的标准差")
    }
    return all
  }

  private func meanParameters(
    _ c: ModelEquations.Coefficient, _ notation: EquationNotation
  ) -> [ExplanationParameters.Parameter] {
    guard case .modelled(let mean) = c.variation else { return [] }
    let many = words.plural(c)
    if mean.predictors.isEmpty {
      guard mean.isEstimated else { return [] }
      return [(notation.mean(c), .text(words.pick("mean of the \(many)", "\(many)的均值")))]
    }
    var all: [ExplanationParameters.Parameter] = []
    if mean.isEstimated {
      let meaning = words.pick(
        "mean of the \(many) where the group's predictors are 0", "集体层次自变量为 0 时\(many)的均值")
      all.append((notation.gamma(0, of: c), .text(meaning)))
    }
    for (number, k) in mean.predictors.enumerated() {
      let name = words.name(model.groupPredictors[k])
      all.append(
        (
          notation.gamma(number + 1, of: c),
          .text(words.pick("change of that mean with \(name)", "该均值随\(name)的变化"))
        ))
    }
    return all
  }

  private func isZeroMean(_ c: ModelEquations.Coefficient) -> Bool {
    if case .modelled(let mean) = c.variation { return mean.isZero }
    return false
  }

  // MARK: Plain sentences

  /// What the model says, what that does to the estimates, and what the scale of a link means.
  var plainSentences: String {
    let structure =
      model.hasSeveralFactors ? severalFactorSentences : model.isMixed ? mixedSentences : linearSentences
    return ([structure] + scaleSentences).joined(separator: words.space)
  }

  private var linearSentences: String {
    let free = coefficients { $0 == .free }
    let common = coefficients { $0 == .common }
    if free.isEmpty {
      let rest =
        model.distribution == nil ? words.pick("the residual", "残差") : words.pick("chance", "响应的随机性")
      return words.pick(
        "All observations share one \(words.list(common.map(words.singular))), whatever group they belong to: complete pooling. "
          + "Differences between groups are left to \(rest), as if observations of one group had nothing in common.",
        "所有观测不论属于哪一组，都共用一个\(words.list(common.map(words.singular)))：全池化。"
          + "组与组之间的差异全部留给\(rest)，好像同一组的观测没有任何共同之处。")
    }
    return words.pick(
      "Every \(group) has its own \(words.list(free.map(words.singular)))\(commonClause(common)). "
        + "They are free parameters, with no model for how groups relate: no pooling of these coefficients.",
      "每个\(group)有自己的\(words.list(free.map(words.singular)))\(commonClause(common))。"
        + "它们是自由参数，没有关于组间关系的模型：这些系数不池化。")
  }

  func commonClause(_ common: [ModelEquations.Coefficient]) -> String {
    if common.isEmpty { return "" }
    let names = words.list(common.map(words.singular))
    return words.pick(
      "; the \(names) \(common.count == 1 ? "is" : "are") common to all", "，\(names)为各组共有")
  }

  private var mixedSentences: String {
    let varying = modelled
    let common = coefficients { $0 == .common }
    var first = words.pick(
      "Every \(group) has its own \(words.list(varying.map(words.singular)))",
      "每个\(group)有自己的\(words.list(varying.map(words.singular)))")
    if varying.count > 1 {
      let correlated = model.blocks.contains { $0.count > 1 }
      let allTogether = model.blocks.contains { $0.count == varying.count }
      first +=
        allTogether
        ? words.pick(", which may be correlated", "，它们可以相关")
        : correlated
          ? words.pick(", of which those in one term may be correlated", "，同一项中的可以相关")
          : words.pick(", taken as uncorrelated", "，并假定互不相关")
    }
    first += commonClause(common) + words.stop
    return first + words.space + pullSentence(varying)
  }

  /// Where partial pooling moves the estimates. One coefficient moves toward its mean; of several, only the point they form does.
  private func pullSentence(_ varying: [ModelEquations.Coefficient]) -> String {
    var estimated: [String] = []
    var zero: [String] = []
    var predicted: [String] = []
    for c in varying {
      guard case .modelled(let mean) = c.variation else { continue }
      let many = words.plural(c)
      let names = words.list(mean.predictors.map { words.name(model.groupPredictors[$0]) })
      if mean.isZero {
        zero.append(many)
      } else if mean.predictors.isEmpty {
        estimated.append(many)
      } else {
        predicted.append(words.pick("what \(names) predicts for the \(many)", "\(many)取由\(names)预测的值"))
      }
    }
    var centre: [String] = []
    if !estimated.isEmpty {
      let names = words.list(estimated)
      centre.append(words.pick("the estimated mean of the \(names)", "\(names)取估计出的均值"))
    }
    centre += predicted
    if !zero.isEmpty {
      let names = words.list(zero)
      centre.append(
        words.pick(
          "0 for the \(names), which have no fixed effect as their mean", "\(names)取 0，因为公式中没有作为其均值的固定效应"))
    }
    if varying.count == 1 {
      let place =
        !zero.isEmpty
        ? words.pick(
          "0, because the formula has no fixed effect that would be their mean", "0（公式中没有作为其均值的固定效应）")
        : predicted.isEmpty
          ? words.pick("their estimated mean", "估计出的均值")
          : words.pick(
            "what \(words.list(model.groupPredictors.map(words.name))) predicts",
            "由\(words.list(model.groupPredictors.map(words.name)))预测的值")
      return words.pick(
        "Partial pooling pulls the \(words.plural(varying[0])) toward \(place), the more strongly the less a group's own data say.",
        "部分池化把\(words.plural(varying[0]))拉向\(place)；一组自身数据的信息越少，拉得越多。")
    }
    return words.pick(
      "Partial pooling moves a group's coefficients together toward a centre (\(centre.joined(separator: "; "))), "
        + "the more strongly the less its own data say; one of them alone may move away from its mean.",
      "部分池化把一组的各个系数一起移向一个中心（\(centre.joined(separator: "；"))）；一组自身数据的信息越少，移得越多，其中单个系数也可能远离自己的均值。")
  }
}
