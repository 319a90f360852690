import Foundation
import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Conjugate gradients and probes against exact factorizations")
struct IterativeCriterionTests {
  /// The data of a model, reduced for conjugate gradients however few its levels are.
  private func iterative(_ model: LinearMixedModel) throws -> LevelCrossProducts {
    let white = try WhitenedDesign(
      ModelRows(model.frame, try RandomLayout(model.frame)), blocks: model.terms.map(\.columns),
      blockNames: model.terms.map(\.label),
      effectNames: model.randomEffectNames,
      groupCounts: model.terms.map { model.factors[$0.factor].levels.count },
      qr: PivotedQR(model.fixedMatrix), interceptColumn: 0)
    return LevelCrossProducts(
      white, blocks: model.terms.map(\.columns),
      factors: model.factors.map { .init(columns: $0.columns, levelCount: $0.levels.count, codes: $0.codes) },
      fixedCount: model.fixedMatrix.columns, mostStages: 1)
  }

  static let cases: [(String, [[Double]])] = [
    ("y ~ x + (1 | class) + (1 | judge)", [[0.4, 0.3], [0, 1.3], [2, 5]]),
    ("y ~ x + (1 + x | class) + (1 | judge)", [[0.5, 0.2, 0.3, 0.4], [0.5, -0.5, 0, 0.4]]),
    ("y ~ 1 + (1 | class) + (1 + x | judge)", [[0.5, 0.9, -0.3, 0.1]]),
    ("y ~ x + (1 | class) + (1 | judge) + (1 | school)", [[0.5, 0.3, 0.8], [0, 0, 0.4]]),
  ]

  @Test("value within its Monte Carlo error, solutions exact, gradient near", arguments: cases)
  func criterion(_ formula: String, _ thetas: [[Double]]) throws {
    let model = try LinearMixedModel(formula, data: schoolTable(classes: 150, judges: 90, rows: 1500))
    let data = try iterative(model)
    let scale = model.reducedData.design.effectScale
    for theta in thetas {
      let root = scale * RelativeCovarianceFactor.matrix(theta: theta, blocks: model.terms.map(\.columns))
      let psi = (root * root.transposed).storage
      for method in [EstimationMethod.reml, .ml] {
        let exact = model.reducedData.criterion(method)
        let estimate = IterativeCriterion(data, method: method)
        let value = psi.withPointer(exact.evaluate(at:))
        let found = psi.withPointer(estimate.evaluate(at:))
        #expect(estimate.valueError >= 0 && estimate.valueError < 0.5)
        #expect(
          abs(found - value) <= 4.5 * estimate.valueError + 1e-6, "\(found) \(value) \(estimate.valueError)")
        expectClose(estimate.residualSquares, exact.residualSquares, relative: 1e-10)
        let p = exact.fixedCount
        expectClose((0..<p).map { estimate.beta[$0] }, (0..<p).map { exact.beta[$0] }, absolute: 1e-9)
        expectClose(
          (0..<p * p).map { estimate.fixedFactor[$0] }, (0..<p * p).map { exact.fixedFactor[$0] },
          absolute: 1e-9)
        exact.differentiate()
        estimate.differentiate()
        let s = exact.directions.count
        expectClose((0..<s).map { estimate.tSums[$0] }, (0..<s).map { exact.tSums[$0] }, relative: 1e-7)
        // The score's standard deviation is √2·√information; probes add little to it.
        for (e, (a, b)) in exact.directions.enumerated() {
          let q = exact.effectCount
          let spread = (2 * abs(exact.hessian[e + e * s])).squareRoot()
          #expect(abs(estimate.gradient[a + b * q] - exact.gradient[a + b * q]) < 0.25 * spread)
          // Both are average information here, but for few levels.
          if !exact.hasExactHessian {
            expectClose(estimate.hessian[e + e * s], exact.hessian[e + e * s], relative: 1e-6)
          }
        }
        for (x, y) in zip(estimate.fixedProducts, exact.fixedProducts) {
          #expect(x.columns == y.columns)
          for (l, r) in zip(x.levels, y.levels) { expectClose(l.storage, r.storage, absolute: 1e-8) }
        }
      }
    }
  }

  @Test("fits are within a small part of a standard error of exact ones", arguments: cases.map(\.0))
  func fits(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: schoolTable(classes: 150, judges: 90, rows: 1500))
    let exact = try model.fit()
    let workspace = IterativeCriterion(try iterative(model), method: .reml)
    let optimum = try #require(CovarianceOptimizer(workspace).minimize())
    #expect(optimum.converged)
    let value = optimum.psi.withPointer { model.reducedData.criterion(.reml).evaluate(at: $0) }
    // Twice the log-likelihood falls by 1 at one standard error. Levels that meet as often as here are far from what probes are for.
    #expect(value - exact.criterion < 0.1 && value >= exact.criterion - 1e-7)
  }

  @Test("modes and covariances of a level, variances of predictions")
  func posteriors() throws {
    let model = try LinearMixedModel(
      "y ~ x + (1 + x | class) + (1 | judge)", data: schoolTable(classes: 150, judges: 90, rows: 1500))
    let fit = try model.fit()
    let data = try iterative(model)
    let workspace = IterativeCriterion(data, method: .reml)
    let psi = (fit.whiteLambda * fit.whiteLambda.transposed).storage
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    for (f, effects) in fit.randomEffects.enumerated() {
      let found = IterativePosteriors(
        workspace, factor: f, psi: psi, unscaleFixed: data.design.fixedScale.upperInverse)
      expectClose(found.modes.storage, effects.modes.storage, absolute: 1e-8)
      for j in [0, 17] {
        let size = effects.predictionCovariance(ofLevel: j).storage.map(abs).max()!
        expectClose(
          found.conditionalCovariance(of: j).storage, effects.conditionalCovariance(ofLevel: j).storage,
          absolute: 1e-7 * size)
        expectClose(
          found.predictionCovariance(of: j).storage, effects.predictionCovariance(ofLevel: j).storage,
          absolute: 1e-7 * size)
        expectClose(
          found.crossCovariance(of: j).storage, effects.crossCovariance(ofLevel: j).storage,
          absolute: 1e-7 * size)
        expectClose(found.weights(of: j), effects.weights(ofLevel: j), relative: 1e-9)
        expectClose(
          found.jointWeights(of: j).storage, effects.jointWeights(ofLevel: j).storage, absolute: 1e-9)
      }
    }
    #expect(!model.isIterative && model.exactCost!.operations < 1e7)
  }
}
