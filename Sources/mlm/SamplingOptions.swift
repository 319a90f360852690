import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import Synchronization

/// Priors, and how draws from a posterior are made: the options that all commands with posteriors share.
struct SamplingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Prior distributions: default, slides, slides-sd, or a file (see mlm bayes --help). (default: default)",
      valueName: "NAME|F.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var priors: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Number of chains (default: 4).", valueName: "n"),
    transform: number("a whole number from 1"))
  var chains: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Draws of each chain, after its warmup (default: 1000).", valueName: "n"),
    transform: number("a whole number from 1"))
  var draws: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Iterations of each chain that find step size and metric (default: 1000).", valueName: "n"),
    transform: number("a whole number from 0"))
  var warmup: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of all draws (default: 1).", valueName: "S"),
    transform: number("a whole number from 0"))
  var seed: UInt64?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Chains that run at a time (default: all processors).", valueName: "n"),
    transform: number("a whole number from 1"))
  var threads: Int?

  @OptionGroup var shown: ProgressOption

  func validate() throws {
    let limits: [(String, Int?, ClosedRange<Int>)] = [
      ("--chains", chains, 1...64), ("--draws", draws, 1...1_000_000), ("--warmup", warmup, 0...1_000_000),
      ("--threads", threads, 1...1024),
    ]
    for (name, value, range) in limits {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError("\(name) is \(value); from \(range.lowerBound) to \(range.upperBound) would work")
    }
  }

  /// What the priors are called.
  var priorsName: String { priors ?? NamedPriors.default.rawValue }

  /// The seed asked for, else that of the lab around the command; nil for neither.
  func seed(in context: CommandContext) -> UInt64? {
    seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) }
  }

  /// How draws are made.
  func plan(in context: CommandContext) -> SamplingPlan {
    SamplingPlan(
      chains: chains ?? 4, draws: draws ?? 1000, warmup: warmup ?? 1000, seed: seed(in: context) ?? 1,
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Runs the chains. Ctrl-C keeps complete draws.
  func fit(_ bayesian: BayesianMixedModel, in context: CommandContext) throws -> BayesianFit {
    let plan = plan(in: context)
    let stop = context.isInLab ? nil : StopRequest()
    let done = IterationCount()
    let fit = try shown.shown(plan.chains * (plan.draws + plan.warmup)) {
      (tell: (@Sendable (Int) -> Void)?) -> BayesianFit in
      guard let tell else { return try bayesian.sample(plan, shouldStop: { stop?.isDue ?? false }) }
      return try bayesian.sample(
        plan, shouldStop: { stop?.isDue ?? false },
        progress: { chain, iteration, _ in tell(done.total(chain, iteration)) })
    }
    guard fit.drawCount > 0 else {
      Terminal.note("stopped before every chain had a draw; nothing is left")
      throw ExitCode(StopRequest.exitCode)
    }
    return fit
  }

  /// Said where the chains were stopped.
  static func stopNote(_ fit: BayesianFit) -> String? {
    fit.drawCount < fit.plan.draws
      ? "stopped early: the first \(fit.drawCount) draws of each chain are complete" : nil
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
