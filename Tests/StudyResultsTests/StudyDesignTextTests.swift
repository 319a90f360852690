import Reporting
import Studies
import StudyResults
import Testing

@Suite("Designs in reports of studies")
struct StudyDesignTextTests {
  private func report(_ yaml: String, _ language: Language = .en) throws -> String {
    let study = try ResultExamples.study("replicates: 2\nstrategies: [complete]\n" + yaml)
    let measured = try MeasuredStudy(study, ResultExamples.tables(study, blocks: 1))
    return try StudyReport(measured, language: language, program: "multilevel-lab 0").markdown
  }

  private func expect(_ text: String, has lines: [String]) {
    let there = text.split(separator: "\n").map(String.init)
    for line in lines where !there.contains(line) {
      Issue.record("no line '\(line)' in:\n\(text.prefix(4000))")
    }
  }

  private static let panel = """
    design:
      parameters: {rho: 0.5, q: 0.1}
      levels: {c: 8, t: {time: 1..8, per: c}}
      predictors: {x: {level: t, normal: [0, 1], between: {c: 0.3}, trend: 0.15}}
      response: {formula: "y ~ x + (1 | c)", beta: [1, 2], sd: {c: 1, residual: 1}, residual: {ar1: rho, within: c, time: t}}
      missing: {y: q, x: {rate: 0.2, depends: {on: y, slope: 1}}}
    grid: {rho: [-0.5, 0, 0.9], q: [0, 0.1]}
    """

  @Test(
    "values that the grid sets are all named, those of all cells once; missing values have rate, mechanism and cause"
  )
  func setByGrid() throws {
    expect(
      try report(Self.panel),
      has: [
        "**Design.** Data were drawn from `y ~ x + (1 | c)`:",
        "- residuals; AR(1) within each c: neighbours in t have correlation -0.5, 0 or 0.9 (as the grid sets), those k steps apart its k-th power.",
        "- predictor `x` (a value for each t): normal with mean 0 and SD 1; 0.3 of the variance lies between the units of c, and this part has correlation 0 with their random intercepts, plus 0.15 for each step of t after the first.",
        "- missing values of `y` (drawn for each t): each with probability 0 or 0.1 (as the grid sets), completely at random (MCAR).",
        "- missing values of `x` (drawn for each t): a share of 0.2 on average, depending on `y` before values are missing: logit P = a + 1 · (value − mean)/SD, where a makes the mean of P over the data this share (MAR or MNAR (as the grid sets)).",
        "- rows with a missing value in a variable of a strategy's formula are left out of its fit.",
      ])
    expect(
      try report(Self.panel, .zh),
      has: [
        "- 残差；在每个 c 内为 AR(1)：t 相邻的残差相关系数为 -0.5、0 或 0.9（由网格设定），相隔 k 步的为其 k 次方。",
        "- 自变量 `x`（每个 t 一个值）：正态，均值 0，标准差 1；方差的 0.3 在各 c 之间，这一部分与随机截距的相关系数为 0，从第二个 t 起每步再加 0.15。",
        "- `x` 的缺失值（对每个 t 抽取）：平均比例 0.2，取决于缺失前的 `y`：logit P = a + 1 ·（值 − 均值）/标准差，其中 a 使 P 在数据上的均值为该比例（MAR 或 MNAR（由网格设定））。",
        "- `y` 的缺失值（对每个 t 抽取）：各以概率 0 或 0.1（由网格设定）缺失，完全随机（MCAR）。",
      ])
  }

