import ArgumentParser
import Designs
import Distributions
import Estimates
import Labs
import Reporting
import Tables

/// `mlm data`: data whose truth is known.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Generate data whose truth is known.",
    subcommands: [SalaryDataCommand.self])
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

  enum DataFormat: String, ExpressibleByArgument, CaseIterable { case csv, tibble, json }

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of the draw (default: 892174303, the textbook's).", valueName: "S"),
    transform: number("a whole number of up to 18 digits"))
  var seed: Int?

  @Option(
    name: .customLong("n"), parsing: .unconditional,
    help: ArgumentHelp("Number of persons; departments repeat in turn.", valueName: "100"),
    transform: number("a whole number from 1 to \(DesignError.largestTable)"))
  var count = 100

  @Option(name: .long, help: "Random stream: r (R's default generators) or keyed (counter-based).")
  var stream: StreamKind = .r

  @Option(
    name: .long, help: ArgumentHelp("File for the data; - is standard output.", valueName: "F.csv"),
    completion: .file())
  var out: String = "-"

  @Option(
    name: .long, help: ArgumentHelp("File for the truth behind the data.", valueName: "F.json"),
    completion: .file())
  var truth: String?

  @Option(
    name: .long,
    help: "csv (data in full precision), tibble (first rows as R prints them), or json (the truth).")
  var format: DataFormat = .csv

  func validate() throws {
    if truth == "-" { throw ValidationError("--truth needs a file; --format json prints the truth") }
    if count < 1 || count > DesignError.largestTable {
      throw ValidationError("--n is \(count); from 1 to \(DesignError.largestTable) would work")
    }
    guard let seed else { return }
    switch stream {
    case .r where Int32(exactly: seed) == nil || seed == Int(Int32.min):
      throw ValidationError(
        "--seed is \(seed); from \(Int32.min + 1) to \(Int32.max) would work with --stream r")
    case .keyed where seed < 0:
      throw ValidationError("--seed is \(seed); from 0 to \(Int.max) would work with --stream keyed")
    default: break
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let seed = seed ?? context.seed ?? Int(SalaryScenario.textbookSeed)
    let scenario = try SalaryScenario(count: count)
    let table: DataTable
    switch stream {
    case .r:
      guard let small = Int32(exactly: seed), small != .min else {
        throw SeedError(seed: seed, least: Int(Int32.min) + 1, most: Int(Int32.max))
      }
      var stream = RStream(seed: small)
      table = scenario.draw(from: &stream)
    case .keyed:
      guard let key = UInt64(exactly: seed) else { throw SeedError(seed: seed, least: 0, most: Int.max) }
      var stream = KeyedStream(seed: key)
      table = scenario.draw(from: &stream)
    }
    let facts = SalaryTruth()
    let document = facts.json(seed: seed, count: count, stream: stream.rawValue).text(indent: 2) + "\n"
    var result = CommandResult(estimates: facts.estimates)
    let text =
      switch format {
      case .csv: table.csv()
      case .tibble: table.tibble()
      case .json: document
      }
    if out == "-" {
      result.output = text
    } else {
      result.files.append(OutputFile(path: out, bytes: Array((format == .tibble ? table.csv() : text).utf8)))
      if format == .tibble { result.output = text }
    }
    if let truth { result.files.append(OutputFile(path: truth, bytes: Array(document.utf8))) }
    result.echo = "seed \(seed), n \(count), stream \(stream.rawValue)"
    return result
  }
}

/// A seed that the stream does not have.
struct SeedError: Error, CustomStringConvertible {
  let seed: Int
  let least: Int
  let most: Int
  var description: String { "seed \(seed) is outside \(least) … \(most)" }
}
