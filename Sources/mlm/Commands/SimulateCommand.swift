import ArgumentParser
import Distributions
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm simulate`: responses drawn from a fitted model.
struct SimulateCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Responses drawn from a fitted mixed model: the data with columns 'sim_1', … more.",
    discussion: """
      --random new draws new random effects for every response, --random fitted
      keeps those of the fit. With --stream r the numbers are those of R's
      simulate() with the same seed (for models without weights, which lme4 leaves
      out of the residuals). With --family they have the form of the response: levels,
      shares, or of cbind() the successes. Rows that the fit leaves out are NA.

      Example: mlm simulate "y ~ x + (x | g)" --data d.csv --seed 42
      """)

  enum RandomPart: String, ExpressibleByArgument, CaseIterable { case new, fitted }

  @Argument(help: "Model formula with random-effects terms, of one grouping factor or several.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of the draws (default: 1).", valueName: "S"),
    transform: number("a whole number of up to 10 digits"))
  var seed: Int32?

  @Option(
    name: .customLong("n"), parsing: .unconditional,
    help: ArgumentHelp("Number of responses (default: 1).", valueName: "n"),
    transform: number("a whole number from 1 to 10000"))
  var count = 1

  @Option(name: .long, help: "Random effects: new or fitted.")
  var random: RandomPart = .new

  @Option(name: .long, help: StreamKind.help)
  var stream: StreamKind = .r

  @Option(
    name: .long, help: ArgumentHelp("File for the data; - is standard output.", valueName: "F.csv"),
    completion: .file())
  var out: String = "-"

  @Option(name: .long, help: "Form of the output: csv, text, json or markdown.")
  var format: OutputFormat = .csv

  @OptionGroup var code: RCodeOption

  func validate() throws {
    if !(1...10_000).contains(count) {
      throw ValidationError("--n is \(count); from 1 to 10000 would work")
    }
    if let seed, seed == .min || stream == .keyed && seed < 0 {
      throw ValidationError("--seed is \(seed); a whole number from 0 would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try model.check(formula, table, offer: .mixed)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm simulate") }
    let seed =
      try seed ?? context.seed.map { value in
        guard let small = Int32(exactly: value), small >= 0 else {
          throw SeedError(seed: value, least: 0, most: Int(Int32.max))
        }
        return small
      } ?? 1
    if code.rCode {
      let effects = random == .fitted ? ", use.u = TRUE" : ""
      return try code.lines(
        formula, input, model, in: context,
        then: ["cbind(model.frame(fit), simulate(fit, nsim = \(count), seed = \(seed)\(effects)))"])
    }
    return try withNotes(on: table, of: formula) {
      let (draws, frame, notes) = try draws(formula, table, seed, context.language.ofSentences)
      var rows = table
      for (k, draw) in draws.enumerated() {
        let name = DataTable.freeName("sim_\(k + 1)", among: rows.columnNames)
        rows = rows.appending(frame.responseColumn(name, of: draw))
      }
      var result = CommandResult(notes: notes)
      if out == "-" {
        result.output = rows.text(in: format)
      } else {
        result.files.append(OutputFile(path: out, bytes: Array(rows.text(in: format).utf8)))
      }
      result.echo = "seed \(seed), n \(count), stream \(stream.rawValue)"
      return result
    }
  }

  /// The responses, the frame of the rows they belong to, and what the fit says.
  private func draws(
    _ formula: ModelFormula, _ table: DataTable, _ seed: Int32, _ language: Language
  ) throws -> (draws: [[Double]], frame: ModelFrame, notes: [String]) {
    if let family = model.distribution.responseFamily {
      let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
      let draws = drawn(seed) {
        fit.simulate(count: count, keepingRandomEffects: random == .fitted, from: &$0)
      }
      return (draws, fit.model.frame, fit.notes(in: language))
    }
    let fit = try model.mixedModel(formula, table).fit(by: model.method)
    let draws = drawn(seed) {
      fit.simulate(count: count, keepingRandomEffects: random == .fitted, from: &$0)
    }
    return (draws, fit.model.frame, fit.notes(in: language))
  }

  /// Draws from the stream asked for.
  private func drawn(_ seed: Int32, _ draw: (inout any VariateStream) -> [[Double]]) -> [[Double]] {
    var source: any VariateStream =
      switch stream {
      case .r: RStream(seed: seed)
      case .lecuyer: LEcuyerStream(seed: seed)
      case .keyed: KeyedStream(seed: UInt64(seed))
      }
    return draw(&source)
  }
}
