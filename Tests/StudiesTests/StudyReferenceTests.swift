import TestSupport
import Testing

@testable import Studies

/// R's study of balanced one-way designs: 20,000 replicates a cell there, as many here; differences within four combined Monte Carlo errors. With about
/// 120 comparisons one false alarm in 130 such tests is expected; the seed is fixed.
@Suite("R's study of one-way designs")
struct StudyReferenceTests {
  @Test("Every cell is reproduced")
  func cells() throws {
    let record = try Reference.json("study/partial_pooling_study.json")
    let study = try StudyExamples.oneWay("{J: [3, 5, 10, 30], n: [2, 5, 20]}", replicates: 20_000, seed: 11)
    let store = try StudyExamples.run(study)
    for cell in study.cells {
      let (groups, size) = (Double(cell.settings[0].value)!, Double(cell.settings[1].value)!)
      let r = try #require(
        record["cells"].array.first { $0["J"].double == groups && $0["n_j"].double == size })
      func check(_ found: MeasuredValue?, _ value: Double, _ error: Double, _ what: String) throws {
        let found = try #require(found, "\(what)")
        let allowed = 4 * (found.error * found.error + error * error).squareRoot()
        #expect(
          abs(found.value - value) <= allowed,
          "\(cell.label): \(what) \(found.value), R \(value), allowed \(allowed)")
      }
      func measure(_ m: Measure, _ strategy: String, _ estimand: String) throws -> MeasuredValue? {
        try store.measure(m, strategy, estimand, cell: cell.number, of: study)
      }
      let group = "coef.group.(Intercept)"
      let sums = try #require(try store.results(of: cell, replicates: 20_000).sums)
      let reml = try #require(study.strategies.firstIndex { $0.method == .reml })
      let boundary = sums.rate(of: .boundary, strategy: reml)
      try check(
        boundary, r["fraction_singular"]["mean"].double, r["fraction_singular"]["mcse"].double, "boundary")
      let exact = r["fraction_singular_exact"].double
      #expect(
        abs(boundary.value - exact) <= 4 * (exact * (1 - exact) / 20_000).squareRoot() + 1e-12,
        "\(cell.label): boundary \(boundary.value), F distribution \(exact)")
      let sd = try #require(try measure(.bias, "reml", "random.group.(Intercept).sd"))
      try check(
        .init(sd.value + 2, error: sd.error, count: sd.count), r["sigma_alpha_hat"]["mean"].double,
        r["sigma_alpha_hat"]["mcse"].double, "sigma_alpha")
      let sigma = try #require(try measure(.bias, "reml", "residual.sd"))
      try check(
        .init(sigma.value + 4, error: sigma.error, count: sigma.count), r["sigma_y_hat"]["mean"].double,
        r["sigma_y_hat"]["mcse"].double, "sigma_y")
      try check(
        try measure(.shrinkage, "reml", group), r["shrinkage"]["mean"].double, r["shrinkage"]["mcse"].double,
        "shrinkage")
      for (strategy, key) in [("none", "no"), ("complete", "complete"), ("reml", "partial")] {
        let own = r["rmse_\(key)_pooling"]
        try check(
          try measure(.rmse, strategy, group), own["rmse"].double, own["mcse"].double, "rmse of \(strategy)")
      }
      for (m, key) in [(Measure.nearerThanNone, "no"), (.nearerThanComplete, "complete")] {
        let own = r["fraction_partial_beats_\(key)"]
        try check(try measure(m, "reml", group), own["mean"].double, own["mcse"].double, "beats \(key)")
      }
      let spread = r["mu_hat_sd"].double
      try check(
        try measure(.empiricalSE, "reml", "fixed.(Intercept)"), spread,
        spread / (2 * 19_999.0).squareRoot(),
        "sd of mu")
    }
  }

  @Test("Unbalanced designs too", arguments: ["unbalanced_10", "unbalanced_4"])
  func unbalanced(id: String) throws {
    let record = try Reference.json("study/partial_pooling_study.json")
    let r = try #require(record["unbalanced"].array.first { $0["id"].string == id })
    let sizes = r["n"].doubles.map { Int($0) }
    let study = try StudyExamples.study(
      """
      seed: 12
      replicates: 20000
      design:
        levels: {group: \(sizes.count), unit: {per: group, size: \(sizes)}}
        response: {formula: "y ~ 1 + (1 | group)", beta: [0], sd: {group: 2, residual: 4}}
      """)
    let store = try StudyExamples.run(study)
    func check(_ found: MeasuredValue?, _ value: Double, _ error: Double, plus: Double = 0) throws {
      let found = try #require(found)
      let allowed = 4 * (found.error * found.error + error * error).squareRoot()
      #expect(
        abs(found.value + plus - value) <= allowed, "\(found.value + plus), R \(value), allowed \(allowed)")
    }
    let group = "coef.group.(Intercept)"
    try check(
      try store.measure(.bias, "reml", "random.group.(Intercept).sd", cell: 1, of: study),
      r["sigma_alpha_hat"]["mean"].double, r["sigma_alpha_hat"]["mcse"].double, plus: 2)
    try check(
      try store.measure(.bias, "reml", "residual.sd", cell: 1, of: study), r["sigma_y_hat"]["mean"].double,
      r["sigma_y_hat"]["mcse"].double, plus: 4)
    for (strategy, key) in [("none", "no"), ("complete", "complete"), ("reml", "partial")] {
      let own = r["rmse_\(key)_pooling"]
      try check(
        try store.measure(.rmse, strategy, group, cell: 1, of: study), own["rmse"].double, own["mcse"].double)
    }
    let sums = try #require(try store.results(of: study.cells[0], replicates: 20_000).sums)
    let reml = try #require(study.strategies.firstIndex { $0.method == .reml })
    try check(
      sums.rate(of: .boundary, strategy: reml), r["fraction_singular"]["mean"].double,
      r["fraction_singular"]["mcse"].double)
  }
}
