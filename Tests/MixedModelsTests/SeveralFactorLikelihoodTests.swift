import Distributions
import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Likelihood of several factors with all effects integrated out")
struct SeveralFactorLikelihoodTests {
  /// Formula, Σ of all terms beside each other by its Cholesky factor's elements (θ times σ), and σ.
  static let cases: [(formula: String, theta: [Double], sigma: Double)] = [
    ("y ~ x + (1 | class) + (1 | judge)", [0.9, 1.2], 1.3),
    ("y ~ x + (1 | school/class) + (1 | judge)", [0.8, 0.7, 1.4], 1.1),
    ("y ~ x + (1 + x | class) + (1 | judge)", [1.1, -0.2, 0.4, 0.9], 1.2),
    ("y ~ x + (1 + x || class) + (1 + x | judge)", [1.1, 0.3, 0.9, -0.3, 0.5], 0.7),
    ("y ~ x + (1 + x | class) + (1 + x | school) + (1 | judge)", [0.5, 0.2, 0.3, 0.4, 0.1, 0.2, 0.7], 0.8),
  ]
  /// Λ without full rank, of stages and of the tail.
  static let singular: [(formula: String, theta: [Double], sigma: Double)] = [
    ("y ~ x + (1 + x | class) + (1 + x | judge)", [0.8, 0.4, 0, 0.9, -0.5, 0], 1.2),
    ("y ~ x + (1 + x | class) + (1 | school) + (1 | judge)", [0, 0, 0.4, 0.7, 0], 1.2),
    ("y ~ x + (1 | class) + (1 | judge)", [0, 1], 1.2),
  ]
  /// Mean and precision of β's prior: normal, mixed, flat, and one that rules. Its squares, 1e4·(m − β̂)², cancel but for what the data say and take as many
  /// digits with them: with 1e6, values agreed to 1e-10 only.
  static let priors: [(mean: [Double], precision: [Double])] = [
    ([3, 0.5], [0.2, 3]), ([0, 0.4], [0, 30]), ([0, 0], [0, 0]), ([4, 1], [1e4, 1e4]),
  ]

  /// Few rows, one of them of little weight, and an offset.
  static func model(_ formula: String, isWeighted: Bool = false) throws -> LinearMixedModel {
    let table = schoolTable(classes: 8, judges: 4, rows: 48)
    let rows = (0..<table.rowCount).map(Double.init)
    let all = DataTable(
      table.columns + [
        Column("w", rows.map { 0.2 + ($0 * 7).truncatingRemainder(dividingBy: 5) }),
        Column("o", rows.map { sin($0) }),
      ])
    return try LinearMixedModel(
      ModelFormula(formula), data: all,
      roles: isWeighted ? ColumnRoles(weights: "w", offset: "o") : ColumnRoles())
  }

  static func covariance(_ model: LinearMixedModel, _ theta: [Double]) -> Matrix {
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
    return lambda * lambda.transposed
  }

  static func value(_ likelihood: IntegratedLikelihood, _ covariance: Matrix, _ sigma: Double) -> Double {
    covariance.storage.withPointer { likelihood.evaluate(covariance: $0, sigma: sigma) }
  }

  /// The lower factor of a positive definite matrix.
  static func factor(_ a: Matrix) -> Matrix {
    var l = a
    let isPositive = l.storage.withUnsafeMutableBufferPointer {
      SmallKernels.cholesky($0.baseAddress!, a.rows)
    }
    precondition(isPositive)
    for j in 0..<a.rows { for i in 0..<j { l[i, j] = 0 } }
    return l
  }

  /// L⁻¹b.
  static func solved(_ l: Matrix, _ b: [Double]) -> [Double] {
    var x = b
    x.withUnsafeMutableBufferPointer { x in
      l.storage.withPointer { SmallKernels.solveLower($0, l.rows, x.baseAddress!) }
    }
    return x
  }

  /// The same from V = σ²W⁻¹ + ZΣZ' formed and factored, without constants of flat priors.
  static func dense(
    _ model: LinearMixedModel, _ covariance: Matrix, _ sigma: Double, _ mean: [Double], _ precision: [Double]
  ) -> Double {
    let (n, p) = (model.frame.response.count, mean.count)
    let (x, z) = (model.fixedMatrix, model.randomMatrix)
    var v = Matrix(rows: n, columns: n)
    for i in 0..<n { v[i, i] = sigma * sigma / (model.frame.weights?[i] ?? 1) }
    for term in model.terms {
      let codes = model.factors[term.factor].codes
      for a in term.columns {
        for b in term.columns {
          for i in 0..<n {
            for k in 0..<n where codes[i] == codes[k] { v[i, k] += z[i, a] * covariance[a, b] * z[k, b] }
          }
        }
      }
    }
    let l = factor(v)
    let columns = (0..<p).map { solved(l, x.column($0)) }
    let residual = solved(
      l,
      (0..<n).map { i in
        model.frame.responseBesideOffset[i] - (0..<p).reduce(0) { $0 + x[i, $1] * mean[$1] }
      })
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var inner = Matrix(rows: p, columns: p)
    for k in 0..<p {
      for m in 0..<p { inner[k, m] = dot(columns[k], columns[m]) + (k == m ? precision[k] : 0) }
    }
    let small = factor(inner)
    let gain = solved(small, columns.map { dot($0, residual) })
    let logs = l.diagonal.reduce(0) { $0 + 2 * log($1) } + small.diagonal.reduce(0) { $0 + 2 * log($1) }
    let logPrior = precision.reduce(0) { $1 > 0 ? $0 + log($1) : $0 }
    return -0.5 * (Double(n) * log(2 * .pi) + logs - logPrior + dot(residual, residual) - dot(gain, gain))
  }

