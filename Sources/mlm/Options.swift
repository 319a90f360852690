import ArgumentParser
import CommandSupport
import Estimates
import Glibc
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// Where the data of a model come from.
struct DataOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("CSV file with a header; - reads standard input.", valueName: "F.csv"),
    completion: .file(extensions: ["csv"]))
  var data: String

  @OptionGroup var reading: ReadingOptions

  /// Reads the table.
  func table(in context: CommandContext) throws -> DataTable { try reading.table(data, in: context) }
}

/// How data files are written.
struct ReadingOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Column separator of the file: ',' (default), ';', '|' or tab.", valueName: "char"))
  var separator = ColumnSeparator(scalar: ",")

  @Option(name: .long, help: "Decimal mark of the file: point or comma.")
  var decimal: DecimalMark = .point

  enum DecimalMark: String, ExpressibleByArgument, CaseIterable { case point, comma }

  func validate() throws {
    if decimal == .comma, separator.scalar == "," {
      throw ValidationError(
        "a comma cannot both separate columns and mark decimals; with --decimal comma say --separator ';'")
    }
  }

  /// Whether any option differs from its default.
  var isGiven: Bool { separator.scalar != "," || decimal != .point }

  var options: CSVOptions {
    CSVOptions(separator: separator.scalar, decimalMark: decimal == .comma ? "," : ".")
  }

  /// Reads a table from a file, or from standard input for `-`.
  func table(_ path: String, in context: CommandContext) throws -> DataTable {
    if path == "-", context.isInLab { throw OptionError.standardInputInLab }
    let bytes = path == "-" ? try InputFile.standardInput() : try context.read(path)
    return try DataTable(csv: bytes, file: path == "-" ? "standard input" : path, options: options)
  }
}

/// The separator of a data file: a sign of ASCII, or the tab by its name.
struct ColumnSeparator: ExpressibleByArgument {
  let scalar: Unicode.Scalar

  init(scalar: Unicode.Scalar) { self.scalar = scalar }

  init?(argument: String) {
    if ["tab", "\\t", "\t"].contains(argument) {
      scalar = "\t"
      return
    }
    guard argument.unicodeScalars.count == 1, let sign = argument.unicodeScalars.first, sign.isASCII,
      sign.properties.numericType == nil, !sign.properties.isAlphabetic,
      !["\"", ".", "-", "+", "\n", "\r"].contains(sign)
    else { return nil }
    scalar = sign
  }

  var defaultValueDescription: String { scalar == "\t" ? "tab" : String(scalar) }
}

/// Which numeric columns count as factors.
struct FactorOption: ParsableArguments {
  @Option(
    name: .customLong("factor"), parsing: .singleValue,
    help: ArgumentHelp("Read a numeric column as a factor; may be repeated.", valueName: "COL"))
  var columns: [String] = []

  /// Refuses names that would silently do nothing.
  /// - Parameter takesFactors: whether the response may be a factor.
  /// - Throws: `OptionError`.
  func check(
    _ formulas: [ModelFormula], _ table: DataTable, takesFactors: Bool = false
  ) throws(OptionError) {
    for name in columns where table[name] == nil {
      throw .unknownColumn(option: "--factor", name, table.columnNames)
    }
    if !takesFactors,
      let name = columns.first(where: { column in
        formulas.contains { $0.response.variables.contains(column) }
      })
    {
      throw .factorResponse(name)
    }
  }
}

