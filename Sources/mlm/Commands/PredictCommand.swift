import ArgumentParser
import CommandSupport
import Estimates
import Glibc
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm predict`: fitted values of a model for its own data or for others.
struct PredictCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predictions of a model: the data with a column 'pred' more.",
    discussion: """
      --random all uses the groups' own coefficients, --random none the fixed
      effects alone, --random "(1 | g)" some of the random effects. A level that
      the fit has not seen is an error unless --allow-new-levels is given; then
      its random effects are 0.

      --interval adds se, lower and upper: from the joint covariance of fixed and
      random effects with the variances held at their estimates, or with
      --replicates from a parametric bootstrap that counts their uncertainty in.
      Effects of new levels count with their whole variance; with --random none a
      new observation is one of a new level. Its variance is sigma^2/w where the
      rows have the column of --weights.

      With --family the prediction is the linear predictor; --type response gives
      the mean, a probability of a binomial response. --interval prediction,
      --replicates, --seed and --exact are for linear models.

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
    name: .long,
    help: "Scale of the predictions of a generalized model: link (default) or response.")
  var type: PredictionScale?

  @Option(
    name: .long,
    help:
      "Limits: confidence (for the mean of the row) or, of linear models, prediction (for one new observation)."
  )
  var interval: PredictionIntervals.Kind?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Confidence level (default: 0.95).", valueName: "L"),
    transform: number("a number between 0 and 1"))
  var level: Double?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Limits that count in the uncertainty of the variances, by a bootstrap of N replicates; of linear mixed models.",
      valueName: "N"
    ),
    transform: number("a whole number from 1"))
  var replicates: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of the bootstrap (default: 1).", valueName: "S"),
    transform: number("a whole number from 0"))
  var seed: UInt64?

  @Option(
    name: .long, help: ArgumentHelp("Output file; - is standard output.", valueName: "F.csv"),
    completion: .file())
  var out: String = "-"

  @Option(name: .long, help: "Form of the output: csv, text, json or markdown.")
  var format: OutputFormat = .csv

  @OptionGroup var code: RCodeOption
  @OptionGroup var shown: ProgressOption

  func validate() throws {
    if input.data == "-", newdata == "-" {
      throw ValidationError("only one of --data and --newdata can be standard input")
    }
    if interval == nil, level != nil || replicates != nil || seed != nil {
      throw ValidationError("--level, --replicates and --seed belong to --interval confidence or prediction")
    }
    if type != nil, model.distribution.family == nil {
      throw ValidationError("--type belongs to generalized models, e.g. --family binomial")
    }
    if interval == .prediction, model.distribution.family != nil {
      throw ValidationError(
        "--interval prediction is for linear models; with --family there is --interval confidence")
    }
    if replicates != nil, model.distribution.family != nil {
      throw ValidationError(
        "--replicates is for linear mixed models; with --family limits hold the variances at their estimates")
    }
    if seed != nil, replicates == nil { throw ValidationError("--seed belongs to --replicates") }
    if let level, !(level > 0 && level < 1) {
      throw ValidationError("--level is \(level); a number between 0 and 1 would work, e.g. 0.95")
    }
    if let replicates, !(2...1_000_000).contains(replicates) {
      throw ValidationError("--replicates is \(replicates); from 2 to 1000000 would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let table = try input.table(in: context)
    let rows = try newdata.map { try input.reading.table($0, in: context) } ?? table
    let formula = try ModelFormula(formula)
    try model.check(formula, table, offer: .all)
    if code.rCode { return try rLines(formula, in: context) }
    return try withNotes(on: table, of: formula) {
      try predicted(formula, table, for: rows, in: context)
    }
  }

  /// R has no interval for a mixed model: its lines give the predictions.
  private func rLines(_ formula: ModelFormula, in context: CommandContext) throws -> CommandResult {
    var arguments = ["fit", newdata == nil ? "df" : "rows"]
    if formula.randomTerms.isEmpty {
      if model.distribution.family != nil {
        arguments.append("type = \"\((type ?? .link).rawValue)\"")
        if interval != nil { arguments.append("se.fit = TRUE") }
      } else if let interval {
        arguments.append("interval = \"\(interval.rawValue)\", level = \(level ?? 0.95)")
      }
    } else {
      if random == "none" { arguments.append("re.form = NA") }
      if random != "all", random != "none" {
        arguments.append("re.form = ~ " + random.drop { $0 == "~" || $0 == " " })
      }
      if model.distribution.family != nil { arguments.append("type = \"\((type ?? .link).rawValue)\"") }
      if allowNewLevels { arguments.append("allow.new.levels = TRUE") }
    }
    let reading = newdata.map { ["rows <- read.csv(\(RCode.quoted($0)))"] } ?? []
    return try code.lines(
      formula, input, model, in: context,
      then: reading + ["predict(\(arguments.joined(separator: ", ")))"])
  }

  private func predicted(
    _ formula: ModelFormula, _ table: DataTable, for rows: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    let predictions: [Double]
    var intervals: PredictionIntervals?
    var result = CommandResult()
    let selection: RandomEffectSelection =
      random == "all" ? .all : random == "none" ? .none : .terms(random)
    if formula.randomTerms.isEmpty {
      if random != "all" { throw OptionError.needsBar("--random") }
      if allowNewLevels { throw OptionError.needsBar("--allow-new-levels") }
      if replicates != nil { throw OptionError.needsBar("--replicates") }
      if let family = model.distribution.responseFamily {
        let generalized = try GeneralizedLinearModel(
          formula, data: table, family: family, link: model.distribution.link, roles: model.roles)
        let fit = try generalized.fit()
        let scale = type ?? .link
        predictions = try naming(newdata) { try generalized.predict(fit, for: rows, scale: scale) }
        if interval != nil {
          intervals = try generalized.confidenceIntervals(fit, for: rows, scale: scale, level: level ?? 0.95)
        }
        result.notes = fit.notes(in: context.language.ofSentences)
      } else {
        let linear = try LinearModel(formula, data: table, roles: model.roles)
        predictions = try naming(newdata) { try linear.predict(linear.fit(), for: rows) }
        intervals = try interval.map { kind in
          try linear.fit().predictionIntervals(of: linear, for: rows, kind, level: level ?? 0.95)
        }
      }
    } else if let family = model.distribution.responseFamily {
      let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
      let scale = type ?? .link
      predictions = try naming(newdata) {
        try fit.predict(for: rows, random: selection, scale: scale, allowingNewLevels: allowNewLevels)
      }
      if interval != nil {
        intervals = try naming(newdata) {
          try fit.confidenceIntervals(
            for: rows, random: selection, scale: scale, level: level ?? 0.95,
            allowingNewLevels: allowNewLevels)
        }
      }
      result.notes = fit.notes(in: context.language.ofSentences)
    } else {
      let fit = try model.mixedModel(formula, table).fit(by: model.method)
      predictions = try naming(newdata) {
        try fit.predict(for: rows, random: selection, allowingNewLevels: allowNewLevels)
      }
      if let interval {
        let seed = seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1
        intervals = try naming(newdata) {
          if let replicates {
            return try shown.shown(replicates) {
              try fit.bootstrapPredictionIntervals(
                for: rows, interval, level: level ?? 0.95, random: selection,
                allowingNewLevels: allowNewLevels, count: replicates, seed: seed,
                threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), progress: $0)
            }
          }
          return try fit.predictionIntervals(
            for: rows, interval, level: level ?? 0.95, random: selection, allowingNewLevels: allowNewLevels)
        }
        if let replicates { result.echo = "seed \(seed), replicates \(replicates)" }
      }
      result.notes = fit.notes(in: context.language.ofSentences)
      if let failures = intervals?.failureCount, failures > 0 {
        result.notes.append(
          "note: \(failures) of \(replicates ?? 0) replicates could not be fitted and are left out of the limits"
        )
      }
    }
    for (row, value) in predictions.enumerated() {
      result.estimates.append(EstimateRow([String(row + 1)], effect: .prediction, [.init("estimate", value)]))
    }
    var table = rows
    func append(_ name: String, _ values: [Double]) {
      table = table.appending(Column(DataTable.freeName(name, among: table.columnNames), values))
    }
    append("pred", predictions)
    if let intervals {
      append("se", intervals.errors)
      append("lower", intervals.lower)
      append("upper", intervals.upper)
    }
    let text = table.text(in: format)
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
