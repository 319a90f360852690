import Foundation
import TestSupport
import Testing

@testable import Distributions

@Suite("Standard normal quantile")
struct StandardNormalQuantileTests {
  /// Both edges of each of the three approximations, and points inside.
  static let probabilities = [
    1e-300, 1e-50, 1.3e-11, 1.4e-11, 1e-5, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9249, 0.9251, 0.99,
    1 - 1e-9,
  ]

  @Test("The C library's erfc gives the probability back", arguments: probabilities)
  func inverse(p: Double) {
    let z = standardNormalQuantile(p)
    let upper = p > 0.5
    let back = 0.5 * erfc((upper ? z : -z) * 0.5.squareRoot())
    // The rounding of z moves the tail by z² times 1e-16, that of the argument of erfc by as much.
    let tail = upper ? 1 - p : p
    expectClose(back, tail, relative: 1e-15 + z * z * 5e-16, "p = \(p)")
  }

  @Test("Increasing across the joints of the approximations")
  func increasing() {
    for joint in [0.075, 0.925, exp(-25.0)] {
      let points = (-50...50).map { standardNormalQuantile(joint * (1 + Double($0) * 1e-12)) }
      #expect(zip(points, points.dropFirst()).allSatisfy { $0 <= $1 }, "joint \(joint)")
    }
  }

  @Test("Ends and non-probabilities")
  func ends() {
    #expect(standardNormalQuantile(0) == -.infinity)
    #expect(standardNormalQuantile(1) == .infinity)
    for bad in [-1e-9, 1.1, .nan, .infinity] { #expect(standardNormalQuantile(bad).isNaN) }
  }

  @Test(
    "From the log of a tail far below the smallest number", arguments: [-3, -20, -728, -730, -1e4, -1e12])
  func fromLogTail(logP: Double) {
    let z = StandardNormalTail.quantile(logProbability: logP)
    expectClose(StandardNormalTail.logProbability(z), logP, relative: 2e-15)
  }
}
