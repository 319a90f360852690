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
      Models are linear, or with --family binomial, Poisson, negative binomial or Gamma, with any grouping factors, nested or crossed. In linear models fixed \
      and group effects are integrated out exactly: standard deviations and correlations are drawn by the no-U-turn sampler, and effects then from their \
      normal distribution. In all others the no-U-turn sampler draws all parameters together. Nothing is compiled.

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

      --check adds a posterior predictive check, --loo leave-one-out cross-validation with Pareto's k; --versus FORMULA compares models by it. --prior-only \
      draws from the priors alone and shows what data they make.

      Draws depend on the seed, the numbers of chains, draws and warmup iterations and the target acceptance, not on --threads. Ctrl-C keeps complete draws, \
      and the exit code is then 75.

      Example: mlm bayes "y ~ x + (x | g)" --data d.csv --priors slides-sd
      Example: mlm bayes "y ~ 1 + (1 | study)" --data d.csv --known-se se
      Example: mlm bayes "y ~ x + (x | g)" --family binomial --data d.csv
      """)

  @Argument(help: "Model formula with random-effects terms, of one grouping factor or several.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  @OptionGroup var known: KnownErrorsOption
  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var predictions: PredictiveOptions

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

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--level is \(level); a number between 0 and 1 would work, e.g. 0.95")
    }
    try known.check(columns, distribution)
    for (option, isGiven) in distribution.ofLikelihoods where isGiven {
      throw ValidationError("\(option) is for fits by likelihood; leave it out")
    }
    if jagsCode {
      for (option, isGiven) in [
        ("--draws-out", drawsOut != nil), ("--check", predictions.check), ("--loo", predictions.loo),
        ("--versus", !predictions.versus.isEmpty), ("--prior-only", predictions.priorOnly),
        ("--levels", levels),
      ] where isGiven {
        throw ValidationError("--jags-code draws nothing; leave \(option) out")
      }
    }
    for (option, isGiven) in [
      ("--check", predictions.check), ("--loo", predictions.loo), ("--levels", levels),
      ("--draws-out", drawsOut != nil),
    ] where isGiven && !predictions.versus.isEmpty {
      throw ValidationError("--versus prints the comparison alone; leave \(option) out")
    }
    if drawsOut == "-" { throw ValidationError("--draws-out needs a file") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formulas = try [ModelFormula(formula)] + predictions.versus.map { try ModelFormula($0) }
    let table = try input.table(in: context)
    for formula in formulas {
      guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm bayes") }
      try distribution.check(formula, offer: .mixed)
    }
    try columns.check(formulas, table, takesFactors: distribution.family == .binomial)
    let roles = try known.roles(columns.roles, table)
    let choice = try PriorChoice(sampling.chains.priorsName)
    return try withNotes(on: table, of: formulas[0]) {
      let models = try formulas.map { formula in
        let likelihood = try distribution.likelihood(formula, table, roles: roles)
        return try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
      }
      if jagsCode {
        return CommandResult(
          output: JAGSProgram(models[0]).script(
            file: input.data, options: input.reading.options, plan: sampling.plan(in: context)))
      }
      if models.count > 1 { return try compared(models, in: context) }
      if predictions.priorOnly {
        return try found(models[0].samplePriors(sampling.plan(in: context)), in: context)
      }
      return try found(sampling.fit(models[0], in: context), in: context)
    }
  }

  /// What is told of the draws.
  private func found(_ fit: BayesianFit, in context: CommandContext) throws -> CommandResult {
    let report = BayesianReport(
      fit, priorsName: sampling.chains.priorsName, level: level, isPrior: predictions.priorOnly)
    let language = words.language(in: context).ofSentences
    var result = CommandResult(estimates: report.estimates)
    result.wasStopped = fit.chains.wasStopped
    result.notes += [SamplingOptions.stopNote(fit)].compactMap { $0 }
    result.notes += report.notes(in: language)
    if format == .csv || format == .json { result.notes.append(report.sentence(in: language)) }
    result.output =
      switch format {
      case .text: report.text(in: language, levels: levels)
      case .markdown: report.markdown(in: language, levels: levels)
      case .csv: ""
      case .json: ""
      }
    let asked = try predictions.add(to: &result, report, format, language)
    if format == .csv { result.output = BayesianReport.table(of: result.estimates).csv() }
    if format == .json {
      result.output = report.document(with: asked).text(indent: 2) + "\n"
    }
    if let drawsOut {
      result.files.append(OutputFile(path: drawsOut, bytes: Array(report.drawTable.csv().utf8)))
    }
    result.echo = "seed \(fit.plan.seed)"
    return result
  }

  /// Several models, by how well they predict each row from the others.
  private func compared(_ models: [BayesianMixedModel], in context: CommandContext) throws -> CommandResult {
    let language = words.language(in: context).ofSentences
    try PredictiveOptions.checkRows(models)
    var (wasStopped, stops) = (false, [String]())
    let entries = try models.map { model in
      let fit = try sampling.fit(model, in: context)
      wasStopped = wasStopped || fit.chains.wasStopped
      stops += [SamplingOptions.stopNote(fit)].compactMap { $0 }.map { "\(model.model.formula.text): \($0)" }
      try PredictiveOptions.checkDraws(fit.drawCount * fit.chainCount, "--versus")
      return BayesianComparison.Entry(
        name: model.model.formula.text,
        report: BayesianReport(fit, priorsName: sampling.chains.priorsName, level: level),
        leaveOneOut: try fit.leaveOneOut())
    }
    let comparison = try BayesianComparison(entries)
    var result = CommandResult(estimates: comparison.estimates)
    result.wasStopped = wasStopped
    result.notes += stops
    result.echo = "seed \(entries[0].report.fit.plan.seed)"
    if format == .csv || format == .json { result.notes.append(comparison.sentence(in: language)) }
    result.output =
      switch format {
      case .text: comparison.text(in: language)
      case .markdown: comparison.markdown(in: language)
      case .csv: comparison.table.csv()
      case .json: comparison.document.text(indent: 2) + "\n"
      }
    return result
  }
}
