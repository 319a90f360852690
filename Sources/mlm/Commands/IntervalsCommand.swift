import ArgumentParser
import CommandSupport
import Glibc
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm intervals`: confidence intervals of the parameters of a mixed model.
struct IntervalsCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "intervals",
    abstract: "Confidence intervals of the parameters of a mixed model, as R's confint.",
    discussion: """
      Profile intervals are for all parameters: standard deviations, correlations,
      the residual's sigma and the fixed effects; they belong to the ML fit. A
      standard deviation that the data do not keep from 0 has the lower limit 0, a
      correlation the limit ±1. Bootstrap intervals are percentiles of fits to
      responses drawn from the model; replicate r depends on the seed and r alone.
      Wald intervals are for the fixed effects. With --family there is no sigma, and
      everything is on the scale of the link.

      Example: mlm intervals "y ~ x + (x | g)" --data d.csv --method profile
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable { case wald, profile, bootstrap }

  @Argument(help: "Model formula with random-effects terms, of one grouping factor or several.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(name: .long, help: "Kind of the intervals: wald, profile or bootstrap.")
  var method: Method = .profile

  @Option(
    name: .long, help: ArgumentHelp("Confidence level, between 0 and 1 (default: 0.95).", valueName: "level"),
    transform: number("a number between 0 and 1"))
  var level: Double = 0.95

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Replicates of the bootstrap (default: 1000).", valueName: "n"),
    transform: number("a whole number from 1"))
  var replicates: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of the bootstrap (default: 1).", valueName: "S"),
    transform: number("a whole number from 0"))
  var seed: UInt64?

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var words: LanguageOption
  @OptionGroup var code: RCodeOption
  @OptionGroup var shown: ProgressOption

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("a confidence level is between 0 and 1, such as 0.95, not \(level)")
    }
    if method != .bootstrap, replicates != nil || seed != nil {
      throw ValidationError("--replicates and --seed belong to --method bootstrap")
    }
    if let replicates, !(1...1_000_000).contains(replicates) {
      throw ValidationError("--replicates is \(replicates); from 1 to 1000000 would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try model.check(formula, table, offer: .mixed)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm intervals") }
    if code.rCode {
      let own =
        switch method {
        case .wald: "method = \"Wald\", parm = \"beta_\""
        case .profile: "method = \"profile\", oldNames = FALSE"
        case .bootstrap:
          "method = \"boot\", nsim = \(replicates ?? 1000), seed = \(seed ?? 1), oldNames = FALSE"
        }
      return try code.lines(
        formula, input, model, in: context, then: ["confint(fit, level = \(level), \(own))"])
    }
    return try withNotes(on: table, of: formula) {
      let language = words.language(in: context).ofSentences
      if let family = model.distribution.responseFamily {
        let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
        return try found(
          in: context, notes: fit.notes(in: language), parameters: fit.parameterCount,
          wald: { fit.waldIntervals(level: level) },
          profile: { try fit.profileIntervals(level: level, progress: $0) },
          bootstrap: { try ParametricBootstrap(fit, count: $0, seed: $1, threads: $2, progress: $3) })
      }
      let fit = try model.mixedModel(formula, table).fit(by: method == .profile ? .ml : model.method)
      return try found(
        in: context, notes: fit.notes(in: language), parameters: fit.parameterCount,
        wald: { fit.waldIntervals(level: level) },
        profile: { try fit.profileIntervals(level: level, progress: $0) },
        bootstrap: { ParametricBootstrap(fit, count: $0, seed: $1, threads: $2, progress: $3) })
    }
  }

  /// The intervals of a fit by the method asked for.
  private func found(
    in context: CommandContext, notes: [String], parameters: Int, wald: () -> [ConfidenceInterval],
    profile: (((Int) -> Void)?) throws -> [ConfidenceInterval],
    bootstrap: (Int, UInt64, Int, (@Sendable (Int) -> Void)?) throws -> ParametricBootstrap
  ) throws -> CommandResult {
    var result = CommandResult(notes: notes)
    let found: [ConfidenceInterval]
    switch method {
    case .wald: found = wald()
    case .profile: found = try shown.shown(parameters) { try profile($0) }
    case .bootstrap:
      let seed = seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1
      let drawn = try shown.shown(replicates ?? 1000) {
        try bootstrap(replicates ?? 1000, seed, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), $0)
      }
      found = try drawn.intervals(level: level)
      result.notes += drawn.notes(in: words.language(in: context).ofSentences)
      result.echo = "seed \(seed), replicates \(replicates ?? 1000)"
    }
    let intervals = ConfidenceIntervalTable(found, level: level)
    result.estimates = intervals.estimates
    result.output = format == .text ? intervals.text : intervals.tidyTable.text(in: format)
    return result
  }
}
