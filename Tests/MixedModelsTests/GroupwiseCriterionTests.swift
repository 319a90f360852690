import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Groupwise criterion of generalized models")
struct GroupwiseCriterionTests {
  /// A model with its terms: effects, blocks and a θ.
  struct Shape: CustomTestStringConvertible, Sendable {
    let q: Int
    let blocks: [Range<Int>]
    let theta: [Double]
    var testDescription: String { "\(blocks) \(theta)" }

    static let all = [
      Shape(q: 1, blocks: [0..<1], theta: [0.8]),
      Shape(q: 1, blocks: [0..<1], theta: [0]),
      Shape(q: 2, blocks: [0..<2], theta: [0.8, -0.4, 0.5]),
      // A column that is 0, a negative diagonal, terms beside each other.
      Shape(q: 2, blocks: [0..<2], theta: [0.8, 0.3, 0]),
      Shape(q: 2, blocks: [0..<1, 1..<2], theta: [-0.8, 0.5]),
      Shape(q: 3, blocks: [0..<2, 2..<3], theta: [0.6, 0.2, 0.7, 0.4]),
      Shape(q: 3, blocks: [0..<3], theta: [0.6, 0.2, -0.3, 0.7, 0.1, 0.4]),
    ]
  }

  static let beta = [-0.3, 0.6, 0.4]

  @Test("its gradient is the limit of differences", arguments: observationModels, Shape.all)
  func gradient(_ model: ObservationModel, _ shape: Shape) throws {
    let data = GeneralizedData.simulated(model, seed: 7, q: shape.q, blocks: shape.blocks)
    for nodes in [1, 2, 5] {
      for determinant in DeterminantWeights.allCases {
        // The observed determinant of cauchit need not be positive.
        if !model.isLogConcave && determinant == .observed { continue }
        let criterion = try GroupwiseCriterion(data, nodeCount: nodes, determinant: determinant)
        criterion.modeTolerance = 1e-8
        let parameters = GroupwiseCriterionTests.beta + shape.theta
        let (value, gradient) = criterion.at(parameters)
        #expect(value.isFinite && criterion.unfinishedModes == 0)
        for k in parameters.indices {
          let difference = derivative(step: 0.01) { step in
            var moved = parameters
            moved[k] += step
            return criterion.at(moved).value
          }
          expectClose(
            gradient[k], difference, absolute: 1e-8 * (1 + abs(difference)),
            "\(nodes) nodes, \(determinant), [\(k)]")
        }
      }
    }
  }

  @Test("its second derivatives are the limit of differences", arguments: observationModels, Shape.all)
  func secondDerivatives(_ model: ObservationModel, _ shape: Shape) throws {
    let data = GeneralizedData.simulated(model, seed: 11, q: shape.q, blocks: shape.blocks)
    for determinant in DeterminantWeights.allCases {
      if !model.isLogConcave && determinant == .observed { continue }
      let criterion = try GroupwiseCriterion(data, determinant: determinant)
      criterion.modeTolerance = 1e-8
      let parameters = GroupwiseCriterionTests.beta + shape.theta
      let hessian = try #require(criterion.secondDerivatives(parameters))
      for k in parameters.indices {
        for i in parameters.indices {
          let difference = derivative(step: 0.001) { step in
            var moved = parameters
            moved[k] += step
            return criterion.at(moved).gradient[i]
          }
          expectClose(
            hessian[i, k], difference, absolute: 1e-8 * (1 + abs(difference)), "\(determinant), [\(i), \(k)]")
        }
      }
    }
  }

