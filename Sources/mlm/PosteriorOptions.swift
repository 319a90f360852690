import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import Reporting

/// How a posterior is drawn that stands beside or in place of other estimates, where --bayes asks for it.
struct PosteriorOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Prior distributions with --bayes: default, slides, slides-sd, or a file (see mlm bayes).",
      valueName: "NAME|F.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var priors: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Number of chains with --bayes (default: 4).", valueName: "n"),
    transform: number("a whole number from 1"))
  var chains: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Iterations before the draws with --bayes (default: 1000).", valueName: "n"),
    transform: number("a whole number from 0"))
  var warmup: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Chains that run at a time (default: all processors).", valueName: "n"),
    transform: number("a whole number from 1"))
  var threads: Int?

  @OptionGroup var shown: ProgressOption

  /// What the priors are called.
  var priorsName: String { priors ?? NamedPriors.default.rawValue }

  /// Refuses numbers that cannot be, and options that would silently do nothing.
  /// - Parameters:
  ///   - isAsked: whether there is --bayes.
  ///   - draws: the draws of each chain; nil for the usual number.
  ///   - further: options of the command that belong to --bayes alone, and whether they are given.
  func check(isAsked: Bool, draws: Int?, further: [(option: String, isGiven: Bool)] = []) throws {
    let own = [
      ("--priors", priors != nil), ("--chains", chains != nil), ("--warmup", warmup != nil),
      ("--threads", threads != nil), ("--progress", shown.progress),
    ]
    for (option, isGiven) in own + further where isGiven && !isAsked {
      throw ValidationError("\(option) is for the posterior; add --bayes, or leave it out")
    }
    let limits: [(String, Int?, ClosedRange<Int>)] = [
      ("--chains", chains, 1...64), ("--draws", isAsked ? draws : nil, 1...1_000_000),
      ("--warmup", warmup, 0...1_000_000), ("--threads", threads, 1...1024),
    ]
    for case (let name, let value?, let range) in limits where !range.contains(value) {
      throw ValidationError("\(name) is \(value); from \(range.lowerBound) to \(range.upperBound) would work")
    }
  }

  /// Draws from the posterior of a model.
  func sampled(
    _ likelihood: BayesianMixedModel.Likelihood, draws: Int?, seed: UInt64, in context: CommandContext
  ) throws -> BayesianFit {
    let choice = try PriorChoice(priorsName)
    let bayesian = try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
    let plan = SamplingPlan(
      chains: chains ?? 4, draws: draws ?? 1000, warmup: warmup ?? 1000, seed: seed,
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return try bayesian.sampled(plan, shown, in: context)
  }
}
