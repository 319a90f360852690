import MixedModels
import ModelFormula
import Tables

extension GeneralizedLinearModelFit {
  /// What a fit wants to say beside its numbers, a line each: rows left out, which level is success,
  /// separation, the boundary of θ.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes = omittedCount > 0 ? [omittedRowsNote(omittedCount, in: language)] : []
    if let levels = successLevels { notes.append(levels.note(in: language)) }
    notes += cbindWeightsNotes(formulaText, roles, words)
    notes += separation?.sentences(in: language, isBinomial: family.word == "binomial") ?? []
    if isPoissonLimit {
      notes.append(
        words.pick(
          "boundary fit: given the predictors the counts vary no more than Poisson's distribution allows, so theta has no finite estimate and the "
            + "fit is that of family poisson",
          "边界上的拟合：给定预测变量后，计数的变异不超过泊松分布，因此 theta 没有有限的估计，这里就是泊松模型的拟合"))
    }
    if !converged {
      notes.append(
        words.pick(
          "warning: the iteration stopped before its steps were small; treat these numbers with care",
          "警告：迭代在步长足够小之前停止，请谨慎对待这些数字"))
    }
    return notes
  }
}

extension GroupwiseGeneralizedModels {
  /// What the fits of levels want to say, in one line a matter: where estimates have no finite value.
  public var notes: [String] {
    let separated = fits.filter { $0.fit.separation != nil }.map(\.level)
    guard !separated.isEmpty else { return [] }
    let shown = separated.prefix(8).joined(separator: ", ") + (separated.count > 8 ? ", …" : "")
    return [
      "separation: by themselves \(separated.count) of \(fits.count) levels of \(groupingFactor) (\(shown)) give estimates without a finite value, shown "
        + "where the iteration stopped; partial pooling has finite ones"
    ]
  }
}

extension Separation {
  /// One sentence a cause, and one about what it means.
  /// - Parameter isBinomial: whether ends are failures and successes, not counts of 0.
  public func sentences(in language: Language = .en, isBinomial: Bool) -> [String] {
    let words = ExplanationWords(language)
    if let commonEnd { return [constantResponse(commonEnd, words, isBinomial)] }
    let shown = 8
    var lines = causes.prefix(shown).map { cause($0, words, isBinomial) }
    if causes.count > shown {
      lines.append(
        words.pick(
          "separation: \(causes.count - shown) more columns in the same way",
          "分离：另有 \(causes.count - shown) 列情况相同"))
    }
    lines.append(
      words.pick(
        "separation: \(rowCount) of \(observationCount) rows are fitted without error, and the likelihood rises without end as "
          + limits(words)
          + "; these estimates and their standard errors are where the iteration stopped and mean nothing: leave the predictor "
          + "out, join levels, or let the coefficients vary between groups in a random-effects term",
        "分离：\(observationCount) 行中有 \(rowCount) 行被无误差地拟合，似然随 " + limits(words)
          + " 一直上升；这些估计及其标准误只是迭代停下的地方，没有意义：请去掉该预测变量、合并水平，或让系数作为随机效应在组间变化"))
    return lines
  }

  private func constantResponse(
    _ isSuccess: Bool, _ words: ExplanationWords, _ isBinomial: Bool
  ) -> String {
    let all =
      isBinomial
      ? words.pick(
        "all \(observationCount) rows are \(isSuccess ? "successes" : "failures")",
        "全部 \(observationCount) 行都是\(isSuccess ? "成功" : "失败")")
      : words.pick("all \(observationCount) rows have a count of 0", "全部 \(observationCount) 行的计数都是 0")
    return words.pick(
      "separation: \(all), so the likelihood has no maximum and nothing can be estimated, whatever the predictors; the numbers shown are where "
        + "the iteration stopped and mean nothing: responses of more than one kind are needed",
      "分离：\(all)，因此似然没有最大值，无论用什么预测变量都无法估计；这里的数字只是迭代停下的地方，没有意义：需要有不止一种结果的数据")
  }

