import ArgumentParser
import BayesianModels
import CommandSupport
import Labs
import Synchronization

extension BayesianMixedModel {
  /// Runs the chains with their progress in sight; Ctrl-C keeps complete draws.
  /// - Throws: `SamplingError`; the exit code of a stop where a chain has no draw yet.
  func sampled(
    _ plan: SamplingPlan, _ shown: ProgressOption, in context: CommandContext
  ) throws -> BayesianFit {
    let stop = context.isInLab ? nil : StopRequest()
    let done = IterationCount()
    let fit = try shown.shown(plan.chains * (plan.draws + plan.warmup)) {
      (tell: (@Sendable (Int) -> Void)?) -> BayesianFit in
      guard let tell else { return try sample(plan, shouldStop: { stop?.isDue ?? false }) }
      return try sample(
        plan, shouldStop: { stop?.isDue ?? false },
        progress: { chain, iteration, _ in tell(done.total(chain, iteration)) })
    }
    guard fit.drawCount > 0 else {
      Terminal.note("stopped before every chain had a draw; nothing is left")
      throw ExitCode(StopRequest.exitCode)
    }
    return fit
  }
}

/// Iterations of all chains together, from what each tells.
private final class IterationCount: Sendable {
  private let done = Mutex<[Int: Int]>([:])

  /// Takes over a chain's count.
  func total(_ chain: Int, _ iteration: Int) -> Int {
    done.withLock { counts in
      counts[chain] = iteration
      return counts.values.reduce(0, +)
    }
  }
}
