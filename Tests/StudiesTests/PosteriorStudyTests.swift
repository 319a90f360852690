import BayesianModels
import Distributions
import MixedModels
import Specifications
import Tables
import TestSupport
import Testing

@testable import Studies

@Suite("Studies of posteriors")
struct PosteriorStudyTests {
  /// Few short chains: what is asked here does not need good ones.
  private static func slopes(
    _ strategies: String, replicates: Int = 120, size: String = "6", missing: String = "{}"
  ) throws -> StudySpecification {
    try StudyExamples.study(
      """
      seed: 3
      replicates: \(replicates)
      design:
        levels: {g: 6, i: {per: g, size: \(size)}}
        missing: \(missing)
        predictors: {x: {level: i, normal: [1, 2]}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [3, -1], sd: {g: [2, 1], residual: 3}, corr: {g: -0.4}}
      strategies: \(strategies)
      """)
  }

  private func numbers(
    _ replay: StudyReplay, _ strategy: String, _ estimand: String, _ column: String
  ) throws -> [Double] {
    let table = replay.estimates
    let (strategies, estimands) = try (
      #require(table["strategy"]), #require(table["estimand"])
    )
    let values = try #require(table[column]?.numbers)
    return values.indices.filter {
      strategies.text($0) == strategy && estimands.text($0) == estimand
    }.map { values[$0] }
  }

  @Test("Threads, tasks and the other strategies of a study change no bit")
  func bits() throws {
    let text = "{complete: {}, bayes: {draws: 50, warmup: 40, chains: 2}}"
    let study = try Self.slopes(text)
    let cell = study.cells[0]
    let one = try StudyExamples.run(study, threads: 1).results(
      of: cell, replicates: study.replicates)
    let four = try StudyExamples.run(study, threads: 4).results(
      of: cell, replicates: study.replicates)
    #expect(one.sums == four.sums && one.failures == four.failures)
    // On another machine: the plan is read from its file, and each task runs alone.
    let packed = StudyPlan(
      study, blocks: StudyWork(study).missing(in: StudyStore([])), taskCount: 2)
    let plan = try StudyPlan(bytes: Array(packed.text.utf8), path: "plan.json")
    #expect(plan.tasks.count == 2)
    let list = BlockList()
    for task in plan.tasks.reversed() {
      _ = try StudyWork(plan.study).run(task, threads: 1, into: list)
    }
    let sharded = try StudyStore(list.entries).results(of: cell, replicates: study.replicates)
    #expect(sharded.sums == one.sums && sharded.failures == one.failures)
    // A strategy's draws are its own.
    let more = try Self.slopes(
      "{bayes: {draws: 50, warmup: 40, chains: 2}, again: {method: bayes}}")
    for estimand in ["fixed.x", "random.g.x.sd", "coef.g.x", "new.g.x"] {
      for column in ["truth", "estimate", "std.error", "conf.low", "conf.high"] {
        let (a, b) = try (
          numbers(StudyReplay(study, cell: cell, replicate: 7), "bayes", estimand, column),
          numbers(StudyReplay(more, cell: more.cells[0], replicate: 7), "bayes", estimand, column)
        )
        #expect(a == b && !a.isEmpty && a.allSatisfy(\.isFinite), "\(estimand) \(column)")
      }
    }
  }

