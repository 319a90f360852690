import MixedModels
import Reporting
import Tables

extension PoststratifiedEstimates {
  /// What a reader should know beside the numbers, a line a matter: what the fit wants to say, terms too many, people whom the census does not count,
  /// areas that nobody was asked in.
  public func notes(in language: Language = .en) -> [String] {
    let words = MRPWords(language: language)
    return fitNotes(language) + redundancyNotes(words) + coverageNotes(words)
  }

  private func fitNotes(_ language: Language) -> [String] {
    switch fit {
    case .linear(_, let fit):
      fit.omittedCount > 0 ? [omittedRowsNote(fit.omittedCount, in: language)] : []
    case .generalized(_, let fit): fit.notes(in: language)
    case .linearMixed(let fit): fit.notes(in: language)
    case .generalizedMixed(let fit): fit.notes(in: language, showsStandardErrors: false)
    }
  }

  private func redundancyNotes(_ words: MRPWords) -> [String] {
    var notes = redundantTerms.map { term in
      term.spannedBy.map {
        words.either(
          "overparameterised: \(term.term) adds nothing to \($0), whose covariance matrix has a free variance for every such cell already; data cannot tell the two apart",
          "过参数化：\(term.term) 对 \($0) 没有增加任何内容，后者的协方差矩阵已经为每个这样的单元格留有自由的方差；数据无法区分二者")
      }
        ?? words.either(
          "overparameterised: \(term.term) adds nothing to the fixed effects, which have a constant for every level of \(term.factor) already; its variance is not determined",
          "过参数化：\(term.term) 对固定效应没有增加任何内容，后者已经为 \(term.factor) 的每个水平设有常数；它的方差无法确定")
    }
    if let lean = leanFormula {
      notes.append(
        words.either(
          "note: the same estimates without these terms: \(lean)", "说明：去掉这些项，估计不变：\(lean)"))
    }
    return notes
  }

  private func coverageNotes(_ words: MRPWords) -> [String] {
    var notes: [String] = []
    for new in coverage.newLevels {
      let levels = words.some(new.levels)
      notes.append(
        words.either(
          "note: nobody in the survey is of \(new.factor) \(levels) (\(words.percent(new.share)) of the people): effects there are 0 in the estimates and drawn from their distribution in the intervals",
          "说明：调查中没有 \(new.factor) 的 \(levels)（占人口 \(words.percent(new.share))）：估计中其效应取 0，区间中从其分布抽取"))
    }
    if coverage.uncountedRows > 0 {
      let cells = coverage.uncountedCells.joined(separator: "; ")
      notes.append(
        words.either(
          "warning: \(coverage.uncountedRows) rows of the survey are in cells that the census does not count (\(cells)\(coverage.uncountedRows > coverage.uncountedCells.count ? ", …" : "")): they inform the model, and no estimate speaks of them",
          "警告：调查中有 \(coverage.uncountedRows) 行所在的单元格普查没有计数（\(cells) 等）：它们参与拟合，但没有估计代表它们"))
    }
    return notes
  }
}
