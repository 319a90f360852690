import Foundation
import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Criterion of generalized models with several grouping factors")
struct SeveralFactorCriterionTests {
  /// Grouping factors and their terms.
  struct Shape: CustomTestStringConvertible, Sendable {
    let levels: [Int]
    let widths: [[Int]]
    var isNested = false
    var testDescription: String { "\(levels) \(widths)\(isNested ? " nested" : "")" }

    static let all = [
      Shape(levels: [8, 5], widths: [[1], [1]]),
      Shape(levels: [9, 5, 3], widths: [[1], [1], [1]]),
      Shape(levels: [12, 6, 3], widths: [[1], [1], [1]], isNested: true),
      Shape(levels: [60, 5], widths: [[1], [1]]),
      Shape(levels: [7, 6], widths: [[2], [1]]),
      Shape(levels: [5, 8], widths: [[2], [2]]),
      // Several terms of one factor, their columns apart.
      Shape(levels: [7, 4, 3], widths: [[1, 1], [2, 1], [1]]),
      Shape(levels: [6, 4], widths: [[3], [1, 2]], isNested: true),
    ]

    /// θ of all terms, with a negative diagonal.
    func theta(_ data: GeneralizedData, seed: UInt64 = 3) -> [Double] {
      var numbers = TestNumbers(seed: seed)
      return data.blocks.flatMap { block in
        block.flatMap { j in
          (j..<block.upperBound).map { i in
            i == j
              ? (numbers.uniform() < 0.2 ? -0.5 : 0.3 + 0.5 * numbers.uniform())
              : 0.6 * numbers.uniform() - 0.3
          }
        }
      }
    }
  }

  static let beta = [-0.3, 0.6, 0.4]

  @Test("its gradient is the limit of differences", arguments: observationModels, Shape.all)
  func gradient(_ model: ObservationModel, _ shape: Shape) throws {
    for dispersion in model.family.hasDispersion ? [false, true] : [false] {
      var data = GeneralizedData.crossed(
        model, seed: 7, levels: shape.levels, widths: shape.widths, isNested: shape.isNested)
      data.estimatesDispersion = dispersion
      var theta = shape.theta(data)
      for isSingular in [false, true] {
        // A column of Λ that is 0: nothing is divided by it.
        if isSingular { theta[theta.count - 1] = 0 }
        for determinant in DeterminantWeights.allCases {
          if !model.isLogConcave && determinant == .observed { continue }
          let criterion = try SeveralFactorCriterion(data, determinant: determinant)
          criterion.modeTolerance = 1e-8
          let parameters = SeveralFactorCriterionTests.beta + theta + (dispersion ? [0.4] : [])
          let (value, gradient) = criterion.at(parameters)
          #expect(value.isFinite && criterion.unfinishedModes == 0)
          for k in parameters.indices {
            let difference = derivative(step: 0.01) { step in
              var moved = parameters
              moved[k] += step
              return criterion.at(moved).value
            }
            expectClose(
              gradient[k], difference, absolute: 1e-8 * (1 + abs(difference)), "\(determinant), [\(k)]")
          }
        }
      }
    }
  }

  /// −2 log L by Newton's steps and determinants of dense matrices.
  static func dense(_ data: GeneralizedData, beta: [Double], theta: [Double]) -> Double {
    let n = data.response.count
    let lambda = RelativeCovarianceFactor.matrix(theta: theta, blocks: data.blocks)
    let columns = data.columnsOfFactor
    // ZΛ spread over levels, without levels that have no rows.
    var spread: [[Double]] = []
    for (f, factor) in data.factors.enumerated() {
      for j in 0..<factor.levelCount {
        for c in columns[f] {
          spread.append(
            (0..<n).map { i in
              factor.codes[i] == j ? columns[f].reduce(0) { $0 + data.random[i, $1] * lambda[$1, c] } : 0
            })
        }
      }
    }
    let q = spread.count
    let model = data.model
    let trials = data.trials!
    let fixed = zip(data.fixed * beta, data.offset!).map(+)
    func information(_ weights: [Double]) -> Matrix {
      var a = Matrix.identity(q)
      for k in 0..<q {
        for l in 0..<q { for i in 0..<n { a[k, l] += weights[i] * spread[k][i] * spread[l][i] } }
      }
      return a
    }
    var u = [Double](repeating: 0, count: q)
    var eta = fixed
    for _ in 0..<60 {
      eta = fixed
      for k in 0..<q { for i in 0..<n { eta[i] += spread[k][i] * u[k] } }
      let now = model.curvature(eta: eta, y: data.response, m: trials)
      let slope = (0..<q).map { k in (0..<n).reduce(-u[k]) { $0 + spread[k][$1] * now.score[$1] } }
      let step = GeneralizedSearch.inverse(information(now.observed))! * slope
      for k in 0..<q { u[k] += 0.7 * step[k] }
    }
    var value = u.reduce(0) { $0 + $1 * $1 }
    for i in 0..<n {
      value -= 2 * GroupwiseCriterionTests.logDensity(model, data.response[i], trials[i], eta[i])
    }
    let weights = (0..<n).map { i -> Double in
      let slope = model.link.meanDerivative(predictor: eta[i])
      let mean = model.link.mean(predictor: eta[i])
      let variance = model.family.variance(mean: mean)
      if case .gamma(let shape) = model.family { return shape }
      return trials[i] * slope * slope / variance
    }
    var factor = information(weights).storage
    factor.withUnsafeMutableBufferPointer { a in
      #expect(SmallKernels.cholesky(a.baseAddress!, q))
      for k in 0..<q { value += 2 * log(a[k * (q + 1)]) }
    }
    return value
  }

