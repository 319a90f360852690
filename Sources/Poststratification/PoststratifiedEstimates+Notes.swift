import MixedModels
import Reporting
import Tables

extension PoststratifiedEstimates {
  /// What a reader should know beside the numbers, a line a matter: what the fit wants to say, terms too many, people whom the census does not count,
  /// areas that nobody was asked in.
  public func notes(in language: Language = .en) -> [String] {
    let words = MRPWords(language: language)
    return fitNotes(language) + redundancyNotes(words) + censusNotes(words) + coverageNotes(words)
  }

  private func fitNotes(_ language: Language) -> [String] {
    if let posterior { return posteriorNotes(posterior, language) }
    return switch fit {
    case .linear(_, let fit):
      fit.omittedCount > 0 ? [omittedRowsNote(fit.omittedCount, in: language)] : []
    case .generalized(_, let fit): fit.notes(in: language)
    case .linearMixed(let fit): fit.notes(in: language)
    case .generalizedMixed(let fit): fit.notes(in: language, showsStandardErrors: false)
    }
  }

  /// What intervals of a posterior hold, and whether its draws are enough; of the fit behind them only its rows are told.
  private func posteriorNotes(_ posterior: BayesianReport, _ language: Language) -> [String] {
    let words = MRPWords(language: language)
    let omitted = fit.frame.omittedCount
    return (omitted > 0 ? [omittedRowsNote(omitted, in: language)] : []) + [
      words.either(
        "note: estimates are posterior means; intervals hold what the survey leaves open of coefficients, effects and variances, under the priors",
        "说明：估计为后验均值；区间包含在所设先验下调查对系数、效应与方差都未能确定的部分")
    ] + posterior.strategyNotes(in: language)
  }

  private func redundancyNotes(_ words: MRPWords) -> [String] {
    var notes = redundantTerms.map { redundancyNote($0, words) }
    if posterior == nil, let lean = leanFormula {
      notes.append(
        words.either(
          "note: the same estimates without these terms: \(lean)", "说明：去掉这些项，估计不变：\(lean)"))
    }
    return notes
  }

  private func redundancyNote(_ term: RedundantTerm, _ words: MRPWords) -> String {
    let other = term.spannedBy ?? ""
    return switch term.reason {
    case .fixedEffects:
      words.either(
        "overparameterised: \(term.term) adds nothing to the fixed effects, which have a constant for every level of \(term.factor) already; nothing is left for its variance (maximum likelihood has it at 0)",
        "过参数化：\(term.term) 对固定效应没有增加任何内容，后者已经为 \(term.factor) 的每个水平设有常数；没有留下什么给它的方差（极大似然把它估计为 0）")
    case .sameGroups:
      words.either(
        "overparameterised: \(term.term) adds nothing to \(other): both have the same groups, and the latter has a constant for each of them already; data cannot tell the two apart",
        "过参数化：\(term.term) 对 \(other) 没有增加任何内容：两者的分组完全相同，而后者已经为每组设有常数；数据无法区分二者")
    case .covarianceMatrix:
      words.either(
        "overparameterised: \(term.term) adds nothing to \(other), whose covariance matrix has a free variance for every such cell already; data cannot tell the two apart",
        "过参数化：\(term.term) 对 \(other) 没有增加任何内容，后者的协方差矩阵已经为每个这样的单元格留有自由的方差；数据无法区分二者")
    case .variances:
      words.either(
        "overparameterised: \(term.term) adds nothing to \(other), which have a variance for every such cell already; data cannot tell them apart",
        "过参数化：\(term.term) 对 \(other) 没有增加任何内容，后者已经为每个这样的单元格设有方差；数据无法区分它们")
    }
  }

  private func censusNotes(_ words: MRPWords) -> [String] {
    var notes: [String] = []
    let (repeated, identical) = (coverage.repeatedRows, coverage.identicalRows)
    if repeated > 0 {
      notes.append(
        words.either(
          "note: \(words.count(repeated, "row", "rows", "")) of the census \(repeated == 1 ? "repeats" : "repeat") the cell of an earlier row; the counts of one cell are added",
          "说明：普查中有 \(words.count(repeated, "", "", "行"))与前面的行属于同一单元格；同一单元格的计数相加"))
    }
    if identical > 0 {
      notes.append(
        words.either(
          "warning: \(words.count(identical, "row", "rows", "")) of the census \(identical == 1 ? "is" : "are") the same as an earlier row in every column, \(census.countColumn) included: a row may stand twice by mistake",
          "警告：普查中有 \(words.count(identical, "", "", "行"))与前面的行在所有列（包括 \(census.countColumn)）上完全相同：可能有行被误写了两次")
      )
    }
    return notes
  }

  private func coverageNotes(_ words: MRPWords) -> [String] {
    var notes: [String] = []
    for new in coverage.newLevels {
      let levels = words.some(new.levels)
      if posterior != nil {
        notes.append(
          words.either(
            "note: nobody in the survey is of \(new.factor) \(levels) (\(words.percent(new.share)) of the people): effects there are drawn from their distribution, anew in every draw",
            "说明：调查中没有 \(new.factor) 的 \(levels)（占人口 \(words.percent(new.share))）：每次抽样都从其分布重新抽取那里的效应"
          ))
        continue
      }
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