  @Test("A replay's rows, sampled as anyone would, give the study's numbers", arguments: [0, 5])
  func replay(replicate: Int) throws {
    let study = try Self.slopes(
      "{bayes: {priors: {start: slides-sd, sd: half_normal(4)}, chains: 2, draws: 80, estimate: median}}"
    )
    let cell = study.cells[0]
    let replay = try StudyReplay(study, cell: cell, replicate: replicate)
    var stream = KeyedStream(
      seed: cell.streamKey(seed: 3), replicate: UInt32(replicate), stream: 16)
    let likelihood = BayesianMixedModel.Likelihood.linear(
      try LinearMixedModel(study.design(of: cell).formula, data: replay.data))
    let priors = try ModelPriors(
      SpecificationNode(yaml: "{start: slides-sd, sd: half_normal(4)}", file: "p.yml"),
      for: likelihood)
    let fit = try BayesianMixedModel(likelihood, priors: priors).sample(
      SamplingPlan(chains: 2, draws: 80, warmup: 250, seed: stream.next()))
    let probabilities = [0.025, 0.5, 0.975]
    let summaries = fit.summaries(probabilities: probabilities)
    var compared = 0
    for summary in summaries {
      let quantity = summary.quantity
      let address: String
      var level = 0
      switch quantity.kind {
      case .fixed: address = "fixed.\(quantity.term ?? "")"
      case .deviation: address = "random.g.\(quantity.term ?? "").sd"
      case .correlation: address = "random.g.(Intercept).x"
      case .sigma: address = "residual.sd"
      case .coefficient:
        address = "coef.g.\(quantity.term ?? "")"
        level = try #require(Int(quantity.level ?? "")) - 1
      case .effect, .dispersion: continue
      }
      compared += 1
      let sd = try #require(summary.diagnostics.standardDeviation)
      func found(_ column: String) throws -> Double {
        try numbers(replay, "bayes", address, column)[level]
      }
      expectClose(
        try found("estimate"), summary.quantiles[1], relative: 1e-12, absolute: 1e-13, address)
      expectClose(try found("std.error"), sd, relative: 1e-12, address)
      expectClose(
        try found("conf.low"), summary.quantiles[0], relative: 1e-12, absolute: 1e-13, address)
      expectClose(
        try found("conf.high"), summary.quantiles[2], relative: 1e-12, absolute: 1e-13, address)
    }
    #expect(compared == 2 + 2 + 1 + 1 + 12)
    // A new group's: β and N(0, Σ) of each draw, so its sd is above that of β and of E τ together with Monte Carlo error of 160 draws.
    let new = try numbers(replay, "bayes", "new.g.x", "std.error")[0]
    let (beta, tau) = try (
      numbers(replay, "bayes", "fixed.x", "std.error")[0],
      numbers(replay, "bayes", "random.g.x.sd", "estimate")[0]
    )
    #expect(new > 0.8 * (beta * beta + tau * tau).squareRoot(), "\(new) \(beta) \(tau)")
  }

