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
    return left + separation
      + model.factors.filter { $0.levels.count == 2 }.map { factor in
        let names = factor.effectNames.joined(separator: words.pick(", ", "、"))
        return words.pick(
          "'\(factor.name)' has two levels, which say little about a standard deviation between levels: that of \(names) leans on its prior; try another prior (--priors), or take '\(factor.name)' as a predictor",
          "“\(factor.name)”只有两个水平，几乎不能说明水平间的标准差：\(names) 的标准差主要取决于先验；请换一个先验 (--priors) 比较，或把“\(factor.name)”作为预测变量"
        )
      }
  }
}
