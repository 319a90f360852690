import Designs
import Estimates
import MixedModels
import ModelFormula
import Reporting
import Specifications
import Studies
import Tables

extension StudyReport {
  /// All that a reader needs to repeat the study.
  var methods: [String] {
    var parts: [String] = []
    parts += design
    parts.append(gridText)
    parts.append(randomNumbers)
    parts += strategyParts
    parts += estimandParts
    parts += measureDefinitions
    parts.append(failures)
    parts += errorParts
    parts.append(software)
    return parts
  }

  private func paragraph(_ english: String, _ chinese: String, _ text: String) -> String {
    "**\(either(english + ".", chinese + "。"))** \(text)"
  }

  // MARK: design

  private var design: [String] {
    let formula = designs[0].formula
    var parts = [
      paragraph(
        "Design", "设计",
        either(
          "Data were drawn from `\(formula.source)`\(familyText):", "数据按 `\(formula.source)` 抽取\(familyText)："
        ))
    ]
    let data = try? StudyReplay(study, cell: study.cells[0], replicate: 0).data
    if let explained = try? Explanation(of: [formula], data: data, language: language),
      let model = explained.document.items?.first
    {
      let equations = model["equations"]?.items?.compactMap { $0["latex"]?.string } ?? []
      if !equations.isEmpty {
        parts.append(
          "$$\n\\begin{aligned}\n" + equations.map { "&" + $0 }.joined(separator: " \\\\\n")
            + "\n\\end{aligned}\n$$")
      }
      // The explanation's own lines on the symbols.
      let symbols = explained.markdown.split(separator: "\n").filter { $0.hasPrefix("- $") }
      if !symbols.isEmpty { parts.append(symbols.joined(separator: "\n")) }
    }
    parts.append("```text\n\(levelTree)\n```")
    if let predictors = predictorText { parts.append(predictors) }
    let truths = truthTable
    parts.append(either("Table: True values.", "Table: 真值。"))
    parts.append(truths.markdown())
    return parts
  }

  private var familyText: String {
    guard case .gaussian(let law) = designs[0].response.family else { return "" }
    var notes: [String] = []
    switch law.shape {
    case .normal: break
    case .studentT(let df):
      notes.append(either("t residuals with \(shortestText(df)) df", "残差服从自由度 \(shortestText(df)) 的 t 分布"))
    case .skewed(let g):
      notes.append(either("residuals of skewness \(shortestText(g))", "残差偏度为 \(shortestText(g))"))
    }
    if law.spread != .constant {
      notes.append(either("residuals whose spread differs between rows", "残差的散布因行而异"))
    }
    if let serial = law.serial {
      notes.append(
        either(
          "AR(1) residuals of correlation \(shortestText(serial.correlation)) within \(serial.within)",
          "\(serial.within) 内残差为 AR(1)，相关 \(shortestText(serial.correlation))"))
    }
    return notes.isEmpty ? "" : either(", with ", "，") + notes.joined(separator: either(", ", "，"))
  }

