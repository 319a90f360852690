import ArgumentParser
import Designs
import Distributions
import Estimates
import Labs
import Tables

/// `mlm data design`: a data set of a design in YAML.
struct DesignDataCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Data of any multilevel design written in YAML: levels, predictors, a response with its truth.",
    discussion: """
      The truth of the draw (coefficients, standard deviations, every group's true line) leaves beside the data. --r-script writes a program \
      in base R that draws the same data. A design with a sample: makes a survey of its rows; --census writes the population that it was drawn \
      from, one row a cell, for mlm mrp.

      Example: mlm data design two-level.yml --set J=10 --out d.csv --truth d.json
      """)

  @Argument(
    help: ArgumentHelp("The design; - reads standard input.", valueName: "SPEC.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var specification: String

  @OptionGroup var drawing: DataDrawOptions

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Another number for a parameter, or for a place such as response.sd.residual; may be repeated.",
      valueName: "NAME=NUMBER"))
  var settings: [DesignSetting] = []

  @Option(
    name: .customLong("r-script"),
    help: ArgumentHelp(
      "File for a program in R that draws the same data (--stream r or lecuyer).", valueName: "F.R"),
    completion: .file(extensions: ["R"]))
  var rScript: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "File for the census of a design with a sample: cells, predictors of areas, N, and each cell's true mean.",
      valueName: "CELLS.csv"),
    completion: .file(extensions: ["csv"]))
  var census: String?

  func validate() throws {
    if census == "-" { throw ValidationError("--census needs a file") }
    if rScript != nil, drawing.stream.generator == nil {
      throw ValidationError(
        "--r-script with --stream \(drawing.stream.rawValue); R has no such stream; --stream r or lecuyer would work"
      )
    }
    if rScript == "-" { throw ValidationError("--r-script needs a file") }
    var named: Set<String> = []
    for setting in settings where !named.insert(setting.name).inserted {
      throw ValidationError("--set names '\(setting.name)' twice; one number would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    if specification == "-", context.isInLab { throw OptionError.standardInputInLab }
    let isInput = specification == "-"
    let bytes = isInput ? try InputFile.standardInput() : try context.read(specification)
    let file = isInput ? "standard input" : specification
    let design = try DesignSpecification(yaml: String(decoding: bytes, as: UTF8.self), file: file)
      .binding(Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0.value) }))
    let seed = drawing.seed ?? context.seed ?? 1
    let data = try drawing.stream.drawing(seed: seed, DesignDraw(design: design))
    var result = drawing.result(data.table) {
      data.truth.json(of: design, seed: seed, stream: drawing.stream.rawValue).text(indent: 2) + "\n"
    }
    if let census {
      guard let population = data.census else { throw CensusError(file: file) }
      result.files.append(OutputFile(path: census, bytes: Array(population.cells.csv().utf8)))
    }
    if let rScript, let generator = drawing.stream.generator {
      let program = design.rProgram(seed: Int32(seed), generator: generator, file: file)
      result.files.append(OutputFile(path: rScript, bytes: Array(program.utf8)))
    }
    if context.recordsEstimates { result.estimates = data.truth.estimates }
    result.echo =
      "seed \(seed), stream \(drawing.stream.rawValue)\n" + data.truth.echo(of: design)
    return result
  }

  /// The design as something to be drawn from any stream.
  private struct DesignDraw: Drawable {
    let design: DataDesign
    func draw<Stream: VariateStream>(from stream: inout Stream) throws -> DrawnData {
      try design.draw(from: &stream)
    }
  }
}

/// A census asked of a design whose rows are all there are.
struct CensusError: Error, CustomStringConvertible {
  let file: String
  var description: String {
    "\(file): --census, but the design draws no sample; a part sample: {size: 1500} would make its rows a population"
  }
}

/// A number for a name, as in `J=10`.
struct DesignSetting: ExpressibleByArgument {
  let name: String
  let value: Double

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
      let value = Double(argument[argument.index(after: equals)...])
    else { return nil }
    name = String(argument[..<equals])
    self.value = value
  }
}

extension StreamKind {
  /// The generator of R that draws the same numbers.
  var generator: RGenerator? {
    switch self {
    case .r: .mersenneTwister
    case .lecuyer: .lecuyer
    case .keyed: nil
    }
  }
}
