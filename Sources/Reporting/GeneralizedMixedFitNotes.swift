import MixedModels
import ModelFormula

extension GeneralizedLinearMixedModelFit {
  /// What a fit wants to say beside its numbers, a line each: rows left out, which level is success, columns dropped, which weights the determinant has,
  /// boundaries, separation, overdispersion, what Laplace's approximation leaves out, where quadrature stopped.
  /// - Parameter showsStandardErrors: whether standard errors of parameters stand beside the notes.
  public func notes(in language: Language = .en, showsStandardErrors: Bool = true) -> [String] {
    let words = ExplanationWords(language)
    var notes = diagnostics.omittedRows > 0 ? [omittedRowsNote(diagnostics.omittedRows, in: language)] : []
    if let levels = model.frame.successLevels { notes.append(levels.note(in: language)) }
    notes += droppedColumnsNotes(diagnostics.droppedColumns, words)
    notes += doubleBarNotes(model.frame.doubleBarFactors, words)
    if !family.isCanonical(link) {
      notes.append(
        determinant == .expected
          ? words.pick(
            "note: the determinant of the approximation has expected (Fisher) weights, as in lme4; --laplace observed takes the second derivative, as in TMB",
            "说明：近似中的行列式采用期望（Fisher）权重，与 lme4 相同；--laplace observed 改用二阶导数，与 TMB 相同")
          : words.pick(
            "note: the determinant of the approximation has observed weights, as in TMB; lme4 takes the expected ones",
            "说明：近似中的行列式采用观测权重，与 TMB 相同；lme4 采用期望权重"))
    }
    notes += diagnostics.boundaries.map { $0.generalizedSentence(in: language) }
    notes += diagnostics.separation?.sentences(in: language, isBinomial: family.word == "binomial") ?? []
    if diagnostics.hasDivergentVariance {
      notes.append(
        words.pick(
          "divergent variance: a standard deviation of the random effects has grown beyond what data can tell from a larger one: nearly every group has one "
            + "kind of response; the numbers shown are where the search stopped and mean nothing: use groups with more rows, or leave the effect out",
          "方差发散：随机效应的某个标准差已大到数据无法与更大的值区分：几乎每组都只有一种结果；这里的数字只是搜索停下的地方，没有意义：请用行数更多的组，或去掉该效应"))
    }
    if diagnostics.isPoissonLimit {
      notes.append(
        words.pick(
          "boundary fit: given predictors and groups the counts vary no more than Poisson's distribution allows, so theta has no finite estimate and the fit "
            + "is that of family poisson",
          "边界上的拟合：给定预测变量与组后，计数的变异不超过泊松分布，因此 theta 没有有限的估计，这里就是泊松模型的拟合"))
    }
    if !diagnostics.converged {
      notes.append(
        words.pick(
          "warning: the search stopped before its tolerance was reached; treat these numbers with care",
          "警告：搜索在达到容差之前停止，请谨慎对待这些数字"))
    }
    if showsStandardErrors, !usesHessian, nodeCount > 0, diagnostics.hasMaximum {
      notes.append(
        words.pick(
          "note: the Hessian over all parameters is not positive definite; standard errors hold the variances at their estimates (lme4's RX variant)",
          "说明：全部参数的 Hessian 不是正定的；标准误把方差固定在估计值上（lme4 的 RX 版本）"))
    }
    if family == .binomial, model.frame.binomial?.trials.allSatisfy({ $0 == 1 }) == true,
      let f = model.observationLevelFactors.first
    {
      let name = model.factors[f].name
      notes.append(
        words.pick(
          "note: '\(name)' has a level for each row of 0 and 1, which say nothing of its variance; the number shown is where the approximation has it: leave "
            + "the term out",
          "说明：'\(name)' 对每个 0/1 行各有一个水平，数据对其方差没有信息；显示的数字只是近似的产物：请去掉该项"))
    }
    notes += cbindWeightsNotes(model.frame.formula.text, model.frame.roles, words)
    // Beside numbers that mean nothing it does not matter how exact they are.
    if !diagnostics.hasMaximum { return notes }
    return notes + approximationNotes(words) + overdispersionNotes(words)
  }