  /// Levels as a tree: nested ones below each other, with the numbers that they have in all cells.
  var levelTree: String {
    let node = study.design.node
    let levels = designs[0].levels
    func count(_ level: DesignLevel, _ place: Int) -> String {
      var texts: [String] = []
      for design in designs {
        let text = sizeText(design.levels[place].units)
        if !texts.contains(text) { texts.append(text) }
      }
      let written = writtenSize(node, level.name)
      return (written.map { $0 == texts[0] ? "" : "\($0) = " } ?? "")
        + shortened(texts).joined(separator: ", ")
    }
    var lines: [String] = []
    func add(_ parent: String?, _ indent: String) {
      let own = levels.indices.filter { levels[$0].parent == parent }
      for (k, place) in own.enumerated() {
        let level = levels[place]
        let isLast = k == own.count - 1
        let mark = parent == nil ? "" : isLast ? "└─ " : "├─ "
        let each = parent.map { either(" in each \($0)", "（每个 \($0)）") } ?? ""
        let belongs = level.belongs.map { either(", belongs to \($0.level)", "，属于 \($0.level)") }.joined()
        lines.append("\(indent)\(mark)\(level.name): \(count(level, place))\(each)\(belongs)")
        add(level.name, indent + (parent == nil ? "" : isLast ? "   " : "│  "))
      }
    }
    add(nil, "")
    if case .crossed(let rows)? = designs[0].response.rows {
      let cells =
        switch rows.cells {
        case .all: either("every combination", "全部组合")
        case .fraction(let share):
          either("a random \(shortestText(share)) of the combinations", "随机 \(shortestText(share)) 的组合")
        case .sees(let each, let count): either("\(count) for each \(each)", "每个 \(each) \(count) 个")
        }
      lines.append(
        either(
          "rows: \(rows.levels.joined(separator: " × ")), \(cells), \(rows.perCell) a combination",
          "行：\(rows.levels.joined(separator: " × "))，\(cells)，每个组合 \(rows.perCell) 行"))
    }
    return lines.joined(separator: "\n")
  }

  private func shortened(_ texts: [String]) -> [String] {
    texts.count <= 8 ? texts : Array(texts.prefix(4)) + ["…", texts[texts.count - 1]]
  }

  /// The size of a level as the design's file writes it, where it is a name or arithmetic.
  private func writtenSize(_ node: SpecificationNode, _ level: String) -> String? {
    guard let found = node[path: ["levels", level]] else { return nil }
    let size: SpecificationNode
    switch found.content {
    case .scalar: size = found
    case .mapping:
      guard let inner = found[path: ["size"]], case .scalar = inner.content else { return nil }
      size = inner
    default: return nil
    }
    return try? size.text()
  }

  private func sizeText(_ units: DesignLevel.Units) -> String {
    switch units {
    case .counted(let count): return String(count)
    case .named(let names): return "\(names.count)"
    case .times(let first, let last, _): return either("times \(first) to \(last)", "时点 \(first) 至 \(last)")
    case .nested(_, let law):
      switch law {
      case .fixed(let n): return String(n)
      case .listed(let sizes): return sizes.map(String.init).joined(separator: "/")
      case .uniform(let a, let b): return either("\(a) to \(b), equally likely", "\(a) 至 \(b) 等可能")
      case .lognormal(let mean, let sd, let least, let most):
        return "lognormal(\(shortestText(mean)), \(shortestText(sd))), ≥ \(least)"
          + (most.map { ", ≤ \($0)" } ?? "")
      case .poisson(let mean, let least, let most):
        return "Poisson(\(shortestText(mean))), ≥ \(least)" + (most.map { ", ≤ \($0)" } ?? "")
      case .oneTiny(let size, let tiny):
        return either("\(size), but \(tiny) in the last", "\(size)，最后一组 \(tiny)")
      }
    }
  }

  private var predictorText: String? {
    guard let entries = try? study.design.node[path: ["predictors"]]?.entries(), !entries.isEmpty else {
      return nil
    }
    let list = entries.map { "`\($0.key)`: `\($0.value.canonicalText)`" }.joined(separator: either("; ", "；"))
    return either("Predictors, in the design language: \(list).", "自变量（设计语言）：\(list)。")
  }

