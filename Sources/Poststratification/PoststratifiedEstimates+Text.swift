import Distributions
import MixedModels
import Reporting
import Tables

extension PoststratifiedEstimates {
  /// For a terminal: the model, survey and census in numbers, then a table for everyone and for each column asked for.
  public func text(in language: Language = .en) -> String {
    let words = MRPWords(language: language)
    let head = headLines(words).joined(separator: "\n") + "\n"
    return head
      + shownTables(words).map { "\n" + $0.table.text() + ($0.remark.map { $0 + "\n" } ?? "") }.joined()
  }

  /// The same as Markdown.
  public func markdown(in language: Language = .en) -> String {
    let words = MRPWords(language: language)
    return headLines(words).map { "- \($0)\n" }.joined()
      + shownTables(words).map { "\n" + $0.table.markdown() + ($0.remark.map { "\n\($0)\n" } ?? "") }.joined()
  }

  private func headLines(_ words: MRPWords) -> [String] {
    let frame = fit.frame
    var lines = [
      words.either("Multilevel regression and poststratification: ", "多层回归与事后分层（MRP）：")
        + frame.formula.text,
      modelLine(words),
    ]
    let used = coverage.surveyRows
    var survey =
      words.either("survey: ", "调查：") + words.count(used, "row", "rows", "行")
      + respondents(words)
      + words.either(
        " in \(coverage.seenCellCount) of the census's cells", "，落在普查的 \(coverage.seenCellCount) 个单元格中")
    if coverage.uncountedRows > 0 {
      survey += words.either(
        ", \(coverage.uncountedRows) in cells that the census has not",
        "，\(coverage.uncountedRows) 行在普查没有的单元格中")
    }
    lines.append(survey)
    let people = MRPWords.grouped(census.total)
    var counted =
      words.either(
        "census: \(people) people in \(words.count(coverage.cellCount, "cell", "cells", ""))",
        "普查：\(coverage.cellCount) 个单元格共 \(people) 人")
      + words.either(" of ", "（") + coverage.cellColumns.joined(separator: " × ") + words.either("", "）")
    if coverage.unseenShare > 0 {
      let share = words.percent(coverage.unseenShare)
      counted += words.either(
        "; \(share) of the people live in cells without a respondent", "；\(share) 的人所在单元格没有受访者")
    }
    for new in coverage.newLevels {
      counted += words.either(
        "; new in \(new.factor): \(words.some(new.levels))", "；\(new.factor) 中的新水平：\(words.some(new.levels))")
    }
    lines.append(counted)
    lines.append(intervalLine(words))
    return lines
  }

  /// How many people aggregated rows stand for; nothing where each is one.
  private func respondents(_ words: MRPWords) -> String {
    guard let n = overall.sampleCount, n != coverage.surveyRows else { return "" }
    return words.either(" of ", "，共 ") + words.count(n, "respondent", "respondents", "名受访者")
  }

  private func modelLine(_ words: MRPWords) -> String {
    var parts = posterior == nil ? [] : [words.either("Bayesian", "贝叶斯")]
    switch fit {
    case .linear: parts.append(words.either("linear model", "线性模型"))
    case .linearMixed where posterior != nil:
      parts.append(words.either("linear mixed model", "线性混合模型"))
    case .linearMixed(let fit):
      parts.append(
        words.either("linear mixed model by \(fit.method.rawValue)", "线性混合模型，\(fit.method.rawValue)"))
    case .generalized(_, let fit): parts.append("\(name(fit.family)), \(fit.link.rawValue)")
    case .generalizedMixed(let fit):
      let family = posterior == nil ? name(fit.family) : fit.model.family.name
      parts.append("\(family), \(fit.link.rawValue)")
      if posterior != nil { break }
      parts.append(
        fit.nodeCount > 1
          ? words.either("quadrature with \(fit.nodeCount) nodes", "\(fit.nodeCount) 个求积节点")
          : words.either("Laplace's approximation", "拉普拉斯近似"))
    }
    let groups: [String]
    switch fit {
    case .linearMixed(let fit): groups = fit.model.factors.map { "\($0.name) \($0.levels.count)" }
    case .generalizedMixed(let fit): groups = fit.model.factors.map { "\($0.name) \($0.levels.count)" }
    default: groups = []
    }
    if !groups.isEmpty { parts.append(words.either("groups: ", "组：") + groups.joined(separator: ", ")) }
    return words.either("model: ", "模型：") + parts.joined(separator: words.either("; ", "；"))
  }

  private func name(_ family: ResponseFamily) -> String {
    guard case .negativeBinomial(let theta) = family else { return family.name }
    return "Negative Binomial(\(DecimalText.fixed(theta, decimals: 2)))"
  }