  /// Where quadrature stopped, or how far Laplace's approximation is from it.
  private func approximationNotes(_ words: ExplanationWords) -> [String] {
    if let convergence = quadratureConvergence {
      let (nodes, move) = (convergence.nodes.last ?? 1, shortNumber(convergence.lastMove))
      return [
        convergence.isReached
          ? words.pick(
            "note: \(nodes) nodes for each random effect; the last doubling moved -2 log L by \(move)",
            "说明：每个随机效应 \(nodes) 个节点；最后一次加倍使 −2 log L 变动 \(move)")
          : words.pick(
            "note: quadrature stopped at \(nodes) nodes for each random effect: twice as many would be "
              + (model.randomColumns.count > 1 && nodes < 512
                ? "more than 100000 points a group"
                : "more than 1000 nodes, which double precision cannot use")
              + "; the last doubling still moved -2 log L by \(move)",
            "说明：积分停在每个随机效应 \(nodes) 个节点：再加倍会"
              + (model.randomColumns.count > 1 && nodes < 512 ? "超过每组 100000 个点" : "超过双精度所能用的 1000 个节点")
              + "；最后一次加倍仍使 −2 log L 变动 \(move)")
      ]
    }
    guard let error = laplaceError, error.largestShift > 0.2,
      let worst = error.shifts.indices.max(by: { abs(error.shifts[$0]) < abs(error.shifts[$1]) })
    else { return [] }
    let size = shortNumber(error.largestShift)
    let names = model.fixedEffectNames + model.thetaNames
    return [
      words.pick(
        "note: groups are small for Laplace's approximation: by quadrature \(names[worst]) would move by about \(size) of its standard errors; --agq auto "
          + "integrates to full accuracy",
        "说明：各组太小，拉普拉斯近似不够准：改用求积，\(names[worst]) 将移动约 \(size) 个标准误；--agq auto 可积分到完全的精度")
    ]
  }

  private func overdispersionNotes(_ words: ExplanationWords) -> [String] {
    guard let overdispersion, overdispersion.ratio > 1.2, overdispersion.pValue < 0.01 else { return [] }
    let ratio = shortNumber(overdispersion.ratio)
    return [
      words.pick(
        "note: the responses vary more than the family allows: Pearson's statistic is \(ratio) times its degrees of freedom; "
          + (family.word == "binomial"
            ? "an effect of each row, (1 | row), takes this up"
            : "--family negative-binomial, or an effect of each row, (1 | row), takes this up"),
        "说明：因变量的变异超过分布族所允许的：Pearson 统计量是其自由度的 \(ratio) 倍；"
          + (family.word == "binomial"
            ? "每行一个效应 (1 | row) 可以吸收它" : "--family negative-binomial 或每行一个效应 (1 | row) 可以吸收它"))
    ]
  }
}

extension FitDiagnostics.Boundary {
  /// One sentence for a model on the scale of a link, where there is no residual noise.
  func generalizedSentence(in language: Language) -> String {
    guard kind == .zeroVariance else { return sentence(in: language) }
    return ExplanationWords(language).pick(
      "boundary fit: the estimated variance of \(effects[0]) in term '\(term)' is zero: beside the rest of the model its groups differ no more than the "
        + "chance of their responses explains, so this effect is pooled completely",
      "边界上的拟合：项 '\(term)' 中 \(effects[0]) 的方差估计为零：在模型其余部分之外，其各组的差异并不超过响应本身的随机性所能解释的程度，因此这一效应被完全池化")
  }
}

/// What weights are beside `cbind(successes, failures)`, whose sum has the trials already.
func cbindWeightsNotes(_ formulaText: String, _ roles: ColumnRoles, _ words: ExplanationWords) -> [String] {
  guard let weights = roles.weights, formulaText.hasPrefix("cbind(") else { return [] }
  return [
    words.pick(
      "note: successes and failures of a row are multiplied by '\(weights)', as in R; if that is the number of trials, leave --weights out: cbind has "
        + "it already",
      "说明：与 R 相同，每行的成功数与失败数都乘以 '\(weights)'；如果它是试验次数，请去掉 --weights：cbind 中已经包含")
  ]
}

extension SuccessLevels {
  /// Which level counts as success.
  func note(in language: Language) -> String {
    ExplanationWords(language).pick(
      "note: '\(success)' counts as success, '\(failure)' as failure", "说明：'\(success)' 为成功，'\(failure)' 为失败")
  }
}
