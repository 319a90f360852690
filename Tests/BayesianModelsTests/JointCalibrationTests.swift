import Dispatch
import Distributions
import MixedModels
import ModelFormula
import Tables
import Testing

@testable import BayesianModels

/// Simulation-based calibration of the sampler of all parameters, for families, links, crossed factors and priors that the collapsed one does not have.
///
/// Truths are drawn by `samplePriors`, which shares no code with the densities; small groups leave many of them on no data at all, or on separated ones, so that
/// the sampler's coordinates come from fits and, where there are none, from priors.
/// - Reference: Talts et al. (2018), arXiv:1804.06788.
@Suite("Simulation-based calibration of the sampler of all parameters")
struct JointCalibrationTests {
  static let kept = SimulationBasedCalibrationTests.kept
  static let thinning = 4
  /// Chance that one or more of all tests of ranks below fail although the sampler is right.
  static let falseAlarm = 1e-3

  struct Design: Sendable {
    let formula: String
    let family: ResponseFamily?
    let link: LinkFunction?
    let priors: ModelPriors
    let seed: UInt64
  }

  static let designs = [
    Design(
      formula: "y ~ x + (x | g)", family: .binomial, link: nil,
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 0.3, sd: 1), .studentT(degreesOfFreedom: 5, location: 0.5, scale: 0.7)],
        deviations: [.halfNormal(sd: 1), .halfT(degreesOfFreedom: 4, scale: 0.5)], sigma: nil,
        correlationShapes: [2]), seed: 731),
    Design(
      formula: "y ~ x + (1 | g) + (1 | h)", family: .poisson, link: nil,
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 0.5, sd: 0.7), .uniform(-1, 1.5)],
        deviations: [.exponential(rate: 2), .uniform(0, 1.2)], sigma: nil, correlationShapes: [1, 1]),
      seed: 9112),
    Design(
      formula: "y ~ x + (1 | g)", family: .negativeBinomial(theta: 1), link: nil,
      priors: ModelPriors(
        fixedEffects: [.normal(mean: 1, sd: 0.7), .normal(mean: 0, sd: 0.5)],
        deviations: [.halfNormal(sd: 0.7)],
        sigma: nil, correlationShapes: [1], dispersion: .exponential(rate: 0.5)), seed: 5150),
    Design(
      formula: "y ~ x + (x | g)", family: nil, link: nil,
      priors: ModelPriors(
        fixedEffects: [
          .studentT(degreesOfFreedom: 4, location: 0, scale: 1),
          .studentT(degreesOfFreedom: 6, location: 1, scale: 0.5),
        ], deviations: [.halfNormal(sd: 1), .exponential(rate: 2)], sigma: .halfNormal(sd: 1),
        correlationShapes: [1]), seed: 2718),
  ]

  /// Quantities that are ranked: parameters, effects of the levels a and b, the log-likelihood.
  static let quantityCounts = [10, 7, 7, 11]
  static let testCount = 2 * quantityCounts.reduce(0, +)

  @Test("ranks of true parameters and effects are uniform", arguments: designs.indices)
  func ranks(_ index: Int) throws {
    let all = try Self.ranks(Self.designs[index], count: 300)
    #expect(all.count == Self.quantityCounts[index], "\(all.keys.sorted())")
    for (name, found) in all {
      let level = Self.falseAlarm / Double(Self.testCount)
      for fault in SimulationBasedCalibrationTests.faults(found, level: level) {
        Issue.record("design \(index), \(name): \(fault)")
      }
    }
  }

  @Test("posteriors of other priors than those of the truths are noticed")
  func otherPriors() throws {
    let design = Self.designs[0]
    func changed(_ change: (inout ModelPriors) -> Void) throws -> Set<String> {
      var priors = design.priors
      change(&priors)
      let all = try Self.ranks(design, count: 150, priors: priors)
      return Set(
        all.filter { !SimulationBasedCalibrationTests.faults($0.value, level: Self.falseAlarm / 60).isEmpty }
          .map(\.key))
    }
    #expect(try changed { $0.deviations[0] = .uniform(0, 5) }.contains("random.g.(Intercept).sd"))
    #expect(try changed { $0.fixedEffects[0] = .normal(mean: -1, sd: 1) }.contains("fixed.(Intercept)"))
  }

  private static func likelihood(_ design: Design, _ y: [Double]) throws -> BayesianMixedModel.Likelihood {
    let groups = CalibrationDesign.groups
    let data = DataTable([
      Column("y", y), Column("x", CalibrationDesign.column("x")),
      Column("g", groups.map { CalibrationDesign.levels[$0] }),
      Column("h", groups.indices.map { "h\(($0 * 5) % 4)" }),
    ])
    guard let family = design.family else {
      return .linear(try LinearMixedModel(ModelFormula(design.formula), data: data))
    }
    return .generalized(
      try GeneralizedLinearMixedModel(design.formula, data: data, family: family, link: design.link))
  }

  /// Ranks of the truth among thinned draws, by address.
  static func ranks(
    _ design: Design, count: Int, priors: ModelPriors? = nil
  ) throws -> [String: [Int]] {
    // A response that any model takes, to draw from the priors with.
    let first = try likelihood(design, CalibrationDesign.groups.indices.map { Double(($0 / 2) % 2) + 0.0 })
    let truths = try BayesianMixedModel(first, priors: design.priors).samplePriors(
      SamplingPlan(chains: 1, draws: count, seed: design.seed))
    let names = try ranksOfOne(design, truths, 0, nil).keys.sorted()
    // Each data set writes places of its own.
    nonisolated(unsafe) let all = UnsafeMutablePointer<Int>.allocate(capacity: count * names.count)
    defer { all.deallocate() }
    all.initialize(repeating: -1, count: count * names.count)
    DispatchQueue.concurrentPerform(iterations: 2) { worker in
      for number in stride(from: worker, to: count, by: 2) {
        let found = try? ranksOfOne(design, truths, number, priors)
        for (k, name) in names.enumerated() { all[number + count * k] = found?[name] ?? -1 }
      }
    }
    var byName: [String: [Int]] = [:]
    for (k, name) in names.enumerated() { byName[name] = (0..<count).map { all[$0 + count * k] } }
    return byName
  }

  private static func ranksOfOne(
    _ design: Design, _ truths: BayesianFit, _ number: Int, _ priors: ModelPriors?
  ) throws -> [String: Int] {
    var stream = KeyedStream(seed: design.seed << 32, replicate: UInt32(number), stream: 7)
    let predictions = PosteriorPredictions(truths)
    let response = predictions.replicate(draw: number, from: &stream)
    let likelihood = try likelihood(design, response)
    let bayesian = try BayesianMixedModel(likelihood, priors: priors ?? design.priors)
    #expect(!bayesian.isCollapsed)
    let fit = try bayesian.sample(
      SamplingPlan(
        chains: 1, draws: kept * thinning, warmup: 150, seed: design.seed << 32 + UInt64(number)))
    var ranks: [String: Int] = [:]
    let places = (0..<kept).map { ($0 + 1) * thinning - 1 }
    for (k, quantity) in fit.quantities.enumerated() {
      if quantity.kind == .effect, quantity.level != "a", quantity.level != "b" { continue }
      let own = Array(truths.values(of: k))[number]
      let draws = Array(fit.values(of: k))
      ranks[quantity.address.joined(separator: ".")] = places.count { draws[$0] < own }
    }
    // The truth's log-likelihood of its own data, by a fit that holds the truth alone.
    let one = try BayesianMixedModel(likelihood, priors: design.priors).samplePriors(
      SamplingPlan(chains: 1, draws: 1))
    let truth = BayesianFit(
      bayesian, plan: one.plan, chains: one.chains,
      draws: fit.quantities.indices.map { Array(truths.values(of: $0))[number] })
    func total(_ predictions: PosteriorPredictions, _ draw: Int) -> Double {
      predictions.logDensities(draw: draw).reduce(0, +)
    }
    let (own, drawn) = (total(PosteriorPredictions(truth), 0), PosteriorPredictions(fit))
    ranks["log likelihood"] = places.count { total(drawn, $0) < own }
    return ranks
  }
}
