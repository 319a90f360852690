import Foundation
import LinearAlgebra
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posteriors of several factors with effects integrated out")
struct SeveralFactorPosteriorTests {
  /// Data, formula and factors: crossed; nested; nested in a product; slopes over both factors, correlated and not.
  static let cases: [(file: String, formula: String, factors: Set<String>)] = [
    ("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", []),
    ("pastes", "strength ~ 1 + (1 | batch/cask)", []),
    ("machines_unbalanced", "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", ["Worker"]),
    ("", "y ~ x + (x | g) + (x || h)", []),
    ("", "y ~ x + (x || g) + (1 | h)", []),
  ]

  /// Nine groups of rows, crossed with four others, unbalanced.
  static let crossed: DataTable = {
    let rows = (0..<60).map(Double.init)
    let x = rows.map { ($0 * 7).truncatingRemainder(dividingBy: 11) / 5 - 0.6 }
    let (g, h) = (rows.map { Int($0 * $0 / 7) % 9 }, rows.map { Int($0 * 5 / 3) % 4 })
    return DataTable([
      Column(
        "y",
        rows.indices.map { i in
          2 + x[i] * (1 + 0.3 * sin(Double(g[i]))) + 1.5 * cos(3 * Double(g[i])) + Double(h[i])
            + 0.8 * sin(12.9 * rows[i])
        }), Column("x", x), Column("g", g.map { "g\($0)" }), Column("h", h.map { "h\($0)" }),
    ])
  }()

  static func model(_ k: Int) throws -> LinearMixedModel {
    let (file, formula, factors) = cases[k]
    let table = file.isEmpty ? crossed : try DataTable(csv: Reference.bytes("lmm/\(file).csv"))
    return try LinearMixedModel(ModelFormula(formula), data: table, roles: ColumnRoles(factors: factors))
  }

  @Test("the gradient is the limit of differences", arguments: cases.indices)
  func gradient(_ index: Int) throws {
    let model = try Self.model(index)
    var odd = ModelPriors.weaklyInformative(.linear(model))
    odd.sigma = .inverseGamma(shape: 2, scale: 3)
    odd.deviations[0] = .exponential(rate: 0.5)
    odd.fixedEffects[0] = .flat
    var flat = odd
    flat.fixedEffects = flat.fixedEffects.map { _ in .flat }
    for priors in [.slides(.linear(model), isVariance: true), .weaklyInformative(.linear(model)), odd, flat] {
      let bayesian = try BayesianMixedModel(.linear(model), priors: priors)
      #expect(bayesian.isCollapsed)
      let posterior = bayesian.posterior(SamplerCoordinates(bayesian))
      let start = zip(posterior.start, 0...).map { $0 + 0.2 * sin(Double($1)) }
      func evaluate(_ z: [Double]) -> (value: Double, gradient: [Double]) {
        var z = z
        var gradient = z
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
        expectClose(gradient[k], difference, absolute: 2e-7 * (1 + abs(difference)), "[\(k)]")
      }
    }
  }

  /// A normal prior written as a t distribution of a thousand million degrees of freedom is the same prior, but effects and fixed effects are then sampled, not
  /// integrated out. Means and medians of some 40 quantities within 5 standard errors of both: false alarms below 1e-4.
  @Test("all parameters sampled together have the same posterior", arguments: [1, 4])
  func joint(_ index: Int) throws {
    let model = try Self.model(index)
    let priors = ModelPriors.weaklyInformative(.linear(model))
    var other = priors
    other.fixedEffects = other.fixedEffects.map { prior in
      guard case .normal(let mean, let sd) = prior else { return prior }
      return .studentT(degreesOfFreedom: 1e9, location: mean, scale: sd)
    }
    let collapsed = try BayesianMixedModel(.linear(model), priors: priors)
    let together = try BayesianMixedModel(.linear(model), priors: other)
    #expect(collapsed.isCollapsed && !together.isCollapsed)
    let plan = SamplingPlan(chains: 2, draws: 4000, warmup: 1000, seed: 24, threads: 2)
    let (first, second) = (try collapsed.sample(plan), try together.sample(plan))
    #expect(first.quantities == second.quantities)
    let layout = ChainLayout(chainCount: 2, drawCount: 4000)
    let summaries = [first, second].map { $0.summaries(probabilities: [0.5]) }
    for k in first.quantities.indices {
      let name = first.quantities[k].address.joined(separator: ".")
      let (own, others) = (summaries[0][k], summaries[1][k])
      #expect((own.diagnostics.bulkEffectiveSampleSize ?? 0) >= 1000, "\(name)")
      let error = hypot(
        own.diagnostics.monteCarloErrorOfMean ?? .infinity,
        others.diagnostics.monteCarloErrorOfMean ?? .infinity)
      expectClose(own.diagnostics.mean, others.diagnostics.mean, absolute: 5 * error, "mean of \(name)")
      let median = [first, second].map {
        ChainDraws(Array($0.values(of: k)), layout: layout).monteCarloError(ofQuantile: 0.5) ?? .infinity
      }
      expectClose(
        own.quantiles[0], others.quantiles[0], absolute: 5 * hypot(median[0], median[1]), "median of \(name)")
    }
  }

