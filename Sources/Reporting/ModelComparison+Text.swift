import Estimates
import MixedModels
import Tables

extension ModelComparison {
  private var hasMixtures: Bool {
    rows.contains { if case .mixture = $0.test?.null { true } else { false } }
  }

  /// The table as R's `anova` prints it for several models; where a variance is tested at the boundary of its range, with the p value of the
  /// mixture beside the naive one.
  public func text(dataName: String = "df") -> String {
    let digits = 5
    func zapped(_ values: [Double]) -> [String] {
      CommonFormat.texts(DecimalText.zapped(values, digits: digits), digits: digits)
    }
    /// Texts of the rows that have a number, blanks for the others.
    func sparse(_ values: [Double?], _ format: ([Double]) -> [String]) -> [String] {
      var texts = format(values.compactMap { $0 }.filter { !$0.isNaN })[...]
      return values.map { value in value.map { $0.isNaN } ?? true ? "" : texts.removeFirst() }
    }
    let tests = rows.map(\.test)
    let naive = tests.map { $0?.naivePValue }
    let shown = tests.map { $0?.pValue }
    var columns = [
      ("npar", rows.map { String($0.parameterCount) }), ("AIC", zapped(rows.map(\.aic))),
      ("BIC", zapped(rows.map(\.bic))), ("logLik", zapped(rows.map(\.logLikelihood))),
      ("deviance", zapped(rows.map(\.deviance))),
      (
        "Chisq",
        sparse(tests.map { $0?.statistic }) { values in
          CommonFormat.texts(values.map { DecimalText.rounded($0, decimals: digits - 1) }, digits: digits)
        }
      ),
      ("Df", tests.map { $0.map { String($0.degreesOfFreedom) } ?? "" }),
      ("Pr(>Chisq)", sparse(naive) { PValueText.texts($0, digits: digits - 1) }),
    ]
    if hasMixtures {
      columns.append(("Pr(boundary)", sparse(shown) { PValueText.texts($0, digits: digits - 1) }))
    }
    // Where the right p value is unknown, the naive one is too large: what it marks is marked rightly.
    let marked = zip(shown, naive).map { $0.map { $0.isNaN } ?? true ? $1 : $0 }
    let (stars, legend) = PValueText.starColumn(marked.map { $0 ?? .nan })
    if let stars { columns.append(("", stars)) }
    let cells = rows.indices.map { row in columns.map { $0.1[row] } }
    return "Data: \(dataName)\nModels:\n" + rows.map { "\($0.name): \($0.formulaText)\n" }.joined()
      + PrintedLayout.matrix(
        rowNames: rows.map(\.name), columnNames: columns.map(\.0), cells: cells, alignment: .right)
      + legend
  }

  /// What the table does not say, a line each: how the models were fitted, what the tests' null distributions are, what is on the
  /// boundary.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    var notes = [
      method == .ml
        ? words.pick(
          "note: all models were fitted by maximum likelihood, so that different fixed parts can be compared",
          "说明：所有模型都按极大似然拟合，这样固定部分不同的模型也可以比较")
        : words.pick(
          "note: the likelihoods are restricted (REML); they compare models with the same fixed part only",
          "说明：这里用的是限制似然（REML），只能比较固定部分相同的模型")
    ]
    for (before, row) in zip(rows, rows.dropFirst()) {
      guard let test = row.test else {
        let flat = [before.name, row.name].filter { undeterminedModels.contains($0) }
        if !flat.isEmpty {
          let names = flat.joined(separator: ", ")
          notes.append(
            words.pick(
              "note: the data do not determine all variances of \(names), so \(row.name) is not tested against \(before.name); use fewer "
                + "random effects",
              "说明：数据不足以确定 \(names) 的全部方差，因此不对 \(row.name) 与 \(before.name) 作检验；请减少随机效应"))
          continue
        }
        notes.append(
          words.pick(
            "note: \(before.name) is not within \(row.name), so there is no test between them; AIC and BIC can be compared",
            "说明：\(before.name) 不是 \(row.name) 的特例，因此两者之间没有检验；可以比较 AIC 与 BIC"))
        continue
      }
      switch test.null {
      case .chiSquared: continue
      case .mixture(let k):
        notes.append(
          words.pick(
            "note: \(row.name) against \(before.name) tests a variance at the boundary of its range, where the statistic is "
              + "½χ²(\(k)) + ½χ²(\(k + 1)) for many groups; the naive p value of χ²(\(test.degreesOfFreedom)) is too large",
            "说明：\(row.name) 对 \(before.name) 检验的是取值范围边界上的方差，组数很多时统计量服从 ½χ²(\(k)) + ½χ²(\(k + 1))；"
              + "按 χ²(\(test.degreesOfFreedom)) 得到的 p 值偏大"))
      case .unknown:
        notes.append(
          words.pick(
            "note: \(row.name) against \(before.name) tests several variances at the boundary at once; the naive p value is too large, "
              + "and no simple distribution is right: add one effect at a time",
            "说明：\(row.name) 对 \(before.name) 同时检验边界上的几个方差；通常的 p 值偏大，且没有简单的分布：请一次只增加一个效应"))
      }
    }
    notes += doubleBarNotes(doubleBarFactors, words)
    if !singularModels.isEmpty {
      let names = singularModels.joined(separator: ", ")
      notes.append(
        words.pick(
          "note: on the boundary of the parameter space: \(names)", "说明：位于参数空间边界上的拟合：\(names)"))
    }
    return notes
  }

  /// One row a model.
  public var tidyTable: DataTable {
    DataTable([
      Column("model", rows.map(\.name)), Column("formula", rows.map(\.formulaText)),
      Column("npar", rows.map(\.parameterCount)), Column("AIC", rows.map(\.aic)),
      Column("BIC", rows.map(\.bic)), Column("logLik", rows.map(\.logLikelihood)),
      Column("deviance", rows.map(\.deviance)),
      Column("statistic", rows.map { $0.test?.statistic ?? .nan }),
      Column("df", .integer(rows.map { $0.test?.degreesOfFreedom })),
      Column("p.value", rows.map { $0.test?.pValue ?? .nan }),
      Column("p.naive", rows.map { $0.test?.naivePValue ?? .nan }),
    ])
  }

  /// The numbers with their addresses `compare.MODEL(.aic .bic .loglik .deviance .npar)` and `test.MODEL(.statistic .df .p .p_naive)`.
  public var estimates: Estimates {
    var all = Estimates()
    for row in rows {
      all.append(
        EstimateRow(
          ["compare", row.name], effect: .scalar, term: row.formulaText,
          [
            .init("deviance", row.deviance), .init("aic", row.aic), .init("bic", row.bic),
            .init("loglik", row.logLikelihood), .init("npar", Double(row.parameterCount)),
          ]))
      guard let test = row.test else { continue }
      all.append(
        EstimateRow(
          ["test", row.name], effect: .scalar, term: row.formulaText,
          [
            .init("statistic", test.statistic), .init("df", Double(test.degreesOfFreedom)),
            .init("p.value", test.pValue), .init("p_naive", test.naivePValue),
          ]))
    }
    return all
  }
}
