import LinearAlgebra
import MixedModels
import ModelFormula
import Synchronization
import Tables
import TestSupport
import Testing

@testable import Studies

@Suite("Work on studies")
struct StudyWorkTests {
  private static let grown = "{J: [2, 6], n: [1, 4]}"

  @Test(
    "One thread, four threads and a stopped run that goes on give the same bits", arguments: [false, true])
  func threads(rows: Bool) throws {
    let study =
      rows
      ? try StudyExamples.study(
        """
        replicates: 320
        design:
          levels: {g: 6, i: {per: g, size: {poisson: 5, min: 1}}}
          predictors: {x: {level: i, uniform: [0, 1]}}
          response: {formula: "y ~ x + (1 | g)", beta: [3, -1], sd: {g: 1, residual: 1}, residual: {t: 4}}
        """) : try StudyExamples.oneWay(Self.grown, replicates: 1_300)
    let one = try StudyExamples.run(study, threads: 1)
    let four = try StudyExamples.run(study, threads: 4)
    let list = BlockList()
    let tasks = StudyWork(study).missing(in: StudyStore([]))
    // More than two threads can have open in their blocks, less than all.
    let asked = Atomic(0)
    let stopped = try StudyWork(study).run(
      tasks, threads: 2, into: list,
      shouldStop: { asked.wrappingAdd(1, ordering: .relaxed).oldValue > (rows ? 250 : 1_700) })
    #expect(stopped.wasStopped && stopped.doneCount == list.entries.count && stopped.doneCount > 0)
    let rest = StudyWork(study).missing(in: StudyStore(list.entries))
    #expect(rest.count == tasks.count - stopped.doneCount)
    _ = try StudyWork(study).run(rest, threads: 1, into: list)
    let resumed = StudyStore(list.entries)
    for cell in study.cells {
      let results = try one.results(of: cell, replicates: study.replicates)
      #expect(one.missing(of: cell, replicates: study.replicates).isEmpty)
      for other in [four, resumed] {
        let found = try other.results(of: cell, replicates: study.replicates)
        #expect(found.sums == results.sums && found.failures == results.failures)
      }
    }
  }

  /// The rows of a replay, fitted as anyone would fit them, give the numbers that the study summed.
  @Test("A replay's rows give the study's estimates", arguments: [1, 2, 3, 17, 40])
  func replay(replicate: Int) throws {
    for study in [
      try StudyExamples.slopes(replicates: 40),
      try StudyExamples.slopes(replicates: 40, size: "{poisson: 6, min: 2}"),
      try StudyExamples.oneWay("{J: [7]}", replicates: 40),
    ] {
      let replay = try StudyReplay(study, cell: study.cells[0], replicate: replicate - 1)
      let model = try LinearMixedModel(study.design(of: study.cells[0]).formula, data: replay.data)
      let fit = try model.fit(by: .reml)
      let factor = model.groupingFactor
      func found(_ strategy: String, _ estimand: String, _ column: String) -> [Double] {
        let names = replay.estimates
        guard case .text(let strategies) = names["strategy"]!.values,
          case .text(let estimands) = names["estimand"]!.values
        else { return [] }
        let numbers = names[column]!.numbers!
        return strategies.indices.filter { strategies[$0] == strategy && estimands[$0] == estimand }.map {
          numbers[$0]
        }
      }
      let label = "\(model.formulaText), replicate \(replicate)"
      for (k, name) in fit.model.fixedEffectNames.enumerated() {
        let address = "fixed.\(name)"
        expectClose(found("reml", address, "estimate"), [fit.fixedEffects[k]], relative: 1e-6, label)
        expectClose(
          found("reml", address, "std.error"), [fit.fixedEffectStandardErrors[k]], relative: 1e-5, label)
      }
      expectClose(found("reml", "residual.sd", "estimate"), [fit.sigma], relative: 1e-6, label)
      let own = GroupRegressions.noPooling(model)
      for (k, name) in model.randomEffectNames.enumerated() {
        let quoted = name
        let column = try #require(fit.coefficientNames.firstIndex(of: name))
        let spread = fit.varianceComponents[0].standardDeviations[k]
        expectClose(
          found("reml", "random.\(factor).\(quoted).sd", "estimate"), [spread], relative: 1e-5,
          absolute: 1e-6, label)
        expectClose(
          found("reml", "coef.\(factor).\(quoted)", "estimate"), fit.groupCoefficients.column(column),
          relative: 1e-6,
          absolute: 1e-7, label)
        expectClose(
          found("reml", "coef.\(factor).\(quoted)", "std.error"), fit.groupCoefficientErrors.column(column),
          relative: 1e-5, absolute: 1e-7, label)
        expectClose(
          found("none", "coef.\(factor).\(quoted)", "estimate"), own.estimates.column(k), relative: 1e-9,
          absolute: 1e-10,
          label)
        expectClose(
          found("none", "coef.\(factor).\(quoted)", "std.error"), own.errors.column(k), relative: 1e-8, label)
      }
    }
  }

