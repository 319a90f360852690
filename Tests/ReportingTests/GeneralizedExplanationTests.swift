import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Explanations of generalized models")
struct GeneralizedExplanationTests {
  private static func explain(
    _ formulas: String..., family: ResponseFamily, link: LinkFunction? = nil, data: String? = nil,
    roles: ColumnRoles = ColumnRoles(), language: Language = .en, names: [String: String] = [:]
  ) throws -> Explanation {
    let table = try data.map { try DataTable(csv: Reference.bytes($0)) }
    return try Explanation(
      of: formulas.map { try ModelFormula($0) }, data: table, roles: roles,
      response: GeneralizedSpecification(family, link: link), language: language, names: names)
  }

  private static func equations(_ explanation: Explanation) throws -> [String] {
    let text = try #require(explanation.text.components(after: "\n\n", before: "\n\n"))
    return text.split(separator: "\n").map { line in
      line.components(separatedBy: "  ").filter { !$0.isEmpty }
        .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "|")
    }
  }

  private static func document(_ explanation: Explanation) throws -> JSON {
    try JSON(parsing: Data(explanation.document.text().utf8))[0]
  }

  private static func readings(_ explanation: Explanation) throws -> [String] {
    try document(explanation)["fitted"].array.map { try #require($0.string) }
  }

  @Test("where one unit is out of proportion a standard deviation is spoken of")
  func standardDeviations() throws {
    let n = 60
    let z = (0..<n).map { 1e-8 * (Double($0 * 37 % n) / 30 - 1) }
    let table = DataTable([
      Column("z", z), Column("x", (0..<n).map { Double($0 * 11 % 9) }),
      Column("y", (0..<n).map { ($0 * 13 % 7 < 3) != (z[$0] > 0 && $0 % 3 > 0) ? 1 : 0 }),
    ])
    let model = try GeneralizedLinearModel("y ~ z + x", data: table, family: .binomial)
    let fit = try model.fit()
    let found = try Explanation(
      of: [ModelFormula("y ~ z + x")], data: table, roles: ColumnRoles(),
      response: GeneralizedSpecification(.binomial), language: .en, names: [:])
    let readings = try Self.readings(found)
    let mean = z.reduce(0, +) / Double(n)
    let deviation = (z.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)).squareRoot()
    let ratio = CommonFormat.text(exp(deviation * fit.coefficients[1]), digits: 3)
    let start =
      "One standard deviation (\(CommonFormat.text(deviation, digits: 3))) more of z multiplies the odds by \(ratio) (95% "
    #expect(readings.contains { $0.hasPrefix(start) }, "\(readings)")
    #expect(readings.contains { $0.hasPrefix("One more of x multiplies the odds by ") })
    // The same in units of which the data hold millions.
    let large = DataTable([
      Column("z", z.map { 5e8 + 1e14 * $0 }), table["x"]!, table["y"]!,
    ])
    let again = try Self.readings(
      Explanation(
        of: [ModelFormula("y ~ z + x")], data: large, roles: ColumnRoles(),
        response: GeneralizedSpecification(.binomial), language: .en, names: [:]))
    #expect(
      again.contains {
        $0.hasPrefix("One standard deviation (") && $0.contains("multiplies the odds by \(ratio) (95% ")
      },
      "\(again)")
  }

  @Test("successes among trials, equations to readings")
  func cbpp() throws {
    let found = try Self.explain(
      "cbind(incidence, size - incidence) ~ period + (1 | herd)", family: .binomial, data: "glmm/cbpp.csv",
      roles: ColumnRoles(factors: ["period", "herd"]))
    #expect(
      found.text == """
        Model: cbind(incidence, size - incidence) ~ period + (1 | herd)

          observations   y_i ~ Binomial(m_i, p_i),  i = 1, …, n
                         logit(p_i) = α_j[i] + β·x_i,  i = 1, …, n
          groups (herd)  α_j ~ N(μ_α, σ_α²),  j = 1, …, J

        where y = incidence (successes), m = size (trials), p_i is the probability of success in
        one trial, x = period (a factor: one coefficient for every level but the first), j[i] is
        the herd of observation i.

        Parameters
          α_j  intercept of herd j
          β    slope of period, common to all
          μ_α  mean of the intercepts
          σ_α  standard deviation of the intercepts between groups

        Number of estimated parameters: 5 = 4 fixed effects + 1 standard deviation of groups.

        Every herd has its own intercept; the slope of period is common to all. Partial pooling
        pulls the intercepts toward their estimated mean, the more strongly the less a group's
        own data say. Effects add up on the scale of the log odds, log(p/(1 − p)): one more of a
        predictor multiplies the odds by exp of its slope wherever one stands, while what that
        does to the probability depends on where, at most a quarter of the slope (near p = 1/2).
        A slope compares observations of the same group; where intercepts vary, the slope of the
        probability averaged over groups, on the same scale, is nearer to 0. There is no
        residual standard deviation: what predictors and groups leave is the chance of
        successes, with variance m·p(1 − p).

        Fitted to these data
          - With random effects of 0 (a typical group) and period '1', the probability is 0.198
            (95% 0.135 to 0.28), odds of 0.247.
          - period '2' instead of '1' multiplies the odds by 0.371 (95% 0.203 to 0.676); the
            probability there goes from 0.198 to 0.0839.
          - period '3' instead of '1' multiplies the odds by 0.323 (95% 0.171 to 0.614); the
            probability there goes from 0.198 to 0.074.
          - period '4' instead of '1' multiplies the odds by 0.206 (95% 0.0891 to 0.476); the
            probability there goes from 0.198 to 0.0484.
          - Between levels of herd the standard deviation there is 0.642 on the scale of the
            link: the middle 95% of them have a probability of 0.0655 to 0.465; the odds of two
            of them differ by a median factor of 1.85.
          - Averaged over groups the probability there is 0.216, beside 0.198 of the typical
            group.
          - On the latent scale groups hold 11% of the variance that predictors leave
            (intraclass correlation); the chance of the responses itself has variance 3.29
            there.

        """)
  }

  @Test("a rate in Chinese, with words for columns")
  func rate() throws {
    let found = try Self.explain(
      "y ~ x + offset(log(expo)) + (1 + x | g)", family: .poisson, data: "glmm/sim_poisson.csv",
      language: .zh, names: ["g": "地点", "expo": "暴露量"])
    #expect(
      try Self.equations(found) == [
        "个体层次|y_i ~ Poisson(λ_i),|i = 1, …, n",
        "log(λ_i) = o_i + α_j[i] + β_j[i]·x_i,|i = 1, …, n",
        "集体层次（地点）|(α_j, β_j) ~ N((μ_α, μ_β), [σ_α², ρσ_ασ_β; ρσ_ασ_β, σ_β²]),|j = 1, …, J",
      ])
    let readings = try Self.readings(found)
    #expect(readings.count == 5)
    #expect(readings[0].hasPrefix("取随机效应为 0（典型组），x取均值"))
    #expect(readings[0].contains("率（每单位 暴露量）为 "))
    #expect(readings[1].hasPrefix("x增加 1，率乘以 "))
    #expect(readings[2].hasPrefix("各地点之间在该处的标准差"))
    let sentences = try #require(Self.document(found)["sentences"].string)
    #expect(sentences.contains("各效应相乘：自变量增加 1，率（每单位 exp(偏移量) 的期望）乘以 exp(斜率)。"))
    #expect(!found.text.contains("σ_y"))
  }

  @Test(
    "the distribution and the link of every family",
    arguments: [
      ("binomial", "logit", "y_i ~ Bernoulli(p_i),", "logit(p_i) = α_j[i],"),
      ("binomial", "probit", "y_i ~ Bernoulli(p_i),", "Φ⁻¹(p_i) = α_j[i],"),
      ("binomial", "cloglog", "y_i ~ Bernoulli(p_i),", "log(−log(1 − p_i)) = α_j[i],"),
      ("binomial", "cauchit", "y_i ~ Bernoulli(p_i),", "tan(π(p_i − 1/2)) = α_j[i],"),
      ("poisson", "log", "y_i ~ Poisson(λ_i),", "log(λ_i) = α_j[i],"),
      ("nb", "log", "y_i ~ NegBinomial(λ_i, θ),", "log(λ_i) = α_j[i],"),
      ("gamma", "log", "y_i ~ Gamma(ν, ν/λ_i),", "log(λ_i) = α_j[i],"),
    ])
  func families(_ family: String, _ link: String, _ distribution: String, _ linked: String) throws {
    let families: [String: ResponseFamily] = [
      "binomial": .binomial, "poisson": .poisson, "nb": .negativeBinomial(theta: 1),
      "gamma": .gamma(shape: 1),
    ]
    for language in Language.allCases {
      let found = try Self.explain(
        "y ~ 1 + (1 | g)", family: families[family]!, link: LinkFunction(rawValue: link), language: language)
      let lines = try Self.equations(found)
      #expect(lines.count == 3)
      #expect(lines[0].contains("|\(distribution)|"))
      #expect(lines[1].hasPrefix("\(linked)|"))
      #expect(!found.text.contains("σ_y") && !found.text.contains("ε"))
      let sentences = try #require(Self.document(found)["sentences"].string)
      let isAttenuated = ["logit", "probit", "cloglog"].contains(link)
      #expect(sentences.contains(language == .en ? "is nearer to 0" : "更接近 0") == isAttenuated)
      let parameters = found.parameterTable["symbol"]!
      let symbols = (0..<parameters.count).map { parameters.text($0) }
      let last = family == "nb" ? ["θ"] : family == "gamma" ? ["ν"] : []
      #expect(symbols == ["α_j", "μ_α", "σ_α"] + last)
      let count = try #require(Self.document(found)["count"].string)
      #expect(count.contains(last.isEmpty ? "2 = " : "3 = "))
      #expect(try Self.readings(found).isEmpty)
      #expect(found.notes.isEmpty)
    }
  }

  @Test("responses in their forms")
  func forms() throws {
    let levels = try Self.explain(
      "use ~ age + (1 | district)", family: .binomial, data: "glmm/contraception.csv",
      roles: ColumnRoles(factors: ["district"]))
    #expect(
      levels.text.contains("where y = 1 where use is 'Y', else 0, p_i is the probability of y_i = 1, x = age")
    )
    #expect(levels.notes.contains("note: 'Y' counts as success, 'N' as failure"))
    let shares = try Self.explain(
      "prop ~ period + (1 | herd)", family: .binomial, data: "glmm/cbpp.csv",
      roles: ColumnRoles(factors: ["period", "herd"], weights: "size"), language: .zh)
    #expect(try Self.equations(shares)[0] == "个体层次|m_i·y_i ~ Binomial(m_i, p_i),|i = 1, …, n")
    #expect(shares.text.contains("其中 y = prop（成功的比例），m = size（试验次数）"))
    let counts = try Self.explain("cbind(a, b) ~ x", family: .binomial)
    #expect(counts.text.contains("where y = a (successes), m = a + b (trials)"))
    #expect(counts.text.contains("Differences between groups are left to chance"))
  }

  @Test(
    "exp of lme4's coefficients with Wald's limits, and as many parameters as the fit has",
    arguments: [
      "cbpp", "cbpp_cloglog", "contra_int", "contra_slope", "poisson_offset", "grouse_three",
    ])
  func numbersOfR(_ name: String) throws {
    let r = try Reference.json("glmm/\(name).json")
    let table = try DataTable(csv: Reference.bytes(r["data"].string!))
    let roles = ColumnRoles(factors: Set(r["factors"].object.keys).intersection(table.columnNames))
    let found = try Explanation(
      of: [ModelFormula(r["formula"].string!)], data: table, roles: roles,
      response: GeneralizedSpecification(
        r["family"].string == "poisson" ? .poisson : .binomial,
        link: LinkFunction(rawValue: r["link"].string!)))
    let readings = try Self.readings(found)
    let slopes = zip(r["fixef"]["names"].array, r["fixef"]["values"].array).filter {
      $0.0.string != "(Intercept)"
    }
    #expect(!slopes.isEmpty)
    for (_, value) in slopes {
      let ratio = CommonFormat.text(exp(value.double), digits: 3)
      #expect(readings.contains { $0.contains("by \(ratio) (95% ") }, "\(ratio): \(readings)")
    }
    let count = try #require(Self.document(found)["count"].string)
    #expect(count.contains(" \(r["df"].int) = "), "\(count)")
  }

  @Test("products of predictors are ratios of ratios, main effects hold at their zero")
  func interaction() throws {
    let formula = "use01 ~ age * urban + (1 | district)"
    let english = try Self.explain(
      formula, family: .binomial, data: "glmm/contraception.csv", roles: ColumnRoles(factors: ["district"]))
    let readings = try Self.readings(english)
    #expect(
      readings[1].hasPrefix("One more of age multiplies the odds by ")
        && readings[1].hasSuffix(" where urban is 'N'."))
    #expect(readings[2].hasSuffix(" where age is 0."))
    #expect(readings[3].hasPrefix("Together age and urban = 'Y' multiply the odds by a further "))
    let chinese = try Self.explain(
      formula, family: .binomial, data: "glmm/contraception.csv", roles: ColumnRoles(factors: ["district"]),
      language: .zh)
    let own = try Self.readings(chinese)
    #expect(own[1].hasPrefix("urban为“N”时，age增加 1，优势乘以 "))
    #expect(own[3].hasPrefix("age和urban=“Y”同时增加时，优势另乘以 "))
  }

  @Test("several factors, a model without bars, and what differs")
  func severalFactors() throws {
    let found = try Self.explain(
      "y ~ x1 * x2 + (1 | income) + (1 | region)", "y ~ x1 * x2 + (1 + x1 | income) + (1 | region)",
      family: .binomial)
    #expect(found.text.contains("logit(p_i) = μ + β1·x1_i + β2·x2_i + β3·x3_i + α_j[i] + γ_k[i],"))
    #expect(
      found.text.contains("Both are fitted by maximum likelihood, so their log-likelihoods and AIC may be"))
    #expect(!found.text.contains("REML"))
    let single = try Self.explain(
      "use01 ~ age", family: .binomial, link: .probit, data: "glmm/contraception.csv", language: .en)
    let readings = try Self.readings(single)
    #expect(readings.count == 2)
    #expect(readings[1].hasPrefix("One more of age moves the latent variable by "))
    #expect(readings[1].contains(": the probability there goes from "))
  }

  @Test("where the likelihood has no maximum no number is read")
  func separation() throws {
    let table = try DataTable(
      csv: Array("y,x,g\n0,1,a\n0,2,a\n0,3,b\n1,4,a\n1,5,b\n1,6,b\n".utf8), file: "separated.csv")
    let found = try Explanation(
      of: [ModelFormula("y ~ x")], data: table, response: GeneralizedSpecification(.binomial))
    #expect(found.text.contains("The likelihood has no maximum on these data, so no number can be read"))
    #expect(found.notes.contains { $0.hasPrefix("separation: ") })
  }
}

extension String {
  /// What stands between two marks, the first of each.
  fileprivate func components(after start: String, before end: String) -> String? {
    guard let first = range(of: start) else { return nil }
    let rest = self[first.upperBound...]
    guard let last = rest.range(of: end) else { return nil }
    return String(rest[..<last.lowerBound])
  }
}
