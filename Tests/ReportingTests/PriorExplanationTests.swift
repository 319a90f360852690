import BayesianModels
import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Priors in explanations")
struct PriorExplanationTests {
  private static func lines(_ formula: String, _ priors: ExplainedPriors, data: DataTable? = nil) throws
    -> [String]
  {
    let found = try Explanation(of: [ModelFormula(formula)], data: data, priors: [priors])
    return try JSON(parsing: Data(found.document.text().utf8))[0]["priors"]["lines"].array.map {
      try #require($0["plain"].string)
    }
  }

  @Test("the lecture's priors in the lecture's notation, without data")
  func slides() throws {
    #expect(
      try Self.lines("y ~ x + (x | g)", ExplainedPriors(slides: true)) == [
        "μ_α ~ N(0, 1000)", "μ_β ~ N(0, 1000)", "σ_α ~ U(0, 1000)", "σ_β ~ U(0, 1000)", "ρ ~ U(−1, 1)",
        "σ_y ~ U(0, 1000)",
      ])
    #expect(
      try Self.lines("y ~ x + (1 | g) + (1 | h)", ExplainedPriors(slides: false)) == [
        "μ ~ N(0, 1000²)", "β ~ N(0, 1000²)", "σ_α ~ U(0, 1000)", "σ_γ ~ U(0, 1000)", "σ_y ~ U(0, 1000)",
      ])
    let three = try Self.lines("y ~ x + z + (x + z | g)", ExplainedPriors(slides: true))
    #expect(three.contains("Cor(α_j, β1_j, β2_j) ~ LKJ(1)"))
  }

  @Test("LaTeX, and the reading of 1000 in both languages")
  func words() throws {
    let found = try Explanation(
      of: [ModelFormula("y ~ x + (x | g)")], priors: [ExplainedPriors(slides: true)])
    #expect(
      found.markdown.contains(
        #"""
        **Priors (slides)**

        $$
        \begin{aligned}
        \mu_\alpha &\sim N\left(0,\ 1000\right) \\
        \mu_\beta &\sim N\left(0,\ 1000\right) \\
        \sigma_\alpha &\sim U\left(0,\ 1000\right) \\
        \sigma_\beta &\sim U\left(0,\ 1000\right) \\
        \rho &\sim U\left(-1,\ 1\right) \\
        \sigma_y &\sim U\left(0,\ 1000\right)
        \end{aligned}
        $$
        """#), "\(found.markdown)")
    #expect(found.markdown.contains("here it is the variance of N(0, 1000), a standard deviation of 31.6"))
    let chinese = try Explanation(
      of: [ModelFormula("y ~ x + (x | g)")], priors: [ExplainedPriors(slides: false)], language: .zh)
    #expect(chinese.markdown.contains("这里它是 N(0, 1000²) 的标准差"), "\(chinese.markdown)")
    #expect(try Explanation(of: [ModelFormula("y ~ x + (x | g)")]).markdown.contains("Priors") == false)
  }

  @Test(
    "a model's own priors find their symbols: columns of factors, predictors of groups, terms of split bars")
  func own() throws {
    let table = DataTable([
      Column("y", (0..<24).map { sin(Double($0) * 1.7) + 0.2 * Double($0 / 4) }),
      Column("x", (0..<24).map { cos(Double($0) * 2.3) }),
      Column("f", (0..<24).map { ["a", "b", "c"][$0 % 3] }),
      Column("u", (0..<24).map { Double(($0 / 4) * ($0 / 4) % 7) }),
      Column("g", (0..<24).map { "g\($0 / 4)" }),
    ])
    let model = try LinearMixedModel("y ~ u * x + f + (x || g)", data: table)
    let likelihood = BayesianMixedModel.Likelihood.linear(model)
    #expect(model.fixedEffectNames == ["(Intercept)", "u", "x", "fb", "fc", "u:x"])
    var priors = ModelPriors.slides(likelihood, isVariance: false)
    priors.fixedEffects = [
      .normal(mean: 1, sd: 2), .studentT(degreesOfFreedom: 4, location: 0, scale: 3), .flat, .uniform(-1, 1),
      .normal(mean: 0, sd: 5), .normal(mean: -0.5, sd: 0.25),
    ]
    priors.deviations = [.halfNormal(sd: 3), .exponential(rate: 0.5)]
    priors.sigma = .inverseGamma(shape: 2, scale: 3)
    let found = try Self.lines(
      "y ~ u * x + f + (x || g)", ExplainedPriors(priors, of: likelihood, name: "p.yml"), data: table)
    #expect(
      Set(found)
        == [
          "γ0^α ~ N(1, 2²)", "γ1^α ~ t(4, 0, 3)", "p(γ0^β1) ∝ 1", "γ1^β1 ~ N(−0.5, 0.25²)",
          "β2[fb] ~ U(−1, 1)", "β2[fc] ~ N(0, 5²)", "σ_α ~ N⁺(0, 3²)", "σ_β1 ~ Exponential(0.5)",
          "σ_y² ~ InvGamma(2, 3)",
        ], "\(found)")
  }
}
