import Distributions
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posterior predictions")
struct PosteriorPredictionsTests {
  static let plan = SamplingPlan(chains: 2, draws: 5, warmup: 60, seed: 3)

  static func linear(_ formula: String) throws -> BayesianFit {
    let model = try LinearMixedModel(
      ModelFormula(formula), data: CollapsedPosteriorTests.sleepstudy,
      roles: ColumnRoles(factors: ["Subject"]))
    let likelihood = BayesianMixedModel.Likelihood.linear(model)
    return try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood)).sample(plan)
  }

  static func generalized(
    _ formula: String, _ table: String, _ family: ResponseFamily, factors: Set<String>
  ) throws -> BayesianFit {
    let model = try GeneralizedLinearMixedModel(
      ModelFormula(formula), data: DataTable(csv: Reference.bytes(table)), family: family,
      roles: ColumnRoles(factors: factors))
    let likelihood = BayesianMixedModel.Likelihood.generalized(model)
    return try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood)).sample(plan)
  }

  /// Mean and variance of many replicates of one draw, row by row.
  static func moments(
    _ predictions: PosteriorPredictions, draw: Int, count: Int
  ) -> (means: [Double], variances: [Double]) {
    var stream = KeyedStream(seed: 8)
    let all = (0..<count).map { _ in predictions.replicate(draw: draw, from: &stream) }
    let n = Double(count)
    let means = all[0].indices.map { i in all.reduce(0) { $0 + $1[i] } / n }
    let variances = all[0].indices.map { i in
      all.reduce(0) { $0 + ($1[i] - means[i]) * ($1[i] - means[i]) } / (n - 1)
    }
    return (means, variances)
  }

  @Test("predictors are fixed effects plus the levels' effects, by their addresses")
  func predictors() throws {
    let fit = try Self.linear("Reaction ~ Days + (Days | Subject)")
    let predictions = PosteriorPredictions(fit)
    #expect(predictions.drawCount == 10)
    let table = CollapsedPosteriorTests.sleepstudy
    let subject = try #require(table["Subject"])
    let subjects = (0..<table.rowCount).map { subject.text($0) ?? "" }
    let days = try #require(table["Days"]?.numbers)
    for draw in [0, 4, 5, 9] {
      func value(_ address: String...) throws -> Double {
        let k = try #require(fit.quantities.firstIndex { $0.address == address })
        return Array(fit.values(of: k))[draw]
      }
      for (i, found) in predictions.predictors(draw: draw).enumerated() {
        let intercept =
          try value("fixed", "(Intercept)") + value("mode", "Subject", subjects[i], "(Intercept)")
        let slope = try value("fixed", "Days") + value("mode", "Subject", subjects[i], "Days")
        expectClose(found, intercept + slope * days[i], relative: 1e-12, "row \(i), draw \(draw)")
      }
    }
  }

  // 180 rows; a mean 4.5 standard errors off has probability 7e-6.
  @Test("replicates of linear models have the predictors as means and σ² as variance")
  func linearReplicates() throws {
    let fit = try Self.linear("Reaction ~ 1 + (1 | Subject)")
    let predictions = PosteriorPredictions(fit)
    let sigma = Array(fit.values(of: try #require(fit.quantities.firstIndex { $0.kind == .sigma })))[7]
    let (means, variances) = Self.moments(predictions, draw: 7, count: 400)
    let eta = predictions.predictors(draw: 7)
    for i in eta.indices {
      expectClose(means[i], eta[i], absolute: 4.5 * sigma / 20, "row \(i)")
    }
    let variance = variances.reduce(0, +) / Double(variances.count)
    // The relative error of a variance from 180 · 399 degrees of freedom is √(2/71820) = 0.5 %.
    expectClose(variance, sigma * sigma, relative: 0.025)
  }

  @Test("replicates of binomial models are shares of the trials with the fitted probabilities")
  func binomialReplicates() throws {
    let fit = try Self.generalized(
      "cbind(incidence, size - incidence) ~ period + (1 | herd)", "glmm/cbpp.csv", .binomial,
      factors: ["period", "herd"])
    let predictions = PosteriorPredictions(fit)
    let trials = try #require(fit.model.model.frame.binomial?.trials)
    var stream = KeyedStream(seed: 2)
    for (share, trials) in zip(predictions.replicate(draw: 3, from: &stream), trials) {
      let successes = share * trials
      #expect(share >= 0 && share <= 1 && abs(successes - successes.rounded()) < 1e-9)
    }
    let (means, _) = Self.moments(predictions, draw: 3, count: 400)
    for (i, eta) in predictions.predictors(draw: 3).enumerated() {
      let p = LinkFunction.logit.mean(predictor: eta)
      let error = (p * (1 - p) / trials[i] / 400).squareRoot()
      expectClose(means[i], p, absolute: 5 * error + 1e-12, "row \(i)")
    }
  }

  @Test("counts vary by the draw's own dispersion")
  func negativeBinomialReplicates() throws {
    let fit = try Self.generalized(
      "incidence ~ period + (1 | herd)", "glmm/cbpp.csv", .negativeBinomial(theta: 1),
      factors: ["period", "herd"])
    let predictions = PosteriorPredictions(fit)
    let place = try #require(fit.quantities.firstIndex { $0.kind == .dispersion })
    let theta = Array(fit.values(of: place))[6]
    let (means, variances) = Self.moments(predictions, draw: 6, count: 4000)
    let expected = predictions.predictors(draw: 6).map { LinkFunction.log.mean(predictor: $0) }
    let total = zip(expected, variances).reduce(0) { $0 + $1.1 }
    let wanted = expected.reduce(0) { $0 + $1 + $1 * $1 / theta }
    // Relative errors of sums over 56 rows of 4000 replicates; heavy tails make that of variances the larger.
    expectClose(means.reduce(0, +), expected.reduce(0, +), relative: 0.03)
    expectClose(total, wanted, relative: 0.15)
  }
}