/// What columns of the data are to a model beside its formula.
struct RoleOptions: ParsableArguments {
  @OptionGroup var factor: FactorOption

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Contrasts of a factor: treatment (default), sum, helmert or poly; may be repeated.",
      valueName: "COL=KIND"))
  var contrasts: [FactorContrast] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Prior weights w above 0: the residual variance of a row is σ²/w; of shares with --family binomial their numbers of trials.",
      valueName: "COL"))
  var weights: String?

  @Option(
    name: .long,
    help: ArgumentHelp("A column added to the prediction with the coefficient 1.", valueName: "COL"))
  var offset: String?

  @Option(
    name: .long,
    help:
      "What || does with a factor: split all its levels, or keep them in one correlated term as lme4 does.")
  var doubleBar: DoubleBar = .split

  /// Refuses options that would silently do nothing.
  /// - Parameters:
  ///   - table: the data; without them names are believed.
  ///   - takesFactors: whether the response may be a factor.
  /// - Throws: `OptionError`.
  func check(
    _ formulas: [ModelFormula], _ table: DataTable?, takesFactors: Bool = false
  ) throws(OptionError) {
    if let table {
      try factor.check(formulas, table, takesFactors: takesFactors)
      let named = [("--weights", weights), ("--offset", offset)]
      for case (let option, let name?) in named where table[name] == nil {
        throw .unknownColumn(option: option, name, table.columnNames)
      }
    }
    for contrast in contrasts {
      if let table, table[contrast.column] == nil {
        throw .unknownColumn(option: "--contrasts", contrast.column, table.columnNames)
      }
      let used = formulas.contains { $0.predictors.contains(contrast.column) }
      if !used { throw .unusedContrast(contrast.column) }
      if contrasts.filter({ $0.column == contrast.column }).count > 1 {
        throw .repeatedContrast(contrast.column)
      }
    }
  }

  var roles: ColumnRoles {
    ColumnRoles(
      factors: Set(factor.columns),
      contrasts: Dictionary(contrasts.map { ($0.column, $0.kind) }, uniquingKeysWith: { $1 }),
      weights: weights, offset: offset, doubleBar: doubleBar)
  }
}

/// A factor with the kind of its contrasts, as in `region=sum`.
struct FactorContrast: ExpressibleByArgument {
  let column: String
  let kind: Contrast

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex,
      let kind = Contrast(rawValue: String(argument[argument.index(after: equals)...]))
    else { return nil }
    column = String(argument[..<equals])
    self.kind = kind
  }
}

extension DoubleBar: ExpressibleByArgument {}

/// How a model is specified, the same on every subcommand that fits one.
struct ModelOptions: ParsableArguments {
  @Flag(
    name: .long, help: "Estimate by maximum likelihood instead of REML; with --family that is done anyway.")
  var ml = false

  @Flag(
    name: .long,
    help: "Factor crossed factors of very many levels exactly, however long it takes; its cost is said first."
  )
  var exact = false

  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  /// Refuses options that would silently do nothing.
  /// - Parameter offer: the generalized models that the command fits.
  /// - Throws: `OptionError`.
  func check(_ formula: ModelFormula, _ table: DataTable, offer: FamilyOffer = .none) throws(OptionError) {
    try distribution.check(formula, offer: offer)
    if distribution.family != nil {
      if exact { throw .needsLinearModel("--exact") }
    }
    try columns.check([formula], table, takesFactors: distribution.family == .binomial)
    // Generalized models are fitted by maximum likelihood anyway.
    if ml, distribution.family == nil, formula.randomTerms.isEmpty { throw .needsBar("--ml") }
    if exact, formula.randomTerms.isEmpty { throw .needsBar("--exact") }
  }

  /// Options that say how a likelihood is maximized, of no meaning for a posterior, and whether they are given.
  var ofLikelihoods: [(option: String, isGiven: Bool)] {
    [("--ml", ml), ("--exact", exact)] + distribution.ofLikelihoods
  }

  /// The mixed model of a formula; says first what an exact factorization costs where it is asked for and large.
  func mixedModel(_ formula: ModelFormula, _ table: DataTable) throws -> LinearMixedModel {
    let mixed = try LinearMixedModel(formula, data: table, roles: roles, exact: exact)
    if exact, let (operations, bytes) = mixed.exactCost, operations > 1e10 {
      Terminal.note(
        "note: each exact evaluation takes about \(ModelOptions.text(operations)) operations, some "
          + "\(ModelOptions.text(operations / 3e10)) s, and \(ModelOptions.text(bytes / 1e9)) GB; a fit takes about fifteen such"
      )
    }
    return mixed
  }

  /// Two significant digits.
  private static func text(_ x: Double) -> String {
    if x >= 1e4 {
      let power = Int(log10(x))
      return text(x / pow(10, Double(power))) + "e\(power)"
    }
    let digits = max(0, 1 - Int(floor(log10(max(x, 1e-9)))))
    return DecimalText.fixed(x, decimals: digits)
  }

  /// Whether any option differs from its default.
  var isGiven: Bool {
    ml || exact || distribution.isGiven || !columns.factor.columns.isEmpty || !columns.contrasts.isEmpty
      || columns.weights != nil
      || columns.offset != nil || columns.doubleBar != .split
  }

  var method: EstimationMethod { ml ? .ml : .reml }
  var roles: ColumnRoles { columns.roles }
}