  @Test("is Laplace's approximation written out densely", arguments: observationModels)
  func dense(_ model: ObservationModel) throws {
    // Newton's steps of the dense computation know no safeguard for cauchit.
    if !model.isLogConcave { return }
    for shape in Shape.all {
      let data = GeneralizedData.crossed(
        model, seed: 21, levels: shape.levels, widths: shape.widths, isNested: shape.isNested)
      let theta = shape.theta(data)
      let direct = SeveralFactorCriterionTests.dense(
        data, beta: SeveralFactorCriterionTests.beta, theta: theta)
      let value = try SeveralFactorCriterion(data).at(SeveralFactorCriterionTests.beta + theta).value
      expectClose(value, direct, relative: 1e-12, shape.testDescription)
    }
  }

  @Test("with one factor it is the groupwise criterion", arguments: observationModels)
  func oneFactor(_ model: ObservationModel) throws {
    for shape in GroupwiseCriterionTests.Shape.all {
      for determinant in DeterminantWeights.allCases {
        if !model.isLogConcave && determinant == .observed { continue }
        let data = GeneralizedData.simulated(model, seed: 7, q: shape.q, blocks: shape.blocks)
        let parameters = GroupwiseCriterionTests.beta + shape.theta
        let groupwise = try GroupwiseCriterion(data, determinant: determinant)
        let together = try SeveralFactorCriterion(data, determinant: determinant)
        for criterion in [groupwise, together] { criterion.modeTolerance = 1e-8 }
        let (a, b) = (groupwise.at(parameters), together.at(parameters))
        expectClose(b.value, a.value, relative: 1e-13)
        for k in parameters.indices {
          expectClose(b.gradient[k], a.gradient[k], absolute: 1e-10 * (1 + abs(a.gradient[k])), "\(shape)")
        }
      }
    }
  }

  @Test("order of rows, factors and terms, and signs of columns do not matter")
  func symmetries() throws {
    let model = ObservationModel(.binomial, link: .cloglog)
    let data = GeneralizedData.crossed(model, seed: 5, levels: [7, 5], widths: [[2], [1]], rows: 80)
    let beta = SeveralFactorCriterionTests.beta
    let value = try SeveralFactorCriterion(data).at(beta + [0.7, 0.2, 0.5, 0.4]).value
    let order = Array((0..<80).reversed())
    var turned = data
    turned.response = order.map { data.response[$0] }
    turned.trials = order.map { data.trials![$0] }
    turned.offset = order.map { data.offset![$0] }
    turned.fixed = Matrix(order.map { data.fixed.row($0) })
    // The other factor first.
    turned.random = Matrix(order.map { [data.random[$0, 2], data.random[$0, 0], data.random[$0, 1]] })
    turned.blocks = [0..<1, 1..<3]
    turned.factors = data.factors.reversed().map { factor in
      (order.map { factor.codes[$0] }, factor.levelCount)
    }
    turned.factorOfBlock = [0, 1]
    let other = try SeveralFactorCriterion(turned)
    expectClose(other.at(beta + [0.4, 0.7, 0.2, 0.5]).value, value, relative: 1e-13)
    expectClose(other.at(beta + [-0.4, -0.7, -0.2, 0.5]).value, value, relative: 1e-12)
  }

