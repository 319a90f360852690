import ArgumentParser
import BayesianModels
import Estimates
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm pool`: every pooling strategy side by side.
struct PoolCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Complete pooling, no pooling, LSDV and partial pooling (REML, ML) side by side.",
    discussion: """
      Groups are those of one grouping factor; mlm fit takes several.
      Weight is the share of a group's own information, effect by effect: its reliability (1 = no pooling, 0 = complete pooling).
      Movement is partial − none. Text and Markdown show one row a level and term; CSV and JSON one row a strategy, level and term, with standard errors.
      With --family everything is on the scale of the link, and partial pooling by ML.
      --sigma-y and --sigma-alpha add the lecture's closed form for known standard deviations, for formulas y ~ 1 + (1 | group).
      --bayes adds the posterior of the Bayesian model, as mlm bayes draws it: means, and posterior standard deviations as standard errors; --priors and the options after it are for it.

      Example: mlm pool "salary ~ experience + (1 | department)" --data salary.csv
      """)

  @Argument(help: "Model formula with one grouping factor, in one random-effects term or several.")
  var formula: String

  @OptionGroup var input: DataOptions

  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Known standard deviation within groups.", valueName: "σ_y"),
    transform: number("a number from 0"))
  var sigmaY: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Known standard deviation between groups.", valueName: "σ_α"),
    transform: number("a number from 0"))
  var sigmaAlpha: Double?

  @Flag(name: .long, help: "Add the posterior means of the Bayesian model, as strategy bayes.")
  var bayes = false

  @OptionGroup var sampling: SamplingOptions

  func validate() throws {
    if !bayes { try sampling.checkUnused() }
    if sigmaY != nil, distribution.family != nil {
      throw ValidationError("--sigma-y and --sigma-alpha are for linear models; leave --family out")
    }
    if (sigmaY == nil) != (sigmaAlpha == nil) {
      throw ValidationError("--sigma-y and --sigma-alpha belong together")
    }
    for value in [sigmaY, sigmaAlpha].compactMap({ $0 }) where !(value >= 0 && value.isFinite) {
      throw ValidationError("a standard deviation is a number from 0, not \(value)")
    }
    if sigmaY == 0, sigmaAlpha == 0 {
      throw ValidationError("one of the two standard deviations must be above 0")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try distribution.check(formula, offer: .mixed)
    try columns.check([formula], table, takesFactors: distribution.family == .binomial)
    return try withNotes(on: table, of: formula) {
      if let specification = distribution.specification {
        var comparison = try GeneralizedPoolingComparison(
          formula, data: table, specification, roles: columns.roles)
        var result = CommandResult(notes: comparison.notes(in: context.language.ofSentences))
        if bayes {
          comparison = comparison.adding(
            try sampled(.generalized(comparison.fit.model), into: &result, in: context))
        }
        result.output = output(comparison.sideBySide, comparison.tidyTable)
        result.estimates = comparison.estimates
        return result
      }
      return try pooled(formula, table, in: context)
    }
  }

  private func pooled(
    _ formula: ModelFormula, _ table: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    let roles = columns.roles
    var known: KnownVariancePooling?
    if let sigmaY, let sigmaAlpha {
      known = try KnownVariancePooling(
        formula, data: table, roles: roles,
        by: PartialPoolingFormula(sigmaY: sigmaY, sigmaAlpha: sigmaAlpha))
    }
    var comparison: PoolingComparison
    do {
      comparison = try PoolingComparison(formula, data: table, roles: roles, known: known)
    } catch let error as FitError {
      // The closed form needs no estimate of variances, so it stands where a fit cannot.
      guard let known else { throw error }
      return CommandResult(
        output: known.tidyTable.text(in: format),
        notes: [
          context.language == .zh ? "说明：只显示闭式解：\(error)" : "note: only the closed form is shown: \(error)"
        ],
        estimates: known.estimates)
    }
    var result = CommandResult(notes: comparison.notes(in: context.language.ofSentences))
    if bayes {
      comparison = comparison.adding(
        try sampled(.linear(comparison.reml.model), into: &result, in: context))
    }
    result.estimates = comparison.estimates
    result.output = output(comparison.sideBySide, comparison.tidyTable)
    return result
  }

  /// Draws from the posterior; what is told of them goes into a result.
  private func sampled(
    _ likelihood: BayesianMixedModel.Likelihood, into result: inout CommandResult, in context: CommandContext
  ) throws -> BayesianFit {
    let chains = sampling.chains
    let fit = try chains.fit(
      likelihood, draws: sampling.draws, seed: sampling.seed(in: context), in: context)
    let report = BayesianReport(fit, priorsName: chains.priorsName)
    result.notes += report.strategyNotes(in: context.language.ofSentences)
    result.echo = "seed \(fit.plan.seed)"
    result.wasStopped = fit.chains.wasStopped
    result.notes += [SamplingOptions.stopNote(fit)].compactMap { $0 }
    return fit
  }

  /// A comparison in the form asked for.
  private func output(
    _ sideBySide: @autoclosure () -> TextTable, _ tidy: @autoclosure () -> DataTable
  ) -> String {
    switch format {
    case .text: sideBySide().text()
    case .markdown: sideBySide().markdown()
    case .csv, .json: tidy().text(in: format)
    }
  }
}
