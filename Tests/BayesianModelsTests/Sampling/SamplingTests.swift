import Synchronization
import TestSupport
import Testing

@testable import BayesianModels

/// Statistical checks allow 4 Monte Carlo standard errors: with the named seeds they either hold or do not; with
/// a new seed a right sampler fails one check in about 10,000.
struct SamplingTests {
  /// Mean of values and its standard error, from the means of 25 batches a chain.
  private func mean(_ chains: [[Double]]) -> (value: Double, error: Double) {
    let batches = chains.flatMap { chain in
      let size = chain.count / 25
      return (0..<25).map { chain[$0 * size..<($0 + 1) * size].reduce(0, +) / Double(size) }
    }
    let count = Double(batches.count)
    let value = batches.reduce(0, +) / count
    let variance = batches.reduce(0) { $0 + ($1 - value) * ($1 - value) } / (count - 1)
    return (value, (variance / count).squareRoot())
  }

  /// Expects means and mean squared deviations within 4 standard errors of the truth.
  private func expectMoments(
    _ run: SampledChains, means: [Double], scales: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for i in 0..<run.dimension {
      let values = run.values(of: i)
      let centre = mean(values)
      expectClose(
        centre.value, means[i], absolute: 4 * centre.error, "mean \(i)", sourceLocation: sourceLocation)
      let spread = mean(values.map { $0.map { ($0 - means[i]) * ($0 - means[i]) } })
      expectClose(
        spread.value, scales[i] * scales[i], absolute: 4 * spread.error, "variance \(i)",
        sourceLocation: sourceLocation)
      // The error itself is small: the chains move.
      #expect(centre.error < 0.06 * scales[i], "mean \(i)", sourceLocation: sourceLocation)
    }
  }

  @Test("Standard normals", arguments: [1, 5, 50], MetricForm.allCases)
  func standardNormals(dimension: Int, metric: MetricForm) throws {
    let run = try Sampling.run(
      draws: 1_000, warmup: 1_000, seed: 20, threads: 2, options: .init(metric: metric),
      make: { _ in IndependentNormal(dimension: dimension) })
    #expect(!run.wasStopped)
    #expect(run.drawCount == 1_000)
    expectMoments(
      run, means: .init(repeating: 0, count: dimension), scales: .init(repeating: 1, count: dimension))
    for chain in run.chains {
      #expect(chain.divergenceCount == 0)
      #expect(chain.energyFractionOfMissingInformation > 0.6)
    }
  }

