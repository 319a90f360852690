import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Explanations")
struct ExplanationTests {
  private func explain(
    _ formulas: String..., data: String? = nil, factors: Set<String> = [], language: Language = .en
  ) throws -> Explanation {
    let table = try data.map { try DataTable(csv: Reference.bytes($0)) }
    return try Explanation(
      of: formulas.map { try ModelFormula($0) }, data: table, roles: ColumnRoles(factors: factors),
      language: language)
  }

  @Test("the chapter's first pair: a slope's mean fixed at 0 against a mean that is estimated")
  func missingFixedSlope() throws {
    let found = try explain(
      "salary ~ 1 + (0 + experience | department)", "salary ~ 1 + experience + (0 + experience | department)")
    #expect(
      found.text == """
        Model 1: salary ~ 1 + (0 + experience | department)

          observations         y_i ~ N(α + β_j[i]·x_i, σ_y²),  i = 1, …, n
          groups (department)  β_j ~ N(0, σ_β²),  j = 1, …, J

        where y = salary, x = experience, j[i] is the department of observation i.

        Parameters
          α    intercept, common to all
          β_j  slope of experience of department j
          σ_β  standard deviation of the slopes of experience around 0
          σ_y  standard deviation of observations within groups

        Number of estimated parameters: 3 = 1 fixed effect + 1 standard deviation of groups + 1
        residual standard deviation, if experience is a number; a factor of k levels has k − 1
        such slopes.

        Every department has its own slope of experience; the intercept is common to all.
        Partial pooling pulls the slopes of experience toward 0, because the formula has no
        fixed effect that would be their mean, the more strongly the less a group's own data
        say.

        Model 2: salary ~ 1 + experience + (0 + experience | department)

          observations         y_i ~ N(α + β_j[i]·x_i, σ_y²),  i = 1, …, n
          groups (department)  β_j ~ N(μ_β, σ_β²),  j = 1, …, J

        where y = salary, x = experience, j[i] is the department of observation i.

        Parameters as in model 1, except for
          μ_β  mean of the slopes of experience
          σ_β  standard deviation of the slopes of experience between groups

        Number of estimated parameters: 4 = 2 fixed effects + 1 standard deviation of groups + 1
        residual standard deviation, if experience is a number; a factor of k levels has k − 1
        such slopes.

        Every department has its own slope of experience; the intercept is common to all.
        Partial pooling pulls the slopes of experience toward their estimated mean, the more
        strongly the less a group's own data say.

        What differs between model 1 and model 2
          - The mean of the slopes of experience is fixed at 0 in model 1, whose fixed part
            lacks it, and estimated in model 2: model 1 pulls groups toward no effect, model 2
            toward a common value.
          - The fixed parts differ, so the REML criteria must not be compared; compare
            maximum-likelihood fits.

        """)
  }

  @Test("the chapter's second pair in Chinese: correlated against separate terms")
  func correlation() throws {
    let found = try explain(
      "salary ~ 1 + (1 + experience | department)",
      "salary ~ 1 + (1 | department) + (0 + experience | department)",
      language: .zh)
    #expect(
      found.markdown == #"""
        **模型 1。** `salary ~ 1 + (1 + experience | department)`

        $$
        \begin{aligned}
        y_i &\sim N\left(\alpha_{j[i]} + \beta_{j[i]} x_i,\ \sigma_y^2\right), && i = 1, \dots, n \\
        \begin{pmatrix} \alpha_{j} \\ \beta_{j} \end{pmatrix} &\sim N\left(\begin{pmatrix} \mu_\alpha \\ 0 \end{pmatrix},\ \begin{pmatrix} \sigma_\alpha^2 & \rho\sigma_\alpha\sigma_\beta \\ \rho\sigma_\alpha\sigma_\beta & \sigma_\beta^2 \end{pmatrix}\right), && j = 1, \dots, J
        \end{aligned}
        $$

        其中 $y$ = `salary`，$x$ = `experience`，$j[i]$ 是观测 $i$ 所属的 department。

        参数：

        - $\alpha_{j}$：第 $j$ 个 department 的截距
        - $\beta_{j}$：第 $j$ 个 department 的 experience 的斜率
        - $\mu_\alpha$：截距的均值
        - $\sigma_\alpha$：截距在组间的标准差
        - $\sigma_\beta$：experience 的斜率围绕 0 的标准差
        - $\rho$：截距与 experience 的斜率的相关系数
        - $\sigma_y$：组内观测的标准差

        估计的参数个数：5 = 1 个固定效应 + 2 个组间标准差 + 1 个相关系数 + 1 个残差标准差（设 experience 为数值；有 k 个水平的因子有 k − 1 个这样的斜率）。

        每个 department 有自己的截距和 experience 的斜率，它们可以相关。部分池化把一组的各个系数一起移向一个中心（截距取估计出的均值；experience 的斜率取 0，因为公式中没有作为其均值的固定效应）；一组自身数据的信息越少，移得越多，其中单个系数也可能远离自己的均值。

        **模型 2。** `salary ~ 1 + (1 | department) + (0 + experience | department)`

        $$
        \begin{aligned}
        y_i &\sim N\left(\alpha_{j[i]} + \beta_{j[i]} x_i,\ \sigma_y^2\right), && i = 1, \dots, n \\
        \alpha_{j} &\sim N\left(\mu_\alpha,\ \sigma_\alpha^2\right), && j = 1, \dots, J \\
        \beta_{j} &\sim N\left(0,\ \sigma_\beta^2\right), && j = 1, \dots, J
        \end{aligned}
        $$

        其中 $y$ = `salary`，$x$ = `experience`，$j[i]$ 是观测 $i$ 所属的 department。

        参数与模型 1 相同，但没有 $\rho$。

        估计的参数个数：4 = 1 个固定效应 + 2 个组间标准差 + 1 个残差标准差（设 experience 为数值；有 k 个水平的因子有 k − 1 个这样的斜率）。

        每个 department 有自己的截距和 experience 的斜率，并假定互不相关。部分池化把一组的各个系数一起移向一个中心（截距取估计出的均值；experience 的斜率取 0，因为公式中没有作为其均值的固定效应）；一组自身数据的信息越少，移得越多，其中单个系数也可能远离自己的均值。

        **模型 1 与模型 2 的差别**

        - 截距与 experience 的斜率的相关系数在模型 1 中是估计的，在模型 2 中令其为 0。
        - 固定部分相同，所以 REML 准则可以比较。

        """#)
  }

  @Test("data tell which predictors belong to groups: the lecture's γ equations")
  func groupLevelPredictor() throws {
    let found = try explain("y ~ x * u + (1 + x | group)", data: "slides/slides_a.csv").markdown
    #expect(
      found.contains(
        "\\begin{pmatrix} \\gamma_{0}^{\\alpha} + \\gamma_{1}^{\\alpha} u_j \\\\ \\gamma_{0}^{\\beta} + \\gamma_{1}^{\\beta} u_j \\end{pmatrix}"
      ))
    let constant = try explain("y ~ x + u + (1 | group)", data: "slides/slides_a.csv").text
    #expect(constant.contains("α_j ~ N(γ0 + γ1·u_j, σ_α²)"))
    #expect(constant.contains("pulls the intercepts toward what u predicts"))
    // Without data u counts as a predictor of observations.
    #expect(try explain("y ~ x + u + (1 | group)").text.contains("y_i ~ N(α_j[i] + β1·x1_i + β2·x2_i, σ_y²)"))
  }

  @Test("LSDV against partial pooling, complete pooling")
  func leastSquares() throws {
    let pair = try explain(
      "salary ~ experience + factor(department)", "salary ~ experience + (1 | department)"
    ).text
    #expect(pair.contains("y_i ~ N(α_j[i] + β·x_i, σ_y²),  i = 1, …, n\n\nwhere y = salary"))
    #expect(
      pair.hasSuffix(
        """
        What differs between model 1 and model 2
          - The intercept: one free value a group (no pooling) in model 1, one value a group,
            drawn from a common distribution (partial pooling) in model 2.

        """))
    // A text column is a factor once data say so.
    let slopes = try explain("salary ~ experience * department - 1", data: "salary/seed_1.csv").text
    #expect(slopes.contains("y_i ~ N(α_j[i] + β_j[i]·x_i, σ_y²)"))
    #expect(try explain("salary ~ experience").text.contains("complete pooling"))
  }

  @Test("one model written in two ways has no difference")
  func sameModel() throws {
    let found = try explain(
      "salary ~ experience + (1 + experience || department)",
      "salary ~ 1 + experience + (1 | department) + (0 + experience | department)")
    #expect(found.text.hasSuffix("  - Nothing: they are one model, written in two ways.\n"))
  }

  @Test("parameters that models share are listed once, those that one lacks are named")
  func sharedParameters() throws {
    let both = try explain(
      "salary ~ 1 + (1 + experience | department)", "salary ~ experience + (1 | department)")
    #expect(
      both.text.contains(
        """
        Parameters as in model 1, without β_j, σ_β and ρ, and except for
          β  slope of experience, common to all

        """))
    #expect(
      both.markdown.contains(
        "Parameters as in model 1, without $\\beta_{j}$, $\\sigma_\\beta$ and $\\rho$, and except for:\n\n- $\\beta$: slope"
      ))
    let same = try explain("y ~ x + (1 | g)", "y ~ x + (1 | g)", "z ~ 1").text
    #expect(same.contains("\n\nParameters as in model 1.\n\n"))
    // The residual's deviation is the only symbol in common, and it means something else in the last model.
    #expect(same.contains("\nParameters\n  α    intercept, common to all\n"))
  }

  @Test("three effects: all correlations have names")
  func threeEffects() throws {
    let found = try explain("y ~ x + (1 + x + z | g)").text
    #expect(found.contains("(α_j, β1_j, β2_j) ~ N((μ_α, μ_β1, 0), [σ_α², ρ(α,β1)σ_ασ_β1, ρ(α,β2)σ_ασ_β2;"))
  }

  @Test("what cannot be written is refused")
  func refusals() throws {
    let many = "abcdefghi".map(String.init)
    #expect(throws: ExplanationError.tooManyGroupingFactors(many, most: 8)) {
      try explain("y ~ x + " + many.map { "(1 | \($0))" }.joined(separator: " + "))
    }
    #expect(throws: ExplanationError.repeatedEffect("(Intercept)", group: "g")) {
      try explain("y ~ x + (1 | g) + (1 + x | g)")
    }
    #expect(throws: FormulaError.self) {
      try explain("y ~ nosuch + (1 | group)", data: "slides/slides_a.csv")
    }
  }
}
