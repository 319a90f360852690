import BayesianModels
import Estimates
import MixedModels
import Tables

extension BayesianReport {
  /// For a terminal: priors, the parameters, and the verdict.
  /// - Parameter levels: whether the levels' coefficients follow.
  public func text(in language: Language = .en, levels: Bool = false) -> String {
    let words = ExplanationWords(language)
    return headLines(words).joined(separator: "\n") + "\n\n" + priorTable(words).text() + "\n"
      + shownTable(words, levels: levels).text() + "\n" + sentence(in: language) + "\n"
  }

  /// The same as Markdown.
  public func markdown(in language: Language = .en, levels: Bool = false) -> String {
    let words = ExplanationWords(language)
    return headLines(words).map { "- \($0)\n" }.joined() + "\n" + priorTable(words).markdown() + "\n"
      + shownTable(words, levels: levels).markdown() + "\n" + sentence(in: language) + "\n"
  }

  private func headLines(_ words: ExplanationWords) -> [String] {
    let model = fit.model.model
    let levels = model.factors.map {
      words.pick("\($0.levels.count) levels of \($0.name)", "\($0.name) 有 \($0.levels.count) 个水平")
    }
    return [
      kindLine(words) + model.formula.text,
      ([words.pick("\(model.frame.response.count) rows", "\(model.frame.response.count) 行")] + levels)
        .joined(separator: words.pick(", ", "，")),
      samplingLine(words),
    ]
  }

  /// Chains, draws, seed and priors in one line.
  func samplingLine(_ words: ExplanationWords) -> String {
    let plan = fit.plan
    if isPrior {
      let count = fit.chainCount * fit.drawCount
      return words.pick(
        "\(count) draws from the priors alone, seed \(plan.seed); priors: \(priorsName)",
        "只从先验抽取 \(count) 次，种子 \(plan.seed)；先验：\(priorsName)")
    }
    let target =
      plan.targetAcceptance == SamplingPlan.defaultTargetAcceptance
      ? "" : words.pick(", target acceptance ", "，目标接受率 ") + shortestText(plan.targetAcceptance)
    return words.pick(
      "\(fit.chainCount) chain\(fit.chainCount == 1 ? "" : "s") of \(fit.drawCount) draw\(fit.drawCount == 1 ? "" : "s") after \(plan.warmup) of warmup\(target), seed \(plan.seed); priors: \(priorsName)",
      "\(fit.chainCount) 条链，预热 \(plan.warmup) 次后各抽 \(fit.drawCount) 次\(target)，种子 \(plan.seed)；先验：\(priorsName)"
    )
  }

  private func kindLine(_ words: ExplanationWords) -> String {
    switch fit.model.likelihood {
    case .linear: return words.pick("Bayesian linear mixed model: ", "贝叶斯线性混合模型：")
    case .knownVariances:
      let column = fit.model.model.frame.roles.standardErrors.map { words.pick(" (\($0))", "（\($0)）") } ?? ""
      return words.pick(
        "Bayesian linear mixed model with known standard errors\(column): ", "标准误已知\(column)的贝叶斯线性混合模型：")
    case .generalized(let model):
      let family = "\(model.family.word), \(model.link.rawValue)"
      return words.pick(
        "Bayesian generalized linear mixed model (\(family)): ", "贝叶斯广义线性混合模型（\(family)）：")
    }
  }

  /// Parameters that share a prior stand together.
  private func priorTable(_ words: ExplanationWords) -> TextTable {
    let (model, priors) = (fit.model.model, fit.model.priors)
    var rows: [[String]] = zip(model.fixedEffectNames, priors.fixedEffects).map { [$0, $1.description] }
    for term in model.terms {
      for (name, k) in zip(term.names, term.columns) {
        rows.append([
          words.pick("sd of \(name) by \(term.label)", "\(name) 在 \(term.label) 间的标准差"),
          priors.deviations[k].description,
        ])
      }
    }
    for (term, shape) in zip(model.terms, priors.correlationShapes) where term.columns.count > 1 {
      rows.append([
        words.pick("correlations by \(term.label)", "\(term.label) 间的相关"),
        "lkj(\(DecimalText.fixed(shape, decimals: shape == shape.rounded() ? 0 : 2)))",
      ])
    }
    if let prior = priors.sigma {
      rows.append([words.pick("residual sd (sigma)", "残差标准差 (sigma)"), prior.description])
    }
    if let prior = priors.dispersion { rows.append([dispersionName, prior.description]) }
    return TextTable(
      [.init(words.pick("parameter", "参数")), .init(words.pick("prior", "先验"))], rows: rows)
  }

