import Estimates
import MixedModels
import Tables

extension ModelComparison {
  /// What the column of p values beside the naive ones is called; nil where it would say the same.
  private var ownColumn: String? {
    if simulation.replicates != nil {
      return rows.contains { $0.test?.simulation != nil } ? "Pr(simulated)" : nil
    }
    return rows.contains { $0.test.map { $0.null != .chiSquared || $0.simulation != nil } ?? false }
      ? "Pr(boundary)" : nil
  }

  /// The table as R's `anova` prints it for several models; where a variance is tested at the boundary of its range or the null distribution was
  /// simulated, with its own p value beside the naive one, NA where it is unknown.
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
    if let ownColumn {
      var texts = PValueText.texts(shown.compactMap { $0 }, digits: digits - 1)[...]
      columns.append(
        (
          ownColumn,
          tests.map { test in
            guard let test else { return "" }
            let text = texts.removeFirst()
            return test.degreesOfFreedom == 0 ? "" : text
          }
        ))
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
        // One note below is of all such models.
        if [before.name, row.name].contains(where: { (separatedModels + divergentModels).contains($0) }) {
          continue
        }
        if before.devianceError + row.devianceError > 0 {
          notes.append(
            words.pick(
              "note: the deviances of \(before.name) and \(row.name) are Monte Carlo estimates, and their difference is under ten of its "
                + "standard errors or \(before.name) is not within \(row.name): there is no test between them",
              "说明：\(before.name) 与 \(row.name) 的偏差是蒙特卡罗估计，二者之差不足其标准误的十倍，或 \(before.name) 不是 \(row.name) 的特例：不作检验"
            ))
          continue
        }
        notes.append(
          words.pick(
            "note: \(before.name) is not within \(row.name), so there is no test between them; AIC and BIC can be compared",
            "说明：\(before.name) 不是 \(row.name) 的特例，因此两者之间没有检验；可以比较 AIC 与 BIC"))
        continue
      }
      notes += nullNotes(test, row.name, before.name, words)
    }
    let noisy = rows.filter { $0.devianceError > 0 }
    if !noisy.isEmpty {
      let texts = noisy.map { "\($0.name) \(CommonFormat.texts([$0.devianceError], digits: 2)[0])" }
      notes.append(
        words.pick(
          "note: deviances of models with so many levels are Monte Carlo estimates; their standard errors: "
            + texts.joined(separator: ", ") + " (--exact factors all the same)",
          "说明：水平数太多的模型，其偏差是蒙特卡罗估计，标准误：" + texts.joined(separator: "，") + "（--exact 强制精确分解）"))
    }
    if !separatedModels.isEmpty {
      let names = separatedModels.joined(separator: ", ")
      notes.append(
        words.pick(
          "separation: predictors separate the responses in \(names), so that the likelihood has no maximum: its value is where the iteration stopped, "
            + "AIC and BIC compare nothing, and there is no test; mlm fit says where",
          "分离：在 \(names) 中预测变量把结果完全分开，似然没有最大值：其数值只是迭代停下的地方，AIC 与 BIC 没有可比性，也不作检验；mlm fit 会指出位置"))
    }
    if !divergentModels.isEmpty {
      let names = divergentModels.joined(separator: ", ")
      notes.append(
        words.pick(
          "divergent variance: in \(names) a variance grows without end, so that the likelihood has no maximum: its value is where the search stopped, "
            + "AIC and BIC compare nothing, and there is no test",
          "方差发散：在 \(names) 中某个方差无限增大，似然没有最大值：其数值只是搜索停下的地方，AIC 与 BIC 没有可比性，也不作检验"))
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

  /// Which null distribution a test used. χ² is only spoken of where another test of the table uses something else.
  private func nullNotes(
    _ test: LikelihoodRatioTest, _ large: String, _ small: String, _ words: ExplanationWords
  ) -> [String] {
    guard test.degreesOfFreedom > 0 else { return [] }
    let df = test.degreesOfFreedom
    if let simulation = test.simulation { return [simulationNote(simulation, test, large, small, words)] }
    let few = test.groupCount ?? 0
    let advice =
      test.isRough
      ? words.pick(
        "; \(few) groups are few, so that this is rough: --replicates 1000 simulates the distribution",
        "；只有 \(few) 个组，这只是粗略近似：用 --replicates 1000 可以模拟该分布") : ""
    switch test.null {
    case .chiSquared:
      guard ownColumn != nil || test.isRough else { return [] }
      return [
        words.pick(
          "note: \(large) against \(small) uses χ²(\(df)), the statistic's distribution in large samples"
            + advice,
          "说明：\(large) 对 \(small) 的检验用 χ²(\(df))，即大样本时统计量的分布" + advice)
      ]
    case .mixture(let k):
      return [
        words.pick(
          "note: \(large) against \(small) tests a variance at the boundary of its range, where the statistic is "
            + "½χ²(\(k)) + ½χ²(\(k + 1)) for many groups; the naive p value of χ²(\(df)) is too large"
            + advice,
          "说明：\(large) 对 \(small) 检验的是取值范围边界上的方差，组数很多时统计量服从 ½χ²(\(k)) + ½χ²(\(k + 1))；"
            + "按 χ²(\(df)) 得到的 p 值偏大" + advice)
      ]
    case .unknown:
      return [
        words.pick(
          "note: \(large) against \(small) tests several variances at the boundary at once; the naive p value is too large, and no simple "
            + "distribution is right: add one effect at a time, or simulate the distribution with --replicates 1000",
          "说明：\(large) 对 \(small) 同时检验边界上的几个方差；通常的 p 值偏大，且没有简单的分布："
            + "请一次只增加一个效应，或用 --replicates 1000 模拟该分布")
      ]
    }
  }

  private func simulationNote(
    _ simulated: SimulatedNull, _ test: LikelihoodRatioTest, _ large: String, _ small: String,
    _ words: ExplanationWords
  ) -> String {
    let count = simulated.drawCount
    let failed = simulated.failureCount
    let seed = simulation.seed
    if count == 0 {
      return words.pick(
        "note: \(large) against \(small): none of \(failed) responses drawn from \(small) could be fitted by both models, so there is no p value",
        "说明：\(large) 对 \(small)：从 \(small) 抽取的 \(failed) 个因变量都无法用两个模型拟合，因此没有 p 值")
    }
    let error = DecimalText.readable(simulated.monteCarloError, digits: 2)
    let precision =
      simulated.reachedCount == 0
      ? words.pick(
        "no draw reached the statistic, so p is below about 1/\(count)", "没有一次抽样达到该统计量，因此 p 大约小于 1/\(count)")
      : words.pick("Monte Carlo error \(error)", "蒙特卡洛误差 \(error)")
    switch simulated.source {
    case .exact:
      let naive =
        test.naivePValue > test.pValue && test.null != .chiSquared
        ? words.pick(
          "; the naive p value of χ²(\(test.degreesOfFreedom)) is too large",
          "；按 χ²(\(test.degreesOfFreedom)) 得到的 p 值偏大") : ""
      return words.pick(
        "note: \(large) against \(small) uses \(count) draws from the statistic's exact null distribution (seed \(seed)); \(precision)\(naive)",
        "说明：\(large) 对 \(small) 的检验用统计量精确零分布的 \(count) 次抽样（种子 \(seed)）；\(precision)\(naive)")
    case .bootstrap:
      return words.pick(
        "note: \(large) against \(small) uses a parametric bootstrap: both models fitted to \(count) responses drawn from \(small) "
          + "(seed \(seed)), \(failed) more failed; \(precision)",
        "说明：\(large) 对 \(small) 的检验用参数自助法：从 \(small) 抽取 \(count) 个因变量，两个模型都重新拟合（种子 \(seed)），"
          + "另有 \(failed) 次失败；\(precision)")
    }
  }

  /// One row a model.
  public var tidyTable: DataTable {
    DataTable([
      Column("model", rows.map(\.name)), Column("formula", rows.map(\.formulaText)),
      Column("npar", rows.map(\.parameterCount)), Column("AIC", rows.map(\.aic)),
      Column("BIC", rows.map(\.bic)), Column("logLik", rows.map(\.logLikelihood)),
      Column("deviance", rows.map(\.deviance)), Column("deviance.mcse", rows.map(\.devianceError)),
      Column("statistic", rows.map { $0.test?.statistic ?? .nan }),
      Column("df", .integer(rows.map { $0.test?.degreesOfFreedom })),
      Column("p.value", rows.map { $0.test?.pValue ?? .nan }),
      Column("p.naive", rows.map { $0.test?.naivePValue ?? .nan }),
      Column("null", .text(rows.map { $0.test?.nullWord })),
      Column("mcse", rows.map { $0.test?.simulation?.monteCarloError ?? .nan }),
      Column("draws", .integer(rows.map { $0.test?.simulation?.drawCount })),
    ])
  }

  /// The numbers with their addresses `compare.MODEL(.aic .bic .loglik .deviance .npar)` and `test.MODEL(.statistic .df .p .p_naive)`, with
  /// `.mcse` and `.draws` where the null distribution was simulated.
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
      var numbers: [EstimateRow.Quantity] = [
        .init("statistic", test.statistic), .init("df", Double(test.degreesOfFreedom)),
        .init("p.value", test.pValue), .init("p_naive", test.naivePValue),
      ]
      if let simulation = test.simulation {
        numbers.append(.init("mcse", simulation.monteCarloError))
        numbers.append(.init("draws", Double(simulation.drawCount)))
      }
      all.append(EstimateRow(["test", row.name], effect: .scalar, term: row.formulaText, numbers))
    }
    return all
  }
}

extension LikelihoodRatioTest {
  /// The null distribution behind `pValue` in a word.
  var nullWord: String {
    if let simulation { return simulation.source.rawValue }
    return switch null {
    case .chiSquared: "chisq"
    case .mixture: "mixture"
    case .unknown: "unknown"
    }
  }
}
