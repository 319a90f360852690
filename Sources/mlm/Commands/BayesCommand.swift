import ArgumentParser
import BayesianModels
import CommandSupport
import Glibc
import Labs
import ModelFormula
import Reporting
import Synchronization
import Tables

/// `mlm bayes`: the posterior of a mixed model.
struct BayesCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "bayes",
    abstract: "Bayesian mixed model: priors, draws from the posterior, and whether they are enough.",
    discussion: """
      Models are linear, or with --family binomial, Poisson, negative binomial or Gamma, with any grouping factors. In linear models with one grouping factor, \
      fixed and group effects are integrated out exactly: standard deviations and correlations are drawn by the no-U-turn sampler, and effects then from \
      their normal distribution. In all others the no-U-turn sampler draws all parameters together. Nothing is compiled.

      With --known-se the rows' standard errors are known, as of published estimates: there is no sigma, and every group may have one row.

      Priors:
        default    weakly informative, on the scale of the data; they are printed
        slides     fixed effects N(0, 1000), 1000 a variance; standard deviations
                   U(0, 1000); correlations U(-1, 1)
        slides-sd  the same with 1000 as standard deviation; a third reading is that
                   of BUGS and JAGS, whose dnorm(0, 1000) has the precision 1000
        F.yml      start: (one of the above), fixed:, sd:, correlation:, sigma:,
                   dispersion: (theta of the negative binomial, shape of Gamma),
                   each a prior or a mapping of names and "others", such as
                     fixed: {Days: "normal(0, 20)"}
                     sd: {Subject.Days: "half_t(3, 10)", others: half_normal(50)}
                     correlation: lkj(2)

      Fixed effects have normal(mean, sd), t(df, location, scale), uniform(a, b) or
      flat priors; standard deviations uniform(a, b), half_normal(sd), half_t(df,
      scale), half_cauchy(scale), exponential(rate), inverse_gamma(shape, scale) of
      the variance, flat, or the part of normal and t above 0; correlations
      lkj(shape).

      --jags-code prints an R script: the same model with the same priors for JAGS,
      its data, and the lines that draw from it.

      Draws depend on the seed and on the numbers of chains, draws and warmup iterations, not on --threads. Ctrl-C keeps complete draws.

      Example: mlm bayes "Reaction ~ Days + (Days | Subject)" --data sleepstudy.csv --priors slides-sd
      Example: mlm bayes "effect ~ 1 + (1 | school)" --data eight-schools.csv --known-se se --levels
      Example: mlm bayes "y ~ x + (x | g)" --family binomial --data d.csv --jags-code
      """)

  @Argument(help: "Model formula with random-effects terms.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  @Option(
    name: .customLong("known-se"),
    help: ArgumentHelp(
      "Column of the rows' known standard errors, as in a meta-analysis; groups may then have one row each.",
      valueName: "COL"))
  var knownErrors: String?

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

  @Flag(
    name: .customLong("jags-code"),
    help: "Print the model for JAGS, priors included, with the R lines that run it instead.")
  var jagsCode = false

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
    if knownErrors != nil {
      for (option, isGiven) in [
        ("--weights", columns.weights != nil), ("--family", distribution.family != nil),
      ] where isGiven {
        throw ValidationError("--known-se says what the residual variances are; leave \(option) out")
      }
    }
    if jagsCode, drawsOut != nil { throw ValidationError("--jags-code draws nothing; leave --draws-out out") }
    if drawsOut == "-" { throw ValidationError("--draws-out needs a file") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm bayes") }
    try distribution.check(formula, offer: .mixed)
    try columns.check([formula], table, takesFactors: distribution.family == .binomial)
    if let name = knownErrors, table[name] == nil {
      throw OptionError.unknownColumn(option: "--known-se", name, table.columnNames)
    }
    let choice = try PriorChoice(priors)
    return try withNotes(on: table, of: formula) {
      let likelihood = try distribution.likelihood(formula, table, roles: roles)
      let bayesian = try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
      if jagsCode {
        return CommandResult(
          output: JAGSProgram(bayesian).script(
            file: input.data, options: input.reading.options, plan: plan(in: context)))
      }
      return try found(sampled(bayesian, in: context), in: context)
    }
  }

  private var roles: ColumnRoles {
    var roles = columns.roles
    roles.standardErrors = knownErrors
    return roles
  }

  private func plan(in context: CommandContext) -> SamplingPlan {
    SamplingPlan(
      chains: chains, draws: draws, warmup: warmup,
      seed: seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1,
      threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Runs the chains.
  private func sampled(_ bayesian: BayesianMixedModel, in context: CommandContext) throws -> BayesianFit {
    let plan = plan(in: context)
    let stop = context.isInLab ? nil : StopRequest()
    let done = IterationCount()
    let fit = try shown.shown(chains * (draws + warmup)) {
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
