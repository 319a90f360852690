import Foundation
import TestSupport
import Testing

@testable import MixedModels

/// Every family with every link it can have.
let observationModels: [ObservationModel] = [
  ResponseFamily.binomial, .poisson, .negativeBinomial(theta: 2.5), .gamma(shape: 3),
].flatMap { family in family.allowedLinks.map { ObservationModel(family, link: $0) } }

@Suite("Densities of generalized models")
struct GeneralizedObservationTests {
  /// ℓ, s, wₒ, w, c, cₒ, d and dₒ of one observation.
  static func values(_ model: ObservationModel, _ eta: Double, _ y: Double, _ m: Double) -> [Double] {
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: 64)
    defer { memory.deallocate() }
    memory.initialize(repeating: 1, count: 64)
    for i in 0..<4 { (memory[i], memory[4 + i], memory[8 + i]) = (eta, y, m) }
    func all(_ isObserved: Bool) -> [Double] {
      model.fillAll(
        4, eta: memory, y: memory + 4, m: memory + 8, logDensity: memory + 12, score: memory + 16,
        observed: memory + 20, weight: memory + 24, slope: memory + 28, weightIsObserved: isObserved)
      return stride(from: 12, to: 32, by: 4).map { memory[$0] }
    }
    func curvature(_ isObserved: Bool) -> Double {
      model.fillSlopes(
        4, eta: memory, y: memory + 4, m: memory + 8, score: memory + 16, observed: memory + 20,
        observedSlope: memory + 24, weight: memory + 28, slope: memory + 32, curvature: memory + 36,
        weightIsObserved: isObserved)
      return memory[36]
    }
    return all(false) + [all(true)[4], curvature(false), curvature(true)]
  }

  @Test("probabilities sum to 1 with the constants", arguments: observationModels)
  func total(_ model: ObservationModel) {
    for eta in [-2.0, -0.3, 0.8, 2] {
      func density(_ y: Double, _ m: Double) -> Double {
        exp(GeneralizedObservationTests.values(model, eta, y, m)[0] + model.logConstant(y, m))
      }
      switch model.family {
      case .binomial:
        expectClose((0...9).reduce(0) { $0 + density(Double($1), 9) }, 1, absolute: 1e-13, "\(eta)")
        let mean = (0...9).reduce(0) { $0 + Double($1) * density(Double($1), 9) } / 9
        expectClose(mean, model.link.mean(predictor: eta), relative: 1e-13, "\(eta)")
      case .poisson, .negativeBinomial:
        expectClose((0...2000).reduce(0) { $0 + density(Double($1), 1) }, 1, absolute: 1e-12, "\(eta)")
        let mean = (0...2000).reduce(0) { $0 + Double($1) * density(Double($1), 1) }
        expectClose(mean, exp(eta), relative: 1e-11, "\(eta)")
      case .gamma:
        // Over log y, where the trapezoidal rule converges geometrically.
        let points = stride(from: -30.0, through: 10, by: 0.05)
        expectClose(points.reduce(0) { $0 + 0.05 * exp($1) * density(exp($1), 1) }, 1, absolute: 1e-12)
      }
    }
  }

  @Test("scores and information are derivatives", arguments: observationModels)
  func derivatives(_ model: ObservationModel) {
    for eta in [-6.0, -2.2, -0.1, 0.4, 1.7, 3.1] {
      for (y, m) in [(0.0, 1.0), (1, 1), (3, 5)] where model.family != .gamma(shape: 3) || y > 0 {
        func part(_ index: Int) -> Double {
          derivative(step: 0.01) { GeneralizedObservationTests.values(model, eta + $0, y, m)[index] }
        }
        let v = GeneralizedObservationTests.values(model, eta, y, m)
        let scale = 1 + abs(v[0])
        expectClose(v[1], part(0), absolute: 2e-11 * scale, "s at \(eta), \(y)")
        expectClose(v[2], -part(1), absolute: 2e-11 * scale, "wₒ at \(eta), \(y)")
        expectClose(v[4], part(3), absolute: 2e-11 * scale, "c at \(eta), \(y)")
        expectClose(v[5], part(2), absolute: 2e-11 * scale, "cₒ at \(eta), \(y)")
        expectClose(v[6], part(4), absolute: 2e-11 * scale, "d at \(eta), \(y)")
        expectClose(v[7], part(5), absolute: 2e-11 * scale, "dₒ at \(eta), \(y)")
      }
    }
  }

  @Test("expected information is the mean of the observed", arguments: observationModels)
  func information(_ model: ObservationModel) {
    for eta in [-1.5, 0.2, 1.1] {
      let w = GeneralizedObservationTests.values(model, eta, 1, model.family == .binomial ? 6 : 1)[3]
      var mean = 0.0
      switch model.family {
      case .binomial:
        for y in 0...6 {
          let v = GeneralizedObservationTests.values(model, eta, Double(y), 6)
          mean += v[2] * exp(v[0] + model.logConstant(Double(y), 6))
        }
      case .poisson, .negativeBinomial:
        for y in 0...1000 {
          let v = GeneralizedObservationTests.values(model, eta, Double(y), 1)
          mean += v[2] * exp(v[0] + model.logConstant(Double(y), 1))
        }
      case .gamma:
        for x in stride(from: -30.0, through: 10, by: 0.05) {
          let v = GeneralizedObservationTests.values(model, eta, exp(x), 1)
          mean += 0.05 * exp(x) * v[2] * exp(v[0] + model.logConstant(exp(x), 1))
        }
      }
      expectClose(w, mean, relative: 1e-11, "\(eta)")
    }
  }

  @Test("tails are finite and have the right limits", arguments: observationModels)
  func tails(_ model: ObservationModel) {
    let isBinomial = model.family == .binomial
    for eta in [-700.0, -300, -40, -12, 12, 40, 300, 700] {
      for (y, m) in isBinomial ? [(0.0, 1.0), (1, 1), (2, 7)] : [(1, 1), (30, 1)] {
        let v = GeneralizedObservationTests.values(model, eta, y, m)
        #expect(v.allSatisfy { $0.isFinite }, "\(eta), \(y): \(v)")
        #expect(v[3] >= 0 && (v[2] >= 0 || !model.isLogConcave), "\(eta), \(y): \(v)")
      }
      if isBinomial {
        // A sure success costs nothing and pulls at nothing; its opposite does.
        let sure = GeneralizedObservationTests.values(model, eta, eta > 0 ? 1 : 0, 1)
        let odd = GeneralizedObservationTests.values(model, eta, eta > 0 ? 0 : 1, 1)
        #expect(sure[0] <= 0 && sure[0] > -0.1 && abs(sure[1]) < 0.1, "\(eta): \(sure)")
        expectClose(
          odd[0], log(eta > 0 ? model.link.complement(predictor: eta) : model.link.mean(predictor: eta)),
          relative: model.link.complement(predictor: eta) < 1e-300 || model.link.mean(predictor: eta) < 1e-300
            ? .infinity : 1e-13, "\(eta)")
      }
    }
  }

  @Test("links and means are inverses", arguments: observationModels)
  func links(_ model: ObservationModel) {
    for eta in [-9.0, -3, -0.5, 0.01, 0.7, 2, 3.2] {
      let link = model.link
      let mu = link.mean(predictor: eta)
      // Means near 1 have lost digits of 1 − μ.
      let lost = link == .log ? 0 : 4e-16 / link.meanDerivative(predictor: eta) / max(abs(eta), 1e-2)
      expectClose(link.predictor(mean: mu), eta, relative: 1e-13 + lost, "\(eta)")
      expectClose(
        link.meanDerivative(predictor: eta), derivative(step: 0.01) { link.mean(predictor: eta + $0) },
        relative: 1e-10, absolute: 1e-12, "\(eta)")
      if link != .log { expectClose(link.complement(predictor: eta), 1 - mu, absolute: 2e-16, "\(eta)") }
    }
  }

  @Test("vector functions have full precision")
  func vectorFunctions() {
    typealias F = VectorFunctions
    func first(_ x: F.Lanes) -> Double { x[0] }
    for k in 0...4000 {
      let x = -20 + 0.01 * Double(k)
      expectClose(first(F.exp(F.Lanes(repeating: x))), exp(x), relative: 5e-16, "exp \(x)")
      let e = exp(-abs(x))
      expectClose(first(F.log1p(F.Lanes(repeating: e))), log1p(e), relative: 6e-16, "log1p \(e)")
      let big = exp(8 * x)
      expectClose(
        first(F.log(F.Lanes(repeating: big))), log(big), relative: 6e-16, absolute: 2e-16, "log \(big)")
      let half = 0.5 * abs(x)
      expectClose(
        first(F.scaledComplementaryError(F.Lanes(repeating: half))) * exp(-half * half), erfc(half),
        relative: 3e-14, "erfc \(half)")
    }
  }

  @Test("nodes integrate polynomials exactly", arguments: [1, 2, 3, 7, 25, 64, 200, 1000])
  func nodes(_ count: Int) {
    let rule = GaussHermiteRule(count: count)
    #expect(zip(rule.nodes, rule.nodes.dropFirst()).allSatisfy { $0 < $1 })
    var moment = 1.0
    for power in stride(from: 0, to: min(2 * count, 40), by: 2) {
      if power > 0 { moment *= Double(power - 1) }
      let sum = zip(rule.nodes, rule.logWeights).reduce(0) { $0 + exp($1.1) * pow($1.0, Double(power)) }
      expectClose(sum, moment, relative: 1e-12, "E z^\(power)")
    }
    // E exp(tZ) = exp(t²/2) tells about the outer nodes.
    if count >= 25 {
      let sum = zip(rule.nodes, rule.logWeights).reduce(0) { $0 + exp($1.1 + 2 * $1.0) }
      expectClose(sum, exp(2), relative: 1e-12)
    }
  }
}
