import Glibc
import TestSupport
import Testing

@testable import BayesianModels

struct StepSizeAdaptationTests {
  @Test("The first updates are the formulas of the paper")
  func firstUpdates() {
    var adaptation = StepSizeAdaptation(target: 0.8, from: 0.5)
    expectClose(adaptation.averaged, 0.5, relative: 1e-15)
    // t = 1: H̄ = (0.8 − 0.3)/11.
    let first = log(5) - 0.5 / 11 / 0.05
    expectClose(adaptation.update(0.3), exp(first), relative: 1e-14)
    expectClose(adaptation.averaged, exp(first), relative: 1e-14)
    // t = 2.
    let gap = (1 - 1.0 / 12) * 0.5 / 11 + (0.8 - 1) / 12
    let second = log(5) - 2.0.squareRoot() / 0.05 * gap
    expectClose(adaptation.update(1), exp(second), relative: 1e-14)
    let weight = pow(2, -0.75)
    expectClose(adaptation.averaged, exp(weight * second + (1 - weight) * first), relative: 1e-14)
  }

  @Test("A step size whose acceptance falls with it settles where acceptance is the target")
  func settles() {
    var adaptation = StepSizeAdaptation(target: 0.8, from: 3)
    var step = 3.0
    // exp(−ε): 0.8 at ε = −log 0.8.
    for _ in 0..<20_000 { step = adaptation.update(exp(-step)) }
    expectClose(adaptation.averaged, -log(0.8), relative: 0.01)
  }
}
