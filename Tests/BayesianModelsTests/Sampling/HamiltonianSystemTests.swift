import Distributions
import LinearAlgebra
import TestSupport
import Testing

@testable import BayesianModels

struct HamiltonianSystemTests {
  private static let scales = [0.5, 1, 2]

  /// A system on N((1, −2, 0), diag(¼, 1, 4)) with a point beside the mode.
  private func start() -> (system: HamiltonianSystem, point: PhasePoint, block: ScratchBlock) {
    let system = HamiltonianSystem(
      IndependentNormal(means: [1, -2, 0], scales: Self.scales), metric: .dense)
    let block = ScratchBlock(count: 9)
    let point = PhasePoint(of: block, dimension: 3)
    for (i, q) in [1.3, -2.5, 1.0].enumerated() { point.position[i] = q }
    for (i, p) in [0.7, -0.4, 0.2].enumerated() { point.momentum[i] = p }
    return (system, point, block)
  }

  @Test("Steps forward and as many back end where they began")
  func isReversible() {
    let (system, point, block) = start()
    defer { withExtendedLifetime(block) {} }
    _ = system.evaluate(point)
    let before = (0..<3).map { (point.position[$0], point.momentum[$0]) }
    for _ in 0..<50 { _ = system.leapfrog(point, step: 0.1) }
    #expect(abs(point.position[0] - before[0].0) > 0.01)
    for _ in 0..<50 { _ = system.leapfrog(point, step: -0.1) }
    // 100 steps of a few roundings each.
    for i in 0..<3 {
      expectClose(point.position[i], before[i].0, absolute: 1e-13)
      expectClose(point.momentum[i], before[i].1, absolute: 1e-13)
    }
  }

  @Test("The error of the energy is quartered when the step is halved")
  func energyErrorIsQuadratic() {
    /// The greatest error of the energy over a time of 4.
    func error(step: Double) -> Double {
      let (system, point, block) = start()
      defer { withExtendedLifetime(block) {} }
      let energy = system.energy(point, logDensity: system.evaluate(point))
      var greatest = 0.0
      for _ in 0..<Int((4 / step).rounded()) {
        let logDensity = system.leapfrog(point, step: step)
        greatest = max(greatest, abs(system.energy(point, logDensity: logDensity) - energy))
      }
      return greatest
    }
    let errors = [0.08, 0.04, 0.02, 0.01].map(error(step:))
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect((3.8...4.2).contains(coarse / fine), "\(errors)")
    }
    #expect(errors[3] < 1e-3)
  }

  @Test("Momenta have the inverse of the metric as their covariance, velocities the metric")
  func momentaMatchTheMetric() {
    // Draws of known covariance: the metric is what the estimate says, its momenta are checked against it.
    let estimate = CovarianceEstimate(.dense, dimension: 2)
    var stream = KeyedStream(seed: 11)
    let block = ScratchBlock(count: 4)
    let (p, v) = (block.take(2), block.take(2))
    for _ in 0..<400 {
      let z = stream.normal()
      (p[0], p[1]) = (2 * z, z + 0.5 * stream.normal())
      estimate.add(p)
    }
    let metric = EuclideanMetric(.dense, dimension: 2)
    #expect(metric.adopt(estimate))
    let s = metric.values
    #expect(s[1] == s[2])
    let determinant = s[0] * s[3] - s[1] * s[2]
    let inverse = [s[3] / determinant, -s[1] / determinant, s[0] / determinant]
    var sums = [0.0, 0.0, 0.0]
    let count = 40_000
    for _ in 0..<count {
      metric.draw(into: p, from: &stream)
      sums[0] += p[0] * p[0]
      sums[1] += p[0] * p[1]
      sums[2] += p[1] * p[1]
    }
    // The standard error of such a mean is at most √2/√n = 0.7 % of √(variance · variance): 4 of them.
    let size = [inverse[0], (inverse[0] * inverse[2]).squareRoot(), inverse[2]]
    for i in 0..<3 { expectClose(sums[i] / Double(count), inverse[i], absolute: 0.0283 * size[i]) }
    metric.velocity(of: p, into: v)
    expectClose(v[0], s[0] * p[0] + s[2] * p[1], relative: 1e-14, absolute: 1e-14)
    expectClose(v[1], s[1] * p[0] + s[3] * p[1], relative: 1e-14, absolute: 1e-14)
    withExtendedLifetime(block) {}
  }

  @Test("Estimates are the regularized covariance of the draws", arguments: MetricForm.allCases)
  func estimatesAreRegularized(form: MetricForm) {
    let draws = [[1.0, 2.0], [2, -1], [4, 0.5], [-3, 1]]
    let estimate = CovarianceEstimate(form, dimension: 2)
    let block = ScratchBlock(count: 2 + 4)
    let (draw, found) = (block.take(2), block.take(4))
    #expect(!estimate.write(to: found))
    for values in draws {
      (draw[0], draw[1]) = (values[0], values[1])
      estimate.add(draw)
    }
    #expect(estimate.write(to: found))
    func covariance(_ a: Int, _ b: Int) -> Double {
      let means = (0..<2).map { k in draws.reduce(0) { $0 + $1[k] } / 4 }
      return draws.reduce(0) { $0 + ($1[a] - means[a]) * ($1[b] - means[b]) } / 3
    }
    let ridge = 1e-3 * 5 / 9
    expectClose(found[0], 4.0 / 9 * covariance(0, 0) + ridge, relative: 1e-14)
    if form == .diagonal {
      expectClose(found[1], 4.0 / 9 * covariance(1, 1) + ridge, relative: 1e-14)
    } else {
      expectClose(found[1], 4.0 / 9 * covariance(0, 1), relative: 1e-14)
      expectClose(found[2], 4.0 / 9 * covariance(0, 1), relative: 1e-14)
      expectClose(found[3], 4.0 / 9 * covariance(1, 1) + ridge, relative: 1e-14)
    }
    withExtendedLifetime(block) {}
  }

  @Test("An estimate that is not finite leaves the metric as it was", arguments: MetricForm.allCases)
  func badEstimateIsRefused(form: MetricForm) {
    let metric = EuclideanMetric(form, dimension: 2)
    let before = metric.values
    let estimate = CovarianceEstimate(form, dimension: 2)
    #expect(!metric.adopt(estimate))
    let block = ScratchBlock(count: 2)
    let draw = block.take(2)
    for x in [1e200, -1e200, 3e199] {
      (draw[0], draw[1]) = (x, 1)
      estimate.add(draw)
    }
    #expect(!metric.adopt(estimate))
    #expect(metric.values == before)
    withExtendedLifetime(block) {}
  }
}