  @Test("it is the density of y from dense matrices", arguments: cases + singular)
  func value(_ formula: String, _ theta: [Double], _ sigma: Double) throws {
    for isWeighted in [false, true] {
      let model = try Self.model(formula, isWeighted: isWeighted)
      let covariance = Self.covariance(model, theta)
      for (mean, precision) in Self.priors {
        let likelihood = try #require(IntegratedLikelihood(model, mean: mean, precision: precision))
        expectClose(
          Self.value(likelihood, covariance, sigma),
          Self.dense(model, covariance, sigma, mean, precision), relative: 1e-11, "\(precision)")
      }
    }
  }

  @Test("its gradient is the limit of differences", arguments: cases)
  func gradient(_ formula: String, _ theta: [Double], _ sigma: Double) throws {
    let model = try Self.model(formula, isWeighted: true)
    let covariance = Self.covariance(model, theta)
    let q = covariance.rows
    for (mean, precision) in Self.priors {
      let likelihood = try #require(IntegratedLikelihood(model, mean: mean, precision: precision))
      _ = Self.value(likelihood, covariance, sigma)
      let (slope, gradient) = (likelihood.sigmaSlope, (0..<q * q).map { likelihood.gradient[$0] })
      let difference = derivative(step: 0.01) { Self.value(likelihood, covariance, sigma + $0) }
      expectClose(slope, difference, relative: 1e-8, absolute: 1e-8, "\(precision), sigma")
      for term in model.terms {
        for b in term.columns {
          for a in b..<term.columns.upperBound {
            let h = 5e-3 * (covariance[a, a] * covariance[b, b]).squareRoot()
            let difference = derivative(step: h) { step in
              var moved = covariance
              moved[a, b] += step
              if a != b { moved[b, a] += step }
              return Self.value(likelihood, moved, sigma)
            }
            expectClose(
              (a == b ? 1 : 2) * gradient[a + b * q], difference, relative: 1e-7, absolute: 1e-7,
              "\(precision), [\(a), \(b)]")
          }
        }
      }
    }
  }

  /// A factor whose levels are another's under other names shares its variance; one without variance is not there.
  @Test("two factors that are one agree with one factor")
  func oneFactor() throws {
    let table = schoolTable(classes: 8, judges: 4, rows: 48)
    let names = (0..<8).map { "c\($0)" }
    let codes = try Self.model("y ~ x + (1 | class)").factors[0].codes
    let twin = codes.map { names[$0].replacingOccurrences(of: "c", with: "twin") }
    let data = DataTable(table.columns + [Column("twin", twin)])
    let one = try LinearMixedModel("y ~ x + (1 + x | class)", data: data)
    let copy = try LinearMixedModel("y ~ x + (1 + x | class) + (1 + x | twin)", data: data)
    let judged = try LinearMixedModel("y ~ x + (1 + x | class) + (1 | judge)", data: data)
    let sum = [1.3, -0.2, -0.2, 0.5]
    let parts = [0.4, 0.1, 0.1, 0.3]
    var both = Matrix(rows: 4, columns: 4)
    var beside = Matrix(rows: 3, columns: 3)
    for j in 0..<2 {
      for i in 0..<2 {
        beside[i, j] = sum[i + 2 * j]
        both[i, j] = parts[i + 2 * j]
        both[2 + i, 2 + j] = sum[i + 2 * j] - parts[i + 2 * j]
      }
    }
    for (mean, precision) in Self.priors {
      func workspace(_ model: LinearMixedModel) throws -> IntegratedLikelihood {
        try #require(IntegratedLikelihood(model, mean: mean, precision: precision))
      }
      let (single, twice, empty) = (try workspace(one), try workspace(copy), try workspace(judged))
      let expected = Self.value(single, Matrix(rows: 2, columns: 2, storage: sum), 1.2)
      expectClose(Self.value(twice, both, 1.2), expected, relative: 1e-11)
      expectClose(Self.value(empty, beside, 1.2), expected, relative: 1e-11)
      expectClose(twice.sigmaSlope, single.sigmaSlope, relative: 1e-9, absolute: 1e-9)
      expectClose(empty.sigmaSlope, single.sigmaSlope, relative: 1e-9, absolute: 1e-9)
      for j in 0..<2 {
        for i in 0..<2 {
          let slope = single.gradient[i + 2 * j]
          expectClose(empty.gradient[i + 3 * j], slope, relative: 1e-9, absolute: 1e-9)
          for (a, b) in [(i, j), (2 + i, 2 + j)] {
            expectClose(twice.gradient[a + 4 * b], slope, relative: 1e-9, absolute: 1e-9)
          }
        }
      }
    }
  }

