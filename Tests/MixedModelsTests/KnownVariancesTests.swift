import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Estimates for known variances")
struct KnownVariancesTests {
  /// At the REML estimates the known variances give the REML fit back, with one factor and with crossed ones.
  @Test(
    "At the estimated variances they are the REML fit",
    arguments: [
      ("sleepstudy", "Reaction ~ Days + (1 + Days | Subject)"),
      ("sleepstudy", "Reaction ~ Days + (1 | Subject)"),
      ("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
    ])
  func atEstimates(data: String, formula: String) throws {
    let table = try DataTable(csv: Reference.bytes("lmm/\(data).csv"), file: data)
    let model = try LinearMixedModel(formula, data: table)
    let fit = try model.fit(by: .reml)
    let known = try model.fit(knowing: fit.varianceComponents.map(\.covariance), residualSD: fit.sigma)
    expectClose(known.fit.fixedEffects, fit.fixedEffects, relative: 1e-9)
    expectClose(known.fit.groupCoefficients.storage, fit.groupCoefficients.storage, relative: 1e-8)
    expectClose(
      known.fit.fixedEffectStandardErrors.map { $0 * known.errorFactor }, fit.fixedEffectStandardErrors,
      relative: 1e-8)
    expectClose(
      known.fit.groupCoefficientErrors.storage.map { $0 * known.errorFactor },
      fit.groupCoefficientErrors.storage, relative: 1e-8)
  }

  /// Balanced groups of n: weight w = τ²/(τ² + σ²/n), estimate wȳ_j + (1 − w)ȳ; Var(μ̂) = (τ² + σ²/n)/J and
  /// Var(α̂_j − α_j) = τ²(1 − w) + (1 − w)²Var(μ̂), as β̂ and the predictors are uncorrelated but for μ̂'s share.
  @Test("In balanced groups they are the closed form", arguments: [(0.0, 30.0), (20, 40), (500, 3)])
  func closedForm(tau: Double, sigma: Double) throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy")
    let model = try LinearMixedModel("Reaction ~ 1 + (1 | Subject)", data: table)
    let known = try model.fit(
      knowing: [Matrix(rows: 1, columns: 1, storage: [tau * tau])], residualSD: sigma)
    let (groups, n) = (18, 10.0)
    var means = [Double](repeating: 0, count: groups)
    for (code, y) in zip(model.groupCodes, model.frame.response) { means[code] += y / n }
    let mean = means.reduce(0, +) / Double(groups)
    let w = tau * tau / (tau * tau + sigma * sigma / n)
    expectClose(known.fit.groupCoefficients.storage, means.map { w * $0 + (1 - w) * mean }, relative: 1e-10)
    let fixed = ((tau * tau + sigma * sigma / n) / Double(groups)).squareRoot()
    expectClose(known.fit.fixedEffectStandardErrors[0] * known.errorFactor, fixed, relative: 1e-10)
    let error = (tau * tau * (1 - w) + (1 - w) * (1 - w) * fixed * fixed).squareRoot()
    expectClose(
      known.fit.groupCoefficientErrors.storage.map { $0 * known.errorFactor },
      [Double](repeating: error, count: groups), relative: 1e-8)
  }
}
