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
    let separation: [String]
    if case .generalized(let model) = fit.model.likelihood, let found = model.separation {
      separation = [found.posteriorSentence(in: language)]
    } else {
      separation = []
    }
    return left + separation + boundNotes(words)
      + model.factors.filter { $0.levels.count == 2 }.map { factor in
        let names = factor.effectNames.joined(separator: words.pick(", ", "、"))
        return words.pick(
          "'\(factor.name)' has two levels, which say little about a standard deviation between levels: that of \(names) leans on its prior; try another prior (--priors), or take '\(factor.name)' as a predictor",
          "“\(factor.name)”只有两个水平，几乎不能说明水平间的标准差：\(names) 的标准差主要取决于先验；请换一个先验 (--priors) 比较，或把“\(factor.name)”作为预测变量"
        )
      }
  }
  /// Share of a uniform prior's range, at either end, that counts as at its bound; and the share of draws there from which on the bound decides.
  private static let (bound, many) = (0.05, 0.15)

  /// Parameters whose posterior is ended by the bound of a uniform prior.
  private func boundNotes(_ words: ExplanationWords) -> [String] {
    let (model, priors) = (fit.model.model, fit.model.priors)
    let fixedCount = model.fixedEffectNames.count
    return fit.quantities.enumerated().compactMap { k, quantity -> String? in
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
      return words.pick(
        "the posterior of \(label(quantity)) leans on \(end), where its prior \(prior) ends (\(share) of the draws lie in the last twentieth of that range): the bound decides, not the data; try a wider prior (--priors)",
        "\(label(quantity)) 的后验紧靠 \(end)，即先验 \(prior) 的边界（\(share) 的抽样落在该范围最外的二十分之一内）：起决定作用的是边界而不是数据；请换一个更宽的先验 (--priors)"
      )
    }
  }
}