  /// The true value of each parameter, over the cells.
  private var truthTable: TextTable {
    var rows: [(address: String, values: [String])] = []
    func add(_ address: String, _ value: Double) {
      let text = shortestText((value * 1e6).rounded() / 1e6)
      if let k = rows.firstIndex(where: { $0.address == address }) {
        if !rows[k].values.contains(text) { rows[k].values.append(text) }
      } else {
        rows.append((address, [text]))
      }
    }
    for design in designs {
      for (name, beta) in zip(design.fixedEffectNames, design.fixedEffects) { add("fixed.\(name)", beta) }
      for term in design.randomTerms {
        for (k, name) in term.effectNames.enumerated() {
          add("random.\(term.label).\(name).sd", term.law.sd[k])
        }
        for a in term.effectNames.indices {
          for b in term.effectNames.indices where b > a {
            add(
              "random.\(term.label).\(term.effectNames[a]).\(term.effectNames[b])", term.law.correlation[a][b]
            )
          }
        }
      }
      if let sigma = design.residualSD { add("residual.sd", sigma) }
    }
    return TextTable(
      [.init(either("parameter", "参数")), .init(either("meaning", "含义")), .init(either("true value", "真值"))],
      rows: rows.map {
        [$0.address, words.estimand($0.address), shortened($0.values).joined(separator: ", ")]
      })
  }

  // MARK: grid, random numbers

  private var gridText: String {
    guard !measured.parameters.isEmpty else {
      return paragraph("Grid", "网格", either("None: one cell.", "无：只有一个单元。"))
    }
    let axes = measured.parameters.map { "\($0.name) ∈ {\($0.values.joined(separator: ", "))}" }.joined(
      separator: either("; ", "；"))
    let full = measured.parameters.reduce(1) { $0 * $1.values.count } == study.cells.count
    return paragraph(
      "Grid", "网格",
      either(
        "\(axes); \(full ? "all combinations" : "the combinations listed in the study's file"), \(counted(study.cells.count, "cell")).",
        "\(axes)；\(full ? "全部组合" : "研究文件所列的组合")，共 \(study.cells.count) 个单元。"))
  }

  private var randomNumbers: String {
    paragraph(
      "Replicates and random numbers", "重复与随机数",
      either(
        "\(counted(study.replicates, "replicate", written: grouped(study.replicates))) a cell, seed \(study.seed). In every replicate the group effects, the predictors and the residuals are drawn anew, and all strategies see the same data. Random numbers come from a counter-based generator (Philox 4×32-10) whose key is the study's seed, a hash of the cell's values and the replicate's number; so they depend on neither the number of threads or machines nor on the rest of the grid, and any replicate can be made again.",
        "每个单元 \(grouped(study.replicates)) 次重复，种子 \(study.seed)。每次重复都重新抽取组效应、自变量与残差，所有策略使用同一份数据。随机数来自计数器式发生器（Philox 4×32-10），其密钥由研究的种子、单元取值的散列与重复的编号组成；所以结果与线程数、机器数以及网格的其余部分无关，任何一次重复都可以重做。"
      ))
  }

  // MARK: strategies

  private var strategyParts: [String] {
    let list = study.strategies.map { strategy in
      let formula = strategy.formula ?? study.formula ?? designs[0].formula.source
      let parts = [
        methodText(strategy.method), "`\(formula)`",
        either("intervals: ", "区间：") + intervalText(strategy.method),
      ]
      return "- `\(strategy.name)`\(either(": ", "："))" + parts.joined(separator: either("; ", "；"))
        + either(".", "。")
    }
    let percent = shortestText(100 * study.level)
    return [
      paragraph(
        "Strategies", "策略",
        either(
          "Intervals have level \(percent)%; power is the share of intervals without 0.",
          "区间水平为 \(percent)%；检验功效是不含 0 的区间所占的比例。")),
      list.joined(separator: "\n"),
    ]
  }

  private func methodText(_ method: PoolingMethod) -> String {
    switch method {
    case .complete: either("one regression for all rows, groups ignored", "所有行一个回归，忽略组")
    case .none:
      either(
        "one regression a group; for the population the mean of the groups' coefficients",
        "每组一个回归；总体取各组系数的均值")
    case .lsdv:
      either(
        "dummies for what varies over groups, the rest in common; one residual variance",
        "随组变化的系数用虚拟变量，其余共用；一个残差方差")
    case .reml: either("multilevel model by restricted maximum likelihood", "多层次模型，限制极大似然")
    case .ml: either("multilevel model by maximum likelihood", "多层次模型，极大似然")
    case .oracle:
      either(
        "multilevel model with the true variances; for `y ~ 1 + (1 | g)` the weighted mean $w_j\\bar y_j + (1 - w_j)\\bar y$",
        "方差取真值的多层次模型；`y ~ 1 + (1 | g)` 时为加权平均 $w_j\\bar y_j + (1 - w_j)\\bar y$")
    }
  }