  /// Mean and covariance of β and all b given Σ, σ and y, from the dense precision of β and u, b = Fu.
  static func exact(
    _ model: LinearMixedModel, _ theta: [Double], _ sigma: Double, _ mean: [Double], _ precision: [Double]
  ) -> (mean: [Double], covariance: Matrix) {
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
    let (x, z, p) = (model.fixedMatrix, model.randomMatrix, mean.count)
    let n = x.rows
    let size = model.factors.reduce(p) { $0 + $1.columns.count * $1.levels.count }
    // Rows of [X ZF], and F over all levels with an identity for β.
    var design = Matrix(rows: n, columns: size)
    var root = Matrix(rows: size, columns: size)
    for k in 0..<p {
      root[k, k] = 1
      for i in 0..<n { design[i, k] = x[i, k] }
    }
    var first = p
    for factor in model.factors {
      let q = factor.columns.count
      for j in factor.levels.indices {
        for (b, l) in factor.columns.enumerated() {
          for (a, k) in factor.columns.enumerated() {
            root[first + j * q + a, first + j * q + b] = lambda[k, l]
          }
        }
      }
      for i in 0..<n {
        for (b, l) in factor.columns.enumerated() {
          design[i, first + factor.codes[i] * q + b] = factor.columns.reduce(0) {
            $0 + z[i, $1] * lambda[$1, l]
          }
        }
      }
      first += q * factor.levels.count
    }
    var inner = Matrix(rows: size, columns: size)
    var right = [Double](repeating: 0, count: size)
    for k in 0..<size {
      inner[k, k] = k < p ? precision[k] : 1
      if k < p { right[k] = precision[k] * mean[k] }
    }
    let y = model.frame.responseBesideOffset
    for i in 0..<n {
      let weight = (model.frame.weights?[i] ?? 1) / (sigma * sigma)
      for k in 0..<size where design[i, k] != 0 {
        right[k] += weight * design[i, k] * y[i]
        for l in 0..<size { inner[k, l] += weight * design[i, k] * design[i, l] }
      }
    }
    let l = factor(inner)
    // The rows of FL⁻ᵀ.
    let rows = (0..<size).map { solved(l, root.row($0)) }
    let white = solved(l, right)
    var covariance = Matrix(rows: size, columns: size)
    for a in 0..<size {
      for b in 0..<size { covariance[a, b] = zip(rows[a], rows[b]).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    return (rows.map { zip($0, white).reduce(0) { $0 + $1.0 * $1.1 } }, covariance)
  }

  /// All means and covariances of at most 31 numbers within 6 standard errors: 8 cases of fewer than 530 comparisons, each false with chance 2e-9, so
  /// together less than 1e-5.
  @Test("draws have the moments of the conditional normal distribution", arguments: cases + singular)
  func draws(_ formula: String, _ theta: [Double], _ sigma: Double) throws {
    let model = try Self.model(formula, isWeighted: true)
    let (mean, precision) = Self.priors[1]
    let likelihood = try #require(IntegratedLikelihood(model, mean: mean, precision: precision))
    _ = Self.value(likelihood, Self.covariance(model, theta), sigma)
    let exact = Self.exact(model, theta, sigma, mean, precision)
    let size = exact.mean.count
    #expect(size == 2 + likelihood.levelEffectCount && size <= 31)
    var stream = KeyedStream(seed: 31)
    let count = 40_000
    var sums = [Double](repeating: 0, count: size)
    var products = Matrix(rows: size, columns: size)
    var drawn = [Double](repeating: 0, count: size)
    var distance = drawn
    for _ in 0..<count {
      drawn.withUnsafeMutableBufferPointer { place in
        likelihood.draw(
          sigma: sigma, fixed: place.baseAddress!, effects: place.baseAddress! + 2,
          normal: { stream.normal() })
      }
      for a in 0..<size { distance[a] = drawn[a] - exact.mean[a] }
      for a in 0..<size {
        sums[a] += distance[a]
        for b in 0...a { products[a, b] += distance[a] * distance[b] }
      }
    }
    let error = 6 / Double(count).squareRoot()
    for a in 0..<size {
      let own = exact.covariance[a, a]
      expectClose(
        sums[a] / Double(count), 0, absolute: error * own.squareRoot() + 1e-12, "mean \(a)")
      for b in 0...a {
        let expected = exact.covariance[a, b]
        let spread = (own * exact.covariance[b, b] + expected * expected).squareRoot()
        expectClose(
          products[a, b] / Double(count), expected, absolute: error * spread + 1e-12, "covariance \(a), \(b)")
      }
    }
  }
}
