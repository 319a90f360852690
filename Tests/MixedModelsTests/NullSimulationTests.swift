import Distributions
import Glibc
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Simulated null distributions")
struct NullSimulationTests {
  static let recorded = try! Reference.json("rlrsim.json")

  private static func table(_ file: String) throws -> DataTable {
    try DataTable(csv: Reference.bytes(file), file: file)
  }

  private static let roles = ColumnRoles(factors: ["group", "Subject", "Worker", "Batch", "replicate"])

  private func compared(
    _ formula: String, _ data: DataTable, _ method: EstimationMethod, weights: String? = nil
  ) throws -> ComparedModel {
    var roles = Self.roles
    roles.weights = weights
    return try ComparedModel(ModelFormula(formula), name: "m", data: data, roles: roles, method: method)
  }

  private func spectrum(_ small: ComparedModel, _ large: ComparedModel, _ method: EstimationMethod) throws
    -> VarianceRatioSpectrum
  {
    try #require(
      LikelihoodRatioTest.spectrum(small, large, method: method, NullSimulation(replicates: 1)))
  }

  /// Shares of m draws differ by 3.9 standard errors of their difference in one of 10,000 comparisons; there are 153.
  @Test("tails against the R package RLRsim", arguments: recorded["records"].array.indices)
  func tails(_ k: Int) throws {
    let r = Self.recorded["records"][k]
    let method = try #require(EstimationMethod(rawValue: r["method"].string ?? ""))
    let data = try Self.table(#require(r["data"].string))
    let small = try compared(#require(r["small"].string), data, method)
    let large = try compared(#require(r["large"].string), data, method)
    let statistic = max(0, 2 * (large.logLikelihood - small.logLikelihood))
    expectClose(statistic, r["statistic"].double, relative: 1e-7, absolute: 1e-7)
    let count = 100_000
    let draws = try spectrum(small, large, method).draws(count: count, seed: 1, threads: 2)
    // RLRsim takes the first maximum over λ; where there may be several, its tails are too light, and those of drawn responses are compared.
    let recorded = r["direct"].isNull ? r : r["direct"]
    let m = Self.recorded["draws"].double
    func expectShare(_ found: Double, _ expected: Double, _ label: String) {
      let variance = max(expected * (1 - expected), 1 / m) * (1 / Double(count) + 1 / m)
      expectClose(found, expected, absolute: 3.9 * variance.squareRoot(), label)
    }
    expectShare(
      SimulatedNull(.exact, statistic: statistic, draws: draws, rounding: 1e-7).pValue, recorded["p"].double,
      "p")
    for (threshold, tail) in zip(r["thresholds"].doubles, recorded["tails"].doubles) {
      expectShare(Double(draws.count { $0 >= threshold }) / Double(count), tail, "above \(threshold)")
    }
  }

  @Test("how many are recorded")
  func count() { #expect(Self.recorded["records"].array.count == 17) }

  /// The representation is an identity for every response: with the squares r_k² of the data it is the fitted statistic.
  @Test("the statistic of the data from their coordinates", arguments: [nil, "w"])
  func identity(_ weights: String?) throws {
    let data = try Self.table("lmm/sleep_weights.csv")
    var stream = KeyedStream(seed: 11)
    var positive = 0
    for method in [EstimationMethod.ml, .reml] {
      for effect in ["1", "0 + off"] {
        let small = try compared("Reaction ~ Days", data, method, weights: weights)
        let large = try compared("Reaction ~ Days + (\(effect) | Subject)", data, method, weights: weights)
        let spectrum = try spectrum(small, large, method)
        let column = large.terms[0].columns.matrix.column(0)
        let codes = large.terms[0].codes
        let roots = large.weights?.map { $0.squareRoot() } ?? column.map { _ in 1 }
        let qr = PivotedQR(large.fixed.matrix, rowFactors: roots)
        let z = zip(column, roots).map(*)
        let (values, vectors) = VarianceRatioSpectrum.projectedGram(column: z, codes: codes, qr)
          .symmetricEigen
        for _ in 0..<5 {
          let y = small.refittable.response(from: &stream)
          var left = zip(y, roots).map(*)
          qr.applyTransposedQ(to: &left)
          for k in 0..<qr.rank { left[k] = 0 }
          let total = left.reduce(0) { $0 + $1 * $1 }
          qr.applyQ(to: &left)
          var sums = [Double](repeating: 0, count: codes.max()! + 1)
          for i in left.indices { sums[codes[i]] += z[i] * left[i] }
          let squares = spectrum.mu.map { mu in
            values.indices.filter { abs(values[$0] - mu.value) < 1e-8 * mu.value }.reduce(0.0) { sum, k in
              let r = zip(vectors.column(k), sums).reduce(0) { $0 + $1.0 * $1.1 }
              return sum + r * r / values[k]
            }
          }
          let found = spectrum.statistic(squares: squares, residual: total - squares.reduce(0, +))
          let less = try #require(Refitting(small.refittable).logLikelihood(y))
          let more = try #require(Refitting(large.refittable).logLikelihood(y))
          expectClose(found, max(0, 2 * (more - less)), absolute: 1e-6, "\(method) \(effect)")
          if found > 0.01 { positive += 1 }
        }
      }
    }
    #expect(positive >= 4)
  }

  /// Twelve rows in five groups of unequal sizes.
  private static let fewGroups = DataTable([
    Column("y", [4.1, 5.0, 3.2, 6.3, 5.5, 4.9, 7.0, 2.8, 5.1, 4.4, 6.1, 3.9]),
    Column("x", [1.0, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]),
    Column("group", ["a", "a", "a", "a", "b", "b", "b", "c", "c", "d", "d", "e"]),
  ])

  /// 2,000 responses without group effects, both models fitted to each. A right test rejects α of them, and misses ±3.9 standard errors once
  /// in 10,000; the draws with a statistic of 0 all have p = 1.
  @Test(
    "under the null, exact p values are uniform and mixtures too large",
    arguments: [EstimationMethod.ml, .reml])
  func uniform(_ method: EstimationMethod) throws {
    let small = try compared("y ~ x", Self.fewGroups, method)
    let large = try compared("y ~ x + (1 | group)", Self.fewGroups, method)
    let null = try spectrum(small, large, method).draws(count: 50_000, seed: 3, threads: 2).sorted()
    let fitted = LikelihoodRatioTest.bootstrapDraws(
      of: small.refittable, within: large.refittable, count: 2000, seed: 4, threads: 2)
    let statistics = fitted.compactMap { $0 }
    #expect(statistics.count == 2000)
    let pValues = statistics.map { statistic in
      var (low, high) = (0, null.count)
      while low < high {
        let middle = (low + high) / 2
        if null[middle] >= statistic - 1e-9 { high = middle } else { low = middle + 1 }
      }
      return Double(null.count - low + 1) / Double(null.count + 1)
    }
    let nonzero = Double(null.count { $0 > 1e-6 }) / 50_000
    #expect(nonzero < 0.5)
    for alpha in [0.01, 0.05, 0.1, 0.2, nonzero] {
      let rate = Double(pValues.count { $0 <= alpha }) / 2000
      expectClose(rate, alpha, absolute: 3.9 * (alpha * (1 - alpha) / 2000).squareRoot(), "α = \(alpha)")
    }
    // The mixture's p is 5 % where χ²₁ leaves 10 %. By ML it is conservative; by REML, with groups as unequal as these, it happens to be right.
    let limit = ChiSquaredDistribution(degreesOfFreedom: 1).quantile(0.1, tail: .upper)
    let rate = Double(null.count { $0 >= limit }) / 50_000
    #expect(method == .ml ? rate < 0.045 : abs(rate - 0.05) < 0.004, "the mixture rejects \(rate)")
  }

  @Test("in a balanced design the mixture is conservative, by ML more than by REML")
  func conservative() throws {
    let data = try Self.table("lmm/dyestuff.csv")
    let limit = ChiSquaredDistribution(degreesOfFreedom: 1).quantile(0.1, tail: .upper)
    let rates = try [EstimationMethod.ml, .reml].map { method in
      let small = try compared("Yield ~ 1", data, method)
      let large = try compared("Yield ~ 1 + (1 | Batch)", data, method)
      let draws = try spectrum(small, large, method).draws(count: 50_000, seed: 5, threads: 2)
      return Double(draws.count { $0 >= limit }) / 50_000
    }
    // Monte Carlo errors are below 0.001.
    #expect(rates[0] < rates[1] - 0.004 && rates[1] < 0.046, "\(rates)")
  }

  @Test("exact null and bootstrap agree, and neither depends on the number of threads")
  func agreement() throws {
    let small = try compared("y ~ 1", Self.fewGroups, .ml)
    let large = try compared("y ~ x + (1 | group)", Self.fewGroups, .ml)
    let test = try #require(LikelihoodRatioTest(of: small, within: large, method: .ml, NullSimulation()))
    let exact = try #require(test.simulation)
    #expect(test.null == .mixture(lower: 1) && test.groupCount == 5 && exact.source == .exact)
    let draws = LikelihoodRatioTest.bootstrapDraws(
      of: small.refittable, within: large.refittable, count: 2000, seed: 1)
    let bootstrap = SimulatedNull(.bootstrap, statistic: test.statistic, draws: draws, rounding: 1e-9)
    let error = (pow(exact.monteCarloError, 2) + pow(bootstrap.monteCarloError, 2)).squareRoot()
    expectClose(bootstrap.pValue, exact.pValue, absolute: 3.9 * error)
    let again = LikelihoodRatioTest.bootstrapDraws(
      of: small.refittable, within: large.refittable, count: 2000, seed: 1, threads: 3)
    #expect(draws == again)
    let spectrum = try spectrum(small, large, .ml)
    #expect(spectrum.draws(count: 2500, seed: 6) == spectrum.draws(count: 2500, seed: 6, threads: 2))
    #expect(spectrum.draws(count: 1500, seed: 6) == Array(spectrum.draws(count: 2500, seed: 6).prefix(1500)))
  }

  @Test("without bars the exact null is that of the F test")
  func linear() throws {
    let small = try compared("y ~ 1", Self.fewGroups, .ml)
    let large = try compared("y ~ x + I(x^2)", Self.fewGroups, .ml)
    let test = try #require(
      LikelihoodRatioTest(of: small, within: large, method: .ml, NullSimulation(replicates: 1)))
    let exact = try #require(test.simulation)
    let f = try #require(LinearModel("y ~ x + I(x^2)", data: Self.fewGroups).fit().fStatistic)
    expectClose(exact.pValue, f.pValue, absolute: 3.9 * exact.monteCarloError)
  }

  @Test("which tests are simulated unasked, and which on request")
  func sources() throws {
    let data = try Self.table("lmm/sleepstudy.csv")
    let formulas = try [
      "Reaction ~ Days", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)",
    ].map { try ModelFormula($0) }
    let unasked = try ModelComparison(formulas, data: data, roles: Self.roles).rows.map(\.test)
    #expect(unasked.map { $0?.simulation?.source } == [nil, .exact, nil])
    let slope = try #require(unasked[2])
    #expect(slope.isRough && slope.groupCount == 18 && slope.pValue == slope.largeSamplePValue)
    let plan = NullSimulation(replicates: 99, threads: 2)
    let asked = try ModelComparison(formulas, data: data, roles: Self.roles, simulation: plan).rows.map(
      \.test)
    #expect(asked.map { $0?.simulation?.source } == [nil, .exact, .bootstrap])
    let bootstrap = try #require(asked[2]?.simulation)
    #expect(bootstrap.drawCount == 99 && bootstrap.failureCount == 0 && bootstrap.pValue == 0.01)
    // Two variances at once have no known distribution, and are simulated.
    let both = [formulas[0], formulas[2]]
    let unknown = try #require(ModelComparison(both, data: data, roles: Self.roles).rows[1].test)
    #expect(unknown.null == .unknown && unknown.largeSamplePValue.isNaN && !unknown.isRough)
    #expect(unknown.simulation?.drawCount == 1000 && unknown.pValue == 1.0 / 1001)
    let known = try #require(
      ModelComparison(both, data: data, roles: Self.roles, simulation: plan).rows[1].test)
    #expect(known.simulation?.source == .bootstrap && known.pValue == 0.01)
    // Many groups keep the mixture.
    let exam = try ModelComparison(
      [ModelFormula("normexam ~ standLRT"), ModelFormula("normexam ~ standLRT + (1 | school)")],
      data: Self.table("lmm/exam.csv"), roles: ColumnRoles(factors: ["school"]))
    let many = try #require(exam.rows[1].test)
    #expect(many.simulation == nil && many.groupCount == 65 && !many.isRough)
  }

  @Test("a statistic of 0 has p = 1, and failures are counted apart")
  func edges() throws {
    let comparison = try ModelComparison(
      [ModelFormula("Yield ~ 1"), ModelFormula("Yield ~ 1 + (1 | Batch)")],
      data: Self.table("lmm/dyestuff2.csv"))
    let test = try #require(comparison.rows[1].test)
    #expect(test.statistic == 0 && test.pValue == 1)
    let some = SimulatedNull(.bootstrap, statistic: 2, draws: [1, nil, 2, 3, nil], rounding: 0)
    #expect(some.drawCount == 3 && some.reachedCount == 2 && some.failureCount == 2 && some.pValue == 0.75)
    expectClose(some.monteCarloError, 0.25, relative: 1e-15)
    #expect(SimulatedNull(.bootstrap, statistic: 2, draws: [nil], rounding: 0).pValue.isNaN)
  }
}
