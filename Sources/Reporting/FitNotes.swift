import MixedModels
import ModelFormula
import Tables

extension LinearMixedModelFit {
  /// What a fit wants to say beside its numbers, a line each: rows left out, columns dropped, boundaries, doubts about the optimum.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes = diagnostics.omittedRows > 0 ? [omittedRowsNote(diagnostics.omittedRows, in: language)] : []
    notes += droppedColumnsNotes(diagnostics.droppedColumns, words)
    notes += doubleBarNotes(model.frame.doubleBarFactors, words)
    notes += diagnostics.boundaries.map { $0.sentence(in: language) }
    if !diagnostics.unseenEffects.isEmpty {
      let names = diagnostics.unseenEffects.joined(separator: ", ")
      notes.append(
        words.pick(
          "undetermined variance: the fixed effects already fit \(names) wherever it varies between groups, so REML says "
            + "nothing of its variance, which is shown as 0; take it out of the random part",
          "方差无法确定：固定效应已经拟合了 \(names) 的全部组间变化，REML 对它的方差没有信息，这里显示为 0；请把它从随机部分中去掉"))
    }
    if diagnostics.isFlat {
      notes.append(
        words.pick(
          "undetermined fit: the criterion is flat along some combination of the variances, so these data do not determine "
            + "them all; the variances shown, and standard errors that depend on them, are one choice of many: use fewer "
            + "random effects",
          "拟合无法确定：准则沿方差的某一组合是平坦的，数据不足以确定全部方差；这里的方差及依赖它们的标准误只是许多可能之一：请减少随机效应"))
    }
    if diagnostics.isUnbounded {
      notes.append(
        words.pick(
          "unbounded criterion: fixed and random effects together can fit every row, and the criterion falls on as the residual standard "
            + "deviation goes to 0; the fit shown is a local optimum: use fewer random effects, or more rows",
          "准则无界：固定效应与随机效应合在一起可以拟合每一行，残差标准差趋于 0 时准则一直下降；这里给出的是一个局部最优：请减少随机效应或增加数据"))
    }
    if diagnostics.hasNoResiduals {
      notes.append(
        words.pick(
          "boundary fit: the estimated residual standard deviation is as good as zero: fixed and random effects together fit every row, and "
            + "the criterion levels off on the way there; the variances shown are one choice of many: use fewer random effects, or more rows",
          "边界拟合：估计的残差标准差几乎为零：固定效应与随机效应合在一起拟合了每一行，准则在趋于零时不再变化；这里的方差只是许多可能之一：请减少随机效应或增加数据"))
    }
    if diagnostics.isImprecise, !diagnostics.hasNoResiduals {
      notes.append(
        words.pick(
          "precision: the residuals are so small beside the response that sums of products have lost digits; of the variances a few may be "
            + "right, and a term's may be missed altogether: fit the terms one factor at a time",
          "精度：残差相对因变量极小，乘积之和已经丢失有效位数；方差只有几位可信，某一项的方差甚至可能被漏掉：请一次只拟合一个分组因子"))
    }
    if diagnostics.criterionError > 0 {
      let error = shortNumber(diagnostics.criterionError)
      notes.append(
        words.pick(
          "note: so many levels are not factored exactly: the criterion comes from conjugate gradients and random probes, with a Monte Carlo "
            + "standard error of \(error); standard deviations of single levels are left out (--exact factors all the same)",
          "说明：水平数太多，未作精确分解：准则由共轭梯度与随机探针得到，其蒙特卡罗标准误为 \(error)；各水平的条件标准差略去（--exact 强制精确分解）"))
    }
    if !diagnostics.converged {
      notes.append(
        words.pick(
          "warning: the optimization stopped before its tolerance was reached; treat these numbers with care",
          "警告：优化在达到容差之前停止，请谨慎对待这些数字"))
    }
    return notes
  }
}

extension AnalysisOfVariance {
  /// What stands between the table and its meaning, a line each: terms without a test, empty cells.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes: [String] = []
    if !untestedTerms.isEmpty {
      let names = untestedTerms.joined(separator: ", ")
      notes.append(
        words.pick(
          "note: terms left out of the table because the other terms' columns span theirs: \(names)",
          "说明：以下各项的列可由其他项的列表示，没有可检验的假设，未列入表中：\(names)"))
    }
    if !emptyCells.isEmpty {
      let shown = emptyCells.prefix(8).joined(separator: ", ") + (emptyCells.count > 8 ? ", …" : "")
      notes.append(
        words.pick(
          "note: missing cells: \(shown); type III hypotheses depend on which; interpret with care",
          "说明：缺失的单元格：\(shown)；III 型假设取决于缺哪些单元格，请谨慎解释"))
    }
    return notes
  }
}