  private func intervalText(_ method: PoolingMethod) -> String {
    switch method {
    case .complete: return either("t, residual df", "t，残差自由度")
    case .none:
      return either(
        "t with the group's residual df; population and new group: SD of the coefficients, $J - 1$ df",
        "t，该组的残差自由度；总体与新组：系数的标准差，$J - 1$ 个自由度")
    case .lsdv:
      return either(
        "t, residual df; population means and new group as for no pooling", "t，残差自由度；总体均值与新组同无池化")
    case .reml, .ml:
      let fixed =
        study.intervals == .wald
        ? either("normal quantiles", "正态分位数")
        : either(
          "fixed effects: t with Satterthwaite's df; the rest: normal quantiles",
          "固定效应：t，Satterthwaite 自由度；其余：正态分位数")
      return either(
        "\(fixed); group coefficients by the joint standard error of fixed and random part",
        "\(fixed)；组系数用固定与随机部分的联合标准误")
    case .oracle: return either("normal quantiles", "正态分位数")
    }
  }

  // MARK: estimands, measures

  private var estimandParts: [String] {
    let rows = measured.estimands.map { estimand in
      [estimand.address, words.estimand(estimand.address), kindText(estimand.kind)]
    }
    return [
      either("Table: Estimands.", "Table: 估计目标。"),
      TextTable(
        [.init(either("address", "地址")), .init(either("meaning", "含义")), .init(either("kind", "类别"))],
        rows: rows
      ).markdown(),
    ]
  }

  private func kindText(_ kind: Estimand.Kind) -> String {
    switch kind {
    case .parameter: either("parameter of the population", "总体参数")
    case .group: either("one for each group in the data", "数据中每组一个")
    case .newGroup: either("of one more group, drawn beside the data", "数据之外再抽取的一个组")
    }
  }

  private var measureDefinitions: [String] {
    let used = shownMeasures.filter { measure in
      measured.estimands.contains { estimand in
        study.strategies.contains { measured.has(measure, of: estimand.address, by: $0.name) }
      }
    }
    return [
      paragraph(
        "Measures", "指标",
        either(
          "With $r$ replicates, $m_k$ members of the estimand in replicate $k$ (groups; 1 for a parameter), estimate $\\hat\\theta_{kj}$, truth $\\theta_{kj}$ of that replicate and error $e_{kj} = \\hat\\theta_{kj} - \\theta_{kj}$, everything is averaged within a replicate first, $\\overline{x}_k = \\sum_j x_{kj}/m_k$, because replicates are independent and groups within one are not:",
          "设有 $r$ 次重复，第 $k$ 次重复中估计目标有 $m_k$ 个成员（组；参数为 1），估计值 $\\hat\\theta_{kj}$，该次重复的真值 $\\theta_{kj}$，误差 $e_{kj} = \\hat\\theta_{kj} - \\theta_{kj}$。由于各次重复相互独立而同一次重复中的组不独立，先在重复之内取平均 $\\overline{x}_k = \\sum_j x_{kj}/m_k$："
        )),
      used.map { "- \(words.measure($0))\(either(": ", "："))$\(definition($0))$" }.joined(separator: "\n"),
    ]
  }

