import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Comparing models against lme4's anova")
struct ModelComparisonTests {
  /// Comparisons of models with one grouping factor.
  static let recorded = try! Reference.json("lmm/anova.json")["comparisons"].array.filter {
    $0["models"].strings.allSatisfy { name in ReferenceCase.literature.contains { $0.name == name } }
  }

  @Test("chi-squared, degrees of freedom and p", arguments: recorded.indices)
  func comparisons(_ k: Int) throws {
    let r = Self.recorded[k]
    let name = try #require(r["models"].strings.first)
    let file = try #require(try Reference.json("lmm/\(name).json")["data"].string)
    let table = try DataTable(csv: Reference.bytes(file))
    let comparison = try ModelComparison(
      r["formulas"].strings.map { try ModelFormula($0) }, data: table,
      roles: ColumnRoles(factors: ["Subject"]))
    #expect(comparison.rows.map(\.parameterCount).map(Double.init) == r["npar"].doubles)
    expectClose(comparison.rows.map(\.aic), r["AIC"].doubles, relative: 1e-9)
    expectClose(comparison.rows.map(\.bic), r["BIC"].doubles, relative: 1e-9)
    expectClose(comparison.rows.map(\.logLikelihood), r["logLik"].doubles, relative: 1e-9)
    expectClose(comparison.rows.map(\.deviance), r["deviance"].doubles, relative: 1e-9)
    let test = try #require(comparison.rows[1].test)
    expectClose(test.statistic, r["chisq"].double, absolute: 1e-6)
    #expect(test.degreesOfFreedom == r["df"].int)
    expectClose(test.naivePValue, r["p"].double, relative: 1e-5)
  }

  @Test("how many comparisons are recorded")
  func count() { #expect(Self.recorded.count == 4) }

  private func sleep() throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/sleep_weights.csv"), file: "sleep_weights.csv")
  }

  private func nulls(_ formulas: String...) throws -> [LikelihoodRatioTest.NullDistribution?] {
    try ModelComparison(
      formulas.map { try ModelFormula($0) }, data: sleep(), roles: ColumnRoles(factors: ["Subject"])
    ).rows.dropFirst().map { $0.test?.null }
  }

