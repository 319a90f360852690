import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm bayes`: the posterior of a mixed model.
struct BayesCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "bayes",
    abstract: "Bayesian mixed model: priors, draws from the posterior, and whether they are enough.",
    discussion: """
      Models are linear, with one grouping factor. Fixed and group effects are integrated out exactly; standard deviations and correlations are drawn by \
      the no-U-turn sampler, and effects then from their normal distribution. Nothing is compiled.

      Priors:
        default    weakly informative, on the scale of the data; they are printed
        slides     fixed effects N(0, 1000), 1000 a variance; standard deviations
                   U(0, 1000); correlations U(-1, 1)
        slides-sd  the same with 1000 as standard deviation; a third reading is that
                   of BUGS and JAGS, whose dnorm(0, 1000) has the precision 1000
        F.yml      start: (one of the above), fixed:, sd:, correlation:, sigma:,
                   each a prior or a mapping of names and "others", such as
                     fixed: {Days: "normal(0, 20)"}
                     sd: {Subject.Days: "half_t(3, 10)", others: half_normal(50)}
                     correlation: lkj(2)

      Fixed effects have normal(mean, sd) or flat priors; standard deviations
      uniform(a, b), half_normal(sd), half_t(df, scale), half_cauchy(scale),
      exponential(rate), inverse_gamma(shape, scale) of the variance, or the part of
      normal and t(df, location, scale) above 0; correlations lkj(shape).

      Draws depend on the seed and on the numbers of chains, draws and warmup iterations, not on --threads. Ctrl-C keeps complete draws.

      Example: mlm bayes "Reaction ~ Days + (Days | Subject)" --data sleepstudy.csv --priors slides-sd
      """)

  @Argument(help: "Model formula with random-effects terms of one grouping factor.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Prior distributions: default, slides, slides-sd, or a file (see above).", valueName: "NAME|F.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var priors = NamedPriors.default.rawValue

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Number of chains (default: 4).", valueName: "n"),
    transform: number("a whole number from 1"))
  var chains = 4

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Draws of each chain, after its warmup (default: 1000).", valueName: "n"),
    transform: number("a whole number from 1"))
  var draws = 1000

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Iterations of each chain that find step size and metric (default: 1000).", valueName: "n"),
    transform: number("a whole number from 0"))
  var warmup = 1000

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

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Probability inside the intervals (default: 0.95).", valueName: "0.95"),
    transform: number("a number between 0 and 1"))
  var level = 0.95

  @Flag(name: .long, help: "Show the levels' own coefficients too.")
  var levels = false

  @Option(
    name: .customLong("draws-out"), help: ArgumentHelp("File for the draws.", valueName: "F.csv"),
    completion: .file(extensions: ["csv"]))
  var drawsOut: String?

  @OptionGroup var words: LanguageOption

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var shown: ProgressOption

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--level is \(level); a number between 0 and 1 would work, e.g. 0.95")
    }
    let limits: [(String, Int, ClosedRange<Int>)] = [
      ("--chains", chains, 1...64), ("--draws", draws, 1...1_000_000), ("--warmup", warmup, 0...1_000_000),
      ("--threads", threads ?? 1, 1...1024),
    ]
    for (name, value, range) in limits where !range.contains(value) {
      throw ValidationError("\(name) is \(value); from \(range.lowerBound) to \(range.upperBound) would work")
    }
    if drawsOut == "-" { throw ValidationError("--draws-out needs a file") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm bayes") }
    try distribution.check(formula, offer: .mixed)
    try columns.check([formula], table, takesFactors: distribution.family == .binomial)
    return try withNotes(on: table, of: formula) {
      let likelihood = try likelihood(formula, table)
      let bayesian = try BayesianMixedModel(likelihood, priors: .named(priors, for: likelihood, in: context))
      return try found(sampled(bayesian, in: context), in: context)
    }
  }

  private func likelihood(
    _ formula: ModelFormula, _ table: DataTable
  ) throws -> BayesianMixedModel.Likelihood {
    guard let family = distribution.responseFamily else {
      return .linear(try LinearMixedModel(formula, data: table, roles: columns.roles))
    }
    return .generalized(
      try GeneralizedLinearMixedModel(
        formula, data: table, family: family, link: distribution.link, roles: columns.roles))
  }

  /// Runs the chains.
  private func sampled(_ bayesian: BayesianMixedModel, in context: CommandContext) throws -> BayesianFit {
    let plan = SamplingPlan(
      chains: chains, draws: draws, warmup: warmup,
      seed: seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1,
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    return try bayesian.sampled(plan, shown, in: context)
  }

  /// What is told of the draws.
  private func found(_ fit: BayesianFit, in context: CommandContext) throws -> CommandResult {
    let report = BayesianReport(fit, priorsName: priors, level: level)
    let language = words.language(in: context).ofSentences
    var result = CommandResult(estimates: report.estimates)
    if fit.drawCount < draws {
      result.notes.append("stopped early: the first \(fit.drawCount) draws of each chain are complete")
    }
    if format == .csv || format == .json { result.notes.append(report.sentence(in: language)) }
    result.output =
      switch format {
      case .text: report.text(in: language, levels: levels)
      case .markdown: report.markdown(in: language, levels: levels)
      case .csv: report.table.csv()
      case .json: report.document.text(indent: 2) + "\n"
      }
    if let drawsOut {
      result.files.append(OutputFile(path: drawsOut, bytes: Array(report.drawTable.csv().utf8)))
    }
    result.echo = "seed \(fit.plan.seed)"
    return result
  }
}
