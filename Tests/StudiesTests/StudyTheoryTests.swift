import Distributions
import Testing

@testable import Studies

/// What theory says exactly about strategies, within 4 Monte Carlo errors (a false alarm once in 16,000 comparisons; seeds are fixed).
@Suite("Studies agree with theory")
struct StudyTheoryTests {
  private func expect(_ found: MeasuredValue?, _ exact: Double, _ label: String) throws {
    let found = try #require(found, "\(label)")
    #expect(
      abs(found.value - exact) <= 4 * found.error + 1e-12,
      "\(label): \(found.value) ± \(found.error), exact \(exact)")
  }

  /// Balanced groups: MSB/MSW = θF with θ = 1 + nσ_α²/σ_y², J − 1 and J(n − 1) degrees of freedom, so that REML is on the boundary when F < 1/θ and the
  /// estimated weight is max(0, 1 − 1/(θF)); its mean by the midpoint rule over F's quantiles.
  @Test("Boundary rate and mean weight of REML follow from the F distribution")
  func fDistribution() throws {
    let study = try StudyExamples.oneWay(
      "{J: [3, 8, 20], n: [2, 10], sigma_a: [0, 1, 3]}", replicates: 5_000, seed: 3,
      strategies: "strategies: [reml]")
    let store = try StudyExamples.run(study)
    for cell in study.cells {
      let values = cell.settings.map { Double($0.value)! }
      let (groups, n, tau) = (values[0], values[1], values[2])
      let theta = 1 + n * tau * tau / 16
      let f = FDistribution(numerator: groups - 1, denominator: groups * (n - 1))
      let sums = try #require(try store.results(of: cell, replicates: 5_000).sums)
      let exact = f.cumulative(1 / theta)
      let rate = sums.rate(of: .boundary, strategy: 0)
      #expect(
        abs(rate.value - exact) <= 4 * (exact * (1 - exact) / 5_000).squareRoot(),
        "\(cell.label): boundary \(rate.value), exact \(exact)")
      let points = 2_000
      var mean = 0.0
      for k in 0..<points {
        let quantile = f.quantile((Double(k) + 0.5) / Double(points))
        mean += max(0, 1 - 1 / (theta * quantile)) / Double(points)
      }
      try expect(
        try store.measure(.weight, "reml", "coef.group.(Intercept)", cell: cell.number, of: study), mean,
        "\(cell.label): weight")
    }
  }

  @Test("Intervals cover as they should where their theory is exact")
  func coverage() throws {
    let study = try StudyExamples.slopes(replicates: 4_000)
    let store = try StudyExamples.run(study)
    for coefficient in ["(Intercept)", "x"] {
      // Known variances, and each group's own regression, have exact intervals; so has the mean of the groups' own coefficients in designs whose x are drawn alike.
      for strategy in ["oracle", "none", "lsdv"] {
        try expect(
          try store.measure(.coverage, strategy, "coef.g.\(coefficient)", cell: 1, of: study), 0.95,
          "\(strategy) \(coefficient)")
      }
      try expect(
        try store.measure(.coverage, "oracle", "new.g.\(coefficient)", cell: 1, of: study), 0.95,
        "oracle, new group, \(coefficient)")
      try expect(
        try store.measure(.coverage, "oracle", "fixed.\(coefficient)", cell: 1, of: study), 0.95,
        "oracle, fixed \(coefficient)")
      // The true variances' own weights leave nothing over.
      let excess = try #require(
        try store.measure(.weightExcess, "oracle", "coef.g.\(coefficient)", cell: 1, of: study))
      #expect(abs(excess.value) < 1e-9)
      // What is known beats what is estimated, and partial pooling both extremes.
      let rmse = try ["oracle", "reml", "none", "complete"].map {
        try #require(try store.measure(.rmse, $0, "coef.g.\(coefficient)", cell: 1, of: study)).value
      }
      #expect(rmse[0] < rmse[1] && rmse[1] < rmse[2] && rmse[1] < rmse[3], "\(rmse)")
    }
  }

  @Test("No pooling's squared error is its sampling variance")
  func sampling() throws {
    let study = try StudyExamples.oneWay(
      "{n: [2, 5, 20]}", replicates: 4_000, strategies: "strategies: [none, lsdv]")
    let store = try StudyExamples.run(study)
    for cell in study.cells {
      let n = Double(cell.settings[0].value)!
      for strategy in ["none", "lsdv"] {
        try expect(
          try store.measure(.rmse, strategy, "coef.group.(Intercept)", cell: cell.number, of: study),
          4 / n.squareRoot(), "\(cell.label) \(strategy)")
      }
    }
  }
}
