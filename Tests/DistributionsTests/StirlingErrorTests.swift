import Foundation
import TestSupport
import Testing

@testable import Distributions

@Suite("Gamma function helpers")
struct StirlingErrorTests {
  @Test("log a! of whole numbers", arguments: 1...25)
  func factorials(a: Int) {
    let factorial = (1...a).reduce(1.0) { $0 * Double($1) }  // exact up to 22!, then within an ulp or two
    expectClose(logFactorial(Double(a)), log(factorial), relative: 2e-15, absolute: 3e-15)
  }

  @Test(
    "Both branches of the error agree with the recursion of the gamma function",
    arguments: [0.01, 0.5, 3.7, 9.99, 10, 55.5])
  func recursion(a: Double) {
    // Γ(a + 2) = (a + 1)·Γ(a + 1), where a + 1 may use the series and a the shift.
    expectClose(logFactorial(a + 1) - logFactorial(a), log(a + 1), relative: 2e-14, absolute: 2e-15)
    // Γ(a + 1)·Γ(½ + a + ½) duplication: Γ(2z) = 2^(2z−1)·Γ(z)·Γ(z + ½)/√π with z = a + ½.
    let left = logFactorial(2 * a)
    let right = 2 * a * M_LN2 + logFactorial(a) + logFactorial(a + 0.5) - log(a + 0.5) - 0.5 * log(Double.pi)
    expectClose(left, right, relative: 1e-14, absolute: 1e-14)
  }

  @Test("The leading term 1/(12a) at large a")
  func large() {
    expectClose(stirlingError(1e8), 1 / 12e8, relative: 1e-15)
  }

  @Test("log B(a, b) in closed form and without cancellation")
  func betaFunction() {
    for b in [0.3, 1, 4.5, 1e6] { expectClose(logBeta(1, b), -log(b), relative: 1e-13, absolute: 1e-15) }
    expectClose(logBeta(0.5, 0.5), log(Double.pi), relative: 1e-14)
    #expect(logBeta(3, 1e9) == logBeta(1e9, 3))
    // B(a, b) ≈ Γ(a)·b^(−a)·(1 − a(a − 1)/(2b)) for large b.
    expectClose(logBeta(3, 1e9), log(2) - 3 * log(1e9) - 3e-9, relative: 1e-15)
  }

  @Test("u − log(1 + u) near and far from 0")
  func deviance() {
    for u in [-0.499, -0.2, -1e-3, 1e-3, 0.1, 0.59, 0.61, 7] {
      // The direct difference loses digits as u²; scale what may be lost.
      expectClose(logDeviance(u, ratio: 1 + u), u - log1p(u), relative: 1e-15 / min(1, abs(u)) * 4)
    }
    expectClose(logDeviance(1e-9, ratio: 1), 0.5e-18 * (1 - 2e-9 / 3), relative: 1e-15)
    #expect(logDeviance(0, ratio: 1) == 0)
    expectClose(logDeviance(-1, ratio: 1e-200), -1 - log(1e-200), relative: 1e-15)
  }
}
