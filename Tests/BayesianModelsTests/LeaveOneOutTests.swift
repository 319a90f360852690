import Distributions
import Glibc
import TestSupport
import Testing

@testable import BayesianModels

@Suite struct LeaveOneOutTests {
  @Test("PSIS-LOO and WAIC are those of R's loo") func reference() throws {
    let record = try Reference.json("bayes/diagnostics.json")["loo"]
    let likelihood = try PointwiseLogLikelihood(rows: record["log_lik"].matrix)
    let loo = LeaveOneOut(likelihood)
    expectClose(loo.elpd, record["elpd_loo"].double, relative: 1e-6)
    expectClose(loo.effectiveParameters, record["p_loo"].double, relative: 1e-6)
    expectClose(loo.elpdStandardError, record["se_elpd"].double, relative: 1e-6)
    expectClose(loo.paretoShapes, record["pareto_k"].doubles, absolute: 1e-6)
    expectClose(loo.pointwiseElpd, record["pointwise_elpd"].doubles, relative: 1e-6)
    let waic = WidelyApplicableInformation(likelihood)
    expectClose(waic.elpd, record["elpd_waic"].double, relative: 1e-6)
    expectClose(waic.effectiveParameters, record["p_waic"].double, relative: 1e-6)
    #expect(loo.count(.bad) == 1 && loo.count(.veryBad) == 1 && loo.count(.good) == 10)
  }

  @Test("So they are with relative efficiencies, and so are their comparisons") func fits() throws {
    let document = try Reference.json("bayes/diagnostics-edges.json")
    var fits: [(name: String, accuracy: any PredictiveAccuracy)] = []
    for (name, record) in document["loo_fits"].object.sorted(by: { $0.key < $1.key }) {
      let likelihood = try PointwiseLogLikelihood(rows: record["log_lik"].matrix)
      let loo = LeaveOneOut(likelihood, relativeEfficiencies: record["r_eff"].doubles)
      expectClose(loo.pointwiseElpd, record["pointwise_elpd"].doubles, relative: 1e-6, name)
      expectClose(loo.pointwiseParameters, record["pointwise_p"].doubles, absolute: 1e-6, name)
      expectClose(loo.paretoShapes, record["pareto_k"].doubles, absolute: 1e-6, name)
      expectClose(loo.effectiveSampleSizes, record["n_eff"].doubles, relative: 1e-6, name)
      let waic = WidelyApplicableInformation(likelihood)
      expectClose(waic.pointwiseElpd, record["waic_pointwise"].doubles, relative: 1e-6, name)
      for (accuracy, key) in [(loo, "estimates"), (waic, "waic_estimates")]
        as [(any PredictiveAccuracy, String)]
      {
        let found = [
          [accuracy.elpd, accuracy.elpdStandardError],
          [accuracy.effectiveParameters, accuracy.effectiveParametersStandardError],
          [accuracy.informationCriterion, accuracy.informationCriterionStandardError],
        ]
        for (a, b) in zip(found, record[key].matrix) { expectClose(a, b, relative: 1e-6, "\(name) \(key)") }
      }
      fits.append((name, LeaveOneOut(likelihood)))
    }
    let rows = try PredictiveComparison(fits).rows
    let expected = document["compare"].array
    #expect(rows.map(\.name) == expected.map { $0["name"].string ?? "" })
    for (row, record) in zip(rows, expected) {
      expectClose(row.difference, record["elpd_diff"].double, relative: 1e-6, row.name)
      expectClose(row.differenceStandardError, record["se_diff"].double, relative: 1e-6, row.name)
    }
  }

  @Test("LOO of a normal mean is its exact predictive density") func normalMean() throws {
    // y ~ N(μ, 1), flat prior: μ | y ~ N(ȳ, 1/n), and y_i | y_−i ~ N(ȳ_−i, 1 + 1/(n − 1)).
    let (n, draws) = (30, 40_000)
    var stream = KeyedStream(seed: 2_017)
    let y = (0..<n).map { _ in stream.normal() }
    let sum = y.reduce(0, +)
    let mu = (0..<draws).map { _ in
      stream.normal(mean: sum / Double(n), standardDeviation: 1 / Double(n).squareRoot())
    }
    let loo = LeaveOneOut(
      try PointwiseLogLikelihood(
        rows: y.map { value in mu.map { NormalDistribution(mean: $0).density(value, log: true) } }))
    for i in y.indices {
      let rest = NormalDistribution(
        mean: (sum - y[i]) / Double(n - 1), standardDeviation: (1 + 1 / Double(n - 1)).squareRoot())
      // Four Monte Carlo errors: 1/p_i has the coefficient of variation √(S/n_eff − 1). False alarms: 2 ‰ of
      // all 30.
      let error = (1 / loo.effectiveSampleSizes[i] - 1 / Double(draws)).squareRoot()
      expectClose(loo.pointwiseElpd[i], rest.density(y[i], log: true), absolute: 4 * error)
    }
    #expect(loo.effectiveSampleSizes.allSatisfy { $0 > 20_000 })
    #expect(loo.count(.good) == n)
  }

