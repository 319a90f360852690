import ArgumentParser
import Labs
import ModelFigures

extension PoststratificationFigureKind: ExpressibleByArgument {}

/// `mlm mrp figure`: figures of MRP.
struct MRPFigureCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure",
    abstract: "Draw MRP's estimates of areas as SVG, PNG, PDF or JSON.",
    discussion: """
      Kinds:
        areas     each group's raw mean, MRP estimate with interval, and truth
        movement  how far MRP moves each group's raw mean, against its respondents

      The groups are those of the one --by. Standard output is the figure's description for readers who cannot see it.

      Example: mlm mrp figure areas "y ~ gender * gdp + (1 | province)" --family binomial --data survey.csv --census cells.csv --by province --out f.svg
      """)

  @Argument(help: ArgumentHelp("Kind of figure, see above.", valueName: "KIND"))
  var kind: PoststratificationFigureKind

  @OptionGroup var mrp: MRPOptions
  @OptionGroup var drawing: DrawingOptions

  func validate() throws {
    if mrp.options.by.count != 1 {
      throw ValidationError("a figure shows the groups of one column; one --by would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    try mrp.noting(in: context) { found in
      let language = drawing.words.language(in: context).ofSentences
      var result = try drawing.drawn(
        kind.figure(of: found), notes: found.notes(in: language), hasMaximum: found.areMeaningful,
        in: context)
      result.wasStopped = found.posterior?.fit.chains.wasStopped ?? false
      return result
    }
  }
}