  /// The way over rows and the way over sufficient statistics are one study: given the same rows, the same numbers for every strategy.
  @Test("Rows and sufficient statistics give every strategy the same numbers", arguments: [1, 5, 9])
  func rowsAndMoments(replicate: Int) throws {
    for study in [
      try StudyExamples.slopes(replicates: 20), try StudyExamples.oneWay("{J: [7]}", replicates: 20),
      try StudyExamples.slopes(replicates: 20, size: "[1, 2]"),
      try StudyExamples.slopes(replicates: 20, size: "1"),
      try StudyExamples.slopes(replicates: 20, size: "[1, 1, 1, 2]"),
      try StudyExamples.oneWay("{n: [1]}", replicates: 20), try StudyExamples.intercepts(replicates: 20),
    ] {
      let cell = study.cells[0]
      let design = try study.design(of: cell)
      let moments = try #require(MomentRunner(study, cell, design))
      let outcome = ReplicateOutcome(layout: moments.layout, strategyCount: study.strategies.count)
      moments.run(replicate, into: outcome)
      let rows = try moments.data(of: replicate).table
      // The truth of any draw serves: it only names the groups.
      let shell = try RowRunner(study, cell, design)
      let data = ReplicateData(
        rows, groups: try shell.truth(of: 0).groups, of: design, layout: moments.layout)
      #expect(shell.layout == moments.layout)
      let other = ReplicateOutcome(layout: moments.layout, strategyCount: study.strategies.count)
      for (s, strategy) in study.strategies.enumerated() {
        let (a, b) = (outcome.strategies[s], other.strategies[s])
        data.estimate(
          strategy, FittedFormula(design.formula, design), intervals: .wald,
          draws: .init(seed: 1, level: 0.95), into: b, trueWeights: other.trueWeights)
        #expect(a.status == b.status, "\(strategy.name)")
        guard a.status.index < ReplicateStatus.estimatedCount else { continue }
        for k in 0..<moments.layout.memberCount {
          let estimand = moments.layout.estimands.first { $0.members.contains(k) }!
          let label = "\(strategy.name) \(estimand.address)"
          expectClose(a.estimates[k], b.estimates[k], relative: 1e-6, absolute: 1e-7, label)
          expectClose(
            a.standardErrors[k], b.standardErrors[k], relative: 1e-5, absolute: 1e-7, label + " error")
          if !b.standardErrors[k].isNaN {
            expectClose(a.degreesOfFreedom[k], b.degreesOfFreedom[k], relative: 1e-12, label + " df")
          }
          guard !b.estimates[k].isNaN else { continue }
          expectClose(a.weights[k], b.weights[k], relative: 1e-5, absolute: 1e-7, label + " weight")
        }
      }
      for k in 0..<moments.layout.memberCount {
        expectClose(outcome.trueWeights[k], other.trueWeights[k], relative: 1e-9, "true weight \(k)")
      }
    }
  }
}
