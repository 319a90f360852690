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
      // Levels that say nothing beside those that do, too.
      for t in units.terms.indices where k == 1 {
        let q = units.terms[t].columns.count
        for i in 0..<q * q { units.terms[t].information[i] = 0 }
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

  @Test("with and without information the density is the same up to the volumes")
  func coordinates() throws {
    let likelihood = try Self.likelihood("n ~ x + (x | g)", .poisson)
    let bayesian = try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood))
    let units = JointCoordinates(bayesian)
    let posterior = JointPosterior(bayesian, units)
    var without = units
    let (levels, q, p) = (units.terms[0].levelCount, 2, 2)
    without.terms[0].information = Array(repeating: 0, count: levels * q * q)
    without.terms[0].cross = Array(repeating: 0, count: levels * q * p)
    without.terms[0].target = Array(repeating: 0, count: levels * q)
    let plain = JointPosterior(bayesian, without)
    for shift in [0.0, 0.3, -0.6] {
      var z = posterior.start.enumerated().map { $1 + shift * cos(Double($0)) }
      let value = Self.evaluate(posterior, z).value
      var (fixed, effects) = ([0.0, 0.0], [Double](repeating: 0, count: levels * q))
      z.withUnsafeMutableBufferPointer { z in
        fixed.withUnsafeMutableBufferPointer { fixed in
          effects.withUnsafeMutableBufferPointer {
            posterior.complete(
              z.baseAddress!, fixed: fixed.baseAddress!, effects: $0.baseAddress!, normal: { 0 })
          }
        }
      }
      // b = Fz of the plain coordinates, and db/dz is FL⁻ᵀ of the others.
      let c = posterior.coordinates
      var f = Matrix(rows: q, columns: q)
      for k in 0..<q { for i in k..<q { f[i, k] = c.deviations[i] * c.factor[i + k * q] } }
      var logVolume = 0.0
      for j in 0..<levels {
        let information = Matrix(
          rows: q, columns: q, storage: Array(units.terms[0].information[j * q * q..<(j + 1) * q * q]))
        let a = f.transposed * information * f
        logVolume -= 0.5 * log((1 + a[0, 0]) * (1 + a[1, 1]) - a[0, 1] * a[1, 0])
        let first = effects[j * q] / f[0, 0]
        z[z.count - levels * q + j * q] = first
        z[z.count - levels * q + j * q + 1] = (effects[j * q + 1] - f[1, 0] * first) / f[1, 1]
      }
      expectClose(Self.evaluate(plain, z).value + logVolume, value, absolute: 1e-9)
    }
  }
}