/// R lines in place of a result.
struct RCodeOption: ParsableArguments {
  @Flag(name: .long, help: "Print R lines that do the same instead.")
  var rCode = false

  /// The lines that fit a model to a file, and what is done with it as `fit`.
  func lines(
    _ formula: ModelFormula, _ input: DataOptions, _ model: ModelOptions, in context: CommandContext,
    tests: DegreesOfFreedomMethod? = nil, by: String? = nil, then: [String]? = nil
  ) throws -> CommandResult {
    var text: String?
    if formula.hasDoubleBar, model.roles.doubleBar == .split {
      // Whether a factor stands behind || is in the data.
      let frame = try ModelFrame(
        formula, data: try input.table(in: context), roles: model.roles,
        response: model.distribution.responseFamily?.responseKind() ?? .numbers)
      if !frame.doubleBarFactors.isEmpty { text = frame.textWithDummies }
    }
    return CommandResult(
      output: RCode.fit(
        formula, file: input.data, method: model.method, roles: model.roles,
        distribution: model.distribution.specification, tests: tests, by: by,
        formulaText: text, options: input.reading.options, then: then))
  }
}

/// Runs a step on a table. Doubts about how its columns were read come first among the notes, and follow the message if the step fails.
func withNotes(
  on table: DataTable, of formula: ModelFormula, _ step: () throws -> CommandResult
) throws -> CommandResult {
  let notes = formula.notes(on: table)
  do {
    var result = try step()
    result.notes = notes + result.notes
    return result
  } catch  where !notes.isEmpty {
    throw InputFileError(message: (["\(error)"] + notes).joined(separator: "\n"))
  }
}

/// Reads a number, or says what would be one.
func number<Value: LosslessStringConvertible & SendableMetatype>(_ what: String)
  -> @Sendable (String) throws -> Value
{
  { text in
    guard let value = Value(text) else { throw ValidationError("'\(text)' is not \(what)") }
    return value
  }
}

/// An option that does not suit the formula or the data.
enum OptionError: Error, Equatable, CustomStringConvertible {
  case unknownColumn(option: String, String, [String])
  case factorResponse(String)
  case needsBar(String)
  case familyNotOffered
  case needsFamily(String)
  case needsLinearModel(String)
  case unusedContrast(String)
  case repeatedContrast(String)
  case standardInputInLab

  var description: String {
    switch self {
    case .unknownColumn(let option, let name, let columns):
      "\(option) names no column '\(name)'; columns are \(columns.joined(separator: ", "))"
    case .factorResponse(let name): "--factor names the response '\(name)'; a factor cannot be the response"
    case .familyNotOffered:
      "this command is for linear models; leave --family out (mlm compare tests terms of generalized ones)"
    case .needsFamily(let option):
      "\(option) is for generalized mixed models; add a family, e.g. --family binomial"
    case .needsLinearModel(let option):
      "\(option) is for linear mixed models; with --family leave it out"
    case .needsBar(let option):
      "\(option) is for mixed models; this formula has no random-effects term such as (1 | group)"
    case .unusedContrast(let name): "--contrasts names '\(name)', which is no predictor of the formula"
    case .repeatedContrast(let name): "--contrasts names '\(name)' twice; a factor has one kind of contrasts"
    case .standardInputInLab:
      "a lab has no standard input ('-'); name a file beside the lab, or one that an earlier block wrote"
    }
  }
}

/// The language of words.
struct LanguageOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Language of words: en or zh.", valueName: "en|zh"))
  var lang: LabLanguage?

  /// The language asked for, else that of the lab around the command.
  func language(in context: CommandContext) -> LabLanguage { lang ?? context.language }
}

extension LabLanguage: ExpressibleByArgument {}

/// The random streams from which commands draw.
enum StreamKind: String, ExpressibleByArgument, CaseIterable {
  /// R's default generators.
  case r
  /// R's generator for parallel work, L'Ecuyer-CMRG.
  case lecuyer
  /// Counter-based, one stream a key.
  case keyed

  /// What `--help` says of them.
  static let help: ArgumentHelp =
    "Random stream: r (R's default generators), lecuyer (R's L'Ecuyer-CMRG) or keyed (counter-based)."
}

extension LabLanguage {
  /// The language of sentences about models.
  var ofSentences: Language { self == .zh ? .zh : .en }
}
extension OutputFormat: ExpressibleByArgument {}
extension PredictionIntervals.Kind: ExpressibleByArgument {}
extension TidyEffect: ExpressibleByArgument {}
