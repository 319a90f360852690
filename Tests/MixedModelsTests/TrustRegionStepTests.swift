import LinearAlgebra
import TestSupport
import Testing

@testable import MixedModels

@Suite("Trust-region step")
struct TrustRegionStepTests {
  private func fall(_ step: [Double], _ g: [Double], _ h: Matrix) -> Double {
    let hs = h * step
    return -zip(step, zip(g, hs)).reduce(0) { $0 + $1.0 * ($1.1.0 + 0.5 * $1.1.1) }
  }

  private func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  @Test("inside the ball it is Newton's step")
  func newton() {
    let h = Matrix([[4, 1], [1, 3]])
    let (step, predicted) = TrustRegionStep.solve(gradient: [1, -2], hessian: h, radius: 10)
    expectClose(h * step, [-1, 2], absolute: 1e-12)
    expectClose(predicted, fall(step, [1, -2], h), relative: 1e-12)
  }

  @Test(
    "on the ball no point of a fine circle falls more",
    arguments: [
      [[4.0, 1], [1, 3]], [[-2, 0.5], [0.5, 1]], [[-1, 0], [0, -3]], [[1, 0], [0, 0]],
    ])
  func bestOnCircle(_ rows: [[Double]]) {
    let h = Matrix(rows)
    let g = [1.0, -2]
    let radius = 0.3
    let (step, predicted) = TrustRegionStep.solve(gradient: g, hessian: h, radius: radius)
    #expect(length(step) <= radius * (1 + 1e-6))
    expectClose(predicted, fall(step, g, h), relative: 1e-9)
    for k in 0..<720 {
      let angle = Double(k) * .pi / 360
      let (c, s) = (cosine(angle), cosine(angle - .pi / 2))
      #expect(fall([radius * c, radius * s], g, h) <= predicted * (1 + 1e-6) + 1e-12)
    }
  }

  @Test("the hard case leaves along negative curvature")
  func hardCase() {
    let h = Matrix([[2, 0], [0, -1]])
    let (step, predicted) = TrustRegionStep.solve(gradient: [0, 0], hessian: h, radius: 1)
    #expect(abs(step[0]) < 1e-12 && abs(step[1]) == 0.5)
    expectClose(predicted, 0.125, relative: 1e-12)
  }

  /// cos by its own series, so that the test needs no library.
  private func cosine(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    for k in 1..<30 {
      term *= -x * x / Double((2 * k - 1) * 2 * k)
      sum += term
    }
    return sum
  }
}