  private func shownTable(_ words: ExplanationWords, levels: Bool) -> TextTable {
    let ends = [(1 - level) / 2, (1 + level) / 2].map { BayesianReport.percent($0) }
    let heads: [TextTable.Head] = [
      .init(isPrior ? words.pick("prior of", "先验") : words.pick("posterior of", "后验")),
      .init(words.pick("mean", "均值"), .right),
      .init(words.pick("sd", "标准差"), .right), .init(ends[0], .right),
      .init(words.pick("median", "中位数"), .right), .init(ends[1], .right), .init("R-hat", .right),
      .init("ESS bulk", .right), .init("ESS tail", .right),
    ]
    let shown = summaries.filter { summary in
      switch summary.quantity.kind {
      case .fixed, .deviation, .correlation, .sigma, .dispersion: true
      case .coefficient: levels
      case .effect: false
      }
    }
    return TextTable(
      heads,
      rows: shown.map { summary in
        let found = summary.diagnostics
        let sd = found.standardDeviation ?? 0
        func number(_ x: Double) -> String { BayesianReport.number(x, spread: sd) }
        func size(_ x: Double?) -> String { x.map { DecimalText.fixed($0, decimals: 0) } ?? "-" }
        return [
          label(summary.quantity),
          number(found.mean), number(sd),
          number(summary.quantiles[0]),
          number(summary.quantiles[1]), number(summary.quantiles[2]),
          found.rHat.map { DecimalText.fixed($0, decimals: 3) } ?? "-", size(found.bulkEffectiveSampleSize),
          size(found.tailEffectiveSampleSize),
        ]
      })
  }

  /// What the dispersion parameter is called.
  private var dispersionName: String {
    if case .generalized(let model) = fit.model.likelihood, case .gamma = model.family { return "shape" }
    return "theta"
  }

  /// A row's name: `Days`, `sd(Days | Subject)`, `cor(…)`, `sigma`, `Days[308]`.
  func label(_ quantity: BayesianFit.Quantity) -> String {
    let term = quantity.term ?? ""
    switch quantity.kind {
    case .fixed: return term
    case .deviation: return "sd(\(term) | \(quantity.group ?? ""))"
    case .correlation:
      return "cor(\(quantity.address[2]), \(quantity.address[3]) | \(quantity.group ?? ""))"
    case .sigma: return "sigma"
    case .dispersion: return dispersionName
    case .effect, .coefficient: return "\(term)[\(quantity.level ?? "")]"
    }
  }

  /// Decimals so that a posterior's standard deviation has three digits.
  static func number(_ x: Double, spread: Double) -> String {
    guard x.isFinite else { return "-" }
    guard spread > 0, spread.isFinite else { return DecimalText.fixed(x, decimals: 3) }
    let power = DecimalText.decomposed(spread, digits: 3).power
    if power > 6 || power < -6 { return DecimalText.readable(x, digits: 4) }
    return DecimalText.fixed(x, decimals: max(0, 2 - power))
  }

  static func percent(_ p: Double) -> String {
    let text = DecimalText.fixed(100 * p, decimals: 2)
    var shown = text[...]
    while shown.last == "0" { shown.removeLast() }
    if shown.last == "." { shown.removeLast() }
    return shown + "%"
  }

  /// What the sampler itself says: trajectories cut off at the greatest depth, energies that hardly change.
  private func samplerWarnings(_ words: ExplanationWords) -> String {
    let runs = fit.chains.chains
    let deepest = NoUTurnOptions().maxDepth
    let cut = runs.reduce(0) { $0 + $1.statistics.prefix(fit.drawCount).count { $0.depth >= deepest } }
    var text = ""
    if cut > 0 {
      text += words.pick(
        " \(cut) draw\(cut == 1 ? " was" : "s were") cut off at the greatest tree depth (\(deepest)): the sampler moved in small steps, which costs time more than it hurts; a longer --warmup may help.",
        "有 \(cut) 次抽样达到最大树深度（\(deepest)）：采样器步子太小，主要是费时；加长 --warmup 可能有帮助。")
    }
    let least = runs.map(\.energyFractionOfMissingInformation).filter(\.isFinite).min() ?? 1
    if least < 0.3 {
      text += words.pick(
        " The energy hardly changes from draw to draw (E-BFMI \(DecimalText.fixed(least, decimals: 2)), 0.3 at least is wanted): the tails may be missing; look at the priors of standard deviations.",
        "相邻抽样的能量几乎不变（E-BFMI \(DecimalText.fixed(least, decimals: 2))，应不小于 0.3）：尾部可能缺失；请检查标准差的先验。")
    }
    return text
  }

