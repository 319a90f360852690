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
      levels; type 1 each term after the ones before it. Degrees of freedom are
      Satterthwaite's, or Kenward and Roger's with their corrected covariance
      (REML only).

      Example: mlm anova "y ~ x + (x | g)" --data d.csv
      """)

  @Argument(help: "Model formula with a random-effects term.")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long, help: ArgumentHelp("Type of the tests: 1 (sequential) or 3 (marginal).", valueName: "1|3"))
  var type: AnalysisOfVariance.Kind = .marginal

  @Option(name: .long, help: "Degrees of freedom: satterthwaite or kenward-roger.")
  var df: DegreesOfFreedomMethod = .satterthwaite

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    let table = try input.table(in: context)
    try model.check(formula, table)
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("mlm anova") }
    return try withNotes(on: table, of: formula) {
      let fit = try model.mixedModel(formula, table).fit(by: model.method)
      let anova = try AnalysisOfVariance(fit, kind: type, method: df)
      return CommandResult(
        output: format == .text ? anova.text : anova.tidyTable.text(in: format),
        notes: fit.notes(in: context.language.ofSentences), estimates: anova.estimates)
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

extension DegreesOfFreedomMethod: ExpressibleByArgument {}
