import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Expectations given the standard deviation between levels")
struct ConditionalEffectsTests {
  /// Rubin's (1981) eight schools, as two rows a school whose means have the published standard errors.
  static let effects: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
  static let errors: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]

  static func schools(_ priors: (inout ModelPriors) -> Void = { _ in }) throws -> BayesianMixedModel {
    let y = effects.flatMap { [$0 - 2, $0 + 2] }
    let weights = errors.flatMap { [0.5 / ($0 * $0), 0.5 / ($0 * $0)] }
    let schools = ["A", "B", "C", "D", "E", "F", "G", "H"].flatMap { [$0, $0] }
    let table = DataTable([Column("y", y), Column("school", schools), Column("w", weights)])
    let model = try LinearMixedModel(
      ModelFormula("y ~ 1 + (1 | school)"), data: table, roles: ColumnRoles(weights: "w"))
    var own = ModelPriors.weaklyInformative(.knownVariances(model))
    own.fixedEffects = [.flat]
    own.deviations = [.uniform(0, 30)]
    priors(&own)
    return try BayesianMixedModel(.knownVariances(model), priors: own)
  }

  // Bayesian Data Analysis, equations 5.17 to 5.21: closed forms, so that agreement is to rounding.
  @Test("eight schools: means, standard deviations and the density of τ are those of closed forms")
  func schools() throws {
    let found = try #require(ConditionalEffects(Self.schools(), count: 31))
    #expect(found.levels.count == 8 && found.deviations[0] == 0 && found.knowsSigma && found.hasIntercept)
    var logs: [Double] = []
    for (k, tau) in found.deviations.enumerated() {
      let precisions = Self.errors.map { 1 / ($0 * $0 + tau * tau) }
      let total = precisions.reduce(0, +)
      let mu = zip(precisions, Self.effects).reduce(0) { $0 + $1.0 * $1.1 } / total
      var log = -0.5 * Foundation.log(total)
      for (precision, y) in zip(precisions, Self.effects) {
        log += 0.5 * Foundation.log(precision) - 0.5 * precision * (y - mu) * (y - mu)
      }
      logs.append(log)
      for (j, (y, se)) in zip(Self.effects, Self.errors).enumerated() {
        let weight = tau * tau / (tau * tau + se * se)
        let variance = weight * se * se + (1 - weight) * (1 - weight) / total
        expectClose(found.mean(ofLevel: j)[k], weight * y + (1 - weight) * mu, absolute: 1e-9, "\(tau) \(j)")
        expectClose(found.spreads[k + 31 * j], variance.squareRoot(), relative: 1e-9, "\(tau) \(j)")
      }
    }
    for k in 1..<31 {
      expectClose(log(found.densities[k] / found.densities[0]), logs[k] - logs[0], absolute: 1e-9, "\(k)")
    }
    let step = found.deviations[1]
    let area = zip(found.densities, found.densities.dropFirst()).reduce(0) { $0 + step * ($1.0 + $1.1) / 2 }
    expectClose(area, 1, relative: 1e-12)
    #expect(found.deviations.last! <= 30)
  }

  // 4000 draws worth some 2000 independent ones: a quantile's error is about √(p(1 − p)/2000)/density, 4 of which are allowed.
  @Test("σ unknown: τ's quantiles and the levels' means are those of draws")
  func agreesWithDraws() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/dyestuff.csv"))
    let model = try LinearMixedModel(ModelFormula("Yield ~ 1 + (1 | Batch)"), data: table)
    let bayesian = try BayesianMixedModel(
      .linear(model), priors: .weaklyInformative(.linear(model)))
    let found = try #require(ConditionalEffects(bayesian))
    let fit = try bayesian.sample(SamplingPlan(seed: 2))
    let place = try #require(fit.quantities.firstIndex { $0.kind == .deviation })
    let sorted = fit.values(of: place).sorted()
    for p in [0.1, 0.5, 0.9] {
      let tau = found.quantile(p)
      let below = Double(sorted.count { $0 < tau }) / Double(sorted.count)
      expectClose(below, p, absolute: 4 * (p * (1 - p) / 2000).squareRoot(), "\(p)")
    }
    let step = found.deviations[1]
    for (j, own) in fit.coefficients.enumerated() {
      let means = found.mean(ofLevel: j)
      let expected = zip(means, found.densities).reduce(0) { $0 + $1.0 * $1.1 * step }
      let draws = own.draws
      let mean = draws.reduce(0, +) / Double(draws.count)
      let sd = (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count)).squareRoot()
      // The grid leaves out about a thousandth of τ's tail.
      expectClose(expected, mean, absolute: 4 * sd / 2000.0.squareRoot() + 0.02 * sd, "\(j)")
    }
  }

  @Test("other models have none; a prior of the variance has no density at 0")
  func others() throws {
    func none(_ formula: String) throws -> Bool {
      let model = try CollapsedPosteriorTests.model(formula)
      return try ConditionalEffects(
        BayesianMixedModel(.linear(model), priors: .weaklyInformative(.linear(model)))) == nil
    }
    #expect(try none("Reaction ~ Days + (Days | Subject)"))
    #expect(try none("Reaction ~ 1 + (0 + Days | Subject)"))
    #expect(try !none("Reaction ~ Days + (1 | Subject)"))
    let inverse = try Self.schools { $0.deviations = [.inverseGamma(shape: 1, scale: 1)] }
    let found = try #require(ConditionalEffects(inverse))
    #expect(found.densities[0] == 0 && found.densities.allSatisfy { $0 >= 0 })
  }
}
