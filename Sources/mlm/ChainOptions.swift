import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import Synchronization

/// Priors, and the chains that draw from a posterior: what all commands with posteriors share.
struct ChainOptions: ParsableArguments {
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
    help: ArgumentHelp(
      "Iterations of each chain that find step size and metric (default: 1000).", valueName: "n"),
    transform: number("a whole number from 0"))
  var warmup: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Acceptance statistic that step sizes are adapted to; nearer to 1, steps are smaller and fewer diverge (default: 0.8).",
      valueName: "x"),
    transform: number("a number from 0.5 to 0.999, e.g. 0.95"))
  var targetAcceptance: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Chains that run at a time (default: all processors).", valueName: "n"),
    transform: number("a whole number from 1"))
  var threads: Int?

  @OptionGroup var shown: ProgressOption

  func validate() throws {
    try ChainOptions.check("--chains", chains, 1...64)
    try ChainOptions.check("--warmup", warmup, 0...1_000_000)
    try ChainOptions.check("--threads", threads, 1...1024)
    if let targetAcceptance, !(0.5...0.999).contains(targetAcceptance) {
      throw ValidationError(
        "--target-acceptance is \(targetAcceptance); from 0.5 to 0.999 would work, e.g. 0.95")
    }
  }

  /// Refuses a number of draws that cannot be.
  static func check(draws: Int?) throws { try check("--draws", draws, 1...1_000_000) }

  private static func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(name) is \(value); from \(range.lowerBound) to \(range.upperBound) would work")
  }

  /// Refuses options that would silently do nothing without --bayes.
  /// - Parameter further: options of the command that belong to --bayes alone, and whether they are given.
  func checkUnused(_ further: [(option: String, isGiven: Bool)] = []) throws {
    let own = [
      ("--priors", priors != nil), ("--chains", chains != nil), ("--warmup", warmup != nil),
      ("--target-acceptance", targetAcceptance != nil), ("--threads", threads != nil),
      ("--progress", shown.progress),
    ]
    for (option, isGiven) in own + further where isGiven {
      throw ValidationError("\(option) is for the posterior; add --bayes, or leave it out")
    }
  }

  /// What the priors are called.
  var priorsName: String { priors ?? NamedPriors.default.rawValue }

  /// How draws are made.
  func plan(draws: Int?, seed: UInt64?) -> SamplingPlan {
    SamplingPlan(
      chains: chains ?? 4, draws: draws ?? 1000, warmup: warmup ?? 1000, seed: seed ?? 1,
      targetAcceptance: targetAcceptance ?? SamplingPlan.defaultTargetAcceptance,
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Draws from the posterior of a likelihood with the priors asked for.
  func fit(
    _ likelihood: BayesianMixedModel.Likelihood, draws: Int?, seed: UInt64?, in context: CommandContext
  ) throws -> BayesianFit {
    let choice = try PriorChoice(priorsName)
    let bayesian = try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
    return try fit(bayesian, plan(draws: draws, seed: seed), in: context)
  }

  /// Runs the chains with their progress in sight; Ctrl-C keeps complete draws.
  /// - Throws: `SamplingError`; the exit code of a stop where a chain has no draw yet.
  func fit(
    _ bayesian: BayesianMixedModel, _ plan: SamplingPlan, in context: CommandContext
  ) throws -> BayesianFit {
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
