import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import ModelFormula
import Tables

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
    name: .customLong("known-se"),
    help: ArgumentHelp(
      "Column of the rows' known standard errors, as in a meta-analysis; groups may then have one row each.",
      valueName: "COL"))
  var knownErrors: String?

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

  /// Refuses what says of residual variances something else than known standard errors.
  func checkKnownErrors(_ columns: RoleOptions, _ distribution: FamilyOptions) throws {
    guard knownErrors != nil else { return }
    for (option, isGiven) in [
      ("--weights", columns.weights != nil), ("--family", distribution.family != nil),
    ] where isGiven {
      throw ValidationError("--known-se says what the residual variances are; leave \(option) out")
    }
  }

  /// The roles of columns, with known standard errors where there are some.
  /// - Throws: `OptionError` for a column that the table does not have.
  func roles(_ given: ColumnRoles, _ table: DataTable) throws(OptionError) -> ColumnRoles {
    guard let knownErrors else { return given }
    if table[knownErrors] == nil {
      throw .unknownColumn(option: "--known-se", knownErrors, table.columnNames)
    }
    var roles = given
    roles.standardErrors = knownErrors
    return roles
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
    try bayesian.sampled(plan(in: context), shown, in: context)
  }

  /// Said where the chains were stopped.
  static func stopNote(_ fit: BayesianFit) -> String? {
    fit.drawCount < fit.plan.draws
      ? "stopped early: the first \(fit.drawCount) draws of each chain are complete" : nil
  }
}