  @Test("from one point to the next it goes on as from a fresh start", arguments: observationModels)
  func warm(_ model: ObservationModel) throws {
    for shape in Shape.all {
      var data = GeneralizedData.crossed(
        model, seed: 31, levels: shape.levels, widths: shape.widths, isNested: shape.isNested)
      data.estimatesDispersion = model.family.hasDispersion
      let warm = try SeveralFactorCriterion(data)
      let cold = try SeveralFactorCriterion(data)
      (warm.modeTolerance, cold.modeTolerance) = (1e-7, 1e-7)
      var point =
        SeveralFactorCriterionTests.beta + shape.theta(data) + (data.estimatesDispersion ? [0.5] : [])
      var numbers = TestNumbers(seed: 8)
      for round in 0..<8 {
        let value = point.withUnsafeMutableBufferPointer { warm.evaluate(at: $0.baseAddress!) }
        let fresh = cold.at(point)
        expectClose(value, fresh.value, relative: 1e-11, "\(shape), \(round)")
        for k in point.indices {
          expectClose(
            warm.gradient[k], fresh.gradient[k], absolute: 1e-6 * (1 + abs(fresh.gradient[k])), "\(shape)")
        }
        warm.saveModes()
        for k in point.indices { point[k] += 0.15 * (numbers.uniform() - 0.5) }
        // Far away cauchit can have several modes.
        if round == 3, model.isLogConcave { for k in point.indices { point[k] += 2 } }
        if round == 5 { warm.restoreModes() }
      }
    }
  }

  @Test("modes move along their tangents")
  func tangents() throws {
    for model in observationModels {
      var data = GeneralizedData.crossed(model, seed: 3, levels: [7, 4, 3], widths: [[1, 1], [2, 1], [1]])
      data.estimatesDispersion = model.family.hasDispersion
      let criterion = try SeveralFactorCriterion(data)
      criterion.modeTolerance = 1e-8
      var point =
        SeveralFactorCriterionTests.beta + Shape.all[6].theta(data)
        + (data.estimatesDispersion ? [0.5] : [])
      _ = criterion.at(point)
      criterion.saveModes()
      criterion.fillTangents()
      let base = (0..<criterion.modeCount).map { criterion.modes[$0] }
      for k in point.indices {
        let step = 1e-4
        criterion.placeModes(parameter: k, step: step)
        let placed = (0..<criterion.modeCount).map { criterion.modes[$0] }
        criterion.restoreModes()
        point[k] += step
        _ = point.withUnsafeMutableBufferPointer { criterion.evaluate(at: $0.baseAddress!) }
        point[k] -= step
        for i in base.indices {
          expectClose(placed[i], criterion.modes[i], absolute: 1e-7, "\(model.link), parameter \(k)")
        }
      }
    }
  }

  @Test("too many effects beside those of the largest factor are refused")
  func refusal() throws {
    let data = GeneralizedData.crossed(
      ObservationModel(.poisson, link: .log), seed: 1, levels: [5000, 2001], widths: [[1], [2]], rows: 50)
    #expect(throws: FitError.tooManyCrossedEffects(4002, most: 4000)) {
      _ = try GeneralizedSearch(data)
    }
    let small = GeneralizedData.crossed(
      ObservationModel(.poisson, link: .log), seed: 1, levels: [5, 4], widths: [[1], [1]], rows: 50)
    #expect(throws: FitError.quadratureOverSeveralFactors(nodes: 5, factors: 2)) {
      _ = try GeneralizedSearch(small, nodeCount: 5)
    }
  }

  @Test("predictors out of all range give a value or infinity, never NaN", arguments: observationModels)
  func range(_ model: ObservationModel) throws {
    for seed in 1...4 {
      let data = GeneralizedData.crossed(model, seed: UInt64(seed), levels: [7, 5], widths: [[2], [1]])
      let criterion = try SeveralFactorCriterion(data)
      for scale in [1.0, 1e3, 1e6, 1e150, 1e308] {
        let (value, gradient) = criterion.at([scale, -scale, 0.1 * scale, scale, -scale, 1, scale])
        #expect(!value.isNaN)
        if value.isFinite { #expect(gradient.allSatisfy { !$0.isNaN }, "\(scale)") }
        // Afterwards it works as before.
        #expect(criterion.at(SeveralFactorCriterionTests.beta + [0.5, 0, 0.5, 0.3]).value.isFinite)
      }
    }
  }
}
