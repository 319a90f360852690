import ArgumentParser
import Estimates
import Labs
import MixedModels
import ModelFormula
import Tables

/// `mlm predict`: fitted values of a model for its own data or for others.
struct PredictCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predictions of a model: the data with a column 'pred' more.",
    discussion: """
      --random all uses the groups' own coefficients, --random none the fixed effects alone. A level that the fit has not seen is an error unless
      --allow-new-levels is given; then its random effects are 0.

      Example: mlm predict "salary ~ experience" --data salary.csv
      """)

  @Argument(help: "Model formula, e.g. \"salary ~ experience + (1 | department)\".")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long, help: ArgumentHelp("CSV file with the rows to be predicted.", valueName: "F2.csv"),
    completion: .file(extensions: ["csv"]))
  var newdata: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Random effects used: all, none, or terms of the model, e.g. \"(1 | school)\".", valueName: "TERMS"))
  var random = "all"

  @Flag(name: .long, help: "Predict levels that the fit has not seen, with random effects of 0 for them.")
  var allowNewLevels = false

  @Option(
    name: .long, help: ArgumentHelp("Output file; - is standard output.", valueName: "F.csv"),
    completion: .file())
  var out: String = "-"

  func validate() throws {
    if input.data == "-", newdata == "-" {
      throw ValidationError("only one of --data and --newdata can be standard input")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let table = try input.table(in: context)
    let rows = try newdata.map { try input.reading.table($0, in: context) } ?? table
    let formula = try ModelFormula(formula)
    try model.check(formula, table)
    return try withNotes(on: table, of: formula) {
      try predicted(formula, table, for: rows, in: context)
    }
  }

  private func predicted(
    _ formula: ModelFormula, _ table: DataTable, for rows: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    let predictions: [Double]
    var result = CommandResult()
    if formula.randomTerms.isEmpty {
      if random != "all" { throw OptionError.needsBar("--random") }
      if allowNewLevels { throw OptionError.needsBar("--allow-new-levels") }
      let linear = try LinearModel(formula, data: table, roles: model.roles)
      predictions = try naming(newdata) { try linear.predict(linear.fit(), for: rows) }
    } else {
      let fit = try LinearMixedModel(formula, data: table, roles: model.roles).fit(by: model.method)
      predictions = try naming(newdata) {
        try fit.predict(
          for: rows, random: random == "all" ? .all : random == "none" ? .none : .terms(random),
          allowingNewLevels: allowNewLevels)
      }
      result.notes = fit.notes(in: context.language.ofSentences)
    }
    for (row, value) in predictions.enumerated() {
      result.estimates.append(EstimateRow([String(row + 1)], effect: .prediction, [.init("estimate", value)]))
    }
    let name = DataTable.freeName("pred", among: rows.columnNames)
    let text = rows.appending(Column(name, predictions)).csv()
    if out == "-" {
      result.output = text
    } else {
      result.files.append(OutputFile(path: out, bytes: Array(text.utf8)))
    }
    return result
  }
}

/// Runs a step on a file's rows; its errors say which file.
private func naming<Result>(_ file: String?, _ step: () throws -> Result) throws -> Result {
  do { return try step() } catch {
    guard let file else { throw error }
    throw InputFileError(message: "\(file): \(error)")
  }
}
