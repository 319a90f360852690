import ArgumentParser
import Designs
import Distributions
import Labs
import Tables

/// `mlm data`: data whose truth is known.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Generate data whose truth is known.",
    subcommands: [SalaryDataCommand.self, DesignDataCommand.self])
}

/// `mlm data salary`: the textbook's salary scenario.
struct SalaryDataCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "salary",
    abstract: "The textbook's salary data: five departments with their own starting salary and raise.",
    discussion: """
      With --stream r the table is R's create_data() after set.seed(S), bit for bit; the default seed is the textbook's own draw.

      Example: mlm data salary --out salary.csv --truth truth.json
      """)

  @Option(
    name: .customLong("n"), parsing: .unconditional,
    help: ArgumentHelp("Number of persons; departments repeat in turn.", valueName: "100"),
    transform: number("a whole number from 1 to \(DesignError.largestTable)"))
  var count = 100

  @OptionGroup var drawing: DataDrawOptions

  func validate() throws {
    if count < 1 || count > DesignError.largestTable {
      throw ValidationError("--n is \(count); from 1 to \(DesignError.largestTable) would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let seed = drawing.seed ?? context.seed ?? Int(SalaryScenario.textbookSeed)
    let scenario = try SalaryScenario(count: count)
    let table = try drawing.stream.drawing(seed: seed, SalaryDraw(scenario: scenario))
    let facts = SalaryTruth()
    let document =
      facts.json(seed: seed, count: count, stream: drawing.stream.rawValue).text(indent: 2) + "\n"
    var result = drawing.result(table) { document }
    result.estimates = facts.estimates
    result.echo = "seed \(seed), n \(count), stream \(drawing.stream.rawValue)"
    return result
  }

  /// The scenario as something to be drawn from any stream.
  private struct SalaryDraw: Drawable {
    let scenario: SalaryScenario
    func draw<Stream: VariateStream>(from stream: inout Stream) -> DataTable { scenario.draw(from: &stream) }
  }
}
