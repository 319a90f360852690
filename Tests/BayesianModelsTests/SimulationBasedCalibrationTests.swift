import Dispatch
import Distributions
import Glibc
import MixedModels
import Testing

@testable import BayesianModels

/// Simulation-based calibration: where parameters come from the prior and data from the model given them, the rank of the true parameter among
/// independent draws of the posterior is uniform. A wrong Jacobian, prior density, likelihood or conditional draw makes it another distribution; a wrong gradient does
/// not, it only slows the sampler (`CollapsedPosteriorTests` has the gradients).
///
/// The log likelihood of the data given parameters and effects is ranked too: it sees faults that single parameters hide.
/// - Reference: Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788; Modrák et al. (2023), doi:10.1214/23-BA1404.
@Suite("Simulation-based calibration of the collapsed sampler")
struct SimulationBasedCalibrationTests {
  /// Draws a rank is taken among: 100 ranks, 5 in each of the 20 bins of the χ² test.
  static let kept = 99
  /// Iterations a kept draw: of 100 iterations here 43 to 99 are worth an independent draw, by parameter.
  static let thinning = 4
  /// Chance that one or more of all tests of ranks below fail although the sampler is right.
  static let falseAlarm = 1e-3

  static let designs = [
    CalibrationDesign(
      formula: "y ~ x + (x | g)", fixed: ["(Intercept)", "x"], random: ["(Intercept)", "x"],
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 1, sd: 2), .normal(mean: -0.5, sd: 1)],
        deviations: [.halfNormal(sd: 1), .halfT(degreesOfFreedom: 4, scale: 0.7)],
        sigma: .halfT(degreesOfFreedom: 5, scale: 1), correlationShapes: [2]), seed: 1806),
    CalibrationDesign(
      formula: "y ~ x + (1 | g)", fixed: ["(Intercept)", "x"], random: ["(Intercept)"],
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 0, sd: 3), .normal(mean: 2, sd: 0.5)], deviations: [.uniform(0, 2)],
        sigma: .uniform(0.2, 1.5), correlationShapes: [1]), seed: 4788),
    CalibrationDesign(
      formula: "y ~ x + (x | g)", fixed: ["(Intercept)", "x"], random: ["(Intercept)", "x"],
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 0, sd: 1), .normal(mean: 0, sd: 1)],
        deviations: [.uniform(0, 3), .uniform(0, 1)], sigma: .inverseGamma(shape: 3, scale: 2),
        correlationShapes: [1]), seed: 2018),
    CalibrationDesign(
      formula: "y ~ x + z + (x + z | g)", fixed: ["(Intercept)", "x", "z"],
      random: ["(Intercept)", "x", "z"],
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 0, sd: 1), .normal(mean: 1, sd: 1), .normal(mean: 0, sd: 0.3)],
        deviations: [.exponential(rate: 1), .halfNormal(sd: 1), .halfT(degreesOfFreedom: 7, scale: 0.5)],
        sigma: .halfNormal(sd: 1), correlationShapes: [2]), seed: 1407),
    CalibrationDesign(
      formula: "y ~ x + (x | g) + (1 | h)", fixed: ["(Intercept)", "x"], random: ["(Intercept)", "x"],
      isCrossed: true,
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 1, sd: 1), .normal(mean: -0.5, sd: 1)],
        deviations: [.halfNormal(sd: 1), .halfT(degreesOfFreedom: 5, scale: 0.5), .halfNormal(sd: 1)],
        sigma: .halfT(degreesOfFreedom: 5, scale: 1), correlationShapes: [2, 1]), seed: 1986, dataSets: 200),
  ]

  /// Quantities that are ranked, by design.
  static let quantityCounts = [11, 7, 11, 17, 13]

  /// Two tests of each quantity of all designs.
  static let testCount = 2 * quantityCounts.reduce(0, +)

  @Test("ranks of true parameters and effects are uniform", arguments: designs.indices)
  func ranks(_ index: Int) throws {
    let all = try Self.ranks(Self.designs[index], count: Self.designs[index].dataSets)
    #expect(all.count == Self.quantityCounts[index])
    for (name, found) in all {
      for fault in Self.faults(found, level: Self.falseAlarm / Double(Self.testCount)) {
        Issue.record("design \(index), \(name): \(fault)")
      }
    }
  }

  /// A test that passed whatever the sampler drew would be worth nothing.
  @Test("posteriors of other priors than those of the truths are noticed")
  func otherPriors() throws {
    let design = Self.designs[0]
    func changed(_ change: (inout ModelPriors) -> Void) throws -> Set<String> {
      var priors = design.priors
      change(&priors)
      let all = try Self.ranks(design, count: 150, priors: priors)
      return Set(all.filter { !Self.faults($0.value, level: Self.falseAlarm / 80).isEmpty }.map(\.key))
    }
    #expect(try changed { $0.sigma = .exponential(rate: 4) }.contains("sigma"))
    #expect(try changed { $0.deviations[0] = .halfNormal(sd: 0.4) }.contains("random.g.(Intercept).sd"))
    #expect(try changed { $0.fixedEffects[1] = .normal(mean: -0.5, sd: 0.3) }.contains("fixed.x"))
    #expect(try changed { $0.correlationShapes = [30] }.contains("random.g.(Intercept).x.corr"))
  }

  /// Ranks of the truth among thinned draws, by address; of effects those of the groups a (2 rows) and b (6), and of the second factor's first level.
  /// - Parameter priors: the posterior's, where they are not those of the truths.
  static func ranks(
    _ design: CalibrationDesign, count: Int, priors: ModelPriors? = nil
  ) throws -> [String: [Int]] {
    let names = try quantityNames(design)
    let workers = 2
    // Each data set writes places of its own.
    nonisolated(unsafe) let all = UnsafeMutablePointer<Int>.allocate(capacity: count * names.count)
    defer { all.deallocate() }
    all.initialize(repeating: -1, count: count * names.count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for number in stride(from: worker, to: count, by: workers) {
        let found = try? ranksOfOne(DrawnTruth(design, number: UInt32(number)), number, priors)
        for (k, name) in names.enumerated() { all[number + count * k] = found?[name] ?? -1 }
      }
    }
    var byName: [String: [Int]] = [:]
    for (k, name) in names.enumerated() { byName[name] = (0..<count).map { all[$0 + count * k] } }
    return byName
  }

  private static func quantityNames(_ design: CalibrationDesign) throws -> [String] {
    try ranksOfOne(DrawnTruth(design, number: 0), 0, nil).keys.sorted()
  }

  private static func ranksOfOne(_ truth: DrawnTruth, _ number: Int, _ priors: ModelPriors?) throws
    -> [String: Int]
  {
    // Keys of samplers are above 2³², those of truths below.
    let seed = truth.design.seed << 32 + UInt64(number)
    let fit = try BayesianMixedModel(.linear(truth.model()), priors: priors ?? truth.design.priors).sample(
      SamplingPlan(chains: 1, draws: kept * thinning, warmup: 150, seed: seed))
    func thinned(_ k: Int) -> [Double] {
      let values = Array(fit.values(of: k))
      return (0..<kept).map { values[($0 + 1) * thinning - 1] }
    }
    var ranks: [String: Int] = [:]
    let draws = fit.quantities.indices.map(thinned)
    for (k, quantity) in fit.quantities.enumerated() {
      if quantity.kind == .effect, !["a", "b", "p"].contains(quantity.level) { continue }
      guard let own = truth.value(of: quantity) else { continue }
      ranks[quantity.address.joined(separator: ".")] = draws[k].count { $0 < own }
    }
    let fixed = fit.quantities.indices.filter { fit.quantities[$0].kind == .fixed }
    let sigma = fit.quantities.firstIndex { $0.kind == .sigma } ?? 0
    let q = truth.deviations.count
    // The second factor's effects stand behind those of all groups.
    let crossed = CalibrationDesign.crossedLevels.indices.map {
      sigma + 1 + q * CalibrationDesign.levels.count + $0
    }
    let likelihoods = (0..<kept).map { s in
      truth.logLikelihood(
        fixed: fixed.map { draws[$0][s] },
        effects: CalibrationDesign.levels.indices.map { j in
          (0..<q).map { draws[sigma + 1 + j * q + $0][s] }
        },
        crossed: crossed.map { truth.design.isCrossed ? draws[$0][s] : 0 }, sigma: draws[sigma][s])
    }
    let own = truth.logLikelihood(
      fixed: truth.fixed, effects: truth.effects, crossed: truth.crossedEffects, sigma: truth.sigma)
    ranks["log likelihood"] = likelihoods.count { $0 < own }
    return ranks
  }

  /// What speaks against ranks uniform on 0...99 in Pearson's χ² test with 20 bins and in the largest deviation of their distribution function, for which the bound
  /// of Massart (1990), doi:10.1214/aop/1176990746, holds for whole numbers too.
  static func faults(_ ranks: [Int], level: Double) -> [String] {
    if let rank = ranks.first(where: { !(0...kept).contains($0) }) { return ["a fit failed: rank \(rank)"] }
    let n = Double(ranks.count)
    var bins = [Double](repeating: 0, count: 20)
    var cells = [Double](repeating: 0, count: kept + 1)
    for rank in ranks {
      bins[rank * bins.count / cells.count] += 1
      cells[rank] += 1
    }
    let expected = n / Double(bins.count)
    let statistic = bins.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    var (below, deviation) = (0.0, 0.0)
    for (k, cell) in cells.enumerated() {
      below += cell
      deviation = max(deviation, abs(below / n - Double(k + 1) / Double(cells.count)))
    }
    var faults: [String] = []
    let chance = ChiSquaredDistribution(degreesOfFreedom: Double(bins.count - 1)).cumulative(
      statistic, tail: .upper)
    if chance < level { faults.append("χ² = \(statistic), p = \(chance), bins \(bins.map { Int($0) })") }
    let bound = (log(2 / level) / (2 * n)).squareRoot()
    if deviation > bound { faults.append("the distribution function is off by \(deviation) > \(bound)") }
    return faults
  }
}
