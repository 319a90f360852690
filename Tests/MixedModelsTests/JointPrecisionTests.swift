import Distributions
import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Joint precision of fixed and random effects")
struct JointPrecisionTests {
  static let shapes: [([Int], [[Int]])] = [
    ([8], [[1]]), ([7], [[2]]), ([7], [[1, 2]]), ([8, 5], [[1], [1]]), ([9, 5, 3], [[1], [1], [1]]),
    ([5, 8], [[2], [2]]), ([7, 4, 3], [[1, 1], [2, 1], [1]]),
  ]

  /// Λ, weights and the covariance matrix of (β, b of all levels) by a dense inverse.
  static func dense(
    _ data: GeneralizedData, _ seed: UInt64, isSingular: Bool
  ) -> (lambda: Matrix, weights: [Double], covariance: Matrix, start: [Int]) {
    var numbers = TestNumbers(seed: seed)
    var theta = (0..<data.thetaCount).map { _ in 0.3 + numbers.uniform() }
    if isSingular { theta[0] = 0 }
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: data.blocks)
    let n = data.response.count
    let weights = (0..<n).map { _ in numbers.uniform() * 2 }
    let columns = data.columnsOfFactor
    var design = (0..<data.fixed.columns).map { data.fixed.column($0) }
    var start: [Int] = []
    var next = 0
    for (f, factor) in data.factors.enumerated() {
      start.append(next)
      for j in 0..<factor.levelCount {
        for c in columns[f] {
          design.append(
            (0..<n).map { i in
              factor.codes[i] == j ? columns[f].reduce(0) { $0 + data.random[i, $1] * lambda[$1, c] } : 0
            })
        }
      }
      next += factor.levelCount * columns[f].count
    }
    let (p, all) = (data.fixed.columns, design.count)
    var precision = Matrix(rows: all, columns: all)
    for a in 0..<all {
      for b in 0..<all {
        precision[a, b] = a == b && a >= p ? 1 : 0
        for i in 0..<n { precision[a, b] += weights[i] * design[a][i] * design[b][i] }
      }
    }
    // From u to b.
    var map = Matrix.identity(all)
    for (f, factor) in data.factors.enumerated() {
      let q = columns[f].count
      for j in 0..<factor.levelCount {
        let from = p + start[f] + j * q
        for (a, r) in columns[f].enumerated() {
          for (b, c) in columns[f].enumerated() { map[from + a, from + b] = lambda[r, c] }
        }
      }
    }
    let covariance = map * GeneralizedSearch.inverse(precision)! * map.transposed
    return (lambda, weights, covariance, start)
  }

  @Test("its blocks are those of the dense inverse", arguments: shapes)
  func blocks(_ levels: [Int], _ widths: [[Int]]) throws {
    for (seed, isSingular) in [(1, false), (2, true)] {
      var data = GeneralizedData.crossed(
        ObservationModel(.poisson, link: .log), seed: UInt64(seed), levels: levels, widths: widths)
      // Far from orthogonal.
      for i in 0..<60 { data.fixed[i, 1] = 3 * data.fixed[i, 1] + 40 }
      let (lambda, weights, covariance, start) = JointPrecisionTests.dense(
        data, UInt64(seed), isSingular: isSingular)
      let joint = JointPrecision(data, lambda: lambda, weights: weights)
      let p = data.fixed.columns
      let fixed = covariance.part(Array(0..<p))
      expectClose(joint.fixedCovariance.storage, fixed.storage, relative: 1e-7, absolute: 1e-10)
      for (f, factor) in data.factors.enumerated() {
        let q = data.columnsOfFactor[f].count
        for j in 0..<factor.levelCount {
          let own = (0..<q).map { p + start[f] + j * q + $0 }
          let prediction = covariance.part(own)
          expectClose(
            joint.predictionCovariance(factor: f, level: j).storage, prediction.storage, relative: 1e-8,
            absolute: 1e-9)
          var cross = Matrix(rows: p, columns: q)
          for c in 0..<p { for k in 0..<q { cross[c, k] = covariance[c, own[k]] } }
          expectClose(
            joint.crossCovariance(factor: f, level: j).storage, cross.storage, relative: 1e-7, absolute: 1e-9)
          // What is left once β is known.
          let inverse = GeneralizedSearch.inverse(fixed)!
          let conditional = prediction - cross.transposed * inverse * cross
          expectClose(
            joint.conditionalCovariance(factor: f, level: j).storage, conditional.storage, relative: 1e-7,
            absolute: 1e-8)
        }
      }
    }
  }

  @Test("at a fit it agrees with the search")
  func fit() throws {
    for (levels, widths) in JointPrecisionTests.shapes {
      let data = GeneralizedData.crossed(
        ObservationModel(.binomial, link: .probit), seed: 4, levels: levels, widths: widths, rows: 150)
      let fit = try GeneralizedSearch(data).minimize()
      let joint = JointPrecision(data, lambda: fit.lambda, weights: fit.weights)
      let expected = try #require(fit.fixedCovarianceRX)
      expectClose(joint.fixedCovariance.storage, expected.storage, relative: 1e-9, absolute: 1e-12)
      for (f, all) in fit.conditionalCovariances.enumerated() {
        for (j, own) in all.enumerated() {
          expectClose(
            joint.conditionalCovariance(factor: f, level: j).storage, own.storage, relative: 1e-8,
            absolute: 1e-12)
        }
      }
    }
  }

  @Test("draws have these covariances", arguments: shapes)
  func draws(_ levels: [Int], _ widths: [[Int]]) throws {
    let data = GeneralizedData.crossed(
      ObservationModel(.poisson, link: .log), seed: 6, levels: levels, widths: widths)
    let (lambda, weights, covariance, start) = JointPrecisionTests.dense(data, 6, isSingular: false)
    let joint = JointPrecision(data, lambda: lambda, weights: weights)
    var stream = KeyedStream(seed: 11)
    let count = 4000
    let all = covariance.rows
    let p = data.fixed.columns
    var sums = Matrix(rows: all, columns: all)
    var means = [Double](repeating: 0, count: all)
    for _ in 0..<count {
      let (beta, effects) = joint.draw(from: &stream)
      var vector = beta
      for (f, own) in effects.enumerated() {
        #expect(vector.count == p + start[f])
        for j in 0..<own.rows { vector += own.row(j) }
      }
      for a in 0..<all {
        means[a] += vector[a] / Double(count)
        for b in 0..<all { sums[a, b] += vector[a] * vector[b] / Double(count) }
      }
    }
    for a in 0..<all {
      let sd = covariance[a, a].squareRoot()
      // Five standard errors: a false alarm in 100 of about 10,000 entries' normal tails is below 1 %.
      #expect(abs(means[a]) < 5 * sd / Double(count).squareRoot())
      for b in 0...a {
        let (va, vb, c) = (covariance[a, a], covariance[b, b], covariance[a, b])
        let error = ((va * vb + c * c) / Double(count)).squareRoot()
        #expect(abs(sums[a, b] - c) < 5.5 * error, "\(a), \(b)")
      }
    }
  }

  @Test("the variance of a sum of effects, levels that never met among them", arguments: shapes)
  func sums(_ levels: [Int], _ widths: [[Int]]) throws {
    let data = GeneralizedData.crossed(
      ObservationModel(.poisson, link: .log), seed: 9, levels: levels, widths: widths, rows: 30)
    let (lambda, weights, covariance, start) = JointPrecisionTests.dense(data, 9, isSingular: false)
    let joint = JointPrecision(data, lambda: lambda, weights: weights)
    let p = data.fixed.columns
    var numbers = TestNumbers(seed: 2)
    for _ in 0..<10 {
      var whole = [Double](repeating: 0, count: covariance.rows)
      for c in 0..<p { whole[c] = numbers.normal() }
      var effects: [(factor: Int, level: Int, z: [Double])] = []
      for (f, factor) in data.factors.enumerated() {
        let q = data.columnsOfFactor[f].count
        for _ in 0..<2 {
          let j = Int(numbers.uniform() * Double(factor.levelCount))
          let z = (0..<q).map { _ in numbers.normal() }
          effects.append((f, j, z))
          for k in 0..<q { whole[p + start[f] + j * q + k] += z[k] }
        }
      }
      let direct = zip(covariance * whole, whole).reduce(0) { $0 + $1.0 * $1.1 }
      expectClose(joint.variance(fixed: Array(whole[..<p]), effects: effects), direct, relative: 1e-9)
    }
  }

  @Test("what rows do not determine is not a number")
  func undetermined() throws {
    var data = GeneralizedData.crossed(
      ObservationModel(.poisson, link: .log), seed: 6, levels: [8, 4], widths: [[1], [1]])
    for i in 0..<60 { data.fixed[i, 2] = 2 * data.fixed[i, 1] }
    for weight in [1.0, 0] {
      let joint = JointPrecision(
        data, lambda: Matrix.identity(2), weights: [Double](repeating: weight, count: 60))
      #expect(joint.fixedCovariance.storage.allSatisfy { $0.isNaN })
      if weight > 0 { #expect(joint.predictionCovariance(factor: 0, level: 1)[0, 0].isNaN) }
      let conditional = joint.conditionalCovariance(factor: 0, level: 1)[0, 0]
      #expect(weight == 0 ? conditional == 1 : conditional > 0 && conditional < 1)
    }
  }
}

extension JointPrecision {
  fileprivate convenience init(_ data: GeneralizedData, lambda: Matrix, weights: [Double]) {
    self.init(
      fixed: data.fixed, random: data.random, blocks: data.blocks, factors: data.factors,
      factorOfBlock: data.factorOfBlock, lambda: lambda, weights: weights)
  }
}
