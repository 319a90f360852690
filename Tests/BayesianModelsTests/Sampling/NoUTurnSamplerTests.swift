import Distributions
import Glibc
import Testing

@testable import BayesianModels

struct NoUTurnSamplerTests {
  /// A sampler on a density, at a point.
  private func sampler(
    _ density: any LogDensity, at point: [Double], seed: UInt64, options: NoUTurnOptions = .init()
  ) -> NoUTurnSampler {
    let sampler = NoUTurnSampler(density, options: options, stream: KeyedStream(seed: seed))
    #expect(sampler.move(to: point))
    return sampler
  }

  @Test("A draw takes one gradient a step and none to begin")
  func gradientsAreCounted() {
    let density = IndependentNormal(dimension: 4)
    let sampler = sampler(density, at: [1, 0, -1, 2], seed: 1)
    sampler.stepSize = 0.3
    var steps = density.evaluations
    for _ in 0..<200 {
      let draw = sampler.advance()
      steps += draw.leapfrogSteps
      #expect(draw.leapfrogSteps >= (1 << draw.depth) - 1)
      #expect(draw.leapfrogSteps < 2 << draw.depth)
      #expect((0...1).contains(draw.acceptStatistic))
    }
    #expect(density.evaluations == steps)
  }

  @Test("The log density and energy of a draw are those of its position")
  func valuesBelongToTheDraw() {
    let sampler = sampler(CorrelatedNormal(correlation: 0.7), at: [1, 0], seed: 2)
    sampler.stepSize = 0.4
    let check = CorrelatedNormal(correlation: 0.7)
    var gradient = [0.0, 0.0]
    for _ in 0..<200 {
      let draw = sampler.advance()
      let value = gradient.withUnsafeMutableBufferPointer {
        check.evaluate(at: sampler.position, gradient: $0.baseAddress!)
      }
      #expect(draw.logDensity == value)
      // The kinetic energy is not negative.
      #expect(draw.energy >= -value)
    }
  }

  @Test("A trajectory ends after half an orbit of a normal density, whatever the step")
  func lengthIsHalfAnOrbit() {
    // Independent parameters of variance 1 move in circles of period 2π: a stretch turns at time π, so that
    // doublings stop with 2^depth·ε in π...4π, or a few steps more.
    for step in [0.2, 0.05, 0.0125] {
      let sampler = sampler(IndependentNormal(dimension: 5), at: [1, 0, 0, 1, -1], seed: 3)
      sampler.stepSize = step
      for _ in 0..<200 {
        let time = Double(sampler.advance().leapfrogSteps) * step
        #expect(time > 0.9 && time < 4 * Double.pi, "step \(step), time \(time)")
      }
    }
  }

  @Test("Doublings end at the greatest depth")
  func depthIsBounded() {
    let sampler = sampler(
      IndependentNormal(dimension: 2), at: [1, 1], seed: 4, options: .init(maxDepth: 3))
    sampler.stepSize = 1e-4
    for _ in 0..<20 {
      let draw = sampler.advance()
      #expect(draw.depth == 3)
      #expect(draw.leapfrogSteps == 7)
      #expect(!draw.isDivergent)
    }
  }

  @Test("A step off the support diverges, and the chain stays on it")
  func boundaryDiverges() {
    let sampler = sampler(HalfLine(), at: [0.5], seed: 5)
    sampler.stepSize = 0.5
    var divergences = 0
    for _ in 0..<500 {
      if sampler.advance().isDivergent { divergences += 1 }
      #expect(sampler.position[0] > 0)
    }
    #expect(divergences > 50)
  }

  @Test("A point off the support is refused")
  func badPointsAreRefused() {
    let sampler = NoUTurnSampler(HalfLine(), stream: KeyedStream(seed: 6))
    #expect(!sampler.move(to: [-1]))
    #expect(sampler.move(to: [1]))
  }

  @Test("The first step size has the scale of the density", arguments: [1e-3, 1, 1e3])
  func stepSizeFollowsTheScale(scale: Double) {
    let density = IndependentNormal(means: [0, 0, 0], scales: [scale, scale, scale])
    let sampler = sampler(density, at: [scale, -scale, scale], seed: 7)
    #expect(sampler.findStepSize(target: 0.8) == nil)
    // The metric is the identity: lengths of steps are those of the parameters. Above 2·scale a step is
    // unstable and rarely passes; the search ends at the first that does not, at most twice as long.
    #expect(sampler.stepSize > 0.1 * scale && sampler.stepSize <= 4 * scale)
  }

  @Test("Adaptation reaches its target", arguments: [2, 5, 20, 50], [0.7, 0.8, 0.9])
  func adaptationReachesItsTarget(dimension: Int, target: Double) {
    let sampler = sampler(
      IndependentNormal(dimension: dimension), at: .init(repeating: 1, count: dimension), seed: 8)
    #expect(sampler.findStepSize(target: target) == nil)
    var adaptation = StepSizeAdaptation(target: target, from: sampler.stepSize)
    for _ in 0..<4_000 { sampler.stepSize = adaptation.update(sampler.advance().acceptStatistic) }
    sampler.stepSize = adaptation.averaged
    var sum = 0.0
    for _ in 0..<1_000 { sum += sampler.advance().acceptStatistic }
    #expect(abs(sum / 1_000 - target) < 0.05, "\(sum / 1_000)")
  }

  @Test("A joint weight is the logarithm of the sum, also where exponentials overflow")
  func jointWeights() {
    for (a, b) in [(0.0, 0.0), (-1.5, 2), (3, -40), (2_000, 1_999), (-2_000, -3_000)] {
      let (sum, share) = jointWeight(a, b)
      let top = max(a, b)
      let expected = top + log(exp(a - top) + exp(b - top))
      #expect(abs(sum - expected) <= 1e-15 * max(1, abs(expected)))
      #expect(abs(share - exp(b - expected)) <= 1e-12)
    }
  }
}
