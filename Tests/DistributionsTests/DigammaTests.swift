import Foundation
import TestSupport
import Testing

@testable import Distributions

@Suite("Digamma function")
struct DigammaTests {
  @Test("has its known values and its recurrence")
  func values() {
    let gamma = 0.57721566490153286061
    expectClose(digamma(1), -gamma, relative: 1e-15)
    expectClose(digamma(0.5), -gamma - 2 * log(2), relative: 1e-15)
    expectClose(digamma(30), (1..<30).reduce(-gamma) { $0 + 1 / Double($1) }, relative: 1e-15)
    for x in [0.01, 0.7, 3.3, 12, 1e5, 1e12] {
      // The difference of the two has lost what 1/x has more digits.
      expectClose(digammaRise(x, by: 1), 1 / x, relative: x < 10 ? 1e-13 : 1e-14, "\(x)")
      expectClose(logGammaRise(x, by: 1), log(x), relative: 1e-13, absolute: 1e-14, "\(x)")
      expectClose(
        logGammaRise(x, by: 3), log(x) + log(x + 1) + log(x + 2), relative: 1e-13, absolute: 1e-14, "\(x)")
      expectClose(digamma(x + 1), digamma(x) + 1 / x, relative: 1e-15, absolute: 4e-16 * (1 + 1 / x), "\(x)")
    }
  }
}
