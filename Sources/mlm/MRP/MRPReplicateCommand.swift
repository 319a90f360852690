import ArgumentParser
import CommandSupport
import Designs
import Estimates
import Glibc
import Labs
import ModelFormula
import Poststratification
import Reporting
import Tables

extension MRPLaboratory.Population: ExpressibleByArgument {}

/// `mlm mrp replicate`: surveys drawn again and again from a population whose truth is known.
struct MRPReplicateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "replicate",
    abstract: "Bias, error and coverage of raw means, no pooling and MRP over surveys of a known population.",
    discussion: """
      The design is one of mlm data design with a sample. --population fixed draws one population and surveys it again and again: bias is that of each area \
      as it is. --population new draws areas and people anew for each survey.

      Example: mlm mrp replicate survey.yml "y ~ gender + age + gdp + (1 | region) + (1 | province)" --family binomial --by province --replicates 200
      """)

  @Argument(
    help: ArgumentHelp("The design, with a sample.", valueName: "SPEC.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var specification: String

  @Argument(help: "Model of the response.")
  var formula: String

  @OptionGroup var options: MRPModelOptions

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Another number for a parameter or a place of the design; may be repeated.", valueName: "NAME=NUMBER"))
  var settings: [DesignSetting] = []

  @Option(
    name: .long, parsing: .unconditional, help: ArgumentHelp("Number of surveys.", valueName: "R"),
    transform: number("a whole number from 2"))
  var replicates = 100

  @Option(
    name: .long, help: "What is drawn anew for each survey: fixed (the survey alone) or new (areas too).")
  var population: MRPLaboratory.Population = .fixed

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Draws of all effects behind each survey's intervals; 0 for none.", valueName: "N"),
    transform: number("a whole number from 0"))
  var draws = 1000

  @OptionGroup var words: LanguageOption

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var shown: ProgressOption

  func validate() throws {
    try MRPModelOptions.check(draws: draws)
    if !(2...100_000).contains(replicates) {
      throw ValidationError("--replicates is \(replicates); from 2 to 100000 would work")
    }
    if options.model.columns.weights != nil || options.model.columns.offset != nil {
      throw ValidationError("--weights and --offset are for surveys that are there; a design draws none")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    if specification == "-", context.isInLab { throw OptionError.standardInputInLab }
    let isInput = specification == "-"
    let bytes = isInput ? try InputFile.standardInput() : try context.read(specification)
    let file = isInput ? "standard input" : specification
    let design = try DesignSpecification(yaml: String(decoding: bytes, as: UTF8.self), file: file)
      .binding(Dictionary(settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
    let formula = try ModelFormula(formula)
    try options.model.distribution.check(formula, offer: .all)
    try options.model.columns.check([formula], nil)
    let seed = options.seed(in: context)
    let laboratory: MRPLaboratory
    do throws(LaboratoryError) {
      laboratory = try MRPLaboratory(
        design,
        Poststratification(
          options.surveyModel(formula), by: options.by, draws: draws, level: options.level),
        population: population, replicates: replicates, seed: seed)
    } catch { throw InputFileError(message: "\(file): \(error)") }
    let found = try shown.shown(replicates) {
      try laboratory.run(threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), progress: $0)
    }
    var result = CommandResult(estimates: found.estimates)
    let language = words.language(in: context).ofSentences
    result.output =
      switch format {
      case .text: found.text(in: language)
      case .markdown: found.markdown(in: language)
      case .csv, .json: found.table.text(in: format)
      }
    result.echo = "seed \(seed), replicates \(replicates)"
    return result
  }
}
