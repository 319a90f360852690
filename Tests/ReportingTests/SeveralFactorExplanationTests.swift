import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Explanations of models with several grouping factors")
struct SeveralFactorExplanationTests {
  private func table(_ file: String) throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/" + file))
  }

  private func explain(
    _ formulas: String..., data: DataTable? = nil, roles: ColumnRoles = ColumnRoles(),
    language: Language = .en, names: [String: String] = [:]
  ) throws -> Explanation {
    try Explanation(
      of: formulas.map { try ModelFormula($0) }, data: data, roles: roles, language: language, names: names)
  }

  @Test("crossed factors, as data show them")
  func crossed() throws {
    let found = try explain(
      "diameter ~ 1 + (1 | plate) + (1 | sample)", data: table("penicillin.csv"))
    #expect(
      found.text == """
        Model: diameter ~ 1 + (1 | plate) + (1 | sample)

          observations     y_i ~ N(μ + α_j[i] + γ_k[i], σ_y²),  i = 1, …, n
          groups (plate)   α_j ~ N(0, σ_α²),  j = 1, …, J
          groups (sample)  γ_k ~ N(0, σ_γ²),  k = 1, …, K

        where y = diameter, j[i] is the plate and k[i] the sample of observation i.

        Parameters
          μ    overall intercept
          α_j  what plate j adds to the intercept
          γ_k  what sample k adds to the intercept
          σ_α  standard deviation of the intercepts between levels of plate
          σ_γ  standard deviation of the intercepts between levels of sample
          σ_y  residual standard deviation of observations

        Number of estimated parameters: 4 = 1 fixed effect + 2 standard deviations of groups + 1
        residual standard deviation.

        Every plate and every sample adds an amount of its own to the intercept. Partial pooling
        pulls these amounts toward 0, the more strongly the less a level's own data say and the
        smaller the standard deviation of its factor is. In these data plate and sample are
        crossed: every plate meets every sample.

        """)
  }

  @Test("nested factors in Chinese: the outer one first, levels that are combinations")
  func nested() throws {
    let found = try explain("strength ~ 1 + (1 | batch/cask)", language: .zh)
    #expect(
      found.markdown == #"""
        **模型。** `strength ~ 1 + (1 | batch/cask)`

        $$
        \begin{aligned}
        y_i &\sim N\left(\mu + \alpha_{j[i]} + \gamma_{k[i]},\ \sigma_y^2\right), && i = 1, \dots, n \\
        \alpha_{j} &\sim N\left(0,\ \sigma_\alpha^2\right), && j = 1, \dots, J \\
        \gamma_{k} &\sim N\left(0,\ \sigma_\gamma^2\right), && k = 1, \dots, K
        \end{aligned}
        $$

        其中 $y$ = `strength`，$j[i]$、$k[i]$ 是观测 $i$ 所属的 batch、batch 内的 cask。

        参数：

        - $\mu$：总体的截距
        - $\alpha_{j}$：第 $j$ 个 batch 给截距加上的偏离
        - $\gamma_{k}$：batch 内的第 $k$ 个 cask 给截距加上的偏离
        - $\sigma_\alpha$：截距在各 batch 之间的标准差
        - $\sigma_\gamma$：截距在各 batch 内的 cask 之间的标准差
        - $\sigma_y$：观测的残差标准差

        估计的参数个数：4 = 1 个固定效应 + 2 个组间标准差 + 1 个残差标准差。

        每个 batch 和每个 batch 内的 cask 都给截距加上自己的一份偏离。部分池化把这些偏离拉向 0；一个水平自身数据的信息越少、所属因子的标准差越小，拉得越多。cask 嵌套在 batch 中：组是两者的组合，因此同名的 cask 在另一个 batch 中是另一组。

        """#)
    let labelled = try explain(
      "y ~ 1 + (1 | school/class)", names: ["school": "school", "class": "classroom"])
    #expect(labelled.text.contains("  γ_k  what classroom k within school adds to the intercept\n"))
    let three = try explain("y ~ 1 + (1 | a/b/c)").text
    #expect(
      three.contains("j[i] is the a, k[i] the b within a and l[i] the c within b within a of observation"))
    let interaction = try explain("y ~ 1 + (1 | a) + (1 | b) + (1 | a:b)").text
    #expect(interaction.contains("  δ_l  what combination l of a and b adds to the intercept\n"))
    #expect(
      interaction.contains("Each\ncombination of a and b is a group of its own: an interaction that varies."))
  }

  @Test("varying slopes: bivariate normals, numbers of predictors, effects without a mean")
  func slopes() throws {
    let found = try explain("score ~ Machine + (1 + x | g) + (1 | h)")
    #expect(
      found.text.contains(
        """
          observations  y_i ~ N(μ + β1·x1_i + α0_j[i] + α2_j[i]·x2_i + γ_k[i], σ_y²),  i = 1, …, n
          groups (g)    (α0_j, α2_j) ~ N((0, 0), [σ_α0², ρσ_α0σ_α2; ρσ_α0σ_α2, σ_α2²]),  j = 1, …, J
          groups (h)    γ_k ~ N(0, σ_γ²),  k = 1, …, K
        """))
    #expect(
      found.markdown.contains(
        "Every g adds amounts of its own to the intercept and the slope of x, which may be correlated; every h adds an amount "
          + "of its own to the intercept; the slope of Machine is common to all; the formula has no fixed effect for the "
          + "slope of x, whose overall value is therefore 0."))
    #expect(
      found.markdown.hasSuffix(
        "Whether g and h are crossed or nested is not in the formula but in the data.\n"))
    let two = try explain("y ~ x + (1 + x | g) + (1 + x | h)").text
    #expect(two.contains("ρ_ασ_α0σ_α1") && two.contains("ρ_γσ_γ0σ_γ1"))
  }

  @Test("data tell which predictors belong to which factor, and which factor is nested")
  func groupLevelPredictors() throws {
    let found = try explain(
      "normexam ~ standLRT + schavg + (1 + standLRT | school) + (1 | vr)", data: table("exam.csv")
    ).text
    // γ is the lecture's letter for coefficients of group-level predictors, so the second factor has δ.
    #expect(found.contains("(α0_j, α1_j) ~ N((γ1·u_j, 0), ["))
    #expect(found.contains("δ_k ~ N(0, σ_δ²)"))
    #expect(found.contains("  γ1    change with schavg of what school adds to the intercept\n"))
    #expect(found.contains("In these data every school belongs to one vr, so\n"))
    let outer = try explain("y ~ u + (1 | g/h)", data: nestedTable).text
    // A predictor that is constant within both belongs to the factor with fewer levels.
    #expect(outer.contains("α_j ~ N(γ1·u_j, σ_α²)") && outer.contains("δ_k ~ N(0, σ_δ²)"))
  }

  private var nestedTable: DataTable {
    DataTable([
      Column("y", (0..<24).map { Double(($0 * 7) % 11) }), Column("u", (0..<24).map { Double($0 / 8) }),
      Column("g", (0..<24).map { "g\($0 / 8)" }), Column("h", (0..<24).map { "h\($0 / 2 % 4)" }),
      Column("same", (0..<24).map { "s\($0 / 8)" }),
      Column("odd", (0..<24).map { "o\($0 < 20 ? $0 / 8 : 0)" }),
    ])
  }

  @Test("how two factors' levels meet")
  func meetings() throws {
    let students = try explain(
      "y ~ service + (1 | s) + (1 | d) + (1 | dept)", data: table("insteval.csv")
    ).markdown
    #expect(
      students.hasSuffix(
        "In these data s and d are crossed (2967 of 2972 levels of s meet several of d, all 1128 levels of d several of s); "
          + "s and dept are crossed (2892 of 2972 levels of s meet several of dept, all 14 levels of dept several of s); "
          + "every d belongs to one dept, so d is nested in dept without being written so.\n"))
    let same = try explain("y ~ 1 + (1 | g) + (1 | same)", data: nestedTable).markdown
    #expect(
      same.contains("every g goes with one same and every same with one g, so they are the same groups"))
    let partly = try explain("y ~ 1 + (1 | g) + (1 | odd)", data: nestedTable).markdown
    #expect(
      partly.contains(
        "g and odd are partly crossed (1 of 3 levels of g meet several of odd, 1 of 3 levels of odd"))
  }

  @Test(
    "the symbols, and the number stated, agree with what a fit estimates",
    arguments: [
      ("pastes.csv", "strength ~ 1 + (1 | batch/cask)"),
      ("penicillin.csv", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
      ("exam.csv", "normexam ~ standLRT + schavg + (1 + standLRT | school) + (1 | vr)"),
      ("exam.csv", "normexam ~ standLRT + (1 + standLRT || school) + (0 + standLRT | vr) + (1 | sex)"),
      ("machines.csv", "score ~ Machine + (1 + Machine | Worker) + (1 | Machine)"),
      ("machines.csv", "score ~ Machine + (1 + Machine || Worker) + (1 | Worker:Machine)"),
    ])
  func counts(_ file: String, _ text: String) throws {
    let (data, formula) = (try table(file), try ModelFormula(text))
    let model = try LinearMixedModel(formula, data: data)
    let equations = try ModelEquations(formula, data: data, roles: ColumnRoles())
    #expect(equations.parameterCount?.total == model.fixedEffectNames.count + model.thetaNames.count + 1)
    guard !model.fixedEffectNames.contains(where: { $0.hasPrefix("Machine") }) else { return }
    let sentences = ModelSentences(model: equations, words: ExplanationWords(.en))
    let symbols = sentences.parameters(EquationNotation(model: equations)).map(\.symbol.plain)
    #expect(Set(symbols).count == symbols.count)
    #expect(symbols.count { $0.hasPrefix("σ") || $0.hasPrefix("ρ") } == model.thetaNames.count + 1)
    #expect(
      symbols.count { ["μ", "β", "γ1"].contains($0) || $0.hasPrefix("γ1^") } == model.fixedEffectNames.count)
  }

  @Test("differences are told term by term")
  func differences() throws {
    let found = try explain(
      "y ~ 1 + (1 | a)", "y ~ 1 + (1 | a) + (1 | b)", "y ~ x + (1 + x || a) + (1 | b)",
      "y ~ x + (1 + x | a) + (1 | b)"
    ).text
    #expect(
      found.contains(
        """
        What differs between model 1 and model 2
          - The intercepts vary over the levels of b in model 2 only.
          - The fixed parts are the same, so the REML criteria may be compared.

        """))
    #expect(
      found.contains(
        """
        What differs between model 1 and model 3
          - The fixed effect of x is in model 3 only.
          - The slopes of x vary over the levels of a in model 3 only.
          - The intercepts vary over the levels of b in model 3 only.
          - The fixed parts differ,
        """))
    let correlation = try explain(
      "y ~ x + (1 + x || a) + (1 | b)", "y ~ x + (1 | b) + (1 + x | a)"
    ).text
    #expect(
      correlation.contains(
        "The correlation of intercepts and slopes of x between levels of a is estimated in\n    model 2 and set to 0 in model 1."
      ))
    let same = try explain("y ~ 1 + (1 | a/b)", "y ~ 1 + (1 | a) + (1 | b:a)").text
    #expect(same.hasSuffix("  - Nothing: they are one model, written in two ways.\n"))
  }

  @Test("weights, contrasts, lme4's || and quoted names")
  func roles() throws {
    let weighted = try explain("y ~ x + (1 | g) + (1 | h)", roles: ColumnRoles(weights: "n"))
    #expect(weighted.text.contains("γ_k[i], σ_y²/w_i)"))
    #expect(
      weighted.text.contains("w = n (prior weights: the variance of an observation is divided by its weight)")
    )
    #expect(weighted.text.contains("residual standard deviation of observations of weight 1\n"))
    let one = try explain("y ~ x + (1 | g)", roles: ColumnRoles(weights: "my n", offset: "o"), language: .zh)
    #expect(one.markdown.contains(#"\sigma_y^2/w_i\right)"#) && one.markdown.contains("$w$ = `my n`（先验权重"))
    #expect(one.markdown.contains("组内权重为 1 的观测的标准差") && one.markdown.contains("$o$ = `o`（偏移量"))
    let sum = try explain("y ~ f + (1 | g)", roles: ColumnRoles(contrasts: ["f": .sum])).text
    #expect(
      sum.contains(
        "x = f (a factor: one coefficient for every level but the last, its difference from\nthe mean"))
    func doubleBar(_ kind: DoubleBar) throws -> String {
      try explain("y ~ f + (1 + f || g)", roles: ColumnRoles(factors: ["f"], doubleBar: kind)).markdown
    }
    #expect(try doubleBar(.split).contains("; behind || every level varies by itself)"))
    #expect(try doubleBar(.lme4).contains("; behind || its levels stay together, correlated)"))
    let quoted = try explain("`my y` ~ `my x` + (1 | `the g`)")
    #expect(quoted.markdown.hasPrefix("**Model.** `` `my y` ~ `my x` + (1 | `the g`) ``\n"))
    #expect(
      quoted.markdown.contains("where $y$ = `my y`, $x$ = `my x`, $j[i]$ is the g of observation $i$."))
    #expect(
      quoted.text.dropFirst(50).contains("slope of my x, common to all")
        && !quoted.text.dropFirst(50).contains("`"))
  }
}
