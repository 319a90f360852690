import Reporting
import Studies
import Tables

extension StudyReport {
  /// The estimands as a table.
  var estimandParts: [String] {
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

  /// The formulas of the measures that there are.
  var measureDefinitions: [String] {
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
}
