import ArgumentParser
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm intervals`: confidence intervals of the parameters of a linear mixed model.
struct IntervalsCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "intervals",
    abstract: "Confidence intervals of the parameters of a linear mixed model, as R's confint.",
    discussion: """
      Profile intervals are for all parameters: standard deviations, correlations, the residual's sigma and the fixed effects; they
      belong to the ML fit. A standard deviation that the data do not keep from 0 has the lower limit 0, a correlation the limit ±1. Wald
      intervals are for the fixed effects.

      Example: mlm intervals "salary ~ experience + (1 | department)" --data salary.csv --method profile
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable { case wald, profile }

  @Argument(help: "Model formula with a random-effects term.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(name: .long, help: "Kind of the intervals: wald or profile.")
  var method: Method = .profile

  @Option(
    name: .long, help: ArgumentHelp("Confidence level, between 0 and 1.", valueName: "level"),
    transform: number("a number between 0 and 1"))
  var level: Double = 0.95

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  func validate() throws {
    guard level > 0, level < 1 else {
      throw ValidationError("a confidence level is between 0 and 1, such as 0.95, not \(level)")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try model.check(formula, table)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm intervals") }
    return try withNotes(on: table, of: formula) {
      let fit = try LinearMixedModel(formula, data: table, roles: model.roles).fit(
        by: method == .profile ? .ml : model.method)
      let intervals = ConfidenceIntervalTable(
        method == .profile ? try fit.profileIntervals(level: level) : fit.waldIntervals(level: level),
        level: level)
      return CommandResult(
        output: format == .text ? intervals.text : intervals.tidyTable.text(in: format),
        notes: fit.notes(in: context.language.ofSentences), estimates: intervals.estimates)
    }
  }
}
