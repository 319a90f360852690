import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Small data sets on which generalized models have several optima")
struct GeneralizedMinimaTests {
  private static func fit(_ r: JSON) throws -> (GeneralizedLinearMixedModelFit, GeneralizedLinearModelFit) {
    let table = try DataTable(csv: Reference.bytes("glmm/minima/\(r["data"].string!).csv"))
    let formula = try ModelFormula(r["formula"].string!)
    let family: ResponseFamily = r["family"].string == "poisson" ? .poisson : .binomial
    let roles = ColumnRoles(factors: ["g"])
    return (
      try GeneralizedLinearMixedModel(formula, data: table, family: family, roles: roles).fit(),
      try GeneralizedLinearModel(
        ModelFormula(formula.fixedText), data: table, family: family, roles: roles
      ).fit()
    )
  }

  private static let all = try! Reference.json("glmm/minima.json").array

  @Test("none is worse than the model without random effects", arguments: all.indices)
  func nested(_ k: Int) throws {
    let (fit, complete) = try Self.fit(Self.all[k])
    #expect(
      fit.criterion <= -2 * complete.maximumLogLikelihood + 1e-6,
      "\(Self.all[k]["data"].string!): \(fit.criterion), without \(-2 * complete.maximumLogLikelihood)")
  }

  @Test(
    "where glmer from many starts has an optimum inside, ours is as good",
    arguments: ["sc_40320", "sx_20017", "sw1_157", "sw0_214"])
  func optima(_ name: String) throws {
    let r = try #require(Self.all.first { $0["data"].string == name })
    let (fit, _) = try Self.fit(r)
    #expect(fit.criterion < r["objective"].double + 1e-2, "\(fit.criterion) \(fit.theta)")
  }

  @Test("a variance of 0 is believed only after larger ones were looked at")
  func rare() throws {
    let r = try #require(Self.all.first { $0["data"].string == "rare" })
    let (fit, _) = try Self.fit(r)
    // glmer stops at 0 with 11.5036; its own function has 11.380 at a standard deviation of 3.
    #expect(fit.criterion < 11.39, "\(fit.criterion) \(fit.theta)")
  }

  @Test("counts of many millions do not make a search run off", arguments: 0..<3)
  func heavy(_ k: Int) throws {
    let r = try Reference.json("glmm/heavy.json").array[k]
    let table = try DataTable(csv: Reference.bytes("glmm/heavy/\(r["data"].string!).csv"))
    let model = try GeneralizedLinearMixedModel(
      "y ~ x + (1 | g)", data: table, family: .negativeBinomial(theta: 1))
    let observed = try model.fit(determinant: .observed)
    #expect(observed.criterion < r["objective"].double + 1e-4, "\(observed.criterion) \(observed.theta)")
    let complete = try GeneralizedLinearModel(
      "y ~ x", data: table, family: .negativeBinomial(theta: 1)
    ).fit()
    for fit in [observed, try model.fit()] {
      #expect(fit.criterion <= -2 * complete.maximumLogLikelihood + 1e-6, "\(fit.criterion)")
    }
  }

  @Test(
    "separation is seen where a link comes to its end fast",
    arguments: [LinkFunction.logit, .cloglog, .probit])
  func separatedByCell(_ link: LinkFunction) throws {
    // All 14 rows with f = c are successes.
    let table = try DataTable(csv: Reference.bytes("glmm/minima/separated_cell.csv"))
    for formula in ["y ~ x + f + k + (1 | g)", "y ~ x + f + k + (1 | g) + (1 | h)"] {
      let fit = try GeneralizedLinearMixedModel(formula, data: table, family: .binomial, link: link).fit()
      #expect(fit.diagnostics.separation != nil, "\(formula)")
      let without = try GeneralizedLinearMixedModel(
        formula.replacing("+ f ", with: ""), data: table, family: .binomial, link: link
      ).fit()
      #expect(without.diagnostics.separation == nil, "\(formula)")
    }
  }

  @Test("a flat likelihood on the way to Poisson's is not the end")
  func flat() throws {
    let table = try DataTable(csv: Reference.bytes("glmm/heavy/flat.csv"))
    let fit = try GeneralizedLinearMixedModel(
      "y ~ x + offset(o) + (1 | g)", data: table, family: .negativeBinomial(theta: 1)
    ).fit()
    // glmmTMB: 8.987138 at θ = 0.91; Poisson's limit is 8.988165.
    #expect(fit.criterion < 8.98714, "\(fit.criterion)")
  }
}
