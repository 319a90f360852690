import Foundation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Profiled criterion")
struct ProfiledCriterionTests {
  static let cases: [(String, [[Double]])] = [
    ("salary ~ experience + (1 | department)", [[0], [0.3], [4], [1e3]]),
    ("salary ~ experience + (0 + experience | department)", [[0], [0.3], [20]]),
    // An empty column, a singular factor, a regular one.
    (
      "salary ~ experience + (1 + experience | department)",
      [[0, 0, 0], [1, 0.5, 0], [4, -0.03, 0.13], [0, 0, 2]]
    ),
    ("salary ~ 1 + (1 | department) + (0 + experience | department)", [[0, 1], [3, 0.2]]),
    (
      "salary ~ experience + (1 + experience + raises | department)",
      [[1, 0.1, 0.01, 0.4, -0.02, 0.003], [1, 1, 1, 0, 0, 0]]
    ),
  ]

  @Test("equals its definition with dense matrices", arguments: cases)
  func dense(_ formula: String, _ thetas: [[Double]]) throws {
    let model = try LinearMixedModel(formula, data: try CriterionLawTests.salary("1"))
    for theta in thetas {
      for method in [EstimationMethod.reml, .ml] {
        let expected = denseCriterion(model, theta: theta, method: method)
        // The dense factorization loses up to 1e-9 at a variance ratio of 1e6.
        expectClose(
          try model.criterion(at: theta, method: method), expected, relative: 1e-9, "\(method) \(theta)")
      }
    }
  }

  @Test("the Hessian is the limit of differences of the gradient", arguments: cases.map(\.0))
  func hessian(_ formula: String) throws {
    let model = try LinearMixedModel(formula, data: try CriterionLawTests.salary("1"))
    for method in [EstimationMethod.reml, .ml] {
      let criterion = ProfiledCriterion(model.reduction, method: method)
      let q = model.reduction.effectCount
      let s = criterion.directions.count
      var psi = Matrix.identity(q) * 1.7
      for (a, b) in criterion.directions where a != b {
        psi[a, b] = 0.3
        psi[b, a] = 0.3
      }
      func gradient(at point: Matrix) -> [Double] {
        var storage = point.storage
        return storage.withUnsafeMutableBufferPointer {
          _ = criterion.evaluate(at: $0.baseAddress!)
          criterion.differentiate()
          return criterion.directions.map { (a, b) in (a == b ? 1 : 2) * criterion.gradient[a + b * q] }
        }
      }
      _ = gradient(at: psi)
      let hessian = (0..<s * s).map { criterion.hessian[$0] }
      let scale = hessian.map(abs).max()!
      for (e, (a, b)) in criterion.directions.enumerated() {
        let h = 1e-3
        func moved(_ steps: Double) -> [Double] {
          var point = psi
          point[a, b] += steps * h
          if a != b { point[b, a] += steps * h }
          return gradient(at: point)
        }
        let (m2, m1, p1, p2) = (moved(-2), moved(-1), moved(1), moved(2))
        for f in 0..<s {
          let difference = (8 * (p1[f] - m1[f]) - (p2[f] - m2[f])) / (12 * h)
          // Fourth-order differences: h⁴ against rounding of 1e-13/h.
          expectClose(hessian[f + e * s], difference, absolute: 1e-7 * scale, "\(method) [\(f), \(e)]")
        }
      }
    }
  }
}
