import Distributions

/// One chain at work: its start, its warmup and its draws, a few iterations at a time.
///
/// All its random numbers come from the keyed stream (seed, replicate: chain), purpose 0: neither the other
/// chains nor threads have a part in them.
final class SamplerChain {
  /// How often a starting point is sought.
  static let attempts = 100

  private let number: Int
  private let drawCount: Int
  private let target: Double
  private let sampler: NoUTurnSampler
  private let schedule: WarmupSchedule
  private let estimate: CovarianceEstimate
  private var adaptation: StepSizeAdaptation
  private var draws: [Double] = []
  private var statistics: [DrawStatistics] = []
  private var warmupSteps = 0
  private var warmupDivergences = 0
  /// Iterations done, those of the warmup included.
  private(set) var iteration = 0

  /// A chain before its start.
  /// - Parameter number: of the chain, counted from 0.
  init(
    _ density: any LogDensity, number: Int, draws: Int, warmup: Int, seed: UInt64, options: NoUTurnOptions
  ) {
    self.number = number
    drawCount = draws
    target = options.targetAcceptance
    schedule = WarmupSchedule(count: warmup)
    let stream = KeyedStream(seed: seed, replicate: UInt32(number))
    sampler = NoUTurnSampler(density, options: options, stream: stream)
    estimate = CovarianceEstimate(options.metric, dimension: density.dimension)
    adaptation = StepSizeAdaptation(target: target, from: 1)
    self.draws.reserveCapacity(draws * density.dimension)
    statistics.reserveCapacity(draws)
  }

  /// Finds a starting point and a first step size.
  func start(in region: StartingRegion) throws(SamplingError) {
    let dimension = sampler.system.dimension
    let centre = region.centre ?? [Double](repeating: 0, count: dimension)
    precondition(centre.count == dimension, "a centre of \(centre.count) for \(dimension) parameters")
    // From a single point there is nothing to be tried again.
    let attempts = region.radius == 0 ? 1 : Self.attempts
    for _ in 0..<attempts {
      let point = centre.map { $0 + region.radius * (2 * sampler.uniform() - 1) }
      guard sampler.move(to: point) else { continue }
      switch sampler.findStepSize(target: target) {
      case nil: adaptation.restart(from: sampler.stepSize)
      case .rough:
        throw .noStepSize(chain: number + 1, least: NoUTurnSampler.stepSizes.lowerBound)
      case .flat:
        throw .flatDensity(chain: number + 1, greatest: NoUTurnSampler.stepSizes.upperBound)
      }
      return
    }
    throw .noFiniteStart(chain: number + 1, attempts: attempts, radius: region.radius)
  }

  /// Whether all draws are made.
  var isDone: Bool { iteration == schedule.count + drawCount }

  /// Runs some iterations, or what is left.
  /// - Returns: false when it was asked to stop.
  func run(iterations: Int, shouldStop: () -> Bool) -> Bool {
    for _ in 0..<min(iterations, schedule.count + drawCount - iteration) {
      if shouldStop() { return false }
      let result = sampler.advance()
      if iteration < schedule.count {
        adapt(after: result)
      } else {
        for i in 0..<sampler.system.dimension { draws.append(sampler.position[i]) }
        statistics.append(result)
      }
      iteration += 1
    }
    return true
  }

  /// What the warmup learns from an iteration.
  private func adapt(after result: DrawStatistics) {
    warmupSteps += result.leapfrogSteps
    if result.isDivergent { warmupDivergences += 1 }
    sampler.stepSize = adaptation.update(result.acceptStatistic)
    if schedule.estimation.contains(iteration) { estimate.add(sampler.position) }
    if schedule.windowEnds.contains(iteration) {
      // A new metric needs other steps. Where none is found the adaptation starts from the present one.
      if sampler.system.metric.adopt(estimate) { _ = sampler.findStepSize(target: target) }
      adaptation.restart(from: sampler.stepSize)
      estimate.reset()
    }
    if iteration == schedule.count - 1 { sampler.stepSize = adaptation.averaged }
  }

  /// What the chain has given so far.
  var result: ChainRun {
    ChainRun(
      dimension: sampler.system.dimension, draws: draws, statistics: statistics,
      warmup: .init(
        stepSize: sampler.stepSize, metric: sampler.system.metric.values, leapfrogSteps: warmupSteps,
        divergenceCount: warmupDivergences))
  }
}