  /// 300 data sets whose parameters are drawn from the priors: intervals of 80 % then hold the truth in 80 %. Bounds of 4 Monte Carlo standard errors
  /// (a false alarm in 16 000 tests, six of them here) and 0.01 for quantiles of 500 draws.
  @Test("Where the truth comes from the prior, intervals hold it as often as they say")
  func coverage() throws {
    var stream = KeyedStream(seed: 2026)
    let count = 300
    let scenarios = (0..<count).map { _ -> String in
      let (mu, slope) = (2 * stream.normal(), 1 + 0.5 * stream.normal())
      let (tau, sigma) = (abs(stream.normal()), stream.exponential(rate: 0.5))
      return "{mu: \(mu), slope: \(slope), tau: \(tau), sigma: \(sigma)}"
    }
    let study = try StudyExamples.study(
      """
      replicates: 1
      level: 0.8
      design:
        parameters: {mu: 0, slope: 0, tau: 1, sigma: 1}
        levels: {g: 5, i: {per: g, size: [2, 4, 6, 3, 5]}}
        predictors: {x: {level: i, normal: [0, 1]}}
        response: {formula: "y ~ x + (1 | g)", beta: [mu, slope], sd: {g: tau, residual: sigma}}
      scenarios: [\(scenarios.joined(separator: ", "))]
      strategies:
        bayes:
          priors:
            fixed: {(Intercept): "normal(0, 2)", x: "normal(1, 0.5)"}
            sd: half_normal(1)
            sigma: exponential(0.5)
      """)
    let store = try StudyExamples.run(study)
    for estimand in [
      "fixed.(Intercept)", "fixed.x", "random.g.(Intercept).sd", "residual.sd",
      "coef.g.(Intercept)",
      "new.g.(Intercept)",
    ] {
      var (covered, total) = (0.0, 0.0)
      for cell in study.cells {
        let value = try #require(
          try store.measure(.coverage, "bayes", estimand, cell: cell.number, of: study)?.value)
        covered += value
        total += 1
      }
      #expect(total == Double(count))
      // Groups of one data set go together at worst.
      expectClose(
        covered / total, 0.8, absolute: 4 * (0.8 * 0.2 / Double(count)).squareRoot() + 0.01,
        estimand)
    }
  }

  @Test("Standard deviations have intervals and no power; weights are not a posterior's")
  func measures() throws {
    let study = try Self.slopes("[none, bayes]", replicates: 20)
    let store = try StudyExamples.run(study)
    func measure(_ measure: Measure, _ estimand: String) throws -> MeasuredValue? {
      try store.measure(measure, "bayes", estimand, cell: 1, of: study)
    }
    for estimand in [
      "random.g.x.sd", "random.g.(Intercept).x", "residual.sd", "fixed.x", "coef.g.x", "new.g.x",
    ] {
      for kind in [Measure.bias, .rmse, .coverage, .width, .modelSE] {
        #expect(try measure(kind, estimand)?.count == 20, "\(kind) \(estimand)")
      }
    }
    #expect(try measure(.power, "random.g.x.sd") == nil && measure(.power, "fixed.x") != nil)
    #expect(try measure(.weight, "coef.g.x") == nil && measure(.movement, "coef.g.x") != nil)
    // The default posterior is near the truth: 20 data sets of 36 rows.
    let bias = try #require(try measure(.bias, "residual.sd"))
    #expect(abs(bias.value) < 5 * bias.error + 0.3)
  }

  @Test("Groups without rows are what the population lets expect; other predictors' zeros are read")
  func populations() throws {
    let study = try Self.slopes(
      "{bayes: {}, shifted: {method: bayes, formula: \"y ~ I(x - 5) + (1 + I(x - 5) | g)\"}, reml: {}}",
      replicates: 3, size: "{poisson: 8}")
    for replicate in 0..<3 {
      let replay = try StudyReplay(study, cell: study.cells[0], replicate: replicate)
      for estimand in ["fixed.(Intercept)", "fixed.x", "coef.g.(Intercept)", "coef.g.x", "new.g.x"] {
        let reml = try numbers(replay, "reml", estimand, "estimate")
        let errors = try numbers(replay, "bayes", estimand, "std.error")
        for strategy in ["bayes", "shifted"] {
          let found = try numbers(replay, strategy, estimand, "estimate")
          for k in found.indices {
            // Two summaries of the same data: nearer to each other than to the truth.
            #expect(abs(found[k] - reml[k]) < 1.5 * errors[k], "\(strategy) \(estimand) \(k)")
          }
        }
      }
    }
    // One row in the first group, missing in three of ten data sets.
    let gone = try Self.slopes(
      "[reml, bayes]", replicates: 30, size: "[1, 2, 5, 6, 4, 5]", missing: "{y: 0.3}")
    for replicate in 0..<30 {
      let replay = try StudyReplay(gone, cell: gone.cells[0], replicate: replicate)
      // REML has the population's slope then, and no error of it.
      guard try numbers(replay, "reml", "coef.g.x", "estimate").allSatisfy(\.isFinite),
        try numbers(replay, "reml", "coef.g.x", "std.error")[0].isNaN
      else { continue }
      let errors = try numbers(replay, "bayes", "coef.g.x", "std.error")
      let new = try numbers(replay, "bayes", "new.g.x", "std.error")[0]
      // Nothing is known of the group but that it is one more.
      #expect(errors[0] == new && errors.allSatisfy { $0 > 0 })
      return
    }
    Issue.record("no data set with a group without rows")
  }

  @Test("The hash of a study has its posteriors in it, and that of others stays")
  func hashes() throws {
    // Of a program before there were posteriors.
    let old = try StudyExamples.study(
      """
      seed: 1
      replicates: 2000
      design:
        parameters: {J: 10, n: 5, tau: 2, sigma: 4}
        levels: {school: J, pupil: {per: school, size: n}}
        response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: tau, residual: sigma}}
      grid: {J: [3, 10, 30], n: [2, 20]}
      strategies: [complete, none, reml, oracle]
      """)
    #expect(old.hash == "08e0114ea9012c1e1f97f9ada72866953a84a631a11eb485b8de06cadb9a4a43")
    #expect(
      try StudyExamples.oneWay("{J: [2]}", replicates: 1).strategies.map(\.name)
        == ["complete", "none", "lsdv", "reml", "ml", "oracle"])
    let texts = [
      "[bayes]", "{bayes: {draws: 400}}", "{bayes: {chains: 2}}", "{bayes: {warmup: 300}}",
      "{bayes: {estimate: median}}", "{bayes: {priors: slides}}",
      "{bayes: {priors: {sd: half_normal(2)}}}",
    ]
    let hashes = try texts.map { try Self.slopes($0).hash }
    #expect(Set(hashes).count == texts.count)
    // What is usual may be written or not.
    let written = "{bayes: {priors: default, chains: 1, draws: 500, warmup: 250, estimate: mean}}"
    #expect(try Self.slopes(written).hash == hashes[0])
  }

  @Test(
    "Faults say where and what would work",
    arguments: [
      ("{reml: {priors: slides}}", "this belongs to the method bayes, not to reml"),
      ("{bayes: {priors: slide}}", "unknown 'slide' (did you mean 'slides'?)"),
      ("{bayes: {draws: 3}}", "3 is outside; from 50 to 100000 would work"),
      ("{bayes: {priors: {sd: {z: half_normal(1)}}}}", "unknown 'z'"),
      (
        "{bayes: {priors: {fixed: \"inverse_gamma(1, 1)\"}}}",
        "the prior of the fixed effect '(Intercept)' is one of"
      ),
      ("{bayes: {estimate: mode}}", "there are mean, median"),
    ])
  func faults(_ strategies: String, message: String) throws {
    do {
      let study = try Self.slopes(strategies)
      _ = try study.estimands(of: study.cells[0])
      Issue.record("no fault")
    } catch let error as SpecificationError {
      #expect("\(error)".contains(message), "\(error)")
    }
  }
}