  @Test("Scales from 0.001 to 1,000 are learnt", arguments: MetricForm.allCases)
  func unequalScales(metric: MetricForm) throws {
    let (means, scales) = ([1_000.0, 0, -0.001, 5], [1_000.0, 1, 0.001, 0.1])
    let run = try Sampling.run(
      seed: 21, threads: 2, options: .init(metric: metric),
      make: { _ in IndependentNormal(means: means, scales: scales) })
    expectMoments(run, means: means, scales: scales)
    // After the warmup the sampler sees parameters of nearly one scale: short trajectories.
    for chain in run.chains { #expect(chain.statistics.allSatisfy { $0.depth <= 5 }) }
  }

  @Test("Correlated parameters; a dense metric shortens their trajectories")
  func correlatedNormal() throws {
    func run(_ metric: MetricForm) throws -> SampledChains {
      try Sampling.run(
        seed: 22, threads: 2, options: .init(metric: metric),
        make: { _ in CorrelatedNormal(correlation: 0.99) })
    }
    let (diagonal, dense) = (try run(.diagonal), try run(.dense))
    for run in [diagonal, dense] {
      expectMoments(run, means: [0, 0], scales: [1, 1])
      let products = zip(run.values(of: 0), run.values(of: 1)).map { zip($0, $1).map { $0 * $1 } }
      let product = mean(products)
      expectClose(product.value, 0.99, absolute: 4 * product.error)
    }
    func steps(_ run: SampledChains) -> Int {
      run.chains.reduce(0) { $0 + $1.statistics.reduce(0) { $0 + $1.leapfrogSteps } }
    }
    #expect(steps(diagonal) > 3 * steps(dense))
  }

  @Test("Many draws of a curved density have its exact moments", arguments: MetricForm.allCases)
  func curvedDensity(metric: MetricForm) throws {
    let run = try Sampling.run(
      draws: 100_000, seed: 30, threads: 2, options: .init(metric: metric, targetAcceptance: 0.9),
      make: { _ in Banana() })
    // x has the mean ψ(2) = 1 − γ and the variance ψ′(2) = π²/6 − 1.
    let centre = 1 - 0.57721566490153286
    let variance = Double.pi * Double.pi / 6 - 1
    func check(_ expected: Double, _ label: String, of value: (Double, Double) -> Double) {
      let values = zip(run.values(of: 0), run.values(of: 1)).map { x, y in
        zip(x, y).map { value($0, $1) }
      }
      let found = mean(values)
      expectClose(found.value, expected, absolute: 4 * found.error, label)
      #expect(found.error < 0.02, "\(label)")
    }
    check(centre, "mean of x") { x, _ in x }
    check(variance, "variance of x") { x, _ in (x - centre) * (x - centre) }
    check(variance + centre * centre, "mean of y") { _, y in y }
    check(1, "variance of y given x") { x, y in (y - x * x) * (y - x * x) }
  }

  @Test("A posterior with a funnel shows divergences and little change of energy")
  func funnelDiverges() throws {
    let run = try Sampling.run(seed: 23, threads: 2, make: { _ in Funnel() })
    #expect(run.chains.reduce(0) { $0 + $1.divergenceCount } > 10)
    #expect(run.chains.map(\.energyFractionOfMissingInformation).min()! < 0.5)
  }

  @Test(
    "After a warmup acceptance is the target or a little more", arguments: [0.8, 0.9], MetricForm.allCases)
  func acceptanceIsTheTarget(target: Double, metric: MetricForm) throws {
    // Over 8 chains, because the step size of a single one is an average over noisy iterations. In the 50
    // iterations of the last phase log ε still moves by tenths; acceptance falls ever faster as ε grows, so that
    // at the average of log ε it lies above the average acceptance, which is the target.
    let run = try Sampling.run(
      chains: 8, draws: 1_000, warmup: 2_000, seed: 24, threads: 2,
      options: .init(metric: metric, targetAcceptance: target),
      make: { _ in IndependentNormal(dimension: 20) })
    let reached = run.chains.reduce(0) { $0 + $1.meanAcceptStatistic } / 8
    #expect(reached > target - 0.02 && reached < target + 0.1, "\(reached)")
    for chain in run.chains {
      #expect(chain.statistics.allSatisfy { $0.stepSize == chain.warmup.stepSize })
    }
  }

  @Test("Any number of threads gives the same bits")
  func threadsDoNotMatter() throws {
    func run(_ threads: Int) throws -> SampledChains {
      try Sampling.run(
        chains: 5, draws: 200, warmup: 200, seed: 25, threads: threads, options: .init(metric: .dense),
        make: { _ in CorrelatedNormal(correlation: 0.5) })
    }
    let alone = try run(1)
    #expect(try run(2) == alone)
    #expect(try run(4) == alone)
    #expect(alone.chains[0] != alone.chains[1])
    #expect(alone.draws.count == 5 * 200 * 2)
    #expect(alone.draws[1 + 2 * (7 + 200 * 3)] == alone.values(of: 1)[3][7])
    // Another number of chains changes none of them.
    let fewer = try Sampling.run(
      chains: 2, draws: 200, warmup: 200, seed: 25, threads: 2, options: .init(metric: .dense),
      make: { _ in CorrelatedNormal(correlation: 0.5) })
    #expect(fewer.chains == Array(alone.chains.prefix(2)))
  }

  @Test("A density without support, or flat, names its chain", arguments: [1, 3])
  func startsCanFail(threads: Int) throws {
    func run(_ bad: @escaping @Sendable () -> any LogDensity) throws {
      _ = try Sampling.run(
        seed: 26, threads: threads,
        make: { $0 == 0 ? IndependentNormal(dimension: 3) : bad() })
    }
    #expect(throws: SamplingError.noFiniteStart(chain: 2, attempts: 100, radius: 2)) {
      try run { Constant(-.infinity) }
    }
    #expect(throws: SamplingError.noFiniteStart(chain: 2, attempts: 100, radius: 2)) {
      try run { Constant(.nan) }
    }
    #expect(throws: SamplingError.flatDensity(chain: 2, greatest: 1e7)) { try run { Constant(0) } }
    #expect(
      SamplingError.noFiniteStart(chain: 2, attempts: 100, radius: 2).description
        == "chain 2: at none of 100 starting points (each coordinate within 2.0 of the centre) are log "
        + "posterior and gradient finite; check that priors and data can hold together")
  }

  @Test("Starting points are tried until one is on the support; a centre moves them")
  func startsAreTried() throws {
    let halves = try Sampling.run(
      chains: 8, draws: 50, warmup: 50, seed: 27, threads: 2, make: { _ in HalfLine() })
    #expect(halves.draws.allSatisfy { $0 > 0 })
    #expect(throws: SamplingError.noFiniteStart(chain: 1, attempts: 1, radius: 0)) {
      try Sampling.run(
        draws: 1, warmup: 0, seed: 27, threads: 1, from: .init(centre: [-1], radius: 0),
        make: { _ in HalfLine() })
    }
  }

  @Test("A stop keeps the draws made so far", arguments: [1, 2])
  func stopKeepsDraws(threads: Int) throws {
    func run(stopAfter limit: Int) throws -> SampledChains {
      let asked = Atomic(0)
      return try Sampling.run(
        draws: 300, warmup: 100, seed: 28, threads: threads,
        make: { _ in IndependentNormal(dimension: 2) },
        shouldStop: { asked.wrappingAdd(1, ordering: .relaxed).newValue > limit })
    }
    let whole = try run(stopAfter: .max)
    #expect(!whole.wasStopped)
    let part = try run(stopAfter: 1_000)
    #expect(part.wasStopped)
    #expect(part.chains.reduce(0) { $0 + $1.drawCount } == 1_000 - 4 * 100)
    if threads == 1 {
      // Chains take turns of 16 iterations.
      let counts = part.chains.map(\.drawCount)
      #expect(counts.max()! - counts.min()! <= 16)
    }
    for (short, long) in zip(part.chains, whole.chains) {
      #expect(short.draws == Array(long.draws.prefix(short.draws.count)))
      #expect(short.draws.count == 2 * short.statistics.count)
    }
    let none = try run(stopAfter: 40)
    #expect(none.wasStopped && none.drawCount == 0)
  }

  @Test("Progress reports every chain to its end")
  func progressIsReported() throws {
    let seen = Mutex<[Int: [Int]]>([:])
    _ = try Sampling.run(
      chains: 3, draws: 40, warmup: 30, seed: 29, threads: 2,
      make: { _ in IndependentNormal(dimension: 1) },
      progress: { state in
        #expect(state.iterationCount == 70)
        seen.withLock { $0[state.chain, default: []].append(state.iteration) }
      })
    #expect(
      seen.withLock { $0 } == [1: [16, 32, 48, 64, 70], 2: [16, 32, 48, 64, 70], 3: [16, 32, 48, 64, 70]])
  }
}
