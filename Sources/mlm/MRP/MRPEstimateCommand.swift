import ArgumentParser
import Labs
import Poststratification
import Reporting
import Tables

/// `mlm mrp`: estimates of areas from a survey and a census.
struct MRPEstimateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract:
      "Estimates of everyone and of the groups of columns, beside raw means and no pooling (the default).",
    discussion: """
      The model is fitted to the survey; its means of the census's cells, weighted by their counts, are the estimates. Levels that the survey has not \
      count with effects of 0. Intervals are quantiles of draws of all effects from their joint distribution given the variances; new levels' effects are \
      drawn from theirs.

      --bayes draws from the posterior of the Bayesian multilevel model instead, as mlm bayes does: estimates are posterior means, and intervals hold the \
      uncertainty of the variances too.

      raw is the survey's mean as it is; no pooling weights the survey's means of cells by the census, where the survey has every cell of the group.
      Interaction grouping factors need no columns: (1 | gender:region), or (1 | gender.region) with R's names.

      Example: mlm mrp "y ~ gender * gdp + (1 | region) + (1 | province)" --family binomial --data survey.csv --census cells.csv --by province
      """)

  @OptionGroup var mrp: MRPOptions
  @OptionGroup var words: LanguageOption

  @Option(
    name: .long,
    help: ArgumentHelp("File for the census with the model's mean of each cell.", valueName: "F.csv"),
    completion: .file(extensions: ["csv"]))
  var cells: String?

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  func validate() throws {
    if cells == "-" { throw ValidationError("--cells needs a file") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    try mrp.noting(in: context) { found in
      let language = words.language(in: context).ofSentences
      var result = CommandResult(estimates: found.estimates)
      result.notes = found.notes(in: language)
      if let fit = found.posterior?.fit {
        result.wasStopped = fit.chains.wasStopped
        result.notes += [SamplingOptions.stopNote(fit)].compactMap { $0 }
      }
      result.output =
        switch format {
        case .text: found.text(in: language)
        case .markdown: found.markdown(in: language)
        case .csv: found.table.csv()
        case .json: found.document.text(indent: 2) + "\n"
        }
      if let cells {
        result.files.append(OutputFile(path: cells, bytes: Array(found.cellTable.csv().utf8)))
      }
      return result
    }
  }
}