  private static func refused(
    _ table: DataTable, _ formula: String, _ change: (inout ModelPriors) -> Void = { _ in }
  ) throws -> BayesianModelError? {
    let model = try LinearMixedModel(ModelFormula(formula), data: table)
    var priors = ModelPriors.weaklyInformative(.linear(model))
    change(&priors)
    do {
      _ = try BayesianMixedModel(.linear(model), priors: priors)
      return nil
    } catch { return error }
  }

  @Test("a response that levels fit exactly is refused, unless the prior keeps σ from 0")
  func exactFit() throws {
    let rows = 0..<24
    let (g, h) = (rows.map { "g\($0 % 4)" }, rows.map { "h\($0 % 3)" })
    let sums = rows.map { [1.0, 4, 2, 8][$0 % 4] + [0.3, 0.7, -1][$0 % 3] }
    let table = DataTable([Column("y", sums), Column("g", g), Column("h", h)])
    #expect(try Self.refused(table, "y ~ 1 + (1 | g) + (1 | h)") == .noResiduals(response: "y"))
    #expect(try Self.refused(table, "y ~ 1 + (1 | g) + (1 | h)") { $0.sigma = .uniform(0.1, 9) } == nil)
    #expect(
      try Self.refused(table, "y ~ 1 + (1 | g) + (1 | h)") { $0.sigma = .inverseGamma(shape: 1, scale: 1) }
        == nil)
    #expect(try Self.refused(Self.crossed, "y ~ 1 + (1 | g) + (1 | h)") == nil)
  }

  @Test("levels that flat fixed effects tell apart do not bound a flat prior's tail")
  func flatTail() throws {
    func flat(_ priors: inout ModelPriors) {
      priors.fixedEffects = priors.fixedEffects.map { _ in .flat }
      priors.deviations = priors.deviations.map { _ in .flat }
    }
    func isImproper(_ formula: String, _ change: (inout ModelPriors) -> Void) throws -> Bool {
      if case .improper = try Self.refused(Self.crossed, formula, change) { true } else { false }
    }
    // Four levels of h: a constant leaves 3 differences, a predictor of h leaves 2, h itself none.
    #expect(try !isImproper("y ~ x + (1 | g) + (1 | h)", flat))
    #expect(try isImproper("y ~ x + h + (1 | g) + (1 | h)", flat))
    #expect(
      try !isImproper("y ~ x + h + (1 | g) + (1 | h)") { $0.deviations = $0.deviations.map { _ in .flat } })
    #expect(
      try !isImproper("y ~ x + h + (1 | g) + (1 | h)") {
        $0.fixedEffects = $0.fixedEffects.map { _ in .flat }
      })
  }

  @Test("factors of too many levels are refused")
  func tooManyLevels() throws {
    let n = 16_000
    let table = DataTable([
      Column("y", (0..<n).map { sin(Double($0)) }),
      Column("g", (0..<n).map { "g\(($0 &* 7919) % 7993)" }), Column("h", (0..<n).map { "h\($0 % 7919)" }),
    ])
    #expect(try Self.refused(table, "y ~ 1 + (1 | g) + (1 | h)") == .tooManyLevels)
  }
}
