import ArgumentParser
import BayesianModels
import Labs
import ModelFormula
import Reporting

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

  @OptionGroup var sampling: SamplingOptions

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

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--level is \(level); a number between 0 and 1 would work, e.g. 0.95")
    }
    if drawsOut == "-" { throw ValidationError("--draws-out needs a file") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm bayes") }
    try distribution.check(formula, offer: .mixed)
    try columns.check([formula], table, takesFactors: distribution.family == .binomial)
    let choice = try PriorChoice(sampling.priorsName)
    return try withNotes(on: table, of: formula) {
      let likelihood = try distribution.likelihood(formula, table, roles: columns.roles)
      let bayesian = try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
      return try found(sampling.fit(bayesian, in: context), in: context)
    }
  }

  /// What is told of the draws.
  private func found(_ fit: BayesianFit, in context: CommandContext) throws -> CommandResult {
    let report = BayesianReport(fit, priorsName: sampling.priorsName, level: level)
    let language = words.language(in: context).ofSentences
    var result = CommandResult(estimates: report.estimates)
    result.notes += [SamplingOptions.stopNote(fit)].compactMap { $0 }
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