  /// Where coefficients run to: together where several columns are needed, each where one is enough.
  private func limits(_ words: ExplanationWords) -> String {
    var seen: Set<String> = []
    var texts: [String] = []
    // What separates most rows first: it may name the columns of others.
    for cause in causes.sorted(by: { $0.columns.count > $1.columns.count }) {
      // Of all rows told apart a constant may go either way.
      let constant = cause.constantSign == 0 || isComplete ? [] : [("(Intercept)", cause.constantSign)]
      let own = (constant + zip(cause.columns, cause.signs)).filter { seen.insert($0.0).inserted }
      if own.isEmpty { continue }
      let parts = own.map { "\($0.0) → \($0.1 < 0 ? "−∞" : "+∞")" }
      texts.append(
        cause.columns.count == 1
          ? parts.joined(separator: ", ")
          : parts.count == 2
            ? parts.joined(separator: words.pick(" together with ", " 连同 "))
            : words.list(parts) + (parts.count > 2 ? words.pick(" together", "一起") : ""))
    }
    let most = 6
    let rest =
      texts.count > most ? words.pick(" and \(texts.count - most) more", " 等 \(texts.count) 个系数") : ""
    return texts.prefix(most).joined(separator: ", ") + rest
  }

  /// What rows of a cell have: `x ≥ 1`, of columns of indicators `f = c and k = w`, or `f other than c`.
  private func place(_ cell: Cell, of cause: Cause, _ words: ExplanationWords) -> String {
    var texts: [String] = []
    var without: [(factor: String, left: [String], gone: [String])] = []
    for (j, column) in cause.columns.enumerated() {
      let (least, greatest) = (cell.least[j], cell.greatest[j])
      let levels = levels(of: column)
      if !levels.isEmpty, least == 1, greatest == 1 {
        texts.append(words.list(levels.map { "\($0.factor) = \($0.level)" }))
      } else if levels.count == 1, least == 0, greatest == 0 {
        let own = levels[0]
        let place =
          without.firstIndex { $0.factor == own.factor } ?? without.endIndex
        if place == without.endIndex { without.append((own.factor, own.levels, [])) }
        without[place].left.removeAll { $0 == own.level }
        without[place].gone.append(own.level)
      } else {
        let (low, high) = (shortestText(least), shortestText(greatest))
        texts.append(
          low == high ? "\(column) = \(low)" : cell.isAbove ? "\(column) ≥ \(low)" : "\(column) ≤ \(high)")
      }
    }
    for (factor, left, gone) in without {
      texts.append(
        left.count == 1
          ? "\(factor) = \(left[0])"
          : words.pick(
            "\(factor) other than \(gone.joined(separator: ", "))",
            "\(factor) ≠ \(gone.joined(separator: "、"))"))
    }
    return texts.joined(separator: ", ")
  }

  private func cause(_ cause: Cause, _ words: ExplanationWords, _ isBinomial: Bool) -> String {
    let names = cause.columns.joined(separator: ", ")
    guard !cause.cells.isEmpty else {
      return words.pick(
        "separation: together \(names) tell "
          + (isBinomial ? "successes from failures" : "counts of 0 from others")
          + " without error in \(cause.rowCount) rows",
        "分离：\(names) 合在一起在 \(cause.rowCount) 行中无误差地区分了" + (isBinomial ? "成功与失败" : "零计数与其他计数"))
    }
    let parts = cause.cells.map { cell -> String in
      let place = self.place(cell, of: cause, words)
      let rows = cell.rowCount
      if !isBinomial {
        return words.pick("all \(rows) rows with \(place) have a count of 0", "\(place) 的 \(rows) 行计数全为 0")
      }
      return words.pick(
        "all \(rows) rows with \(place) are \(cell.isSuccess ? "successes" : "failures")",
        "\(place) 的 \(rows) 行全为\(cell.isSuccess ? "成功" : "失败")")
    }
    return words.pick("separation: ", "分离：") + parts.joined(separator: words.pick("; ", "；"))
  }
}