  /// A measure's formula in LaTeX.
  private func definition(_ measure: Measure) -> String {
    switch measure {
    case .bias: "\\frac{1}{r}\\sum_k \\overline{e}_k"
    case .rmse: "\\sqrt{\\frac{1}{r}\\sum_k \\overline{e^2}_k}"
    case .empiricalSE: "\\sqrt{\\frac{1}{r-1}\\sum_k \\left(e_k - \\bar e\\right)^2}"
    case .modelSE: "\\sqrt{\\frac{1}{r}\\sum_k \\overline{\\mathrm{se}^2}_k}"
    case .coverage: "\\frac{1}{r}\\sum_k \\overline{[\\theta \\in \\mathrm{CI}]}_k"
    case .width: "\\frac{1}{r}\\sum_k \\overline{|\\mathrm{CI}|}_k"
    case .mseVersusComplete:
      "\\sum_k \\overline{e^2}_k \\big/ \\sum_k \\overline{e^2}_k^{\\,\\mathrm{complete}}"
    case .mseVersusNone: "\\sum_k \\overline{e^2}_k \\big/ \\sum_k \\overline{e^2}_k^{\\,\\mathrm{none}}"
    case .nearerThanComplete:
      "\\frac{1}{r}\\sum_k [\\overline{e^2}_k < \\overline{e^2}_k^{\\,\\mathrm{complete}}]"
    case .nearerThanNone: "\\frac{1}{r}\\sum_k [\\overline{e^2}_k < \\overline{e^2}_k^{\\,\\mathrm{none}}]"
    case .weight: "\\frac{1}{r}\\sum_k \\overline{\\hat w}_k"
    case .weightExcess: "\\frac{1}{r}\\sum_k (\\overline{\\hat w}_k - \\overline{w}_k)"
    case .shrinkage: "\\frac{1}{r}\\sum_k (1 - \\overline{\\hat w}_k)"
    case .movement: "\\frac{1}{r}\\sum_k \\overline{|\\hat\\theta - \\hat\\theta^{\\mathrm{none}}|}_k"
    case .estimated: "\\frac{1}{r}\\sum_k \\overline{[\\hat\\theta\\ \\text{exists}]}_k"
    case .power: "\\frac{1}{r}\\sum_k \\overline{[0 \\notin \\mathrm{CI}]}_k"
    case .typeS: "P(\\hat\\theta\\,\\theta < 0 \\mid 0 \\notin \\mathrm{CI})"
    case .typeM: "E(|\\hat\\theta/\\theta| \\mid 0 \\notin \\mathrm{CI})"
    }
  }

  private var failures: String {
    paragraph(
      "Failures", "失败",
      either(
        "Every replicate of every strategy has a status: ok; boundary (a variance of 0 or a correlation of ±1, which is a result); not converged (estimates are what was found); unidentified or error (no estimates). Nothing is dropped and nothing is drawn again. Measures use all replicates that have an estimate, of whatever status; `measures.csv` has each measure also for the fits inside the parameter space alone, its counts, and, for rates, bounds that count missing replicates and groups as 0 and as 1."
          + groupsWithout,
        "每次重复的每种策略都有一个状态：ok（正常）；boundary（边界：方差为 0 或相关为 ±1，这也是结果）；not converged（未收敛，取已找到的估计）；unidentified 或 error（不可识别或出错，没有估计）。不丢弃，也不重抽。指标使用所有有估计值的重复，不论状态；`measures.csv` 还给出只用参数空间内部的拟合算得的指标、各自的次数，以及比例的上下界（把缺失的重复和组全部计为 0 或 1）。"
          + groupsWithout
      ))
  }

  /// All measures; the share of groups with an estimate where it is not 1 everywhere.
  private var shownMeasures: [Measure] {
    Measure.allCases.filter { $0 != .estimated || !groupsWithout.isEmpty }
  }