  private func intervalLine(_ words: MRPWords) -> String {
    if drawCount == 0 { return words.either("no intervals (--draws 0)", "没有区间（--draws 0）") }
    let percent = shortestText((100 * level * 1e6).rounded() / 1e6)
    if let posterior {
      let (fit, draws) = (posterior.fit, MRPWords.grouped(Double(drawCount)))
      return words.either(
        "intervals: central \(percent)% of \(draws) draws of all parameters, variances among them; \(fit.chainCount) chains after \(fit.plan.warmup) of warmup, seed \(seed); priors: \(posterior.priorsName)",
        "区间：对全部参数（包括方差）抽取 \(draws) 次，取中央 \(percent)%；\(fit.chainCount) 条链，预热 \(fit.plan.warmup) 次，种子 \(seed)；先验：\(posterior.priorsName)"
      )
    }
    return words.either(
      "intervals: \(percent)% of \(MRPWords.grouped(Double(drawCount))) draws of all effects given the variances, seed \(seed)",
      "区间：给定方差，对全部效应抽取 \(MRPWords.grouped(Double(drawCount))) 次，取 \(percent)%，种子 \(seed)")
  }

  /// Decimals that show about two digits of a typical standard error.
  private var decimals: Int {
    let errors = (tables.flatMap(\.rows) + [overall]).map {
      drawCount > 0 ? $0.standardError : $0.rawStandardError
    }
    .filter { $0.isFinite && $0 > 0 }.sorted()
    guard !errors.isEmpty else { return 3 }
    var (size, decimals) = (sampleQuantile(errors, 0.5), 1)
    while size < 1, decimals < 12 { (size, decimals) = (size * 10, decimals + 1) }
    while size >= 10, decimals > 0 { (size, decimals) = (size / 10, decimals - 1) }
    return decimals
  }

  private func shownTables(_ words: MRPWords) -> [(table: TextTable, remark: String?)] {
    let digits = decimals
    func number(_ x: Double) -> String { x.isFinite ? DecimalText.fixed(x, decimals: digits) : "–" }
    let whole = AreaTable(by: "", rows: [overall])
    let hasTruth = overall.truth != nil
    return ([whole] + tables).map { table in
      var heads: [TextTable.Head] = [
        .init(table.by), .init("n", .right),
        .init(words.either("share", "占比"), .right), .init(words.either("raw", "原始均值"), .right),
        .init(words.either("no pooling", "无池化"), .right), .init("MRP", .right),
      ]
      if drawCount > 0 {
        heads += [
          .init(posterior == nil ? words.either("s.e.", "标准误") : words.either("sd", "标准差"), .right),
          .init(words.either("lower", "下限"), .right),
          .init(words.either("upper", "上限"), .right),
        ]
      }
      if hasTruth { heads.append(.init(words.either("truth", "真值"), .right)) }
      let rows = table.rows.map { row -> [String] in
        var cells = [
          table.by.isEmpty ? words.either("everyone", "全体") : row.level,
          row.sampleCount.map(String.init) ?? "–", words.percent(row.share), number(row.rawMean),
          number(row.cellwiseMean), number(row.estimate),
        ]
        if drawCount > 0 { cells += [number(row.standardError), number(row.lower), number(row.upper)] }
        if let truth = row.truth { cells.append(number(truth)) }
        return cells
      }
      return (
        TextTable(heads, rows: rows), hasTruth && table.rows.count > 1 ? error(table, words, digits) : nil
      )
    }
  }

  /// How far raw means, no pooling and MRP are from the truth: of the groups that have a raw mean, and of those that have every cell.
  private func error(_ table: AreaTable, _ words: MRPWords, _ digits: Int) -> String? {
    func root(_ rows: [AreaEstimate], _ value: (AreaEstimate) -> Double) -> String {
      let square = rows.reduce(0) { $0 + (value($1) - $1.truth!) * (value($1) - $1.truth!) }
      return DecimalText.fixed((square / Double(rows.count)).squareRoot(), decimals: digits)
    }
    func compared(
      _ name: String, _ value: (AreaEstimate) -> Double, _ what: (english: String, chinese: String)
    ) -> String? {
      let rows = table.rows.filter { value($0).isFinite && $0.estimate.isFinite }
      if rows.isEmpty { return nil }
      let part =
        "\(name) \(root(rows, value))" + words.either(", ", "，") + "MRP \(root(rows, \.estimate))"
      return rows.count == table.rows.count
        ? part
        : part
          + words.either(
            " (in the \(rows.count == 1 ? "one group" : "\(rows.count) groups") \(what.english))",
            "（仅计\(what.chinese)的 \(rows.count) 个组）")
    }
    let parts = [
      compared(
        words.either("raw", "原始均值"), \.rawMean, ("with respondents", "有受访者")),
      compared(
        words.either("no pooling", "无池化"), \.cellwiseMean,
        ("with respondents in every cell", "每个单元格都有受访者")),
    ].compactMap { $0 }
    if parts.isEmpty { return nil }
    return words.either("root mean square error: ", "均方根误差：")
      + parts.joined(separator: words.either("; ", "；"))
  }
}
