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

  @Test(
    "linear models of one term or nested ones are standard normal at the estimated variances",
    arguments: ["y ~ x + (x | g)", "y ~ x + (1 | g) + (x | h)", "y ~ x + (1 | f) + (0 + x | g) + (x | h)"])
  func standardNormal(_ formula: String) throws {
    // h in g in f, unequal numbers of each.
    let rows = (0..<90).map { (i: Int) -> (f: Int, g: Int, h: Int) in
      let h = min(i % 23, i % 14 + 4)
      return (h / 7, h / 3 + h / 7, h)
    }
    var columns = ["f", "g", "h"].map { name in
      Column(name, rows.map { "\(name)\(name == "f" ? $0.f : name == "g" ? $0.g : $0.h)" })
    }
    let x = rows.indices.map { (i: Int) -> Double in Double((i * 7 + 3) % 11) / 5 - 0.9 }
    let y = rows.enumerated().map { (i, row) -> Double in
      let between = sin(Double(row.h) * 5) + 2 * sin(Double(row.g) * 7) + 3 * Double(row.f % 2)
      return x[i] * (1 + sin(Double(row.h) * 3) + 2 * sin(Double(row.g))) + between + sin(Double(i * i))
    }
    columns += [Column("x", x), Column("y", y)]
    let model = try LinearMixedModel(ModelFormula(formula), data: DataTable(columns))
    var priors = ModelPriors.weaklyInformative(.linear(model))
    priors.fixedEffects = [.flat, .flat]
    let bayesian = try BayesianMixedModel(.linear(model), priors: priors)
    let posterior = JointPosterior(bayesian, JointCoordinates(bayesian))
    let start = posterior.start
    let moved = start.indices.filter { $0 < 2 || $0 >= 2 + posterior.coordinates.count }
    let centre = Self.evaluate(posterior, start).value
    for shift in 1...4 {
      var z = start
      for k in moved { z[k] = sin(Double(shift * k + 1)) }
      let distance = moved.reduce(0) { $0 + z[$1] * z[$1] }
      // Chains begin at variances 1.0001 times the estimates.
      expectClose(Self.evaluate(posterior, z).value - centre, -distance / 2, absolute: 1e-3 * distance)
    }
  }

  @Test(
    "with and without information the density is the same up to the volumes",
    arguments: ["n ~ x + (x | g)", "n ~ x + (x | g) + (1 | h)", "n ~ x + (1 | g) + (0 + x | g) + (x | h)"])
  func coordinates(_ formula: String) throws {
    let likelihood = try Self.likelihood(formula, .poisson)
    let bayesian = try BayesianMixedModel(likelihood, priors: .weaklyInformative(likelihood))
    let units = JointCoordinates(bayesian)
    let posterior = JointPosterior(bayesian, units)
    var without = units
    for t in without.terms.indices {
      let term = without.terms[t]
      without.terms[t].information = term.information.map { _ in 0 }
      without.terms[t].cross = term.cross.map { _ in 0 }
      without.terms[t].target = term.target.map { _ in 0 }
      without.terms[t].couplings = EffectCouplings()
    }
    let plain = JointPosterior(bayesian, without)
    let effectCount = units.terms.reduce(0) { $0 + $1.target.count }
    for shift in [0.0, 0.3, -0.6] {
      var z = posterior.start.enumerated().map { $1 + shift * cos(Double($0)) }
      let value = Self.evaluate(posterior, z).value
      var (fixed, effects) = ([0.0, 0.0], [Double](repeating: 0, count: effectCount))
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
      var logVolume = 0.0
      for term in units.terms {
        let (q, first) = (term.columns.count, term.columns.lowerBound)
        var f = Matrix(rows: q, columns: q)
        for k in 0..<q {
          for i in k..<q {
            f[i, k] = c.deviations[first + i] * c.factor[first + i + (first + k) * c.effectCount]
          }
        }
        for j in 0..<term.levelCount {
          let information = Matrix(
            rows: q, columns: q, storage: Array(term.information[j * q * q..<(j + 1) * q * q]))
          let a = Matrix.identity(q) + f.transposed * information * f
          logVolume -= 0.5 * log(q == 1 ? a[0, 0] : a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])
          let place = term.first + j * term.stride
          let target = z.count - effectCount + place
          z[target] = effects[place] / f[0, 0]
          if q == 2 { z[target + 1] = (effects[place + 1] - f[1, 0] * z[target]) / f[1, 1] }
        }
      }
      expectClose(Self.evaluate(plain, z).value + logVolume, value, absolute: 1e-9)
    }
  }
}
