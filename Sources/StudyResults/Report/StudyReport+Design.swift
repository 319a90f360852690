import Designs
import Reporting
import Specifications
import Studies
import Tables

extension StudyReport {
  /// How data were drawn: the equations, the levels, what is not normal or not independent, predictors, missing values, true values.
  var design: [String] {
    let formulas = DesignPhrase.distinct(designs.map(\.formula.source))
    let named = words.alternatives(formulas.map { "`\($0)`" }, isSet: formulas.count > 1)
    var parts = [
      paragraph("Design", "设计", either("Data were drawn from \(named):", "数据按 \(named) 抽取："))
    ]
    for formula in formulas {
      if let first = designs.firstIndex(where: { $0.formula.source == formula }) {
        parts += equations(of: first)
      }
    }
    parts.append("```text\n\(levelTree)\n```")
    let laws = effectLaws + residualLaws + predictorLaws + missingLaws + sampleLaws
    if !laws.isEmpty { parts.append(laws.map { "- " + $0 + either(".", "。") }.joined(separator: "\n")) }
    parts.append(either("Table: True values.", "Table: 真值。"))
    parts.append(truthTable.markdown())
    return parts
  }

  /// One phrase for all cells.
  func phrase(_ phrase: (DataDesign) -> DesignPhrase?) -> String {
    DesignPhrase.over(designs.compactMap(phrase), words)
  }

  /// A phrase in the report's language.
  func phrase(_ english: DesignPhrase, _ chinese: DesignPhrase) -> DesignPhrase {
    language == .en ? english : chinese
  }

  // MARK: equations

  /// The equations of a cell's formula and their symbols, as explanations write them, with the distributions of the design.
  private func equations(of cell: Int) -> [String] {
    let formula = designs[cell].formula
    let data = try? StudyReplay(study, cell: study.cells[cell], replicate: 0).data
    guard let explained = try? Explanation(of: [formula], data: data, language: language),
      let model = explained.document.items?.first,
      let equations = model["equations"]?.items?.compactMap({ $0["latex"]?.string }), !equations.isEmpty
    else { return [] }
    let own = designs.filter { $0.formula.source == formula.source }
    let hasOtherEffects = own.contains { $0.randomTerms.contains { $0.law.shape != .normal } }
    let laws = own.compactMap(\.residuals)
    let hasOtherResiduals = laws.contains { $0.shape != .normal }
    let spreads = laws.contains { $0.spread != .constant }
    // The first equation is that of the rows.
    let lines = equations.enumerated().map { k, line in
      var line = line
      if k == 0 ? hasOtherResiduals : hasOtherEffects {
        line = line.replacing("\\sim N\\left(", with: "\\sim D\\left(")
      }
      return k == 0 && spreads ? line.replacing("\\sigma_y^2", with: "\\sigma_i^2") : line
    }
    var parts = [
      "$$\n\\begin{aligned}\n" + lines.map { "&" + $0 }.joined(separator: " \\\\\n") + "\n\\end{aligned}\n$$"
    ]
    var symbols = explained.markdown.split(separator: "\n").filter { $0.hasPrefix("- $") }.map(String.init)
    if spreads, let k = symbols.firstIndex(where: { $0.hasPrefix("- $\\sigma_y$") }) {
      symbols[k] = either(
        "- $\\sigma_i$: residual standard deviation of row $i$, see below",
        "- $\\sigma_i$：第 $i$ 行的残差标准差，见下文")
    }
    if hasOtherEffects || hasOtherResiduals {
      symbols.append(
        either(
          "- $D(m, v)$: a distribution of mean $m$ and variance $v$, see below",
          "- $D(m, v)$：均值为 $m$、方差为 $v$ 的分布，见下文"))
    }
    if !symbols.isEmpty { parts.append(symbols.joined(separator: "\n")) }
    return parts
  }

  // MARK: true values

  /// The true value of each parameter, over the cells.
  private var truthTable: TextTable {
    var rows: [(address: String, meaning: String, values: [String])] = []
    func add(_ address: String, _ value: Double, meaning: String? = nil) {
      let text = DesignPhrase.text(of: value)
      if let k = rows.firstIndex(where: { $0.address == address }) {
        if !rows[k].values.contains(text) { rows[k].values.append(text) }
      } else {
        rows.append((address, meaning ?? words.estimand(address), [text]))
      }
    }
    for design in designs {
      for (name, beta) in zip(design.fixedEffectNames, design.fixedEffects) { add("fixed.\(name)", beta) }
      for term in design.randomTerms {
        for (k, name) in term.effectNames.enumerated() {
          add(
            "random.\(term.label).\(name).sd", term.law.sd[k],
            meaning: words.estimand("random.\(term.factor).\(name).sd"))
        }
        for a in term.effectNames.indices {
          for b in term.effectNames.indices where b > a {
            let pair = "\(term.effectNames[a]).\(term.effectNames[b])"
            add(
              "random.\(term.label).\(pair)", term.law.correlation[a][b],
              meaning: words.estimand("random.\(term.factor).\(pair)"))
          }
        }
      }
      if let sigma = design.residualSD { add("residual.sd", sigma) }
    }
    return TextTable(
      [.init(either("parameter", "参数")), .init(either("meaning", "含义")), .init(either("true value", "真值"))],
      rows: rows.map { [$0.address, $0.meaning, shortened($0.values).joined(separator: ", ")] })
  }

  /// Many values by the first and the last.
  func shortened(_ texts: [String]) -> [String] {
    texts.count <= 8 ? texts : Array(texts.prefix(4)) + ["…", texts[texts.count - 1]]
  }
}

extension DataDesign {
  /// The law of the residuals; nil for responses that have none.
  var residuals: ResidualLaw? {
    if case .gaussian(let law) = response.family { return law }
    return nil
  }
}
