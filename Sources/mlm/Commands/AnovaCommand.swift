import ArgumentParser
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm anova`: F tests of the terms of the fixed part.
struct AnovaCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "anova",
    abstract: "F tests of the fixed terms of a linear mixed model, as lmerTest's anova.",
    discussion: """
      Type 3 tests each term with all others kept, factors at the mean of their
      levels, by SAS's estimable functions where combinations of levels are
      missing; type 1 each term after the ones before it. Degrees of freedom are
      Satterthwaite's, or Kenward and Roger's with their corrected covariance
      (REML only). --df none gives F without p values, as lme4's own anova, and
      type 1 as there unless --type says otherwise.

      Example: mlm anova "y ~ x + (x | g)" --data d.csv
      """)

  @Argument(help: "Model formula with random-effects terms, of one grouping factor or several.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Type of the tests: 1 (sequential) or 3 (marginal). (default: 3; 1 with --df none)", valueName: "1|3"))
  var type: AnalysisOfVariance.Kind?

  @Option(
    name: .long,
    help: "Degrees of freedom: satterthwaite (satt), kenward-roger (kr) or none, which gives no p values.")
  var df: DegreesOfFreedomOption = .method(.satterthwaite)

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var code: RCodeOption

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try model.check(formula, table)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm anova") }
    if code.rCode {
      let kind = type ?? (df.method == nil ? .sequential : .marginal)
      let arguments =
        df.method.map {
          ", type = \(kind.rawValue), ddf = \"\($0 == .satterthwaite ? "Satterthwaite" : "Kenward-Roger")\""
        } ?? ""
      return try code.lines(
        formula, input, model, in: context, tests: df.method, then: ["anova(fit\(arguments))"])
    }
    return try withNotes(on: table, of: formula) {
      let fit = try model.mixedModel(formula, table).fit(by: model.method)
      let kind = type ?? (df.method == nil ? .sequential : .marginal)
      let anova = try AnalysisOfVariance(fit, kind: kind, method: df.method)
      return CommandResult(
        output: format == .text ? anova.text : anova.tidyTable.text(in: format),
        notes: fit.notes(in: context.language.ofSentences) + anova.notes(in: context.language.ofSentences),
        estimates: anova.estimates)
    }
  }
}

extension AnalysisOfVariance.Kind: ExpressibleByArgument {
  /// Reads 1 or 3, or I or III.
  public init?(argument: String) {
    switch argument {
    case "1", "I": self = .sequential
    case "3", "III": self = .marginal
    default: return nil
    }
  }

  /// The number.
  public var defaultValueDescription: String { String(rawValue) }
  /// 1 and 3.
  public static var allValueStrings: [String] { ["1", "3"] }
}

/// Which degrees of freedom tests have, if any.
enum DegreesOfFreedomOption: ExpressibleByArgument, Equatable {
  case method(DegreesOfFreedomMethod)
  case none

  /// Reads a name or its beginning, and `kr`.
  init?(argument: String) {
    let word = argument.lowercased()
    let all: [(name: String, value: Self)] =
      DegreesOfFreedomMethod.allCases.map { ($0.rawValue, .method($0)) } + [("none", .none)]
    if word == "kr" {
      self = .method(.kenwardRoger)
    } else if word.count > 1, let found = all.first(where: { $0.name.hasPrefix(word) }) {
      self = found.value
    } else {
      return nil
    }
  }

  /// nil for none.
  var method: DegreesOfFreedomMethod? {
    switch self {
    case .method(let method): method
    case .none: nil
    }
  }

  var defaultValueDescription: String { method?.rawValue ?? "none" }
  static var allValueStrings: [String] { DegreesOfFreedomMethod.allCases.map(\.rawValue) + ["none"] }
}
