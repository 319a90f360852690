import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posteriors with known standard errors")
struct KnownVariancesPosteriorTests {
  static func schools() throws -> (model: LinearMixedModel, reference: JSON) {
    let r = try Reference.json("bayes/eight_schools.json")
    let table = DataTable([
      Column("school", (1...8).map { "school \($0)" }), Column("effect", r["y"].doubles),
      Column("se", r["se"].doubles),
    ])
    return (try Self.model("effect ~ 1 + (1 | school)", table), r)
  }

  static func model(_ formula: String, _ table: DataTable) throws -> LinearMixedModel {
    try LinearMixedModel(
      knowingVariances: ModelFormula(formula), data: table, roles: ColumnRoles(standardErrors: "se"))
  }

  @Test("eight schools: means, spreads and quantiles are those of the quadrature", arguments: [true, false])
  func schools(_ isVariance: Bool) throws {
    let (model, r) = try Self.schools()
    let likelihood = BayesianMixedModel.Likelihood.knownVariances(model)
    let fit = try BayesianMixedModel(likelihood, priors: .slides(likelihood, isVariance: isVariance)).sample(
      SamplingPlan(chains: 4, draws: 25_000, warmup: 1000, seed: 8, threads: 2))
    let exact = r[isVariance ? "prior_variance" : "prior_sd"]["exact"]
    let layout = ChainLayout(chainCount: fit.chainCount, drawCount: fit.drawCount)
    let effects = fit.coefficients
    var all: [(name: String, draws: [Double], exact: JSON)] = [
      ("mu", Array(fit.values(of: 0)), exact["mu"]), ("tau", Array(fit.values(of: 1)), exact["tau"]),
    ]
    #expect(fit.quantities[1].kind == .deviation && fit.quantities.allSatisfy { $0.kind != .sigma })
    try #require(effects.count == 8 && exact["theta"].array.count == 8)
    for j in 0..<8 { all.append(("theta[\(j + 1)]", effects[j].draws, exact["theta"][j])) }
    for (name, values, expected) in all {
      let draws = ChainDraws(values, layout: layout)
      let found = ChainDiagnostics(draws)
      #expect((found.bulkEffectiveSampleSize ?? 0) >= 20_000, "\(name): \(found)")
      expectClose(
        found.mean, expected["mean"].double, absolute: 4 * (found.monteCarloErrorOfMean ?? 0),
        "mean of \(name)")
      expectClose(
        found.standardDeviation ?? .nan, expected["sd"].double,
        absolute: 4 * (found.monteCarloErrorOfStandardDeviation ?? 0), "sd of \(name)")
      for (i, p) in exact["quantile_probs"].doubles.enumerated() {
        expectClose(
          draws.quantile(p) ?? .nan, expected["quantiles"][i].double,
          absolute: 4 * (draws.monteCarloError(ofQuantile: p) ?? 0), "\(p) of \(name)")
      }
    }
  }

  /// 24 rows of 8 groups with a predictor and their standard errors.
  static var rows: DataTable {
    DataTable([
      Column("g", (0..<24).map { "g\($0 / 3)" }), Column("h", (0..<24).map { "h\(($0 * 7) % 5)" }),
      Column("x", (0..<24).map { sin(Double($0) * 1.3) }),
      Column("y", (0..<24).map { cos(Double($0) * 2.1) + 0.3 * Double($0 / 3) }),
      Column("se", (0..<24).map { 0.3 + 0.05 * Double($0 % 7) }),
    ])
  }

  @Test(
    "the gradient is the limit of differences",
    arguments: ["y ~ 1 + (1 | g)", "y ~ x + (x | g)", "y ~ x + (1 | g) + (1 | h)", "y ~ 1 + (1 | row)"])
  func gradient(_ formula: String) throws {
    let table = Self.rows.appending(Column("row", (0..<24).map { "r\($0)" }))
    let model = try Self.model(formula, table)
    let likelihood = BayesianMixedModel.Likelihood.knownVariances(model)
    for priors in [ModelPriors.slides(likelihood, isVariance: true), .weaklyInformative(likelihood)] {
      let bayesian = try BayesianMixedModel(likelihood, priors: priors)
      let posterior = bayesian.posterior(SamplerCoordinates(bayesian))
      let start = zip(posterior.start, 0...).map { $0 + 0.2 * sin(Double($1) + 0.5) }
      func evaluate(_ z: [Double]) -> (value: Double, gradient: [Double]) {
        var (z, gradient) = (z, z)
        let value = z.withUnsafeMutableBufferPointer { z in
          gradient.withUnsafeMutableBufferPointer {
            posterior.evaluate(at: z.baseAddress!, gradient: $0.baseAddress!)
          }
        }
        return (value, gradient)
      }
      let (value, gradient) = evaluate(start)
      #expect(value.isFinite && start.count == posterior.dimension)
      for k in start.indices {
        let difference = derivative(step: 0.01) { step in
          var z = start
          z[k] += step
          return evaluate(z).value
        }
        expectClose(gradient[k], difference, absolute: 1e-7 * (1 + abs(difference)), "[\(k)]")
      }
    }
  }

  @Test("standard errors that are none are refused with row and column")
  func faults() throws {
    var errors = (0..<24).map { _ in 0.5 }
    errors[4] = 0
    let table = DataTable(Self.rows.columns.filter { $0.name != "se" } + [Column("se", errors)])
    #expect(throws: FormulaError.badStandardError(column: "se", row: 5, value: "0")) {
      try Self.model("y ~ 1 + (1 | g)", table)
    }
  }
}