  @Test("A generalized Pareto sample gives its own shape back", arguments: [-0.3, 0.0, 0.4, 0.9])
  func paretoFit(shape: Double) {
    let (count, repetitions) = (2_000, 30)
    let truth = GeneralizedPareto(shape: shape, scale: 2.5)
    var (shapes, scales) = ([Double](), [Double]())
    for repetition in 0..<repetitions {
      var stream = KeyedStream(seed: 99, replicate: UInt32(repetition))
      let sample = (0..<count).map { _ in truth.quantile(stream.uniform()) }.sorted()
      guard let fitted = GeneralizedPareto(fittedTo: sample) else {
        Issue.record("no fit in repetition \(repetition)")
        continue
      }
      shapes.append((fitted.shape * Double(count + 10) - 5) / Double(count))
      scales.append(fitted.scale)
    }
    // The shape's standard error is (1 + k)/√n = 4 % at most, a fifth of that for the mean of 30: four of
    // them and the bias of order 1/n.
    expectClose(
      shapes.reduce(0, +) / 30, shape, absolute: 4 * (1 + shape) / Double(count * 30).squareRoot() + 0.005)
    expectClose(scales.reduce(0, +) / 30, 2.5, relative: 0.03)
  }

  @Test("Equal ratios need no smoothing; short tails and ties are left as they are") func awkwardRatios() {
    let equal = ParetoSmoothing(logRatios: [Double](repeating: 3, count: 100))
    #expect(equal.shape == -.infinity)
    expectClose(equal.logWeights, [Double](repeating: -log(100), count: 100), absolute: 1e-14)
    expectClose(equal.effectiveSampleSize(), 100, relative: 1e-12)
    let few = ParetoSmoothing(logRatios: (0..<20).map { Double($0) / 10 })
    #expect(few.shape == .infinity)
    let tied = ParetoSmoothing(logRatios: (0..<100).map { $0 < 50 ? Double($0) / 100 : 1 })
    #expect(tied.shape == .infinity)
    for smoothed in [few, tied] { expectClose(logSumOfExponentials(smoothed.logWeights), 0, absolute: 1e-14) }
    // So wide a range that all but the largest ratios are 0 beside it.
    let wide = ParetoSmoothing(logRatios: (0..<100).map { Double($0) * 1_000 })
    #expect(wide.shape == .infinity && wide.logWeights.allSatisfy { !$0.isNaN })
  }

  @Test("A constant in the ratios changes nothing") func shiftedRatios() {
    var stream = KeyedStream(seed: 12)
    let ratios = (0..<500).map { _ in 2 * stream.normal() }
    let (plain, shifted) = (
      ParetoSmoothing(logRatios: ratios), ParetoSmoothing(logRatios: ratios.map { $0 + 1_000 })
    )
    expectClose(shifted.logWeights, plain.logWeights, absolute: 1e-9)
    expectClose(shifted.shape, plain.shape, absolute: 1e-9)
  }

  @Test("What the data have wrong is said with its place") func faults() throws {
    #expect(throws: PredictionError.notFinite(observation: 1, draw: 2, value: -.infinity)) {
      try PointwiseLogLikelihood(rows: [[-1, -2, -3], [-1, -2, -.infinity]])
    }
    let three = LeaveOneOut(try PointwiseLogLikelihood(rows: [[-1, -2], [-1, -1.5], [-2, -3]]))
    let two = LeaveOneOut(try PointwiseLogLikelihood(rows: [[-1, -2], [-1, -1.5]]))
    let expected = PredictionError.differentObservations(first: "a", count: 3, other: "b", otherCount: 2)
    #expect(throws: expected) { try PredictiveComparison([("a", three), ("b", two)]) }
    #expect(expected.description == "fit 'a' has 3 rows, fit 'b' 2; compare fits of the same rows")
    let same = try PredictiveComparison([("a", three), ("b", three)])
    #expect(same.rows.map(\.name) == ["a", "b"] && same.rows[1].difference == 0)
  }
}