  @Test("the null distribution of variances, slopes, correlations and fixed effects")
  func nullDistributions() throws {
    #expect(try nulls("Reaction ~ Days", "Reaction ~ Days + (1 | Subject)") == [.mixture(lower: 0)])
    #expect(
      try nulls("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)")
        == [.mixture(lower: 1)])
    #expect(
      try nulls("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days || Subject)")
        == [.mixture(lower: 0)])
    #expect(
      try nulls("Reaction ~ Days + (Days || Subject)", "Reaction ~ Days + (Days | Subject)") == [.chiSquared])
    #expect(
      try nulls("Reaction ~ 1 + (1 | Subject)", "Reaction ~ Days + half + (1 | Subject)") == [.chiSquared])
    #expect(
      try nulls("Reaction ~ 1 + (1 | Subject)", "Reaction ~ Days + (Days | Subject)")
        == [.mixture(lower: 2)])
    #expect(try nulls("Reaction ~ Days", "Reaction ~ Days + (Days | Subject)") == [.unknown])
    #expect(
      try nulls("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days + off | Subject)") == [.unknown])
    // Neither is within the other.
    #expect(try nulls("Reaction ~ Days + (1 | Subject)", "Reaction ~ off + half + (1 | Subject)") == [nil])
    #expect(
      try nulls("Reaction ~ Days + (0 + off | Subject)", "Reaction ~ Days + (Days | Subject)") == [nil])
  }

  @Test("mixtures of chi-squared")
  func mixtures() throws {
    let comparison = try ModelComparison(
      [
        ModelFormula("Reaction ~ Days + (1 | Subject)"), ModelFormula("Reaction ~ Days"),
        ModelFormula("Reaction ~ Days + (Days | Subject)"),
      ], data: sleep(), roles: ColumnRoles(factors: ["Subject"]))
    #expect(comparison.rows.map(\.name) == ["m2", "m1", "m3"])
    let first = try #require(comparison.rows[1].test)
    expectClose(first.largeSamplePValue, first.naivePValue / 2, relative: 1e-12)
    let second = try #require(comparison.rows[2].test)
    #expect(second.degreesOfFreedom == 2 && second.pValue < second.naivePValue)
    #expect(second.pValue > second.naivePValue / 2)
  }

  @Test("restricted likelihoods of one fixed part, lm's among them")
  func restricted() throws {
    let formulas = try [
      "Reaction ~ Days", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)",
    ].map { try ModelFormula($0) }
    let roles = ColumnRoles(factors: ["Subject"])
    let comparison = try ModelComparison(formulas, data: sleep(), roles: roles, method: .reml)
    let model = try LinearMixedModel(formulas[1], data: sleep(), roles: roles)
    // At θ = 0 the mixed model is the linear one.
    expectClose(comparison.rows[0].deviance, try model.criterion(at: [0], method: .reml), relative: 1e-12)
    expectClose(comparison.rows[1].deviance, try model.fit().criterion, relative: 1e-12)
    let other = try ModelFormula("Reaction ~ 1 + (1 | Subject)")
    #expect(throws: ComparisonError.fixedPartsDiffer("m2", "m1")) {
      try ModelComparison([formulas[1], other], data: sleep(), roles: roles, method: .reml)
    }
  }

  @Test("models of other rows or responses are refused")
  func refused() throws {
    let table = DataTable([
      Column("y", [1.0, 2, 4, 3, 5, 4]), Column("x", [1.0, 2, .nan, 4, 5, 1]),
      Column("g", ["a", "a", "b", "b", "c", "c"]),
    ])
    let y = try ModelFormula("y ~ 1")
    #expect(throws: ComparisonError.rowsDiffer("m1", 6, "m2", 5)) {
      try ModelComparison([y, ModelFormula("y ~ x")], data: table)
    }
    #expect(throws: ComparisonError.responsesDiffer("m1", "y", "m2", "log(y)")) {
      try ModelComparison([y, ModelFormula("log(y) ~ 1")], data: table)
    }
  }
}

@Suite("Shares of variance")
struct VarianceDecompositionTests {
  @Test(
    "against the definition computed in R",
    arguments: ReferenceCase.full.filter { !$0.record["icc_r2"].isNull })
  func decomposition(_ r: ReferenceCase) throws {
    let parts = try r.fit().varianceDecomposition
    let record = r.record["icc_r2"]
    let singular = r.isSingular
    let total = parts.fixed + parts.random + parts.residual
    let tolerance = singular ? 1e-5 : 2e-6
    expectClose(parts.fixed, record["direct_var_fixed"].double, absolute: tolerance * total)
    expectClose(parts.random, record["direct_var_random"].double, absolute: tolerance * total)
    expectClose(parts.residual, record["var_residual"].double, relative: tolerance)
    // R's package leaves random effects without a fixed one out, and has no answer at the boundary.
    guard !record["var_random"].isNull,
      abs(record["var_random"].double - record["direct_var_random"].double) < 1e-9 * total
    else { return }
    expectClose(parts.marginalRSquared, record["r2_marginal"].double, absolute: tolerance)
    expectClose(parts.conditionalRSquared, record["r2_conditional"].double, absolute: tolerance)
    expectClose(parts.adjustedICC, record["icc_adjusted"].double, absolute: tolerance)
    expectClose(parts.unadjustedICC, record["icc_unadjusted"].double, absolute: tolerance)
  }

  @Test("nothing varies between groups: conditional is marginal, and there is no correlation")
  func boundary() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/dyestuff2.csv"))
    let parts = try LinearMixedModel("Yield ~ 1 + (1 | Batch)", data: table).fit().varianceDecomposition
    #expect(parts.marginalRSquared == 0 && parts.conditionalRSquared == 0 && parts.adjustedICC == 0)
  }
}
