import ArgumentParser
import Labs
import MixedModels
import ModelFormula
import Poststratification
import Reporting
import Tables

/// The model of a survey's responses and the groups to be estimated.
struct MRPModelOptions: ParsableArguments {
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Column of the census whose groups are estimated; a:b for crossings. May be repeated.", valueName: "COL"
    ))
  var by: [String] = []

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Level of the intervals.", valueName: "0.95"),
    transform: number("a number between 0 and 1"))
  var level = 0.95

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of what is drawn.", valueName: "S"), transform: number("a whole number from 0"))
  var seed: UInt64?

  func validate() throws {
    if !(level > 0 && level < 1) {
      throw ValidationError("--level is \(level); a number between 0 and 1 would work, e.g. 0.95")
    }
    for name in by where by.count(where: { $0 == name }) > 1 {
      throw ValidationError("--by names '\(name)' twice")
    }
    for name in by {
      let parts = name.split(separator: ":")
      if let part = parts.first(where: { part in parts.count(where: { $0 == part }) > 1 }) {
        throw ValidationError("--by \(name) crosses '\(part)' with itself; '\(part)' would do once")
      }
    }
  }

  /// The seed asked for, the lab's, or 1.
  func seed(in context: CommandContext) -> UInt64 {
    seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1
  }

  /// The model of a formula.
  func surveyModel(_ formula: ModelFormula) -> SurveyModel {
    SurveyModel(
      formula, family: model.distribution.responseFamily, link: model.distribution.link, roles: model.roles,
      method: model.method, approximation: model.distribution.approximation,
      determinant: model.distribution.laplace ?? .expected, exact: model.exact)
  }

  /// Refuses a number of draws that cannot be.
  static func check(draws: Int) throws {
    guard draws == 0 || (100...1_000_000).contains(draws) else {
      throw ValidationError("--draws is \(draws); 0 (no intervals) or from 100 to 1000000 would work")
    }
  }
}

/// A survey, a census, and what joins them.
struct MRPOptions: ParsableArguments {
  @Argument(help: "Model of the response, e.g. \"y ~ gender * gdp + (1 | region) + (1 | gender:region)\".")
  var formula: String

  @OptionGroup var input: DataOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Cells of the population with their counts: one row a cell.", valueName: "CELLS.csv"),
    completion: .file(extensions: ["csv"]))
  var census: String

  @Option(
    name: .long,
    help: ArgumentHelp("Column of the counts. (default: N, n or count)", valueName: "COL"))
  var count: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Predictors of areas, joined to survey and census by the columns in common. May be repeated.",
      valueName: "F.csv"), completion: .file(extensions: ["csv"]))
  var join: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Column of the census with the cells' true means, of simulated populations.", valueName: "COL"))
  var truth: String?

  @OptionGroup var options: MRPModelOptions

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Draws of all effects behind the intervals; 0 for none. With --bayes draws of each chain. (default: 4000; with --bayes 1000)",
      valueName: "N"), transform: number("a whole number from 0"))
  var draws: Int?

  @Flag(
    name: .long,
    help:
      "Estimates and intervals from the posterior of the Bayesian model: variances are drawn too."
  )
  var bayes = false

  @OptionGroup var chains: ChainOptions

  func validate() throws {
    if bayes {
      try ChainOptions.check(draws: draws)
      for (option, isGiven) in options.model.ofLikelihoods where isGiven {
        throw ValidationError("\(option) is for fits by likelihood; with --bayes leave it out")
      }
    } else {
      try chains.checkUnused()
      if let draws { try MRPModelOptions.check(draws: draws) }
    }
    let standard = [input.data, census] + join
    if standard.count(where: { $0 == "-" }) > 1 {
      throw ValidationError("only one of --data, --census and --join can be standard input")
    }
  }

  /// Runs a step on the estimates, with what is to be noted of the survey's columns.
  func noting(
    in context: CommandContext, _ step: (PoststratifiedEstimates) throws -> CommandResult
  ) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let survey = try input.table(in: context)
    return try withNotes(on: survey, of: formula) { try step(try estimates(formula, survey, in: context)) }
  }

  private func estimates(
    _ formula: ModelFormula, _ own: DataTable, in context: CommandContext
  ) throws -> PoststratifiedEstimates {
    let reading = input.reading
    // Faults of joins name the files.
    func named(_ table: DataTable, _ path: String) -> DataTable {
      var table = table
      table.name = path == "-" ? "standard input" : path
      return table
    }
    let tables = try join.map { named(try reading.table($0, in: context), $0) }
    var survey = named(own, input.data)
    for table in tables { survey = try survey.joining(table) }
    survey.name = own.name
    try options.model.check(formula, survey, offer: .all)
    let cells = try Census(
      named(try reading.table(census, in: context), census), count: count, joining: tables)
    let seed = options.seed(in: context)
    let plan = Poststratification(
      options.surveyModel(formula), by: options.by, draws: draws ?? 4000, seed: seed,
      level: options.level, truth: truth)
    guard bayes else { return try plan.estimates(survey: survey, census: cells) }
    let fit = try plan.model.fit(survey)
    guard let likelihood = fit.likelihood else { throw OptionError.needsBar("--bayes") }
    let drawn = try chains.fit(likelihood, draws: draws, seed: seed, in: context)
    return try plan.estimates(
      of: fit,
      posterior: BayesianReport(drawn, priorsName: chains.priorsName, level: options.level),
      survey: survey, census: cells)
  }
}
