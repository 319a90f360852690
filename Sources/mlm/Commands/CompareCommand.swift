import ArgumentParser
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm compare`: models of one response side by side.
struct CompareCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "AIC, BIC and likelihood-ratio tests of several models, as R's anova.",
    usage: "mlm compare <formula> <formula> ... --data <F.csv> [<options>]",
    discussion: """
      Models are called m1, m2, … in the order given, and stand in the order of
      their numbers of parameters; each is tested against the one before it, if
      that is within it. They are fitted by maximum likelihood. Where a variance
      is tested at the boundary of its range, Pr(boundary) is the p value and the
      naive one stands beside it (p.value and p.naive in json and csv).

      Example: mlm compare "y ~ x + (1 | g)" "y ~ x + (x | g)" --data d.csv
      Example: mlm compare "y ~ 1 + (1|a)" "y ~ 1 + (1|a) + (1|b)" --data d.csv
      """)

  @Argument(
    help: "Model formulas, with and without random-effects terms, of one grouping factor or several.")
  var formulas: [String]

  @OptionGroup var input: DataOptions
  @OptionGroup var columns: RoleOptions

  @Flag(name: .long, help: "Compare restricted likelihoods; the fixed parts must be the same.")
  var reml = false

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  func validate() throws {
    if formulas.count < 2 { throw ValidationError("a comparison needs two formulas or more") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formulas = try formulas.map { try ModelFormula($0) }
    let table = try input.table(in: context)
    try columns.check(formulas, table)
    let comparison = try ModelComparison(
      formulas, data: table, roles: columns.roles, method: reml ? .reml : .ml)
    return CommandResult(
      output: format == .text ? comparison.text() : comparison.tidyTable.text(in: format),
      notes: comparison.notes(in: context.language.ofSentences), estimates: comparison.estimates)
  }
}
