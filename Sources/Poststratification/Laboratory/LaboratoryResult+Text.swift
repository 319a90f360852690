import Estimates
import Reporting
import Tables

extension LaboratoryResult {
  /// For a terminal: what was drawn, then for each column its groups and all together, method beside method.
  public func text(in language: Language = .en) -> String {
    let words = MRPWords(language: language)
    return headLines(words).joined(separator: "\n") + "\n"
      + tables.map { "\n" + shown($0, words).text() }.joined() + "\n" + remark(words) + "\n"
  }

  /// The same as Markdown.
  public func markdown(in language: Language = .en) -> String {
    let words = MRPWords(language: language)
    return headLines(words).map { "- \($0)\n" }.joined()
      + tables.map { "\n" + shown($0, words).markdown() }.joined() + "\n" + remark(words) + "\n"
  }

  private func headLines(_ words: MRPWords) -> [String] {
    let what = laboratory
    let size = MRPWords.grouped(Double(what.design.sample?.size ?? 0))
    var lines = [
      words.either("MRP laboratory: ", "MRP 实验：") + what.poststratification.model.formula.text,
      words.either("truth: ", "真实模型：") + what.design.formula.text,
      what.population == .fixed
        ? words.either(
          "\(what.replicates) surveys of \(size) from one population, seed \(what.seed)",
          "从同一总体抽取 \(what.replicates) 次调查，每次 \(size) 人，种子 \(what.seed)")
        : words.either(
          "\(what.replicates) populations, a survey of \(size) from each, seed \(what.seed)",
          "\(what.replicates) 个总体，各抽取一次 \(size) 人的调查，种子 \(what.seed)"),
    ]
    if failures.count > 0 {
      lines.append(
        words.either(
          "\(failures.count) of \(what.replicates) surveys could not be fitted and are left out; the first: \(failures.first ?? "")",
          "\(what.replicates) 次调查中有 \(failures.count) 次无法拟合，未计入；第一个：\(failures.first ?? "")"))
    }
    return lines
  }

  private func remark(_ words: MRPWords) -> String {
    words.either(
      "± Monte Carlo standard error. Of all groups together bias is the mean of the groups' absolute biases. No pooling counts surveys that have somebody in every cell of the group.",
      "± 为蒙特卡洛标准误。“合计”行的偏差是各组偏差绝对值的平均。无池化只计入该组每个单元格都有受访者的调查。")
  }

  private func shown(_ table: Table, _ words: MRPWords) -> TextTable {
    let heads: [TextTable.Head] = [
      .init(table.by), .init("n", .right),
      .init(words.either("truth", "真值"), .right), .init(words.either("method", "方法")),
      .init(words.either("surveys", "可用"), .right), .init(words.either("bias", "偏差"), .right),
      .init(words.either("RMSE", "均方根误差"), .right), .init(words.either("coverage", "覆盖率"), .right),
      .init(words.either("length", "区间长度"), .right),
    ]
    let typical = table.together.map(\.rootMeanSquareError).filter { $0.isFinite && $0 > 0 }.min() ?? 0.01
    var (size, digits) = (typical, 1)
    while size < 1, digits < 12 { (size, digits) = (size * 10, digits + 1) }
    while size >= 10, digits > 0 { (size, digits) = (size / 10, digits - 1) }
    func number(_ x: Double, _ decimals: Int) -> String {
      x.isFinite ? DecimalText.fixed(x, decimals: decimals) : "–"
    }
    func withError(_ x: Double, _ e: Double, _ decimals: Int) -> String {
      number(x, decimals) + (x.isFinite && e.isFinite ? " ± " + number(e, decimals) : "")
    }
    func rows(_ label: [String], _ performances: [Performance]) -> [[String]] {
      zip(Method.allCases, performances).enumerated().map { m, pair in
        let (method, p) = pair
        return (m == 0 ? label : ["", "", ""]) + [
          name(method, words), words.percent(p.available), withError(p.bias, p.biasError, digits),
          withError(p.rootMeanSquareError, p.rootMeanSquareErrorError, digits),
          withError(p.coverage, p.coverageError, 3), number(p.length, digits),
        ]
      }
    }
    var body: [[String]] = []
    for group in table.groups {
      body += rows(
        [group.level, number(group.sampleCount, 1), number(group.truth, digits)], group.performances)
    }
    if table.groups.count > 1 {
      body += rows([words.either("together", "合计"), "", ""], table.together)
    }
    return TextTable(heads, rows: body)
  }

  private func name(_ method: Method, _ words: MRPWords) -> String {
    switch method {
    case .raw: words.either("raw", "原始均值")
    case .noPooling: words.either("no pooling", "无池化")
    case .mrp: "MRP"
    }
  }

  /// One row for each group and method, all groups together as level `*`; everyone has an empty `by`.
  public var table: DataTable {
    var rows: [(by: String, level: String, n: Double, truth: Double, method: Method, p: Performance)] = []
    for table in tables {
      for group in table.groups {
        for (method, p) in zip(Method.allCases, group.performances) {
          rows.append((table.by, group.level, group.sampleCount, group.truth, method, p))
        }
      }
      if table.groups.count > 1 {
        for (method, p) in zip(Method.allCases, table.together) {
          rows.append((table.by, "*", .nan, .nan, method, p))
        }
      }
    }
    return DataTable([
      Column("by", rows.map(\.by)), Column("level", rows.map(\.level)), Column("n", rows.map(\.n)),
      Column("truth", rows.map(\.truth)), Column("method", rows.map(\.method.rawValue)),
      Column("available", rows.map(\.p.available)), Column("bias", rows.map(\.p.bias)),
      Column("bias.mcse", rows.map(\.p.biasError)), Column("rmse", rows.map(\.p.rootMeanSquareError)),
      Column("rmse.mcse", rows.map(\.p.rootMeanSquareErrorError)), Column("coverage", rows.map(\.p.coverage)),
      Column("coverage.mcse", rows.map(\.p.coverageError)), Column("length", rows.map(\.p.length)),
    ])
  }

  /// Every number by its address: `laboratory.province.7.mrp.rmse`, of all groups together `laboratory.province.together.mrp.rmse`, of everyone
  /// `laboratory.overall.raw.bias`; true means as `laboratory.province.7.truth`.
  public var estimates: Estimates {
    var all = Estimates()
    func append(_ address: [String], _ p: Performance) {
      all.append(
        EstimateRow(
          address, effect: .scalar,
          [
            .init("bias", p.bias), .init("bias_mcse", p.biasError), .init("rmse", p.rootMeanSquareError),
            .init("rmse_mcse", p.rootMeanSquareErrorError), .init("coverage", p.coverage),
            .init("coverage_mcse", p.coverageError), .init("length", p.length),
            .init("available", p.available),
          ]))
    }
    let keys = ["raw", "no_pooling", "mrp"]
    for table in tables {
      for group in table.groups {
        let place = table.by.isEmpty ? ["overall"] : [table.by, group.level]
        all.append(
          EstimateRow(
            ["laboratory"] + place, effect: .scalar,
            [.init("truth", group.truth), .init("n", group.sampleCount)]))
        for (key, p) in zip(keys, group.performances) { append(["laboratory"] + place + [key], p) }
      }
      if table.groups.count > 1 {
        for (key, p) in zip(keys, table.together) { append(["laboratory", table.by, "together", key], p) }
      }
    }
    return all
  }
}
