import ArgumentParser
import BayesianModels
import Labs

/// Chains with the number of their draws and the seed: for commands that have no other draws.
struct SamplingOptions: ParsableArguments {
  @OptionGroup var chains: ChainOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Draws of each chain, after its warmup (default: 1000).", valueName: "n"),
    transform: number("a whole number from 1"))
  var draws: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of all draws (default: 1).", valueName: "S"),
    transform: number("a whole number from 0"))
  var seed: UInt64?

  func validate() throws { try ChainOptions.check(draws: draws) }

  /// Refuses options that would silently do nothing without --bayes.
  func checkUnused() throws {
    try chains.checkUnused([("--draws", draws != nil), ("--seed", seed != nil)])
  }

  /// The seed asked for, else that of the lab around the command; nil for neither.
  func seed(in context: CommandContext) -> UInt64? {
    seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) }
  }

  /// How draws are made.
  func plan(in context: CommandContext) -> SamplingPlan {
    chains.plan(draws: draws, seed: seed(in: context))
  }

  /// Runs the chains. Ctrl-C keeps complete draws.
  func fit(_ bayesian: BayesianMixedModel, in context: CommandContext) throws -> BayesianFit {
    try chains.fit(bayesian, plan(in: context), in: context)
  }

  /// Said where the chains were stopped.
  static func stopNote(_ fit: BayesianFit) -> String? {
    fit.drawCount < fit.plan.draws
      ? "stopped early: the first \(fit.drawCount) draws of each chain are complete" : nil
  }
}
