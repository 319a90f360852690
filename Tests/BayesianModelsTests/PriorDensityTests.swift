import Foundation
import TestSupport
import Testing

@testable import BayesianModels

/// The integral of a smooth function over (a, b) by Simpson's rule.
private func integral(_ a: Double, _ b: Double, _ f: (Double) -> Double) -> Double {
  let n = 4000
  let h = (b - a) / Double(n)
  return (0...n).reduce(0) { sum, k in
    sum + (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2) * f(a + Double(k) * h) * h / 3
  }
}

@Suite("Normalized densities of priors")
struct PriorDensityTests {
  // Simpson's error on 4000 steps of these functions is below 1e-8; what lies beyond the ends is computed.
  @Test("densities are in the proportions of log densities and integrate to 1", arguments: PriorTests.priors)
  func normalized(_ prior: Prior) throws {
    guard prior.isProper else {
      #expect(prior.density(at: 1, isPositive: true) == nil)
      return
    }
    let (a, b) = (0.9, 2.7)
    let ratio = try #require(prior.density(at: a, isPositive: true)) / prior.density(at: b, isPositive: true)!
    expectClose(ratio, exp(prior.logDensity(a).value - prior.logDensity(b).value), relative: 1e-12)
    // x = t/(1 − t) maps (0, 1) onto the positive numbers.
    let bounds = prior.support(isPositive: true)
    let total =
      bounds.upper.isFinite
      ? integral(bounds.lower, bounds.upper) { prior.density(at: $0, isPositive: true)! }
      : integral(1e-9, 1 - 1e-9) { t in
        prior.density(at: t / (1 - t), isPositive: true)! / ((1 - t) * (1 - t))
      }
    expectClose(total, 1, absolute: 2e-6)
    #expect(prior.density(at: -0.5, isPositive: true) == 0)
  }

  @Test("a normal prior is cut at 0 for positive parameters alone")
  func cut() {
    let prior = Prior.normal(mean: 0, sd: 2)
    expectClose(
      prior.density(at: 1, isPositive: true)!, 2 * prior.density(at: 1, isPositive: false)!, relative: 1e-13)
    expectClose(
      prior.density(at: 0, isPositive: false)!, 1 / (2 * (2 * Double.pi).squareRoot()), relative: 1e-13)
  }

  @Test("correlations: uniform for two effects and η = 1, and an integral of 1", arguments: [1.0, 2, 3.5])
  func correlations(_ shape: Double) {
    for order in 2...4 {
      let total = integral(-1, 1) { Prior.correlationDensity(at: $0, shape: shape, order: order) }
      expectClose(total, 1, absolute: 2e-6, "\(order)")
    }
    expectClose(Prior.correlationDensity(at: 0.3, shape: 1, order: 2), 0.5, relative: 1e-13)
    #expect(Prior.correlationDensity(at: 1.2, shape: shape, order: 2) == 0)
  }
}
