import Distributions
import TestSupport
import Testing

@testable import Studies

/// Measures against their definitions, replicate by replicate, on made-up outcomes.
@Suite("Measures and their Monte Carlo errors")
struct MeasureTests {
  private static let strategies: [StudyStrategy] = [.init(.complete), .init(.none), .init(.reml)]

  private struct Made {
    var sums: BlockSums
    /// By replicate: truth and, by strategy, status, estimates, errors, weights of the four members.
    var replicates: [(truth: [Double], strategies: [(ReplicateStatus, [Double], [Double], [Double])])]
  }

  /// 400 replicates of one parameter and one estimand of three groups, with gaps and every status.
  private func make(seed: UInt64) -> Made {
    var layout = EstimandLayout()
    layout.append("fixed.x", kind: .parameter)
    layout.append("coef.g.x", kind: .group, count: 3)
    var stream = KeyedStream(seed: seed)
    let outcome = ReplicateOutcome(layout: layout, strategyCount: 3)
    let summation = ReplicateSummation(level: 0.9, strategies: Self.strategies, estimandCount: 2)
    var made = Made(sums: BlockSums(strategyCount: 3, estimandCount: 2), replicates: [])
    for _ in 0..<400 {
      let truth = [0.4] + (0..<3).map { _ in stream.normal() }
      for k in 0..<4 {
        outcome.truths[k] = truth[k]
        outcome.trueWeights[k] = k == 0 ? .nan : 0.6
      }
      var all: [(ReplicateStatus, [Double], [Double], [Double])] = []
      for s in 0..<3 {
        let own = outcome.strategies[s]
        own.clear()
        let u = stream.uniform()
        own.status =
          u < 0.7 ? .ok : u < 0.85 ? .boundary : u < 0.9 ? .notConverged : u < 0.95 ? .unidentified : .error
        for k in 0..<4 {
          let isGap = s == 1 && k > 0 && stream.uniform() < 0.1
          own.estimates[k] = isGap ? .nan : truth[k] + 0.5 * stream.normal()
          own.standardErrors[k] = isGap ? .nan : 0.3 + 0.4 * stream.uniform()
          own.degreesOfFreedom[k] = s == 2 ? .infinity : 7
          own.weights[k] = s == 2 && k > 0 ? stream.uniform() : .nan
        }
        func copy(_ p: UnsafeMutablePointer<Double>) -> [Double] { (0..<4).map { p[$0] } }
        all.append((own.status, copy(own.estimates), copy(own.standardErrors), copy(own.weights)))
      }
      summation.add(outcome, to: &made.sums)
      made.replicates.append((truth, all))
    }
    return made
  }

  private func mean(_ values: [Double]) -> MeasuredValue {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    return MeasuredValue(mean, error: (variance / n).squareRoot(), count: values.count)
  }

  private func expect(_ found: MeasuredValue?, _ expected: MeasuredValue, _ label: String) throws {
    let found = try #require(found)
    #expect(found.count == expected.count, "\(label)")
    expectClose(found.value, expected.value, relative: 1e-11, absolute: 1e-12, label)
    expectClose(found.error, expected.error, relative: 1e-8, absolute: 1e-12, label)
  }

  @Test("Means over members, then replicates", arguments: [1, 2, 3] as [UInt64])
  func means(seed: UInt64) throws {
    let made = make(seed: seed)
    let t7 = StudentTDistribution(degreesOfFreedom: 7).quantile(0.95)
    let z = NormalDistribution().quantile(0.95)
    for (e, members) in [(0, 0..<1), (1, 1..<4)] {
      for s in 0..<3 {
        for subset in BlockSums.Subset.allCases {
          var errors: [Double] = [], squares: [Double] = [], covered: [Double] = [], power: [Double] = []
          var widths: [Double] = [], weights: [Double] = [], moves: [Double] = []
          for (truth, strategies) in made.replicates {
            let (status, estimates, own, shares) = strategies[s]
            guard subset == .ok ? status == .ok : status.index < 3 else { continue }
            let known = members.filter { !estimates[$0].isNaN }
            guard !known.isEmpty else { continue }
            func average(_ f: (Int) -> Double) -> Double {
              known.reduce(0) { $0 + f($1) } / Double(known.count)
            }
            let q = s == 2 ? z : t7
            errors.append(average { estimates[$0] - truth[$0] })
            squares.append(average { (estimates[$0] - truth[$0]) * (estimates[$0] - truth[$0]) })
            covered.append(average { abs(estimates[$0] - truth[$0]) <= q * own[$0] ? 1 : 0 })
            power.append(average { abs(estimates[$0]) > q * own[$0] ? 1 : 0 })
            widths.append(average { 2 * q * own[$0] })
            if s == 2 && e == 1 { weights.append(average { shares[$0] }) }
            if s != 1 && strategies[1].0.index < 3 {
              let both = known.filter { !strategies[1].1[$0].isNaN }
              if !both.isEmpty {
                moves.append(
                  both.reduce(0) { $0 + abs(estimates[$1] - strategies[1].1[$1]) } / Double(both.count))
              }
            }
          }
          func measured(_ m: Measure) -> MeasuredValue? {
            made.sums.measure(m, strategy: s, estimand: e, kind: e == 0 ? .parameter : .group, subset: subset)
          }
          let label = "strategy \(s), estimand \(e), \(subset)"
          try expect(measured(.bias), mean(errors), label)
          let mse = mean(squares)
          let rmse = mse.value.squareRoot()
          try expect(measured(.rmse), .init(rmse, error: mse.error / (2 * rmse), count: mse.count), label)
          try expect(measured(.coverage), mean(covered), label)
          try expect(measured(.power), mean(power), label)
          try expect(measured(.width), mean(widths), label)
          if s == 2 && e == 1 {
            try expect(measured(.weight), mean(weights), label)
            let excess = mean(weights.map { $0 - 0.6 })
            try expect(measured(.weightExcess), excess, label)
            #expect(abs(measured(.shrinkage)!.value - 1 + measured(.weight)!.value) < 1e-12)
          } else {
            #expect(measured(.weight) == nil)
          }
          if s == 1 {
            #expect(measured(.movement) == nil)
          } else {
            try expect(measured(.movement), mean(moves), label)
          }
          if e == 0 {
            let sd = mean(errors).error * Double(errors.count).squareRoot()
            try expect(
              measured(.empiricalSE),
              .init(sd, error: sd / Double(2 * (errors.count - 1)).squareRoot(), count: errors.count), label)
          } else {
            #expect(measured(.empiricalSE) == nil)
          }
        }
      }
    }
  }

