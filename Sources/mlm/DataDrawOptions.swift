import ArgumentParser
import Designs
import Distributions
import Labs
import Reporting
import Tables

/// How data are drawn and where they go, the same on every command that makes data.
struct DataDrawOptions: ParsableArguments {
  /// What goes to standard output, or to the file of `--out`.
  enum DataFormat: String, ExpressibleByArgument, CaseIterable { case csv, tibble, json }

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Seed of the draw (default: 1; of the salary data 892174303, the textbook's).", valueName: "S"),
    transform: number("a whole number of up to 18 digits"))
  var seed: Int?

  @Option(name: .long, help: StreamKind.help)
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
    if let seed {
      do { try stream.check(seed) } catch {
        throw ValidationError(
          "--seed is \(seed); from \(error.least) to \(error.most) would work with --stream \(stream.rawValue)"
        )
      }
    }
  }

  /// Output and files of a table and its truth.
  /// - Parameter truth: the truth as a document, made where it is wanted.
  func result(_ table: DataTable, truth makeDocument: () -> String) -> CommandResult {
    var result = CommandResult()
    let document = truth != nil || format == .json ? makeDocument() : ""
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
    return result
  }
}

/// Something that can be drawn from any stream.
protocol Drawable {
  associatedtype Drawn
  func draw<Stream: VariateStream>(from stream: inout Stream) throws -> Drawn
}

extension StreamKind {
  /// Refuses seeds that the stream does not have.
  func check(_ seed: Int) throws(SeedError) {
    switch self {
    case .r, .lecuyer:
      if Int32(exactly: seed) == nil || seed == Int(Int32.min) {
        throw SeedError(seed: seed, least: Int(Int32.min) + 1, most: Int(Int32.max))
      }
    case .keyed: if seed < 0 { throw SeedError(seed: seed, least: 0, most: Int.max) }
    }
  }

  /// Draws from the stream of a seed.
  /// - Throws: `SeedError`, and what the draw throws.
  func drawing<Draw: Drawable>(seed: Int, _ what: Draw) throws -> Draw.Drawn {
    try check(seed)
    switch self {
    case .r:
      var stream = RStream(seed: Int32(seed))
      return try what.draw(from: &stream)
    case .lecuyer:
      var stream = LEcuyerStream(seed: Int32(seed))
      return try what.draw(from: &stream)
    case .keyed:
      var stream = KeyedStream(seed: UInt64(seed))
      return try what.draw(from: &stream)
    }
  }
}

/// A seed that the stream does not have.
struct SeedError: Error, CustomStringConvertible {
  let seed: Int
  let least: Int
  let most: Int
  var description: String { "seed \(seed) is outside \(least) … \(most)" }
}
