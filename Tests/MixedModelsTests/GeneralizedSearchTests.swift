import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Search for generalized models")
struct GeneralizedSearchTests {
  @Test("agrees with lme4", arguments: GeneralizedCase.all)
  func reference(_ r: GeneralizedCase) throws {
    let data = try r.data()
    let fit = try GeneralizedSearch(data, nodeCount: r.nodeCount).minimize()
    #expect(fit.status == .converged)
    let allowed = 1e-7 * max(1, Double(data.response.count) / 1000)
    if r.nodeCount > 1 {
      expectClose(fit.minus2LogLikelihood, r.objective, absolute: allowed)
    } else {
      // lme4's determinant can carry the weights of an earlier inner step: its values may be a little high.
      #expect(fit.minus2LogLikelihood <= r.objective + allowed, "\(fit.minus2LogLikelihood - r.objective)")
      #expect(fit.minus2LogLikelihood >= r.objective - 2e-5, "\(fit.minus2LogLikelihood - r.objective)")
    }
    // Where lme4's inner iteration stops early its optimum is off by as much, and θ of grouse_slope has a nearly flat direction: those are compared
    // more sharply with fits that have no such error, below.
    let isExact = !["grouse_brood", "grouse_slope", "cbpp_cauchit"].contains(r.name)
    let loose = isExact ? 1.0 : 30
    expectClose(fit.beta, r.record["fixef"]["values"].doubles, relative: 1e-5 * loose, "fixef")
    let deviations = r.record["varcorr"].array.flatMap { $0["sd"].doubles }
    for (k, deviation) in deviations.enumerated() {
      expectClose(GeneralizedSearchTests.deviation(fit, k), deviation, relative: 1e-5 * loose, "sd")
    }
    let errors = try #require(fit.fixedCovariance).diagonal.map { $0.squareRoot() }
    expectClose(
      errors, r.record["fixef"]["std_error_hessian_tight"].doubles, relative: isExact ? 1e-4 : 3e-3,
      "std_error")
    let rx = try #require(fit.fixedCovarianceRX).diagonal.map { $0.squareRoot() }
    expectClose(
      rx, r.record["fixef"]["std_error_rx"].doubles, relative: isExact ? 1e-5 : 2e-3, "RX standard errors")
    let covariance = r.record["vcov_hessian_tight"].matrix
    for i in covariance.indices {
      for j in 0..<i {
        expectClose(
          fit.fixedCovariance![i, j], covariance[i][j],
          absolute: (isExact ? 2e-4 : 6e-3) * (covariance[i][i] * covariance[j][j]).squareRoot(),
          "vcov[\(i), \(j)]")
      }
    }
    // The first rows, in the order of the data.
    let predictors = r.record["linear10"].doubles
    expectClose(
      Array(fit.linearPredictors[..<predictors.count]), predictors, absolute: 1e-5 * loose, "predictors")
    for (i, eta) in fit.linearPredictors.enumerated() where i % 7 == 0 {
      let model = data.model
      let m = data.trials?[i] ?? 1
      let mu = model.link.mean(predictor: eta)
      let slope = model.link.meanDerivative(predictor: eta)
      expectClose(fit.weights[i], m * slope * slope / model.family.variance(mean: mu), relative: 1e-10, "w")
      if model.isCanonical { #expect(fit.observedWeights[i] == fit.weights[i]) }
    }
    let ranef = r.record["ranef"][0]
    let spread = deviations.max()!
    for (j, (values, sds)) in zip(ranef["values"].matrix, ranef["cond_sd"].matrix).enumerated() {
      for k in values.indices {
        expectClose(
          fit.modes[0][k, j], values[k], relative: 1e-5 * loose, absolute: 1e-5 * loose * spread, "mode \(j)")
        expectClose(
          fit.conditionalCovariances[0][j][k, k].squareRoot(), sds[k], relative: 1e-5 * (isExact ? 1 : 200),
          "sd \(j)")
      }
    }
  }

  /// The standard deviation of an effect.
  static func deviation(_ fit: GeneralizedSolution, _ k: Int) -> Double {
    (0..<fit.lambda.columns).reduce(0) { $0 + fit.lambda[k, $1] * fit.lambda[k, $1] }.squareRoot()
  }

  @Test(
    "agrees with the criterion written out in R", arguments: ["grouse_brood", "grouse_slope", "cbpp_cauchit"])
  func direct(_ name: String) throws {
    let record = try Reference.json("glmm/direct.json")[name]
    let fit = try GeneralizedSearch(GeneralizedCase.named(name).data()).minimize()
    // R's minimum is found by differences; ours may be lower.
    expectClose(fit.minus2LogLikelihood, record["objective"][0].double, absolute: 2e-9)
    #expect(fit.minus2LogLikelihood <= record["objective"][0].double + 1e-10)
    expectClose(fit.beta, record["fixef"].doubles, relative: 1e-6, "fixef")
    // An error of 2e-4 in the last element of θ changes the criterion of grouse_slope by 1e-9 only.
    expectClose(fit.theta, record["theta"].doubles, relative: name == "grouse_slope" ? 3e-4 : 1e-6, "theta")
    let errors = try #require(fit.fixedCovariance).diagonal.map { $0.squareRoot() }
    expectClose(errors, record["std_error"].doubles, relative: 1e-4, "std_error")
  }

  @Test("finds variances of zero and says so", arguments: observationModels)
  func boundary(_ model: ObservationModel) throws {
    // Every group has the same responses, fewer differences than chance would make.
    let (groups, rows) = (6, 8)
    var data = GeneralizedData.simulated(model, seed: 4, groups: groups + 2, rows: groups * rows, p: 2, q: 2)
    data.factors[0].levelCount = groups
    data.factors[0].codes = (0..<groups * rows).map { $0 / rows }
    data.offset = nil
    data.trials = nil
    for i in 0..<groups * rows {
      data.fixed[i, 1] = Double(i % rows) - 3.5
      data.random[i, 1] = data.fixed[i, 1]
      let place = i % rows
      switch model.family {
      case .binomial: data.response[i] = [0, 1, 0, 0, 1, 1, 0, 1][place]
      case .poisson, .negativeBinomial: data.response[i] = [1, 2, 2, 3, 3, 4, 4, 6][place]
      case .gamma: data.response[i] = [0.5, 1, 1.5, 1.2, 2, 3, 2.5, 4][place]
      }
    }
    for nodes in [1, 5] {
      let fit = try GeneralizedSearch(data, nodeCount: nodes).minimize()
      #expect(fit.status == .boundary && fit.isSingular)
      #expect(fit.theta == [0, 0, 0])
      let criterion = try GroupwiseCriterion(data, nodeCount: nodes)
      expectClose(criterion.at(fit.beta + [0, 0, 0]).value, fit.minus2LogLikelihood, relative: 1e-12)
      #expect(criterion.at(fit.beta + [0.05, 0, 0.05]).value > fit.minus2LogLikelihood)
      #expect(fit.fixedCovariance != nil && fit.parameterCovariance == nil)
      #expect(fit.modes[0].storage.allSatisfy { $0 == 0 })
    }
  }

  @Test("a singular covariance matrix is at least as good as a regular one nearby")
  func singular() throws {
    for seed in 1...12 {
      // Intercepts vary, slopes do not.
      var data = GeneralizedData.simulated(
        ObservationModel(.binomial, link: .logit), seed: UInt64(seed), groups: 14, rows: 200, q: 1)
      data.random = Matrix(
        rows: 200, columns: 2, storage: data.fixed.column(0) + data.fixed.column(1))
      data.blocks = [0..<2]
      let fit = try GeneralizedSearch(data).minimize()
      #expect(fit.status == (fit.isSingular ? .boundary : .converged), "seed \(seed)")
      let criterion = try GroupwiseCriterion(data)
      expectClose(
        criterion.at(fit.beta + fit.theta).value, fit.minus2LogLikelihood, relative: 1e-11, "\(seed)")
      for k in 0..<3 {
        for step in [-0.03, 0.03] {
          var theta = fit.theta
          theta[k] += step
          #expect(criterion.at(fit.beta + theta).value > fit.minus2LogLikelihood - 1e-8, "seed \(seed)")
        }
      }
      if fit.isSingular { #expect(fit.theta[2] == 0 || fit.theta[0] == 0, "seed \(seed): \(fit.theta)") }
    }
  }

  @Test("units and origins of predictors do not matter", arguments: observationModels)
  func units(_ model: ObservationModel) throws {
    let data = GeneralizedData.simulated(model, seed: 21, groups: 12, rows: 240, q: 2)
    let fit = try GeneralizedSearch(data).minimize()
    var scaled = data
    let (unit, origin) = (1e6, 2000.0)
    for i in 0..<240 {
      scaled.fixed[i, 1] = unit * data.fixed[i, 1] + origin * unit
      scaled.fixed[i, 2] = 1e-6 * data.fixed[i, 2]
      scaled.random[i, 1] = scaled.fixed[i, 1]
    }
    let other = try GeneralizedSearch(scaled).minimize()
    #expect(other.status == fit.status)
    expectClose(other.minus2LogLikelihood, fit.minus2LogLikelihood, relative: 1e-10)
    expectClose(other.beta[1] * unit, fit.beta[1], relative: 1e-6)
    expectClose(other.beta[2] / 1e6, fit.beta[2], relative: 1e-6)
    expectClose(other.beta[0] + origin * unit * other.beta[1], fit.beta[0], absolute: 1e-6)
    expectClose(
      GeneralizedSearchTests.deviation(other, 1) * unit, GeneralizedSearchTests.deviation(fit, 1),
      relative: 1e-5, absolute: 1e-6)
    if let a = fit.fixedCovariance, let b = other.fixedCovariance {
      expectClose(b[1, 1] * unit * unit, a[1, 1], relative: 1e-5)
      expectClose(b[2, 2] * 1e-12, a[2, 2], relative: 1e-5)
    }
  }

  @Test(
    "separation by a predictor is found with its direction",
    arguments: [LinkFunction.logit, .probit, .cloglog, .cauchit])
  func separation(_ link: LinkFunction) throws {
    var data = GeneralizedData.simulated(
      ObservationModel(.binomial, link: link), seed: 9, groups: 10, rows: 120, q: 1)
    data.trials = nil
    // No success where the indicator is 1: quasi-complete separation. The second predictor is innocent.
    for i in 0..<120 {
      data.fixed[i, 1] = i % 4 == 0 ? 1 : 0
      data.response[i] = i % 4 == 0 ? 0 : (i % 3 == 0 ? 1 : 0)
    }
    let fit = try GeneralizedSearch(data).minimize()
    guard case .separated(let direction) = fit.status else {
      Issue.record("\(fit.status)")
      return
    }
    expectClose(direction, [0, -1, 0], absolute: 1e-3)
    #expect(fit.minus2LogLikelihood.isFinite && fit.beta.allSatisfy { $0.isFinite })
    // The rest of the estimates is that of the rows without the indicator.
    #expect(fit.beta[1] < -5)
  }

  @Test("a response of one kind is separated by the constant")
  func constant() throws {
    for model in observationModels where model.family != .gamma(shape: 3) {
      var data = GeneralizedData.simulated(model, seed: 2, q: 1)
      data.response = data.response.map { _ in 0 }
      let fit = try GeneralizedSearch(data).minimize()
      guard case .separated(let direction) = fit.status else {
        Issue.record("\(model.family), \(model.link): \(fit.status)")
        continue
      }
      #expect(direction[0] < 0)
      #expect(!fit.minus2LogLikelihood.isNaN && fit.minus2LogLikelihood >= 0)
    }
  }

  @Test("groups of one kind of response each are reported")
  func groupsOfOneKind() throws {
    var data = GeneralizedData.simulated(
      ObservationModel(.binomial, link: .logit), seed: 2, groups: 12, rows: 300, q: 1)
    data.trials = nil
    data.response = data.factors[0].codes.map { Double($0 % 2) }
    let fit = try GeneralizedSearch(data).minimize()
    #expect(fit.minus2LogLikelihood.isFinite)
    #expect(fit.status != .converged || GeneralizedSearchTests.deviation(fit, 0) > 5)
  }

  @Test("awkward data end in a finite optimum that no other start beats", arguments: observationModels)
  func sweep(_ model: ObservationModel) throws {
    // Laplace's approximation can have several optima on data as small as these where quadrature has one (cloglog, seeds 121 and 122): starts may then
    // differ. Seen in 2 of all 210 fits.
    var beaten = 0
    for seed in 100..<130 {
      var numbers = TestNumbers(seed: UInt64(seed))
      let q = 1 + seed % 3
      let rows = 20 + Int(numbers.uniform() * 120)
      // From one row a group to many; rare events; offsets that are far off.
      let groups = 4 + Int(numbers.uniform() * Double(seed % 4 == 0 ? rows : 8))
      var data = GeneralizedData.simulated(
        model, seed: UInt64(seed), groups: groups, rows: rows, q: q, deviation: numbers.uniform() * 2)
      let shift = [0.0, 0, -4, 300, -300][seed % 5]
      data.offset = data.offset!.map { $0 + shift }
      if seed % 6 == 0 {
        for i in 0..<rows where data.factors[0].codes[i] == 2 { data.response[i] = min(data.response[i], 1) }
      }
      let search = try GeneralizedSearch(data)
      let fit = search.minimize(starts: [])
      #expect(fit.minus2LogLikelihood.isFinite, "seed \(seed)")
      #expect((fit.beta + fit.theta + fit.modes[0].storage).allSatisfy { $0.isFinite }, "seed \(seed)")
      if case .notConverged(let decrement) = fit.status {
        Issue.record("seed \(seed): decrement \(decrement)")
      }
      guard fit.status == .converged || fit.status == .boundary else { continue }
      let diagonal = RelativeCovarianceFactor.theta(of: Matrix.identity(q), blocks: data.blocks)
      let others = try GeneralizedSearch(data).minimize(starts: [
        (fit.beta.map { 0.5 * $0 }, diagonal.map { 0.5 * $0 }), (fit.beta, diagonal.map { 2 * $0 }),
        (fit.beta.map { 0.5 * $0 }, fit.theta.map { 0.5 * $0 + 0.1 }),
      ])
      if fit.minus2LogLikelihood > others.minus2LogLikelihood + 1e-6 { beaten += 1 }
    }
    #expect(beaten <= (model.link == .cloglog ? 2 : 0))
  }
}
