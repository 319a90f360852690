import ArgumentParser
import BayesianModels
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

      --priors adds the prior of every parameter of mixed models in the same
      notation, and what its kind means.

      Example: mlm explain "salary ~ experience + (1 | department)" --lang zh
      Example: mlm explain "y ~ x + (x | g)" --priors slides
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

  @OptionGroup var known: KnownErrorsOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Show priors too: default or a file (both with --data), slides or slides-sd; see mlm bayes.",
      valueName: "NAME|F.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var priors: String?

  @OptionGroup var labels: LabelOption

  @OptionGroup var words: LanguageOption

  @Option(
    name: .long,
    help: "Form of the output: text, markdown with equations in LaTeX, json, or csv (the parameters).")
  var format: OutputFormat = .text

  func validate() throws { try known.check(columns, distribution) }

  func result(in context: CommandContext) throws -> CommandResult {
    let formulas = try formulas.map { try ModelFormula($0) }
    let table = try data.map { try reading.table($0, in: context) }
    for formula in formulas { try distribution.check(formula, offer: .all) }
    try columns.check(formulas, table, takesFactors: distribution.family == .binomial)
    let roles = try known.roles(columns.roles, table)
    if known.column != nil, formulas.contains(where: \.randomTerms.isEmpty) {
      throw OptionError.needsBar("--known-se")
    }
    let language = words.language(in: context)
    let explanation = try Explanation(
      of: formulas, data: table, roles: roles, response: distribution.specification,
      priors: try explainedPriors(formulas, table, roles, in: context), language: language.ofSentences,
      names: try names(formulas, language))
    switch format {
    case .text: return CommandResult(output: explanation.text, notes: explanation.notes)
    case .markdown: return CommandResult(output: explanation.markdown, notes: explanation.notes)
    case .json:
      return CommandResult(output: explanation.document.text(indent: 2) + "\n", notes: explanation.notes)
    case .csv: return CommandResult(output: explanation.parameterTable.csv(), notes: explanation.notes)
    }
  }

  /// The priors of each formula, where they are asked for.
  private func explainedPriors(
    _ formulas: [ModelFormula], _ table: DataTable?, _ roles: ColumnRoles, in context: CommandContext
  ) throws -> [ExplainedPriors] {
    guard let priors else { return [] }
    let choice = try PriorChoice(priors)
    return try formulas.map { formula in
      guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("--priors") }
      switch choice.named {
      case .slides: return ExplainedPriors(slides: true)
      case .slidesSD: return ExplainedPriors(slides: false)
      case .default, nil:
        guard let table else {
          throw ValidationError(
            "--priors \(priors) needs the data: \(choice.named == nil ? "its names are those of the model's columns" : "its scales are theirs"); add --data F.csv, or take --priors slides"
          )
        }
        let likelihood = try distribution.likelihood(formula, table, roles: roles)
        return ExplainedPriors(
          try choice.priors(of: likelihood, in: context), of: likelihood, name: priors)
      }
    }
  }

  /// The words for columns.
  /// - Throws: `LabelError` for a name that no formula has.
  private func names(_ formulas: [ModelFormula], _ language: LabLanguage) throws -> [String: String] {
    var mentioned: [String] = []
    for formula in formulas {
      var parts = [formula.response] + formula.fixed.terms.flatMap(\.factors) + formula.offsets
      parts += formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) + [$0.groupingFactor] }
      let roles = [columns.weights, columns.offset, known.column].compactMap { $0 }
      for name in parts.flatMap({ $0.variables + [$0.text] }) + roles where !mentioned.contains(name) {
        mentioned.append(name)
      }
    }
    var names: [String: String] = [:]
    for label in labels.labels {
      guard mentioned.contains(label.name) else {
        throw LabelError.unknownName(label.name, columns: mentioned, levels: [])
      }
      names[label.name] = label.words(language)
    }
    return names
  }
}
