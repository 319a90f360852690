import Distributions
import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Likelihood with fixed and group effects integrated out")
struct IntegratedLikelihoodTests {
  static let sleepstudy = try! DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))

  static func model(_ formula: String) throws -> LinearMixedModel {
    try LinearMixedModel(
      ModelFormula(formula), data: sleepstudy, roles: ColumnRoles(factors: ["Subject"]))
  }

  static let cases: [(formula: String, covariance: [Double], sigma: Double)] = [
    ("Reaction ~ Days + (1 + Days | Subject)", [620, 9, 9, 35], 25),
    ("Reaction ~ Days + (1 | Subject)", [1400], 31),
    ("Reaction ~ Days + (1 + Days + I(Days^2) | Subject)", [620, 9, -2, 9, 35, -1, -2, -1, 0.6], 22),
  ]

  /// The value at Σ and σ with the prior N(m, 1/P).
  static func value(
    _ likelihood: IntegratedLikelihood, _ covariance: [Double], _ sigma: Double
  ) -> Double {
    covariance.withPointer { likelihood.evaluate(covariance: $0, sigma: sigma) }
  }

  @Test("it is the density of y from dense matrices", arguments: cases.indices)
  func dense(_ k: Int) throws {
    let (formula, covariance, sigma) = Self.cases[k]
    let model = try Self.model(formula)
    let (mean, precision) = ([30.0, -2], [1e-3, 0.04])
    let likelihood = try #require(IntegratedLikelihood(model, mean: mean, precision: precision))
    let value = Self.value(likelihood, covariance, sigma)
    // y ~ N(Xm, σ²I + ZΣZ' + XP⁻¹X').
    let (y, x, z) = (model.frame.response, model.fixedMatrix, model.randomMatrix)
    let n = y.count
    let q = z.columns
    let codes = model.frame.random[0].grouping.codes
    var v = Matrix(rows: n, columns: n)
    for i in 0..<n {
      for j in 0..<n {
        var sum = i == j ? sigma * sigma : 0
        for c in 0..<2 { sum += x[i, c] * x[j, c] / precision[c] }
        if codes[i] == codes[j] {
          for a in 0..<q { for b in 0..<q { sum += z[i, a] * covariance[a + b * q] * z[j, b] } }
        }
        v[i, j] = sum
      }
    }
    let residual = (0..<n).map { i in y[i] - x[i, 0] * mean[0] - x[i, 1] * mean[1] }
    var logDeterminant = 0.0
    var factor = v.storage
    var solved = residual
    factor.withUnsafeMutableBufferPointer { l in
      solved.withUnsafeMutableBufferPointer { r in
        #expect(SmallKernels.cholesky(l.baseAddress!, n))
        for i in 0..<n { logDeterminant += 2 * log(l[i * (n + 1)]) }
        SmallKernels.solveLower(l.baseAddress!, n, r.baseAddress!)
      }
    }
    let squares = solved.reduce(0) { $0 + $1 * $1 }
    expectClose(
      value, -0.5 * (Double(n) * log(2 * .pi) + logDeterminant + squares), relative: 1e-12, formula)
  }

  @Test("its gradient is the limit of differences", arguments: cases.indices)
  func gradient(_ k: Int) throws {
    let (formula, covariance, sigma) = Self.cases[k]
    let model = try Self.model(formula)
    let q = model.randomMatrix.columns
    for precision in [[0.0, 0], [1e-3, 0.04], [0, 1e4]] {
      let likelihood = try #require(IntegratedLikelihood(model, mean: [200, 4], precision: precision))
      _ = Self.value(likelihood, covariance, sigma)
      let (slope, gradient) = (likelihood.sigmaSlope, (0..<q * q).map { likelihood.gradient[$0] })
      let difference = derivative(step: 0.1) { Self.value(likelihood, covariance, sigma + $0) }
      expectClose(slope, difference, relative: 1e-8, absolute: 1e-9, "\(formula) \(precision), sigma")
      for b in 0..<q {
        for a in b..<q {
          let h = 1e-3 * (covariance[a * (q + 1)] * covariance[b * (q + 1)]).squareRoot()
          let difference = derivative(step: h) { step in
            var moved = covariance
            moved[a + b * q] += step
            if a != b { moved[b + a * q] += step }
            return Self.value(likelihood, moved, sigma)
          }
          let expected = (a == b ? 1 : 2) * gradient[a + b * q]
          expectClose(
            expected, difference, relative: 1e-7, absolute: 1e-9, "\(formula) \(precision), [\(a), \(b)]")
        }
      }
    }
  }

  @Test("draws have the moments of the conditional normal distribution")
  func draws() throws {
    let (formula, covariance, sigma) = Self.cases[0]
    let model = try Self.model(formula)
    let likelihood = try #require(IntegratedLikelihood(model, mean: [0, 0], precision: [1e-6, 1e-6]))
    _ = Self.value(likelihood, covariance, sigma)
    // The joint precision of β and all b, from dense matrices.
    let (y, x, z) = (model.frame.response, model.fixedMatrix, model.randomMatrix)
    let codes = model.frame.random[0].grouping.codes
    let (n, groups) = (y.count, model.factors[0].levels.count)
    let size = 2 + 2 * groups
    var precision = Matrix(rows: size, columns: size)
    var right = [Double](repeating: 0, count: size)
    func row(_ i: Int) -> [(Int, Double)] {
      [(0, x[i, 0]), (1, x[i, 1]), (2 + 2 * codes[i], z[i, 0]), (3 + 2 * codes[i], z[i, 1])]
    }
    for i in 0..<n {
      for (a, u) in row(i) {
        right[a] += u * y[i] / (sigma * sigma)
        for (b, w) in row(i) { precision[a, b] += u * w / (sigma * sigma) }
      }
    }
    let determinant = covariance[0] * covariance[3] - covariance[1] * covariance[1]
    for j in 0..<groups {
      let first = 2 + 2 * j
      precision[first, first] += covariance[3] / determinant
      precision[first + 1, first + 1] += covariance[0] / determinant
      precision[first, first + 1] -= covariance[1] / determinant
      precision[first + 1, first] -= covariance[1] / determinant
    }
    for c in 0..<2 { precision[c, c] += 1e-6 }
    let joint = try #require(GeneralizedSearch.inverse(precision))
    let mean = joint * right

    var stream = KeyedStream(seed: 5)
    let count = 40_000
    var sums = [Double](repeating: 0, count: size)
    var products = Matrix(rows: size, columns: size)
    var drawn = [Double](repeating: 0, count: size)
    for _ in 0..<count {
      drawn.withUnsafeMutableBufferPointer { place in
        likelihood.draw(
          sigma: sigma, fixed: place.baseAddress!, effects: place.baseAddress! + 2,
          normal: { stream.normal() })
      }
      for a in 0..<size {
        let own = drawn[a] - mean[a]
        sums[a] += own
        for b in 0..<4 { products[a, b] += own * (drawn[b] - mean[b]) }
      }
    }
    for a in 0..<size {
      let sd = joint[a, a].squareRoot()
      expectClose(sums[a] / Double(count), 0, absolute: 4.5 * sd / Double(count).squareRoot(), "mean \(a)")
      for b in 0..<4 {
        let scale = sd * joint[b, b].squareRoot()
        expectClose(
          products[a, b] / Double(count), joint[a, b], absolute: 7 * scale / Double(count).squareRoot(),
          "covariance \(a), \(b)")
      }
    }
  }
}