  /// Strategies that have no estimate of some groups, each where that is worst.
  private var groupsWithout: String {
    var found: [String] = []
    for strategy in study.strategies {
      var worst: (share: Double, place: String)?
      for estimand in measured.estimands where estimand.kind == .group {
        for cell in study.cells.indices {
          guard
            let share = measured.measure(.estimated, of: estimand.address, by: strategy.name, cell: cell)?
              .value,
            share < 1, share < worst?.share ?? 1
          else { continue }
          let at = study.cells[cell].settings.isEmpty ? "" : ", " + study.cells[cell].label
          worst = (share, "\(estimand.address)\(at)")
        }
      }
      if let worst {
        let percent = MonteCarloText.fixed(100 * (1 - worst.share), 1) + " %"
        found.append(
          either(
            "\(name(strategy)) up to \(percent) (\(worst.place))",
            "\(name(strategy)) 至多 \(percent)（\(worst.place)）"))
      }
    }
    if found.isEmpty { return "" }
    return either(
      " Some groups' rows do not determine their coefficient, and there is no estimate of them: by \(found.joined(separator: "; by ")). The measure `estimated` counts them; the other measures are of the groups that have an estimate.",
      "有些组的数据不能确定其系数，因而没有估计值：\(found.joined(separator: "；"))。指标 `estimated` 记录其比例；其余指标只含有估计值的组。")
  }

  private var errorParts: [String] {
    var rows: [[String]] = []
    for measure in shownMeasures {
      var worst: (error: Double, place: String)?
      for estimand in measured.estimands {
        for strategy in study.strategies {
          for cell in study.cells.indices {
            guard
              let found = measured.measure(measure, of: estimand.address, by: strategy.name, cell: cell),
              found.error.isFinite, found.error > worst?.error ?? -1
            else { continue }
            let at = study.cells[cell].settings.isEmpty ? "" : ", " + study.cells[cell].label
            worst = (found.error, "\(estimand.address), \(strategy.name)\(at)")
          }
        }
      }
      if let worst {
        rows.append([
          words.measure(measure), MonteCarloText.value(worst.error, error: worst.error), worst.place,
        ])
      }
    }
    return [
      paragraph(
        "Monte Carlo errors", "蒙特卡罗误差",
        either(
          "The standard error of a mean is the standard deviation over replicates divided by $\\sqrt r$; of roots and ratios it follows by the delta method (Morris, White and Crowther 2019).",
          "均值的标准误是各次重复的标准差除以 $\\sqrt r$；平方根与比值用 delta 方法（Morris、White 与 Crowther 2019）。")),
      either("Table: The largest Monte Carlo standard error of each measure.", "Table: 各指标最大的蒙特卡罗标准误。"),
      TextTable(
        [
          .init(either("measure", "指标")), .init(either("largest MCSE", "最大 MCSE"), .right),
          .init(either("where", "位置")),
        ],
        rows: rows
      ).markdown(),
    ]
  }

  private var software: String {
    paragraph(
      "Software", "软件",
      either(
        "\(program); study \(study.hash.prefix(16)). With the file at the end of this report, `mlm study run study.yml --out DIR` gives the same numbers to the last digit; `mlm study replay study.yml CELL REPLICATE` rebuilds the data of one replicate.",
        "\(program)；研究 \(study.hash.prefix(16))。用文末的文件运行 `mlm study run study.yml --out DIR`，得到的数字逐位相同；`mlm study replay study.yml 单元 重复` 重建某一次重复的数据。"
      ))
  }

  /// The study's file: a line for each part, those of the design indented.
  var specificationText: String {
    var text = ""
    for entry in (try? study.node.entries()) ?? [] {
      if entry.key == "design", let inner = try? entry.value.entries() {
        text += "design:\n"
        for part in inner {
          if let deeper = try? part.value.entries(), part.value.canonicalText.count > 90 {
            text += "  \(part.key):\n"
            for one in deeper { text += "    \(one.key): \(one.value.canonicalText)\n" }
          } else {
            text += "  \(part.key): \(part.value.canonicalText)\n"
          }
        }
      } else {
        text += "\(entry.key): \(entry.value.canonicalText)\n"
      }
    }
    return text
  }
}