  /// The verdict, with divergences where there were some, trees cut off and energies that hardly change.
  public func sentence(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    if isPrior {
      return priorsName == NamedPriors.default.rawValue
        ? words.pick(
          "These are independent draws from the priors; of the response only centre and spread were looked at, to scale the default priors.",
          "这些是先验的独立抽样；对响应只看了中心和离散程度，用来确定默认先验的尺度。")
        : words.pick(
          "These are independent draws from the priors: the response was not looked at.",
          "这些是先验的独立抽样：没有看响应。")
    }
    let divergent = fit.divergenceCount
    let isHeavy = !heavyTails.isEmpty
    let nearer = fit.plan.targetAcceptance < 0.95 ? "0.95" : "0.99"
    let warning =
      divergent == 0
      ? ""
      : words.pick(
        " \(verdict == .enough ? "But look here: " : "")\(divergent) of \(fit.drawCount * fit.chainCount) draws diverged (the sampler's steps were too long somewhere), and what lies there may be missing; smaller steps (--target-acceptance \(nearer)), or a prior that keeps standard deviations from extremes, may help.",
        "\(verdict == .enough ? "但请检查：" : "")有 \(divergent) 次抽样（共 \(fit.drawCount * fit.chainCount) 次）发散：采样步长在某处过长，那里的后验可能缺失；减小步长（--target-acceptance \(nearer)），或改用不让标准差取极端值的先验，可能有帮助。"
      )
    func size(_ x: Double?) -> String { x.map { DecimalText.fixed($0, decimals: 0) } ?? "?" }
    func name(_ address: String) -> String {
      let found = summaries.first { Address($0.quantity.address).description == address }
      return found.map { label($0.quantity) } ?? address
    }
    let parts =
      fit.chainCount == 1
      ? words.pick("the chain's halves", "链的前后两半") : words.pick("the chains", "各链")
    let said =
      switch verdict {
      case .enough:
        words.pick(
          "\(divergent == 0 && !isHeavy ? "Enough draws" : "Draws enough in number"): \(parts) agree (every R-hat is below 1.01), and every \(isHeavy ? "median" : "mean") and tail rests on at least 100 independent draws a chain.",
          "\(divergent == 0 && !isHeavy ? "抽样足够" : "抽样次数足够")：\(parts)一致（所有 R-hat 都小于 1.01），每个\(isHeavy ? "中位数" : "均值")和尾部都相当于每条链至少 100 次独立抽样。"
        )
      case .runLonger(let parameter, let bulk, let tail):
        words.pick(
          "Run longer: the draws of \(name(parameter)) are worth only \(size(bulk)) independent ones (\(size(tail)) in the tails); 100 a chain are wanted, so raise --draws.",
          "请延长：\(name(parameter)) 的抽样只相当于 \(size(bulk)) 次独立抽样（尾部 \(size(tail)) 次）；每条链需要 100 次，请增大 --draws。")
      case .lookHere(let parameter, let rHat):
        words.pick(
          "Look here: \(parts) do not agree about \(name(parameter)) (R-hat \(DecimalText.fixed(rHat, decimals: rHat < 1.0105 ? 4 : 3)), 1.01 at most is wanted); raise --warmup and --draws, or look at its prior and its groups.",
          "请检查：\(parts)对 \(name(parameter)) 的结果不一致（R-hat \(DecimalText.fixed(rHat, decimals: rHat < 1.0105 ? 4 : 3))，应不超过 1.01）；请增大 --warmup 和 --draws，或检查其先验与分组。"
        )
      case .undefined(let parameter):
        words.pick(
          "No verdict: the draws of \(name(parameter)) are too few, or not finite, for any diagnostic.",
          "无法判断：\(name(parameter)) 的抽样太少或不是有限数。")
      }
    return said + warning + samplerWarnings(words)
  }
}
