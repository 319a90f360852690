import Dispatch
import Distributions
import LinearAlgebra
import MixedModels

/// How many draws, by how many chains, from which seed.
public struct SamplingPlan: Sendable, Equatable {
  /// Number of chains.
  public var chains: Int
  /// Draws of each chain, after its warmup.
  public var draws: Int
  /// Iterations of each chain that find step size and metric.
  public var warmup: Int
  /// Seed of all random numbers.
  public var seed: UInt64
  /// The acceptance statistic that step sizes are adapted to, in (0, 1). Larger: smaller steps, fewer divergences, more work.
  public var targetAcceptance: Double
  /// Number of workers; the bits of the result do not depend on it.
  public var threads: Int

  /// A plan.
  public init(
    chains: Int = 4, draws: Int = 1000, warmup: Int = 1000, seed: UInt64 = 1,
    targetAcceptance: Double = SamplingPlan.defaultTargetAcceptance, threads: Int = 1
  ) {
    self.chains = chains
    self.draws = draws
    self.warmup = warmup
    self.seed = seed
    self.targetAcceptance = targetAcceptance
    self.threads = threads
  }

  /// Stan's 0.8.
  public static let defaultTargetAcceptance = 0.8
}

extension BayesianMixedModel {
  /// Draws from the posterior.
  ///
  /// Collapsed models: σ and Σ by the no-U-turn sampler from around the maximum of the restricted likelihood, then for each of their draws β and b from their
  /// normal distribution. Others: all parameters by the no-U-turn sampler with a diagonal metric, from around the maximum of the likelihood.
  /// The bits depend on the seed, the numbers of chains, draws and warmup iterations and the target acceptance alone.
  /// - Parameters:
  ///   - shouldStop: asked between iterations, from any thread; complete draws are kept.
  ///   - progress: told iterations done and to do of a chain (from 1), from any thread.
  /// - Throws: `SamplingError` where a chain cannot begin, and for priors so narrow that rounding loses the data.
  public func sample(
    _ plan: SamplingPlan = SamplingPlan(), shouldStop: @Sendable () -> Bool = { false },
    progress: (@Sendable (_ chain: Int, _ done: Int, _ of: Int) -> Void)? = nil
  ) throws(SamplingError) -> BayesianFit {
    let tell: (@Sendable (Sampling.Progress) -> Void)?
    if let progress {
      tell = { progress($0.chain, $0.iteration, $0.iterationCount) }
    } else {
      tell = nil
    }
    let maximum = CovarianceStart.fit(likelihood)
    let coordinates = SamplerCoordinates(self, maximum)
    let first = posterior(coordinates)
    if let collapsed = first as? CollapsedPosterior, let k = collapsed.likelihood.drownedBy {
      throw .narrowPrior(effect: model.fixedEffectNames[k], prior: priors.fixedEffects[k])
    }
    let chains = try Sampling.run(
      chains: plan.chains, draws: plan.draws, warmup: plan.warmup, seed: plan.seed, threads: plan.threads,
      options: NoUTurnOptions(
        metric: isCollapsed ? .dense : .diagonal, targetAcceptance: plan.targetAcceptance),
      from: StartingRegion(centre: first.start, radius: 0.5),
      make: { _ in posterior(coordinates) }, shouldStop: shouldStop, progress: tell)
    return BayesianFit(
      self, plan: plan, chains: chains, draws: quantities(of: chains, coordinates, plan), maximum: maximum)
  }

  /// All quantities of all draws: draw s of chain c of quantity k at s + drawCount·(c + chains·k), in the order of `BayesianFit.quantities`.
  private func quantities(
    of chains: SampledChains, _ coordinates: SamplerCoordinates, _ plan: SamplingPlan
  ) -> [Double] {
    let count = chains.drawCount
    let quantities = BayesianFit.quantities(of: self).count
    let total = count * chains.chains.count
    return [Double](unsafeUninitializedCapacity: quantities * total) { out, written in
      written = quantities * total
      guard let base = out.baseAddress, total > 0 else { return }
      // Each chain writes places of its own.
      nonisolated(unsafe) let target = base
      let workers = min(plan.threads, chains.chains.count)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for c in stride(from: worker, to: chains.chains.count, by: workers) {
          // The sampler has the chain's purpose 0.
          let stream = KeyedStream(seed: plan.seed, replicate: UInt32(c), stream: 1)
          fill(
            target + count * c, apart: total, from: chains.chains[c], count: count, posterior(coordinates),
            stream)
        }
      }
    }
  }

  /// The quantities of one chain's draws.
  /// - Parameters:
  ///   - out: the first quantity of the first draw.
  ///   - distance: from a quantity to the next; draws stand side by side.
  private func fill(
    _ out: UnsafeMutablePointer<Double>, apart distance: Int, from chain: ChainRun, count: Int,
    _ posterior: any PosteriorWorkspace, _ stream: KeyedStream
  ) {
    let (p, q) = (model.fixedEffectNames.count, model.randomEffectNames.count)
    let effectCount = model.factors.reduce(0) { $0 + $1.columns.count * $1.levels.count }
    let terms = model.terms
    let (hasSigma, hasDispersion) = (likelihood.hasSigma, likelihood.hasDispersion)
    let (coordinates, dimension) = (posterior.coordinates, posterior.dimension)
    let room = ScratchBlock(count: p + effectCount + 2 * dimension)
    let (fixed, effects) = (room.take(p), room.take(effectCount))
    let (point, gradient) = (room.take(dimension), room.take(dimension))
    var stream = stream
    for s in 0..<count {
      for k in 0..<dimension { point[k] = chain.draws[k + s * dimension] }
      _ = posterior.evaluate(at: point, gradient: gradient)
      posterior.complete(point, fixed: fixed, effects: effects, normal: { stream.normal() })
      var place = s
      func put(_ value: Double) {
        out[place] = value
        place += distance
      }
      for k in 0..<p { put(fixed[k]) }
      for k in 0..<q { put(coordinates.deviation(k)) }
      for term in terms {
        for i in term.columns { for j in term.columns.lowerBound..<i { put(coordinates.correlation(i, j)) } }
      }
      if hasSigma { put(coordinates.sigma) }
      if hasDispersion { put(coordinates.dispersion) }
      for k in 0..<effectCount { put(effects[k]) }
    }
  }
}
