import Foundation
import LinearAlgebra
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import BayesianModels

@Suite("Posteriors of all parameters together")
struct JointPosteriorTests {
  /// A few rows of two crossed factors with unequal levels, and responses of every kind.
  static let table: DataTable = {
    let n = 60
    func number(_ i: Int, _ a: Int, _ m: Int) -> Double { Double((i * a + 3) % m) }
    let x = (0..<n).map { (i: Int) -> Double in number(i, 7, 11) / 5 - 0.7 }
    let count = (0..<n).map { (i: Int) -> Double in number(i, 5, 7) }
    return DataTable([
      Column("x", x), Column("n", count),
      Column("y", (0..<n).map { (i: Int) -> Double in sin(Double(i)) + x[i] }),
      Column("s", (0..<n).map { (i: Int) -> Double in (i * i + i / 3) % 3 == 0 ? 1 : 0 }),
      Column("p", (0..<n).map { (i: Int) -> Double in 0.4 + number(i, 13, 17) / 4 }),
      Column("w", (0..<n).map { (i: Int) -> Double in 1 + number(i, 3, 4) }),
      Column("o", x.map { 0.1 * $0 * $0 }),
      Column("g", (0..<n).map { (i: Int) -> String in "g\(min(i % 9, i % 4 + 2))" }),
      Column("h", (0..<n).map { (i: Int) -> String in "h\((i * i) % 5)" }),
    ])
  }()

  static func likelihood(_ formula: String, _ family: ResponseFamily?, _ link: LinkFunction? = nil) throws
    -> BayesianMixedModel.Likelihood
  {
    let roles = ColumnRoles(weights: family == nil ? "w" : nil, offset: "o")
    guard let family else {
      return .linear(try LinearMixedModel(ModelFormula(formula), data: table, roles: roles))
    }
    return .generalized(
      try GeneralizedLinearMixedModel(formula, data: table, family: family, link: link, roles: roles))
  }

  static let cases: [(String, ResponseFamily?, LinkFunction?)] = [
    ("y ~ x + (x | g)", nil, nil), ("y ~ x + (1 | g) + (x | h)", nil, nil),
    ("s ~ x + (x | g)", .binomial, nil), ("s ~ x + (1 | g) + (0 + x | g) + (1 | h)", .binomial, .probit),
    ("s ~ x + (1 | g)", .binomial, .cloglog), ("n ~ x + (x | g) + (1 | h)", .poisson, nil),
    ("n ~ x + (1 | g)", .negativeBinomial(theta: 1), nil), ("p ~ x + (x | h)", .gamma(shape: 1), nil),
  ]

  /// Value and gradient at a point.
  static func evaluate(_ posterior: any LogDensity, _ z: [Double]) -> (value: Double, gradient: [Double]) {
    var z = z
    var gradient = z
    let value = z.withUnsafeMutableBufferPointer { z in
      gradient.withUnsafeMutableBufferPointer {
        posterior.evaluate(at: z.baseAddress!, gradient: $0.baseAddress!)
      }
    }
    return (value, gradient)
  }

  @Test("the gradient is the limit of differences", arguments: cases.indices)
  func gradient(_ index: Int) throws {
    let (formula, family, link) = Self.cases[index]
    let likelihood = try Self.likelihood(formula, family, link)
    var priors = ModelPriors.weaklyInformative(likelihood)
    priors.fixedEffects[0] = .studentT(degreesOfFreedom: 4, location: 0.3, scale: 2)
    var bounded = priors
    bounded.fixedEffects[1] = .uniform(-5, 6)
    for (k, priors) in [priors, bounded].enumerated() {
      let bayesian = try BayesianMixedModel(likelihood, priors: priors)
      var units = JointCoordinates(bayesian)
      // Both kinds of levels in every term.
      for t in units.terms.indices {
        for j in units.terms[t].isCentred.indices { units.terms[t].isCentred[j] = (j + k) % 2 == 0 }
      }
      let posterior = JointPosterior(bayesian, units)
      let start = zip(posterior.start, 0...).map { $0 + 0.2 * sin(Double($1)) }
      let (value, gradient) = Self.evaluate(posterior, start)
      #expect(value.isFinite && start.count == posterior.dimension)
      for k in start.indices {
        let difference = derivative(step: 0.01) { step in
          var z = start
          z[k] += step
          return Self.evaluate(posterior, z).value
        }
        expectClose(gradient[k], difference, absolute: 2e-7 * (1 + abs(difference)), "[\(k)]")
      }
    }
  }

  @Test("centred or not, the density is the same up to the volumes")
  func centring() throws {
    let likelihood = try Self.likelihood("n ~ x + (x | g)", .poisson)
    let bayesian = try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood))
    var units = JointCoordinates(bayesian)
    let levels = units.terms[0].levelCount
    units.terms[0].isCentred = Array(repeating: true, count: levels)
    let centred = JointPosterior(bayesian, units)
    var other = units
    other.terms[0].isCentred = Array(repeating: false, count: levels)
    let plain = JointPosterior(bayesian, other)
    let (p, q, e) = (2, 2, 2 * levels)
    for shift in [0.0, 0.3, -0.6] {
      var z = plain.start.enumerated().map { $1 + shift * cos(Double($0)) }
      let value = Self.evaluate(plain, z).value
      // b of this point, in the other's coordinates.
      var (fixed, effects) = ([Double](repeating: 0, count: p), [Double](repeating: 0, count: e))
      z.withUnsafeMutableBufferPointer { z in
        fixed.withUnsafeMutableBufferPointer { fixed in
          effects.withUnsafeMutableBufferPointer {
            plain.complete(
              z.baseAddress!, fixed: fixed.baseAddress!, effects: $0.baseAddress!, normal: { 0 })
          }
        }
      }
      var logVolume = 0.0
      for j in 0..<levels {
        for k in 0..<q {
          let place = j * q + k
          let shifted = effects[place] + fixed[units.terms[0].shifts[k]]
          z[z.count - e + place] = (shifted - units.centres[place]) / units.scales[place]
          // db = F dz, and db = s dv.
          logVolume += log(plain.coordinates.deviations[k] * plain.coordinates.factor[k + k * q])
        }
      }
      expectClose(Self.evaluate(centred, z).value + logVolume, value, absolute: 1e-9)
    }
  }
}