  @Test(
    "Ratios of squared errors use the replicates and groups that both have", arguments: [4, 5] as [UInt64])
  func ratios(seed: UInt64) throws {
    let made = make(seed: seed)
    for (reference, measure, nearer) in [
      (0, Measure.mseVersusComplete, Measure.nearerThanComplete), (1, .mseVersusNone, .nearerThanNone),
    ] {
      for s in 0..<3 {
        let found = made.sums.measure(measure, strategy: s, estimand: 1, kind: .group)
        if s == reference {
          #expect(found == nil)
          continue
        }
        var (a, b): ([Double], [Double]) = ([], [])
        for (truth, strategies) in made.replicates
        where strategies[s].0.index < 3 && strategies[reference].0.index < 3 {
          let both = (1..<4).filter { !strategies[s].1[$0].isNaN && !strategies[reference].1[$0].isNaN }
          if both.isEmpty { continue }
          func mse(_ k: Int) -> Double {
            both.reduce(0) { $0 + (strategies[k].1[$1] - truth[$1]) * (strategies[k].1[$1] - truth[$1]) }
              / Double(both.count)
          }
          a.append(mse(s))
          b.append(mse(reference))
        }
        let ratio = a.reduce(0, +) / b.reduce(0, +)
        let n = Double(a.count)
        let rest = zip(a, b).reduce(0) { $0 + ($1.0 - ratio * $1.1) * ($1.0 - ratio * $1.1) }
        let error = (rest / (n - 1) / n).squareRoot() / (b.reduce(0, +) / n)
        try expect(found, .init(ratio, error: error, count: a.count), "strategy \(s) against \(reference)")
        let share = mean(zip(a, b).map { $0 < $1 ? 1 : 0 })
        try expect(
          made.sums.measure(nearer, strategy: s, estimand: 1, kind: .group), share, "strategy \(s), nearer")
      }
    }
  }

  @Test("Errors of sign and size are those of the intervals that exclude 0")
  func signs() throws {
    let made = make(seed: 6)
    let z = NormalDistribution().quantile(0.95)
    var (wrong, significant, exaggeration) = (0.0, 0.0, 0.0)
    for (truth, strategies) in made.replicates where strategies[2].0.index < 3 {
      let (_, estimates, errors, _) = strategies[2]
      for k in 1..<4 where abs(estimates[k]) > z * errors[k] {
        significant += 1
        if estimates[k] * truth[k] < 0 { wrong += 1 }
        exaggeration += abs(estimates[k] / truth[k])
      }
    }
    let s = try #require(made.sums.measure(.typeS, strategy: 2, estimand: 1, kind: .group))
    let m = try #require(made.sums.measure(.typeM, strategy: 2, estimand: 1, kind: .group))
    expectClose(s.value, wrong / significant, relative: 1e-11)
    expectClose(m.value, exaggeration / significant, relative: 1e-11)
    #expect(s.error > 0 && m.error > 0 && wrong > 0)
  }

  @Test("Every replicate has one status, and rates count all")
  func statuses() {
    let made = make(seed: 7)
    for s in 0..<3 {
      #expect(ReplicateStatus.allCases.reduce(0) { $0 + made.sums.count(of: $1, strategy: s) } == 400)
      let rate = made.sums.rate(of: .boundary, strategy: s)
      #expect(rate.count == 400 && rate.value == Double(made.sums.count(of: .boundary, strategy: s)) / 400)
    }
  }
}
