import BayesianModels
import Distributions
import MixedModels
import ModelFormula
import Reporting
import Tables
import TestSupport
import Testing

@testable import Poststratification

@Suite("Poststratification of a posterior")
struct PosteriorPoststratificationTests {
  /// Four groups of ten rows, from a stream of its own.
  private static func survey(isBinary: Bool) -> DataTable {
    var stream = KeyedStream(seed: 11)
    let groups = ["a", "b", "c", "d"]
    var (g, x, y): ([String], [Double], [Double]) = ([], [], [])
    for (j, group) in groups.enumerated() {
      for _ in 0..<10 {
        let value = stream.normal()
        let eta = 0.5 * Double(j) - 1 + 0.7 * value
        g.append(group)
        x.append(value)
        y.append(
          isBinary
            ? (stream.uniform() < 1 / (1 + Portable.exp(-eta)) ? 1 : 0) : eta + stream.normal())
      }
    }
    return DataTable([Column("g", g), Column("x", x), Column("y", y)])
  }

  /// Cells of two groups of the survey and of one that is new.
  private static func census() throws -> Census {
    try Census(
      DataTable([
        Column("g", ["a", "a", "c", "new", "new"]), Column("x", [0.0, 1, -1, 0, 2]),
        Column("N", [10.0, 30, 5, 20, 7]),
      ]))
  }

  private static func sampled(_ fit: SurveyFit) throws -> BayesianReport {
    let likelihood = try #require(fit.likelihood)
    let model = try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood))
    return BayesianReport(
      try model.sample(SamplingPlan(chains: 2, draws: 100, warmup: 200, seed: 9)),
      priorsName: "default",
      level: 0.9)
  }

  /// The draws of a quantity.
  private static func draws(_ fit: BayesianFit, _ address: String...) throws -> [Double] {
    Array(
      fit.values(
        of: try #require(fit.quantities.firstIndex { $0.address == address }, "\(address)")))
  }

  @Test(
    "by hand: cells' means in every draw, weighted by a small census", arguments: [true, false])
  func byHand(isBinary: Bool) throws {
    let model = SurveyModel(
      try ModelFormula("y ~ x + (1 + x | g)"), family: isBinary ? .binomial : nil)
    let (survey, census) = (Self.survey(isBinary: isBinary), try Self.census())
    let fit = try model.fit(survey)
    let report = try Self.sampled(fit)
    let found = try Poststratification(model, by: ["g"]).estimates(
      of: fit, posterior: report, survey: survey, census: census)
    let posterior = report.fit
    let one = "(Intercept)"
    let fixed = try (Self.draws(posterior, "fixed", one), Self.draws(posterior, "fixed", "x"))
    let sd = try (
      Self.draws(posterior, "random", "g", one, "sd"),
      Self.draws(posterior, "random", "g", "x", "sd")
    )
    let correlation = try Self.draws(posterior, "random", "g", one, "x", "corr")
    var stream = KeyedStream(seed: 9, stream: 3)
    var (groups, cells) = ([[Double]](repeating: [], count: 4), [Double](repeating: 0, count: 5))
    for s in fixed.0.indices {
      let z = (stream.normal(), stream.normal())
      let rest = (1 - correlation[s] * correlation[s]).squareRoot()
      let new = (sd.0[s] * z.0, sd.1[s] * (correlation[s] * z.0 + rest * z.1))
      func mean(_ level: String?, _ x: Double) throws -> Double {
        let effects =
          try level.map {
            try (
              Self.draws(posterior, "mode", "g", $0, one)[s],
              Self.draws(posterior, "mode", "g", $0, "x")[s]
            )
          } ?? new
        let eta = fixed.0[s] + effects.0 + (fixed.1[s] + effects.1) * x
        return isBinary ? LinkFunction.logit.mean(predictor: eta) : eta
      }
      let means = try [mean("a", 0), mean("a", 1), mean("c", -1), mean(nil, 0), mean(nil, 2)]
      groups[0].append(
        (10 * means[0] + 30 * means[1] + 5 * means[2] + 20 * means[3] + 7 * means[4]) / 72)
      groups[1].append((10 * means[0] + 30 * means[1]) / 40)
      groups[2].append(means[2])
      groups[3].append((20 * means[3] + 7 * means[4]) / 27)
      for k in means.indices { cells[k] += means[k] / Double(fixed.0.count) }
    }
    let rows = [found.overall] + found.tables[0].rows
    #expect(rows.map(\.level) == ["", "a", "c", "new"] && found.drawCount == 200)
    for (row, values) in zip(rows, groups) {
      let sorted = values.sorted()
      let mean = values.reduce(0, +) / 200
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 199
      expectClose(row.estimate, mean, relative: 1e-11, row.level)
      expectClose(row.standardError, variance.squareRoot(), relative: 1e-9, row.level)
      expectClose(row.lower, sampleQuantile(sorted, 0.05), relative: 1e-9, row.level)
      expectClose(row.upper, sampleQuantile(sorted, 0.95), relative: 1e-9, row.level)
    }
    expectClose(found.cellMeans, cells, relative: 1e-11)
    #expect(found.level == 0.9 && found.seed == 9)
  }

  @Test(
    "beside the approximation: nearly its estimates, errors that are no smaller for want of variances"
  )
  func approximation() throws {
    let survey = try PoststratificationReferenceTests.survey()
    let census = try PoststratificationReferenceTests.census()
    let model = SurveyModel(
      try ModelFormula("y ~ gender * gdp + (1 | province)"), family: .binomial)
    let fit = try model.fit(survey)
    let likelihood = try #require(fit.likelihood)
    let sampled = try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood)).sample(
      SamplingPlan(chains: 2, draws: 500, warmup: 300, seed: 2, threads: 2))
    let plan = Poststratification(model, by: ["province"], draws: 2000)
    let held = try plan.estimates(of: fit, survey: survey, census: census)
    let found = try plan.estimates(
      of: fit, posterior: BayesianReport(sampled, priorsName: "default"), survey: survey,
      census: census)
    // 1000 draws, worth some hundreds: means within 0.3 errors, errors within a third.
    for (a, b) in zip(held.tables[0].rows, found.tables[0].rows) {
      expectClose(b.estimate, a.estimate, absolute: 0.4 * a.standardError, a.level)
      #expect((0.7...1.6).contains(b.standardError / a.standardError), "\(a.level)")
    }
    func mean(_ rows: [AreaEstimate]) -> Double { rows.reduce(0) { $0 + $1.standardError } }
    #expect(mean(found.tables[0].rows) > mean(held.tables[0].rows))
    let english = found.notes()
    #expect(english.contains { $0.contains("intervals hold what the survey leaves open") })
    #expect(english.contains { $0.hasPrefix("bayes: 2 chains of 500 draws") })
    #expect(found.notes(in: .zh).contains { $0.contains("方差") && $0.contains("后验均值") })
    #expect(found.text().contains("model: Bayesian; binomial, logit; groups: province 24\n"))
    #expect(found.text().contains("draws of all parameters, variances among them"))
    #expect(found.text(in: .zh).contains("模型：贝叶斯；binomial, logit；") && held.posterior == nil)
    let document = found.document
    #expect(
      document["posterior"]?["priors"]?["name"]?.string == "default" && document["nAGQ"] == nil)
    #expect(document["draws"]?.integer == 1000 && held.document["posterior"] == nil)
  }
}
