import ArgumentParser
import Estimates
import Labs
import ModelFormula
import Reporting
import Tables

/// `mlm explain`: what formulas mean.
struct ExplainCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "A model's equations level by level, its parameters, and plain sentences.",
    discussion: """
      Several formulas are explained one after the other, with what differs from
      the first. There may be one grouping factor or several, nested as in
      (1 | batch/cask) or crossed as in (1 | plate) + (1 | sample). --data tells
      which predictors are constant within groups, which are factors (whose
      columns then stand one by one where they vary), and whether
      grouping factors are crossed. The words of --label stand for columns
      everywhere but in the formula.

      With --family the equations have the link and the distribution; on data
      the model is fitted, and its effects are read as odds, probabilities or
      rates.

      Example: mlm explain "salary ~ experience + (1 | department)" --lang zh
      Example: mlm explain "y ~ 1 + (1 | plate) + (1 | sample)" --data d.csv
      Example: mlm explain "y ~ x + (1 | g)" --family binomial --data d.csv
      """)

  @Argument(help: "Model formulas.")
  var formulas: [String]

  @Option(
    name: .long, help: ArgumentHelp("CSV file with a header; - reads standard input.", valueName: "F.csv"),
    completion: .file(extensions: ["csv"]))
  var data: String?

  @OptionGroup var reading: ReadingOptions

  @OptionGroup var distribution: FamilyOptions

  @OptionGroup var columns: RoleOptions

  @OptionGroup var labels: LabelOption

  @OptionGroup var words: LanguageOption

  @Option(
    name: .long,
    help: "Form of the output: text, markdown with equations in LaTeX, json, or csv (the parameters).")
  var format: OutputFormat = .text

  func result(in context: CommandContext) throws -> CommandResult {
    let formulas = try formulas.map { try ModelFormula($0) }
    let table = try data.map { try reading.table($0, in: context) }
    for formula in formulas { try distribution.check(formula, offer: .all) }
    try columns.check(formulas, table, takesFactors: distribution.family == .binomial)
    let language = words.language(in: context)
    let explanation = try Explanation(
      of: formulas, data: table, roles: columns.roles, response: distribution.specification,
      language: language.ofSentences, names: try names(formulas, language))
    switch format {
    case .text: return CommandResult(output: explanation.text, notes: explanation.notes)
    case .markdown: return CommandResult(output: explanation.markdown, notes: explanation.notes)
    case .json:
      return CommandResult(output: explanation.document.text(indent: 2) + "\n", notes: explanation.notes)
    case .csv: return CommandResult(output: explanation.parameterTable.csv(), notes: explanation.notes)
    }
  }

  /// The words for columns.
  /// - Throws: `LabelError` for a name that no formula has.
  private func names(_ formulas: [ModelFormula], _ language: LabLanguage) throws -> [String: String] {
    var known: [String] = []
    for formula in formulas {
      var parts = [formula.response] + formula.fixed.terms.flatMap(\.factors) + formula.offsets
      parts += formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) + [$0.groupingFactor] }
      let roles = [columns.weights, columns.offset].compactMap { $0 }
      for name in parts.flatMap({ $0.variables + [$0.text] }) + roles where !known.contains(name) {
        known.append(name)
      }
    }
    var names: [String: String] = [:]
    for label in labels.labels {
      guard known.contains(label.name) else {
        throw LabelError.unknownName(label.name, columns: known, levels: [])
      }
      names[label.name] = label.words(language)
    }
    return names
  }
}