extension FitDiagnostics.Boundary {
  /// One sentence: which effect stands on the boundary, and what it means.
  public func sentence(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    switch kind {
    case .zeroVariance:
      return words.pick(
        "boundary fit: the estimated variance of \(effects[0]) in term '\(term)' is zero: the data show no more variation "
          + "between groups than residual noise explains, so this effect is pooled completely",
        "边界上的拟合：项 '\(term)' 中 \(effects[0]) 的方差估计为零：数据中的组间变异并不超过残差噪声所能解释的程度，因此这一效应被完全池化")
    case .perfectCorrelation(let sign):
      let value = sign < 0 ? "−1" : "+1"
      return words.pick(
        "boundary fit: the estimated correlation of \(effects[0]) and \(effects[1]) in term '\(term)' is \(value): "
          + "the groups lie on one line, and the data cannot tell two dimensions of variation apart",
        "边界上的拟合：项 '\(term)' 中 \(effects[0]) 与 \(effects[1]) 的相关系数估计为 \(value)：各组落在一条直线上，数据无法区分两个方向的变异")
    case .combination(let dimensions):
      let names = effects.joined(separator: ", ")
      let count = effects.count
      return words.pick(
        "boundary fit: combinations of \(names) in term '\(term)' have no variance: the groups vary in \(dimensions) dimension\(dimensions == 1 ? "" : "s"), "
          + "and the term has \(count) effects",
        "边界上的拟合：项 '\(term)' 中 \(names) 的某些组合没有方差：各组只在 \(dimensions) 个方向上变化，而该项有 \(count) 个效应")
    }
  }
}

extension ModelFormula {
  /// Doubts about how columns of the data were read, a line each.
  public func notes(on data: DataTable) -> [String] {
    suspectColumns(in: data).map { column in
      "note: column '\(column.name)' is \(column.typeDescription), so it is a factor with a coefficient for each of its "
        + "texts but the first"
    }
  }
}

extension PoolingComparison {
  /// What both fits want to say, and which levels are undetermined, a line each.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes = reml.notes(in: language)
    if !undeterminedLevels.isEmpty {
      let shown =
        undeterminedLevels.prefix(8).joined(separator: ", ") + (undeterminedLevels.count > 8 ? ", …" : "")
      notes.append(
        words.pick(
          "note: the rows of \(shown) do not determine every coefficient; no pooling then keeps the constant and leaves the "
            + "others out, so movement there compares constants of different lines",
          "说明：\(shown) 的行不足以确定全部系数；无池化此时只保留常数项，因此那里的 movement 比较的是不同直线的常数"))
    }
    return notes
      + ml.diagnostics.boundaries.map { words.pick("under ML: ", "极大似然：") + $0.sentence(in: language) }
  }
}

/// Two significant digits.
func shortNumber(_ x: Double) -> String { CommonFormat.texts([x], digits: 2)[0] }

/// The line that says how many rows were left out.
public func omittedRowsNote(_ count: Int, in language: Language = .en) -> String {
  ExplanationWords(language).pick(
    "note: \(count) row\(count == 1 ? "" : "s") with missing values left out", "说明：略去了 \(count) 行含缺失值的数据")
}

/// Which columns of the fixed effects were left out, if any were.
func droppedColumnsNotes(_ columns: [String], _ words: ExplanationWords) -> [String] {
  guard !columns.isEmpty else { return [] }
  let names = columns.joined(separator: ", ")
  return [
    words.pick(
      "note: fixed-effect columns left out because the ones before them span them: \(names)",
      "说明：以下固定效应列可由前面的列线性表示，已略去：\(names)")
  ]
}

/// What `||` did with factors, if it met any.
func doubleBarNotes(_ factors: [String], _ words: ExplanationWords) -> [String] {
  guard !factors.isEmpty else { return [] }
  let names = factors.joined(separator: ", ")
  return [
    words.pick(
      "note: behind || each level of \(names) is a term of its own, without correlations; lme4 keeps a factor's levels in one "
        + "term (--double-bar lme4)",
      "说明：在 || 中，\(names) 的每个水平各成一项，彼此不相关；lme4 把因子的各水平放在同一项里（--double-bar lme4）")
  ]
}