  @Test("t effects, skewed residuals and spreads have their law, and the equations do not say normal")
  func distributions() throws {
    func yaml(_ residual: String, _ sd: String = "residual: 1") -> String {
      """
      design:
        parameters: {df: 5}
        levels: {c: 5, t: {per: c, size: 4}}
        predictors: {x: {level: t, normal: [0, 1], correlated: {c: 0.7}}, k: {level: t, categorical: {a: 0.25, b: 0.75}}}
        response: {formula: "y ~ x + (x | c)", beta: [1, 0.3], sd: {c: [1, 0.3], \(sd)}, corr: {c: -0.5}, effects: {t: df}, residual: \(residual)}
      grid: {df: [3, 30]}
      """
    }
    let exponential = try report(yaml("{skewed: 1.9, heteroscedastic: {by: x, exp: 0.4}}"))
    expect(
      exponential,
      has: [
        "- $\\sigma_i$: residual standard deviation of row $i$, see below",
        "- $D(m, v)$: a distribution of mean $m$ and variance $v$, see below",
        "- random effects of `c`: multivariate Student's t with 3 or 30 (as the grid sets) degrees of freedom, scaled to the SDs and correlations of the table of true values.",
        "- residuals; distribution: gamma of skewness 1.9 (shape 4/skewness², mirrored for a negative one), shifted to mean 0 and scaled to the residual SD; SD of row $i$: 1 · exp(0.4 · `x`).",
        "- predictor `x` (a value for each t): normal with mean 0 and SD 1; 0.5 of the variance lies between the units of c, and this part has correlation 0.7 with their random intercepts.",
        "- predictor `k` (a value for each t): a name by chance: a with 0.25, b with 0.75.",
      ])
    #expect(!exponential.contains("\\sim N") && exponential.contains("\\sigma_i^2\\right)"))
    #expect(!exponential.contains("\\sigma_y"))
    #expect(exponential.contains("the predictors, the group effects and the residuals are drawn anew"))
    let df = try report(yaml("{t: df}"))
    #expect(
      df.contains("distribution: Student's t with 3 or 30 (as the grid sets) degrees of freedom, scaled"))
    #expect(try report(yaml("{heteroscedastic: {by: x, power: 2}}")).contains("row $i$: 1 · |`x`|^2."))
    #expect(
      try report(yaml("{heteroscedastic: {by: c, lognormal: 0.3}}")).contains(
        "row $i$: 1 · exp(0.3 · z), one standard normal z for each c."))
    let listed = try report(
      yaml("{heteroscedastic: {by: k, sd: {a: 1, b: 2.5}}}", "").replacing(", }", with: "}"))
    #expect(listed.contains("SD of row $i$: by `k`: a 1, b 2.5."))
    let chinese = try report(yaml("{t: df}"), .zh)
    #expect(chinese.contains("- `c` 的随机效应：多元 t 分布，自由度 3 或 30（由网格设定），缩放到真值表中的标准差与相关系数。"))
    #expect(chinese.contains("| 截距与 x 的斜率的相关系数 |"))
    #expect(chinese.contains("| c 的 x 的斜率的标准差"))
    #expect(chinese.contains("各 c 的 x 的斜率") && !chinese.contains("的x") && !chinese.contains("与x"))
  }

  @Test("laws of sizes, memberships and parts of crossings are said")
  func levels() throws {
    let text = try report(
      """
      design:
        levels: {s: 6, d: 3, p: {per: s, size: {lognormal: [1, 0.5], min: 2, max: 30}, belongs: {d: [1, 1, 2]}}}
        response: {formula: "y ~ 1 + (1 | s) + (1 | d)", beta: [1], sd: {s: 1, d: 1, residual: 1}}
      """)
    #expect(
      text.contains(
        "└─ p: exp(N(1, 0.5²)) rounded, below 2 set to 2, above 30 set to 30, in each s; each belongs to one d, drawn with chances as 1, 1, 2"
      ))
    #expect(
      text.contains(
        "In every replicate group sizes, memberships, the group effects and the residuals are drawn"))
    let crossed = try report(
      """
      design:
        parameters: {share: 0.5}
        levels: {a: 8, b: {count: 5, names: q}}
        predictors: {x: {level: rows, values: [0, 1]}}
        response: {formula: "y ~ x + (1 | a) + (1 | b)", level: {cross: [a, b], per_cell: 2, fraction: share}, beta: [1, 1], sd: {a: 1, b: 1, residual: 1}}
      grid: {share: [0.5, 0.7], levels.a: [8, 10]}
      """)
    expect(
      crossed,
      has: [
        "a: 8 or 10 (as the grid sets)", "b: 5 (named q1, q2, q3, q4, q5)",
        "rows: a × b, a random 0.5 or 0.7 (as the grid sets) of the combinations (their number rounded), 2 a combination",
        "- predictor `x` (a value for each row): 0, 1 in turn within each combination.",
      ])
  }

  @Test("scenarios are a table; sizes of other laws are not told as one name's values; small numbers stay")
  func scenarios() throws {
    let text = try report(
      """
      design:
        parameters: {n: 5, s: 1}
        levels: {school: 6, pupil: {per: school, size: n}}
        predictors: {x: {level: pupil, normal: [0, 1]}}
        response: {formula: "y ~ x + (1 + x || school)", beta: [1, 2], sd: {school: 1, school.1: 0.5, residual: s}}
      scenarios:
        - {levels.pupil.size: [1, 5], response.sd.residual: 1e-9}
        - {levels.pupil.size: {one_tiny: [9, 1]}, response.sd.residual: "s*3"}
      """)
    expect(
      text,
      has: [
        "**Grid.** No full grid: the 2 scenarios of the table, a cell each.",
        "└─ pupil: 1, 5 by turns, one school after the other; or 9 in each school, but 1 in the last (as the grid sets)",
      ])
    #expect(text.contains("| 1e-09, 3") || text.contains("| 1e-9, 3"))
    #expect(text.contains("| random.school.1.x.sd         | the SD of slopes of x by school"))
    #expect(text.contains("| cell | levels.pupil.size"))
  }
}
