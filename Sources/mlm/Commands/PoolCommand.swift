import ArgumentParser
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
      Weight is the share of a group's own information, effect by effect: its reliability (1 = no pooling, 0 = complete pooling).
      Movement is partial − none. Text and Markdown show one row a level and term; CSV and JSON one row a strategy, level and term, with standard errors.
      --sigma-y and --sigma-alpha add the lecture's closed form for known standard deviations, for formulas y ~ 1 + (1 | group).

      Example: mlm pool "salary ~ experience + (1 | department)" --data salary.csv
      """)

  @Argument(help: "Model formula with one random-effects factor.")
  var formula: String

  @OptionGroup var input: DataOptions

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

  func validate() throws {
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
    try columns.check([formula], table)
    return try withNotes(on: table, of: formula) { try pooled(formula, table, in: context) }
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
    let comparison: PoolingComparison
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
    var result = CommandResult(estimates: comparison.estimates)
    result.notes = comparison.notes(in: context.language.ofSentences)
    switch format {
    case .text: result.output = comparison.sideBySide.text()
    case .markdown: result.output = comparison.sideBySide.markdown()
    case .csv, .json: result.output = comparison.tidyTable.text(in: format)
    }
    return result
  }
}