  /// log ∫ exp Σ log f(y | η(u)) φ(u) du of each group by the trapezoidal rule, which converges geometrically; −2 times the sum, constants included.
  static func bruteForce(_ data: GeneralizedData, beta: [Double], theta: [Double]) -> Double {
    let q = data.random.columns
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: data.blocks)
    let fixed = data.fixed * beta
    let step = 0.125
    let reach = 72
    let count = 2 * reach + 1
    var points = 1
    for _ in 0..<q { points *= count }
    var total = 0.0
    for j in 0..<data.factors[0].levelCount {
      let rows = data.factors[0].codes.indices.filter { data.factors[0].codes[$0] == j }
      var logs: [Double] = []
      for k in 0..<points {
        var rest = k
        var u: [Double] = []
        var log = 0.0
        for _ in 0..<q {
          u.append(Double(rest % count - reach) * step)
          rest /= count
          log += Foundation.log(step) - 0.5 * u.last! * u.last! - 0.5 * Foundation.log(2 * Double.pi)
        }
        let b = lambda * u
        for i in rows {
          var eta = (data.offset?[i] ?? 0) + fixed[i]
          for c in 0..<q { eta += data.random[i, c] * b[c] }
          log += logDensity(data.model, data.response[i], data.trials?[i] ?? 1, eta)
        }
        logs.append(log)
      }
      let most = logs.max()!
      total += most + Foundation.log(logs.reduce(0) { $0 + exp($1 - most) })
    }
    return -2 * total
  }

  /// The density written out, with the C library's functions.
  static func logDensity(_ model: ObservationModel, _ y: Double, _ m: Double, _ eta: Double) -> Double {
    let mu = model.link.mean(predictor: eta)
    switch model.family {
    case .binomial:
      let other = model.link.complement(predictor: eta)
      return lgamma(m + 1) - lgamma(y + 1) - lgamma(m - y + 1) + (y == 0 ? 0 : y * log(mu))
        + (y == m ? 0 : (m - y) * log(other))
    case .poisson: return y * eta - mu - lgamma(y + 1)
    case .negativeBinomial(let theta):
      return lgamma(y + theta) - lgamma(theta) - lgamma(y + 1) + y * log(mu / (mu + theta))
        + theta * log(theta / (mu + theta))
    case .gamma(let a): return a * log(a / mu) + (a - 1) * log(y) - a * y / mu - lgamma(a)
    }
  }

  @Test("quadrature converges to the integral as nodes double", arguments: observationModels)
  func integral(_ model: ObservationModel) throws {
    for (q, blocks, theta) in [(1, [0..<1], [0.9]), (2, [0..<2], [0.8, -0.3, 0.5])] {
      let data = GeneralizedData.simulated(model, seed: 3, groups: 5, rows: 24, q: q, blocks: blocks)
      let exact = GroupwiseCriterionTests.bruteForce(data, beta: GroupwiseCriterionTests.beta, theta: theta)
      var errors: [Double] = []
      for nodes in [1, 2, 4, 8, 16, 32, 64] {
        let criterion = try GroupwiseCriterion(data, nodeCount: nodes)
        errors.append(abs(criterion.at(GroupwiseCriterionTests.beta + theta).value - exact))
      }
      // Cauchit's long tails converge slowly.
      #expect(errors[6] < (model.isLogConcave ? 1e-9 : 1e-4), "\(q): \(errors)")
      #expect(errors[3] < errors[0] && errors[6] < 0.1 * errors[2] + 1e-11, "\(q): \(errors)")
    }
  }

  @Test("one node of quadrature is Laplace's approximation, and Λ = 0 is the model without effects")
  func limits() throws {
    for model in observationModels {
      let data = GeneralizedData.simulated(model, seed: 5, q: 1)
      let criterion = try GroupwiseCriterion(data)
      let value = criterion.at(GroupwiseCriterionTests.beta + [0]).value
      let fixed = data.fixed * GroupwiseCriterionTests.beta
      let direct = fixed.indices.reduce(0.0) {
        $0 - 2
          * GroupwiseCriterionTests.logDensity(
            model, data.response[$1], data.trials![$1], fixed[$1] + data.offset![$1])
      }
      expectClose(value, direct, relative: 1e-13, "\(model.family) \(model.link)")
      let quadrature = try GroupwiseCriterion(data, nodeCount: 9)
      expectClose(quadrature.at(GroupwiseCriterionTests.beta + [0]).value, direct, relative: 1e-13)
    }
  }

  @Test("order of rows, signs of columns and the split of terms do not matter")
  func symmetries() throws {
    let model = ObservationModel(.binomial, link: .cloglog)
    let data = GeneralizedData.simulated(model, seed: 11, groups: 9, rows: 90, q: 2)
    let theta = [0.7, 0.2, 0.5]
    for nodes in [1, 4] {
      let value = try GroupwiseCriterion(data, nodeCount: nodes).at(GroupwiseCriterionTests.beta + theta)
        .value
      var turned = data
      let order = Array((0..<90).reversed())
      turned.response = order.map { data.response[$0] }
      turned.trials = order.map { data.trials![$0] }
      turned.offset = order.map { data.offset![$0] }
      turned.factors[0].codes = order.map { data.factors[0].codes[$0] }
      turned.fixed = Matrix(order.map { data.fixed.row($0) })
      turned.random = Matrix(order.map { data.random.row($0) })
      let other = try GroupwiseCriterion(turned, nodeCount: nodes)
      expectClose(other.at(GroupwiseCriterionTests.beta + theta).value, value, relative: 1e-13)
      expectClose(other.at(GroupwiseCriterionTests.beta + [-0.7, -0.2, 0.5]).value, value, relative: 1e-12)
      var split = data
      split.blocks = [0..<1, 1..<2]
      split.factorOfBlock = [0, 0]
      let whole = try GroupwiseCriterion(data, nodeCount: nodes).at(
        GroupwiseCriterionTests.beta + [0.7, 0, 0.5])
      let parts = try GroupwiseCriterion(split, nodeCount: nodes).at(
        GroupwiseCriterionTests.beta + [0.7, 0.5])
      expectClose(parts.value, whole.value, relative: 1e-13)
      expectClose(parts.gradient[4], whole.gradient[5], relative: 1e-12)
    }
  }

  @Test("product rules have a limit")
  func limit() throws {
    let data = GeneralizedData.simulated(ObservationModel(.poisson, link: .log), seed: 1, q: 3)
    let most = try GroupwiseCriterion(data, nodeCount: 46)
    #expect(most.pointCount == 97_336)
    #expect(throws: FitError.tooManyPoints(nodes: 47, effects: 3, most: 100_000)) {
      _ = try GroupwiseCriterion(data, nodeCount: 47)
    }
  }

  @Test("predictors out of all range give a value or infinity, never NaN", arguments: observationModels)
  func range(_ model: ObservationModel) throws {
    for seed in 1...4 {
      for scale in [1.0, 1e3, 1e6, 1e150, 1e308] {
        let data = GeneralizedData.simulated(model, seed: UInt64(seed), q: 2)
        for nodes in [1, 3] {
          let criterion = try GroupwiseCriterion(data, nodeCount: nodes)
          let (value, gradient) = criterion.at([scale, -scale, 0.1 * scale, scale, -scale, 1])
          #expect(!value.isNaN)
          if value.isFinite { #expect(gradient.allSatisfy { !$0.isNaN }, "\(scale)") }
          // Afterwards it works as before.
          #expect(criterion.at(GroupwiseCriterionTests.beta + [0.5, 0, 0.5]).value.isFinite)
        }
      }
    }
  }
}
