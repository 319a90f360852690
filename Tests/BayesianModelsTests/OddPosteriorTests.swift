import Foundation
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posteriors at the edge of what data say")
struct OddPosteriorTests {
  /// Six groups of five; every group has responses of one kind, and `own` tells the kinds apart within each group at a cut of its own.
  static let table: DataTable = {
    let n = 30
    let x = (0..<n).map { Double($0 * 7 % 11) / 5 - 1 }
    return DataTable([
      Column("x", x), Column("five", [Double](repeating: 5, count: n)),
      Column("curve", x.map { exp(0.3 + 0.5 * $0) }),
      Column("printed", x.map { (exp(0.3 + 0.5 * $0) * 1e7).rounded() / 1e7 }),
      Column("count", (0..<n).map { Double($0 * 5 % 7) }),
      Column("kind", (0..<n).map { Double($0 / 5 % 2) }),
      Column("own", (0..<n).map { $0 % 5 > $0 / 5 % 3 ? 1.0 : 0 }),
      Column("place", (0..<n).map { Double($0 % 5) }),
      Column("g", (0..<n).map { "g\($0 / 5)" }),
    ])
  }()

  static func generalized(_ formula: String, _ family: ResponseFamily) throws -> BayesianMixedModel.Likelihood
  {
    .generalized(try GeneralizedLinearMixedModel(formula, data: table, family: family))
  }

