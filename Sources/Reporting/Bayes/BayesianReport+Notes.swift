import BayesianModels
import MixedModels

extension BayesianReport {
  /// What a reader should know of the data beside the draws: rows and columns left out, separation, a factor of two levels.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    let model = fit.model.model
    let omitted = model.frame.omittedCount
    let left =
      (omitted > 0 ? [omittedRowsNote(omitted, in: language)] : [])
      + droppedColumnsNotes(model.droppedColumns, words)
    if isPrior { return left }
    return left + posteriorNotes(in: language)
  }

  /// What a reader should know before he believes the posterior: separation, priors that decide or disagree, tails, a factor of two levels.
  public func posteriorNotes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    let model = fit.model.model
    let leaning = leaning(words)
    let separation: [String]
    if case .generalized(let model) = fit.model.likelihood, let found = model.separation {
      separation = [found.posteriorSentence(in: language)]
    } else {
      separation = []
    }
    return separation + levelNotes(words) + conflictNotes(words, besides: leaning.map(\.quantity))
      + leaning.map(\.note)
      + tailNotes(words)
      + distanceNotes(words)
      + model.factors.filter { $0.levels.count == 2 }.map { factor in
        let names = factor.effectNames.joined(separator: words.pick(", ", "、"))
        return words.pick(
          "'\(factor.name)' has two levels, which say little about a standard deviation between levels: that of \(names) leans on its prior; try another prior (--priors), or take '\(factor.name)' as a predictor",
          "“\(factor.name)”只有两个水平，几乎不能说明水平间的标准差：\(names) 的标准差主要取决于先验；请换一个先验 (--priors) 比较，或把“\(factor.name)”作为预测变量"
        )
      }
  }

  /// Factors of which fewer than three levels set a bound to standard deviations.
  private func levelNotes(_ words: ExplanationWords) -> [String] {
    guard case .generalized(let model) = fit.model.likelihood else { return [] }
    return model.terms.compactMap { term in
      let factor = model.factors[term.factor]
      let (count, bounding) = (factor.levels.count, model.boundingLevelCount(of: term))
      guard bounding < 3, bounding < count else { return nil }
      let names = term.names.joined(separator: words.pick(", ", "、"))
      return words.pick(
        "\(bounding == 0 ? "none" : "only \(bounding)") of the \(count) levels of '\(factor.name)' \(bounding == 1 ? "has" : bounding == 0 ? "has" : "have") responses that its own effects do not tell apart without error (separation by groups): the data set hardly any upper limit to the standard deviation of \(names), and its prior decides; try another one (--priors)",
        "“\(factor.name)”的 \(count) 个水平中，\(bounding == 0 ? "没有一个" : "只有 \(bounding) 个")的响应不能被该水平自身的效应完全分开（组间分离）：数据几乎不给 \(names) 的标准差设上限，起决定作用的是先验；请换一个先验 (--priors) 比较"
      )
    }
  }

  /// Parameters whose priors and data disagree.
  /// - Parameter told: the places of those of which more is told already.
  private func conflictNotes(_ words: ExplanationWords, besides told: [Int]) -> [String] {
    let conflicts = fit.priorConflicts.filter { !told.contains($0.quantity) }.map { conflict in
      let name = label(fit.quantities[conflict.quantity])
      let estimate = DecimalText.readable(conflict.estimate, digits: 4)
      let error = conflict.standardError.map { DecimalText.readable($0, digits: 2) }
      return words.pick(
        "\(name) is \(estimate)\(error.map { " (standard error \($0))" } ?? ""), its prior \(conflict.prior)",
        "\(name) 为 \(estimate)\(error.map { "（标准误 \($0)）" } ?? "")，其先验为 \(conflict.prior)")
    }
    if conflicts.isEmpty { return [] }
    let list = conflicts.joined(separator: words.pick("; ", "；"))
    return [
      words.pick(
        "prior and data disagree: estimated without priors \(list). There the prior has nearly no probability; the posterior is between the two, and standard deviations can grow to make up for the difference; check the prior and its unit (--priors)",
        "先验与数据不一致：不用先验估计时，\(list)。先验在那里几乎没有概率；后验介于两者之间，标准差可能因此变大；请检查先验及其单位 (--priors)"
      )
    ]
  }

  /// From which shape of a tail on a mean is not to be relied on.
  private static let heavy = 0.7

  /// Parameters with tails without a mean, by their draws or by what priors and levels leave.
  var heavyTails: [(name: String, shape: Double)] {
    let fixedCount = fit.model.model.fixedEffectNames.count
    return fit.quantities.enumerated().compactMap { k, quantity in
      switch quantity.kind {
      case .fixed, .sigma, .dispersion: break
      case .deviation:
        if fit.model.hasNoMean(deviation: k - fixedCount) {
          return (label(quantity), max(fit.tailShape(of: k) ?? 1, 1))
        }
      default: return nil
      }
      guard let shape = fit.tailShape(of: k), shape >= Self.heavy else { return nil }
      return (label(quantity), shape)
    }
  }

  /// Parameters whose tails are so heavy that their means say nothing.
  private func tailNotes(_ words: ExplanationWords) -> [String] {
    let found = heavyTails
    guard let most = found.map(\.shape).max() else { return [] }
    let names = found.map(\.name).joined(separator: words.pick(", ", "、"))
    let k = DecimalText.fixed(most, decimals: 2)
    return [
      words.pick(
        "the draws of \(names) have tails so heavy (Pareto's k \(k); 0.7 and more) that their means and standard deviations are not to be relied on, if there are any: read medians and intervals, or take priors that fall",
        "\(names) 的抽样尾部很重（Pareto k 为 \(k)，不小于 0.7），均值和标准差不可靠，甚至可能不存在：请看中位数和区间，或改用会下降的先验")
    ]
  }

  /// Predictors so far from 0 that default priors do not fit the effects that stand there.
  private func distanceNotes(_ words: ExplanationWords) -> [String] {
    let model = fit.model.model
    guard priorsName == NamedPriors.default.rawValue else { return [] }
    let z = model.randomMatrix
    var notes: [String] = []
    for term in model.terms where term.names.contains("(Intercept)") {
      for (name, k) in zip(term.names, term.columns) where name != "(Intercept)" {
        let column = z.column(k)
        let mean = column.reduce(0, +) / Double(max(column.count, 1))
        let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(column.count, 1))
        guard variance > 0, abs(mean) > 10 * variance.squareRoot() else { continue }
        let (centre, sd) = (
          DecimalText.readable(mean, digits: 4), DecimalText.readable(variance.squareRoot(), digits: 2)
        )
        notes.append(
          words.pick(
            "\(name) is far from 0 (mean \(centre), sd \(sd)), where the intercepts of \(term.label) stand: they vary much and go with the slopes there, which the default priors of their standard deviation and correlation do not expect; centre the predictor, e.g. I(\(name) - \(centre))",
            "\(name) 离 0 很远（均值 \(centre)，标准差 \(sd)），而 \(term.label) 的截距正是在 0 处：在那里截距变化很大且与斜率密切相关，默认的标准差先验和相关先验并不适合；请将预测变量中心化，例如 I(\(name) - \(centre))"
          ))
      }
    }
    return notes
  }

  /// Share of a uniform prior's range, at either end, that counts as at its bound; and the share of draws there from which on the bound decides.
  private static let (bound, many) = (0.05, 0.15)

  /// Parameters whose posterior is ended by the bound of a uniform prior.
  private func leaning(_ words: ExplanationWords) -> [(quantity: Int, note: String)] {
    let (model, priors) = (fit.model.model, fit.model.priors)
    let fixedCount = model.fixedEffectNames.count
    return fit.quantities.enumerated().compactMap { k, quantity -> (Int, String)? in
      let prior: Prior? =
        switch quantity.kind {
        case .fixed: priors.fixedEffects[k]
        case .deviation: priors.deviations[k - fixedCount]
        case .sigma: priors.sigma
        case .dispersion: priors.dispersion
        default: nil
        }
      guard let prior, case .uniform(let lower, let upper) = prior else { return nil }
      let reach = Self.bound * (upper - lower)
      let draws = fit.values(of: k)
      let above = draws.count { $0 > upper - reach }
      // A standard deviation may well be 0.
      let below = quantity.kind == .fixed || lower > 0 ? draws.count { $0 < lower + reach } : 0
      guard Double(max(above, below)) > Self.many * Double(draws.count) else { return nil }
      let end = DecimalText.readable(above > below ? upper : lower, digits: 6)
      let share = Self.percent((Double(max(above, below)) / Double(draws.count) * 100).rounded() / 100)
      let note = words.pick(
        "the posterior of \(label(quantity)) leans on \(end), where its prior \(prior) ends (\(share) of the draws lie in the last twentieth of that range): the bound decides, not the data; try a wider prior (--priors)",
        "\(label(quantity)) 的后验紧靠 \(end)，即先验 \(prior) 的边界（\(share) 的抽样落在该范围最外的二十分之一内）：起决定作用的是边界而不是数据；请换一个更宽的先验 (--priors)"
      )
      return (k, note)
    }
  }
}
