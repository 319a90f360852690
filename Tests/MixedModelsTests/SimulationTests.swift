import Distributions
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Drawing from fits")
struct SimulationTests {
  /// Records without weights, which lme4 leaves out of the residuals, and with a θ of which no sign is free.
  static let recorded = ReferenceCase.full.filter {
    !$0.record["simulate"].isNull && $0.record["weights"].isNull && !$0.isSingular
  }

  @Test("R's simulate", arguments: recorded)
  func simulate(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    let record = r.record["simulate"]
    var stream = RStream(seed: 42)
    let draws = fit.simulate(count: 2, from: &stream)
    for (k, draw) in draws.enumerated() {
      expectClose(
        Array(draw.prefix(10)), record["nsim2_seed42"]["sim_\(k + 1)"].doubles, absolute: 2e-6 * fit.sigma)
    }
    // R stops there where rows are missing.
    guard !record["use_u_nsim1_seed7"].isNull else { return }
    var other = RStream(seed: 7)
    let kept = fit.simulate(count: 1, keepingRandomEffects: true, from: &other)[0]
    expectClose(Array(kept.prefix(10)), record["use_u_nsim1_seed7"].doubles, absolute: 2e-6 * fit.sigma)
  }

  @Test("how many records hold draws")
  func count() { #expect(Self.recorded.count == 63) }

  @Test("residuals of a row with weight w have the standard deviation σ/√w")
  func weights() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleep_weights.csv"))
    let fit = try LinearMixedModel(
      "Reaction ~ Days + (1 | Subject)", data: table, roles: ColumnRoles(factors: ["Subject"], weights: "w")
    ).fit()
    var stream = KeyedStream(seed: 5)
    let draws = fit.simulate(count: 400, keepingRandomEffects: true, from: &stream)
    let w = try #require(fit.model.frame.weights)
    var squares = 0.0
    for draw in draws {
      for i in draw.indices {
        let own = (draw[i] - fit.fitted[i]) / fit.sigma
        squares += own * own * w[i]
      }
    }
    // 72,000 squares of standard normal numbers: a standard error of 0.0053.
    expectClose(squares / Double(400 * w.count), 1, absolute: 0.025)
  }

  @Test("a refit is the fit of the new response")
  func refit() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let roles = ColumnRoles(factors: ["Subject"])
    let fit = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: table, roles: roles).fit()
    var stream = RStream(seed: 3)
    let y = fit.simulate(count: 1, from: &stream)[0]
    let again = try fit.refit(to: y)
    let own = try LinearMixedModel(
      "y ~ Days + (Days | Subject)", data: table.appending(Column("y", y)), roles: roles
    ).fit()
    expectClose(again.criterion, own.criterion, relative: 1e-13)
    expectClose(again.fixedEffects, own.fixedEffects, relative: 1e-12)
  }

  @Test("bootstrap: the same for any number of threads, and around the estimates")
  func bootstrap() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let fit = try LinearMixedModel(
      "Reaction ~ Days + (Days | Subject)", data: table, roles: ColumnRoles(factors: ["Subject"])
    ).fit()
    let one = ParametricBootstrap(fit, count: 200, seed: 9)
    let two = ParametricBootstrap(fit, count: 200, seed: 9, threads: 3)
    #expect(one.replicates == two.replicates && one.failureCount == 0 && one.replicates.count == 200)
    #expect(one.parameters == (try fit.profileIntervals().map(\.parameter)))
    let profile = try fit.profileIntervals()
    for (a, b) in zip(try one.intervals(), profile) {
      let width = b.upper - b.lower
      #expect(a.lower < a.estimate && a.estimate < a.upper, "\(a)")
      expectClose(a.lower, b.lower, absolute: 0.35 * width, "\(a.parameter)")
      expectClose(a.upper, b.upper, absolute: 0.35 * width, "\(a.parameter)")
    }
  }
}
