import Distributions
import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Predictions of fits: densities of rows, leave-one-out, predictive checks")
struct PredictiveAccuracyTests {
  /// A fit of few draws.
  private static func fit(
    _ formula: String, _ family: ResponseFamily?, draws: Int = 200
  ) throws -> BayesianFit {
    let likelihood = try JointPosteriorTests.likelihood(formula, family)
    return try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood)).sample(
      SamplingPlan(chains: 2, draws: draws, warmup: 200, seed: 3))
  }

  @Test("densities of rows are those of the distributions, written out")
  func densities() throws {
    func check(
      _ formula: String, _ family: ResponseFamily?,
      _ density: (_ y: Double, _ eta: Double, _ scale: Double, _ row: Int) -> Double
    ) throws {
      let fit = try Self.fit(formula, family, draws: 20)
      let predictions = PosteriorPredictions(fit)
      for draw in [0, 17, 39] {
        let (eta, scale) = (predictions.predictors(draw: draw), predictions.scale(draw: draw))
        let y = fit.model.model.frame.response
        for (i, found) in predictions.logDensities(draw: draw).enumerated() {
          expectClose(found, density(y[i], eta[i], scale, i), absolute: 1e-11, "\(formula) [\(i)]")
        }
      }
    }
    let weights = try #require(JointPosteriorTests.table["w"]?.numbers)
    try check("y ~ x + (1 | g)", nil) { y, eta, sigma, i in
      let variance = sigma * sigma / weights[i]
      return -0.5 * (log(2 * .pi * variance) + (y - eta) * (y - eta) / variance)
    }
    try check("s ~ x + (1 | g)", .binomial) { y, eta, _, _ in
      let p = 1 / (1 + exp(-eta))
      return log(y == 1 ? p : 1 - p)
    }
    try check("n ~ x + (1 | g)", .poisson) { y, eta, _, _ in y * eta - exp(eta) - lgamma(y + 1) }
    try check("n ~ x + (1 | g)", .negativeBinomial(theta: 1)) { y, eta, theta, _ in
      let mu = exp(eta)
      return lgamma(y + theta) - lgamma(theta) - lgamma(y + 1) + theta * log(theta / (theta + mu))
        + y * log(mu / (theta + mu))
    }
    try check("p ~ x + (1 | g)", .gamma(shape: 1)) { y, eta, shape, _ in
      let rate = shape / exp(eta)
      return shape * log(rate) + (shape - 1) * log(y) - rate * y - lgamma(shape)
    }
  }

  /// With σ and Σ all but known, leaving a row out is closed form: log N(y_i; ŷ_−i, …) by the leave-one-out residuals of least squares with a known variance.
  @Test("leave-one-out predictions are those of the model without the row")
  func exactLeaveOneOut() throws {
    let n = 40
    let y = (0..<n).map { (i: Int) -> Double in 3 + sin(Double(i * i)) }
    let groups = (0..<n).map { "g\($0 % 4)" }
    let model = try LinearMixedModel(
      ModelFormula("y ~ 1 + (1 | g)"), data: DataTable([Column("y", y), Column("g", groups)]))
    // No variance between groups to speak of, and σ = 0.8.
    let priors = ModelPriors(
      fixedEffects: [.normal(mean: 0, sd: 1e4)], deviations: [.uniform(0, 1e-6)],
      sigma: .uniform(0.7999, 0.8001), correlationShapes: [1])
    let fit = try BayesianMixedModel(.linear(model), priors: priors).sample(
      SamplingPlan(chains: 4, draws: 4000, warmup: 300, seed: 5, threads: 2))
    let loo = try fit.leaveOneOut()
    let mean = y.reduce(0, +) / Double(n)
    for i in 0..<n {
      let without = (mean * Double(n) - y[i]) / Double(n - 1)
      let variance = 0.64 * (1 + 1 / Double(n - 1))
      let exact = -0.5 * (log(2 * .pi * variance) + (y[i] - without) * (y[i] - without) / variance)
      // Monte Carlo: the errors of 16,000 draws are some 1e-3.
      expectClose(loo.pointwiseElpd[i], exact, absolute: 0.006, "[\(i)]")
    }
    #expect(loo.count(.good) == n)
  }

  @Test("rows taken piece by piece and by several threads give the same numbers")
  func pieces() throws {
    let fit = try Self.fit("n ~ x + (1 | g)", .poisson)
    let whole = try fit.leaveOneOut()
    var plan = fit.plan
    plan.threads = 3
    let other = BayesianFit(fit.model, plan: plan, chains: fit.chains, draws: fit.draws)
    #expect(try other.leaveOneOut() == whole)
    #expect(PredictiveCheck(other) == PredictiveCheck(fit))
  }

  @Test("checks tell data of the model from others")
  func checks() throws {
    let n = 300
    var stream = KeyedStream(seed: 11)
    let groups = (0..<n).map { "g\($0 % 15)" }
    let good = (0..<n).map { _ in Double(stream.poisson(mean: 4)) }
    let wild = (0..<n).map { _ in Double(stream.negativeBinomial(size: 0.5, mean: 4)) }
    func check(_ y: [Double]) throws -> PredictiveCheck {
      let model = try GeneralizedLinearMixedModel(
        "y ~ 1 + (1 | g)", data: DataTable([Column("y", y), Column("g", groups)]), family: .poisson)
      let bayesian = try BayesianMixedModel(
        .generalized(model), priors: .weaklyInformative(.generalized(model)))
      return PredictiveCheck(try bayesian.sample(SamplingPlan(chains: 2, draws: 300, warmup: 300, seed: 2)))
    }
    func row(_ check: PredictiveCheck, _ statistic: PredictiveCheck.Statistic) throws -> PredictiveCheck.Row {
      try #require(check.rows.first { $0.statistic == statistic })
    }
    let fine = try check(good)
    #expect(fine.rows.allSatisfy { (0.01...0.99).contains($0.tailProbability) }, "\(fine.rows)")
    let odd = try check(wild)
    #expect(try row(odd, .sd).tailProbability < 0.005 && row(odd, .zeros).tailProbability < 0.005)
    let mean = wild.reduce(0, +) / Double(n)
    expectClose(try row(odd, .mean).observed, mean, absolute: 1e-12)
  }

  @Test("what comes from the priors alone has their quantiles, and flat ones give nothing")
  func priorDraws() throws {
    let likelihood = try JointPosteriorTests.likelihood("y ~ x + (x | g)", nil)
    var priors = ModelPriors(
      fixedEffects: [.normal(mean: 5, sd: 2), .uniform(-1, 3)],
      deviations: [.exponential(rate: 2), .inverseGamma(shape: 2, scale: 3)], sigma: .halfCauchy(scale: 4),
      correlationShapes: [2])
    let fit = try BayesianMixedModel(likelihood, priors: priors).samplePriors(
      SamplingPlan(chains: 2, draws: 20_000, seed: 8))
    func quantile(_ k: Int, _ p: Double) -> Double { sampleQuantile(fit.values(of: k).sorted(), p) }
    expectClose(quantile(0, 0.5), 5, absolute: 0.06)
    expectClose(quantile(1, 0.25), 0, absolute: 0.04)
    expectClose(quantile(2, 0.5), log(2) / 2, absolute: 0.012)
    // P(sd² < q) = P(Gamma(2) > 3/q): the median of Gamma(2) is 1.67835.
    expectClose(quantile(3, 0.5), (3 / 1.67835).squareRoot(), absolute: 0.03)
    // (ρ + 1)/2 ~ Beta(2, 2): its lower quartile is 0.32635.
    expectClose(quantile(4, 0.25), 2 * 0.32635 - 1, absolute: 0.02)
    expectClose(quantile(5, 0.5), 4, absolute: 0.15)
    priors.fixedEffects[0] = .flat
    let flat = try BayesianMixedModel(likelihood, priors: priors)
    #expect(throws: BayesianModelError.nothingDrawn(parameter: "(Intercept)")) { try flat.samplePriors() }
  }
}