  @Test("dispersion parameters whose priors do not fall as fast as the likelihood rises are refused")
  func dispersion() throws {
    func fault(_ formula: String, _ family: ResponseFamily, _ prior: Prior) throws -> String? {
      let likelihood = try Self.generalized(formula, family)
      var priors = ModelPriors.weaklyInformative(likelihood)
      priors.dispersion = prior
      do {
        _ = try BayesianMixedModel(likelihood, priors: priors)
        return nil
      } catch { return "\(error)" }
    }
    let counts = try fault("count ~ x + (1 | g)", .negativeBinomial(theta: 1), .flat)
    #expect(counts?.contains("tends to that of Poisson counts") == true)
    #expect(try fault("count ~ x + (1 | g)", .negativeBinomial(theta: 1), .halfCauchy(scale: 10)) == nil)
    for formula in ["five ~ 1 + (1 | g)", "curve ~ x + (1 | g)", "printed ~ x + (1 | g)"] {
      for prior in [Prior.flat, .halfCauchy(scale: 10), .halfT(degreesOfFreedom: 3, scale: 1)] {
        #expect(
          try fault(formula, .gamma(shape: 1), prior)?.contains("shape grows") == true, "\(formula) \(prior)")
      }
      for prior in [Prior.exponential(rate: 0.1), .uniform(0, 1000), .halfNormal(sd: 50)] {
        #expect(try fault(formula, .gamma(shape: 1), prior) == nil, "\(formula) \(prior)")
      }
    }
    #expect(try fault("curve ~ 1 + (1 | g)", .gamma(shape: 1), .halfCauchy(scale: 10)) == nil)
  }

  @Test("levels whose rows their own effects tell apart set no bound")
  func levels() throws {
    for (formula, bounding) in [
      ("kind ~ x + (1 | g)", 0), ("own ~ x + (1 | g)", 6), ("own ~ x + (place | g)", 0),
      ("own ~ x + (x | g)", nil),
    ] as [(String, Int?)] {
      let model = try GeneralizedLinearMixedModel(formula, data: Self.table, family: .binomial)
      let found = model.boundingLevelCount(of: model.terms[0])
      if let bounding { #expect(found == bounding, "\(formula)") } else { #expect(found > 0, "\(formula)") }
    }
  }

  @Test("two sound levels bound a flat standard deviation's tail beside priors of coefficients, with no mean")
  func twoLevels() throws {
    let rows = (0..<40).map { Double($0) }
    let data = DataTable([
      Column("y", rows.map { Int($0) * 7 % 5 < 3 ? 1.0 : 0 }), Column("g", rows.map { "g\(Int($0) % 2)" }),
    ])
    let likelihood = BayesianMixedModel.Likelihood.generalized(
      try GeneralizedLinearMixedModel("y ~ 1 + (1 | g)", data: data, family: .binomial))
    var priors = ModelPriors.weaklyInformative(likelihood)
    #expect(try !BayesianMixedModel(likelihood, priors: priors).hasNoMean(deviation: 0))
    priors.deviations = [.flat]
    #expect(try BayesianMixedModel(likelihood, priors: priors).hasNoMean(deviation: 0))
    priors.fixedEffects = [.flat]
    #expect(throws: BayesianModelError.self) { try BayesianMixedModel(likelihood, priors: priors) }
  }

  @Test("levels without bound beside flat coefficients: only priors that fall fast enough leave a posterior")
  func heavyDeviations() throws {
    // No level of g bounds its effect; two flat coefficients leave τ² of the likelihood.
    let likelihood = try Self.generalized("kind ~ x + (1 | g)", .binomial)
    var priors = ModelPriors.weaklyInformative(likelihood)
    func isRefused(_ prior: Prior) throws -> Bool {
      priors.deviations = [prior]
      do {
        _ = try BayesianMixedModel(likelihood, priors: priors)
        return false
      } catch {
        #expect("\(error)".contains("there is no posterior"), "\(error)")
        return true
      }
    }
    #expect(try !isRefused(.halfCauchy(scale: 1)))
    #expect(try isRefused(.flat))
    priors.fixedEffects = [.flat, .flat]
    for (df, refused) in [(1.0, true), (2, true), (2.5, false), (3, false)] {
      #expect(try isRefused(.halfT(degreesOfFreedom: df, scale: 1)) == refused, "\(df)")
      #expect(try isRefused(.inverseGamma(shape: df / 2, scale: 1)) == refused, "\(df)")
    }
    #expect(try isRefused(.halfCauchy(scale: 1)))
    #expect(try !isRefused(.halfNormal(sd: 1)))
    priors.deviations = [.halfT(degreesOfFreedom: 3, scale: 1)]
    #expect(try BayesianMixedModel(likelihood, priors: priors).hasNoMean(deviation: 0))
    priors.deviations = [.halfT(degreesOfFreedom: 3.5, scale: 1)]
    #expect(try !BayesianMixedModel(likelihood, priors: priors).hasNoMean(deviation: 0))
  }

  @Test("the cauchit link needs more responses against growth than flat coefficients")
  func cauchit() throws {
    for (successes, refused) in [(1, true), (2, false), (29, true), (28, false)] {
      let data = DataTable([
        Column("y", (0..<30).map { $0 * 7 % 30 < successes ? 1.0 : 0 }),
        Column("g", (0..<30).map { "g\($0 % 5)" }),
      ])
      let likelihood = BayesianMixedModel.Likelihood.generalized(
        try GeneralizedLinearMixedModel("y ~ 1 + (1 | g)", data: data, family: .binomial, link: .cauchit))
      var priors = ModelPriors.weaklyInformative(likelihood)
      #expect(throws: Never.self) { try BayesianMixedModel(likelihood, priors: priors) }
      priors.fixedEffects = [.flat]
      let made = try? BayesianMixedModel(likelihood, priors: priors)
      #expect((made == nil) == refused, "\(successes)")
    }
  }

  @Test("a prior beside which rounding loses the data is refused; one that disagrees with them is told")
  func disagreement() throws {
    let table = DataTable([
      Column("y", (0..<60).map { 100 + 3 * sin(Double($0 * $0)) + Double($0 % 6) }),
      Column("g", (0..<60).map { "g\($0 % 6)" }),
    ])
    let model = try LinearMixedModel("y ~ 1 + (1 | g)", data: table)
    let plan = SamplingPlan(chains: 2, draws: 200, warmup: 300, seed: 6, threads: 2)
    func sampled(_ change: (inout ModelPriors) -> Void) throws -> BayesianFit {
      var priors = ModelPriors.weaklyInformative(.linear(model))
      change(&priors)
      return try BayesianMixedModel(.linear(model), priors: priors).sample(plan)
    }
    let narrow = Prior.normal(mean: 0, sd: 1e-5)
    #expect(throws: SamplingError.narrowPrior(effect: "(Intercept)", prior: narrow)) {
      try sampled { $0.fixedEffects = [narrow] }
    }
    #expect(try sampled { _ in }.priorConflicts.isEmpty)
    #expect(try sampled { $0.fixedEffects = [.normal(mean: 98, sd: 2)] }.priorConflicts.isEmpty)
    for prior in [Prior.normal(mean: 0, sd: 1), .uniform(200, 201)] {
      let found = try sampled { $0.fixedEffects = [prior] }.priorConflicts
      #expect(found.map(\.quantity) == [0] && found.first?.prior == prior)
      expectClose(found.first?.estimate ?? 0, 102.5, absolute: 1)
    }
    let places = try sampled {
      $0.deviations = [.exponential(rate: 1e4)]
      $0.sigma = .uniform(0, 0.5)
    }.priorConflicts.map(\.quantity)
    #expect(places == [1, 2])
  }

  @Test("a uniform prior of sigma far wider than the data does not keep chains from starting")
  func wideUniform() throws {
    let table = DataTable([
      Column("y", (0..<60).map { sin(Double($0 * $0)) + Double($0 % 6) }),
      Column("g", (0..<60).map { "g\($0 % 6)" }),
    ])
    let model = try LinearMixedModel("y ~ 1 + (1 | g)", data: table)
    var priors = ModelPriors.weaklyInformative(.linear(model))
    priors.sigma = .uniform(0, 1e300)
    let fit = try BayesianMixedModel(.linear(model), priors: priors).sample(
      SamplingPlan(chains: 2, draws: 400, warmup: 400, seed: 2, threads: 2))
    let sigma = try #require(fit.quantities.firstIndex { $0.kind == .sigma })
    let draws = fit.values(of: sigma)
    expectClose(draws.reduce(0, +) / Double(draws.count), try model.fit().sigma, relative: 0.05)
  }

  @Test("default priors of estimates with known errors are no narrower than the most exact one")
  func errorsOfDefaults() throws {
    let data = DataTable([
      Column("y", [5.0, 5.01, 4.99, 5.02]), Column("se", [9.0, 12, 15, 18]),
      Column("g", ["a", "b", "c", "d"]),
    ])
    let model = try LinearMixedModel(
      knowingVariances: try ModelFormula("y ~ 1 + (1 | g)"), data: data,
      roles: ColumnRoles(standardErrors: "se"))
    let prior = ModelPriors.weaklyInformative(.knownVariances(model)).deviations[0]
    guard case .halfT(_, let scale) = prior else {
      Issue.record("\(prior)")
      return
    }
    expectClose(scale, 9, relative: 1e-12)
  }

  @Test(
    "equal estimates with known errors: τ is that of the quadrature, with a prior of the mean and without")
  func equalEstimates() throws {
    let errors = [15.0, 10, 16, 11, 9, 11, 10, 18]
    let data = DataTable([
      Column("y", [Double](repeating: 5, count: 8)), Column("se", errors),
      Column("g", errors.indices.map { "g\($0)" }),
    ])
    let model = try LinearMixedModel(
      knowingVariances: try ModelFormula("y ~ 1 + (1 | g)"), data: data,
      roles: ColumnRoles(standardErrors: "se"))
    for spread in [100.0, nil] {
      var priors = ModelPriors.weaklyInformative(.knownVariances(model))
      priors.deviations = [.halfNormal(sd: 10)]
      priors.fixedEffects = [spread.map { .normal(mean: 0, sd: $0) } ?? .flat]
      let fit = try BayesianMixedModel(.knownVariances(model), priors: priors).sample(
        SamplingPlan(chains: 4, draws: 10_000, warmup: 1000, seed: 3, threads: 2))
      var (area, mean) = (0.0, 0.0)
      for k in 0..<4000 {
        let tau = (Double(k) + 0.5) * 0.02
        let precisions = errors.map { 1 / ($0 * $0 + tau * tau) }
        let total = precisions.reduce(0, +)
        // All y are 5: the quadratic form is that of one estimate of 5 with variance 1/total.
        let density: Double
        if let spread {
          let variance = 1 / total + spread * spread
          density = -0.5 * 25 / variance - 0.5 * log(variance * total)
        } else {
          density = -0.5 * log(total)
        }
        let value = exp(
          density + 0.5 * precisions.reduce(0) { $0 + log($1) } - 0.5 * tau * tau / 100)
        area += value
        mean += value * tau
      }
      let summary = try #require(
        fit.summaries(probabilities: [0.5]).first { $0.quantity.kind == .deviation }?.diagnostics)
      let error = try #require(summary.monteCarloErrorOfMean)
      expectClose(summary.mean, mean / area, absolute: 4.5 * error, "\(String(describing: spread))")
    }
  }

  @Test("priors that hold a standard deviation near 0 are followed there")
  func narrow() throws {
    let table = DataTable([
      Column("y", (0..<60).map { sin(Double($0 * $0)) + Double($0 % 6) }),
      Column("g", (0..<60).map { "g\($0 % 6)" }),
    ])
    let model = try LinearMixedModel("y ~ 1 + (1 | g)", data: table)
    var priors = ModelPriors.weaklyInformative(.linear(model))
    priors.deviations = [.halfNormal(sd: 1e-7)]
    let fit = try BayesianMixedModel(.linear(model), priors: priors).sample(
      SamplingPlan(chains: 4, draws: 1000, warmup: 1000, seed: 2, threads: 2))
    let summary = try #require(
      fit.summaries(probabilities: [0.5]).first { $0.quantity.kind == .deviation }?.diagnostics)
    #expect((summary.rHat ?? 2) < 1.02)
    expectClose(summary.mean, 1e-7 * (2 / Double.pi).squareRoot(), relative: 0.15)
  }

  @Test("tails: heavy where a mean does not exist, light where it does")
  func tails() throws {
    let rows = (0..<15).map { Double($0) }
    let data = DataTable([
      Column("y", rows.map { sin($0 * $0) + Double(Int($0) % 3) }),
      Column("g", rows.map { "g\(Int($0) % 3)" }),
    ])
    let model = try LinearMixedModel("y ~ 1 + (1 | g)", data: data)
    var flat = ModelPriors.weaklyInformative(.linear(model))
    flat.deviations = [.flat]
    flat.fixedEffects = [.flat]
    let plan = SamplingPlan(chains: 4, draws: 2000, warmup: 1000, seed: 4, threads: 2)
    let heavy = try BayesianMixedModel(.linear(model), priors: flat).sample(plan)
    let place = try #require(heavy.quantities.firstIndex { $0.kind == .deviation })
    let shape = try #require(heavy.tailShape(of: place))
    #expect(shape > 0.5)
    let light = try BayesianMixedModel(.linear(model), priors: .weaklyInformative(.linear(model))).sample(
      plan)
    #expect(try #require(light.tailShape(of: place)) < shape - 0.15)
  }
}
