import ArgumentParser
import Labs
import Reporting
import Studies
import StudyResults
import Tables

/// `mlm study table`: one measure of a study, cells in rows, strategies in columns.
struct StudyTableCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract:
      "Print one measure of a study: cells in rows, strategies in columns, Monte Carlo errors in parentheses.",
    discussion: """
      A number in brackets says how many replicates gave a number where not all did. --format csv and json have the numbers in full with mcse, count \
      and total.

      Example: mlm study table rmse DIR --format markdown
      """)

  @Argument(
    help: ArgumentHelp("Measure, or 'boundary' for the share of fits on the boundary.", valueName: "MEASURE"))
  var measure: TableMeasure

  @Argument(
    help: ArgumentHelp(
      "The study's folder, a folder of results, or the study's YAML file.", valueName: "STUDY"))
  var study: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Estimand by its address. (default: the first coefficient of groups)", valueName: "ESTIMAND"))
  var estimand: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp("Strategy that has a column, instead of all. May be repeated.", valueName: "NAME"))
  var strategy: [String] = []

  @OptionGroup var words: LanguageOption

  @Option(name: .long, help: "Form of the output: text, markdown, csv or json.")
  var format: OutputFormat = .text

  func result(in context: CommandContext) throws -> CommandResult {
    let measured = try StudyFile.measured(study, in: context)
    let words = StudyWords(words.language(in: context).ofSentences)
    let table = try MeasureTable(
      measured, measure.quantity, of: estimand, strategies: strategy, words: words)
    var result = CommandResult(
      output: format == .markdown
        ? table.table.markdown() : format == .text ? table.table.text() : table.numbers.text(in: format))
    if context.recordsEstimates { result.estimates = measured.estimates }
    return result
  }
}

/// A measure, or the rate of fits on the boundary.
struct TableMeasure: ExpressibleByArgument {
  let quantity: MeasureTable.Quantity

  init?(argument: String) {
    if argument == "boundary" {
      quantity = .boundary
    } else if let measure = Measure(rawValue: argument) {
      quantity = .measure(measure)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { Measure.allCases.map(\.rawValue) + ["boundary"] }
}
