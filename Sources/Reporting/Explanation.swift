import BayesianModels
import Estimates
import MixedModels
import ModelFormula
import Tables

/// The languages of explanations.
public enum Language: String, Sendable, CaseIterable {
  /// English.
  case en
  /// Chinese.
  case zh
}

/// Formulas explained: each model's equations level by level in the lecture's notation, its parameters, plain sentences, and of generalized models on data what
/// the fit says in odds, probabilities or rates; for several formulas shared parameters once, and what differs between the first and each other one.
public struct Explanation: Sendable {
  /// Plain text, equations in Unicode.
  public let text: String
  /// Markdown, equations in LaTeX between `$$`.
  public let markdown: String
  /// One object a model: formula, equations and parameters (LaTeX and plain), sentences.
  public let document: JSONValue
  /// One row a parameter: model, symbol, LaTeX, meaning.
  public let parameterTable: DataTable
  /// What the fits of generalized models want to say beside their numbers.
  public let notes: [String]

  /// Explains formulas.
  /// - Parameters:
  ///   - formulas: models without bars, or mixed models with any grouping factors.
  ///   - data: tells which predictors are constant within groups (they then predict the groups' coefficients), which are
  ///     factors, and whether grouping factors are crossed; without data all predictors count as numbers that vary within groups,
  ///     except `factor(x)` and those that have roles of factors.
  ///   - roles: what columns are beside the formulas.
  ///   - response: the family and the link of generalized models, which data are fitted with; nil for linear ones.
  ///   - priors: those of each formula's parameters, in the order of the formulas; none for models without.
  ///   - names: words for columns, in the language, that sentences, legends and parameters use instead of the columns' names.
  /// - Throws: `ExplanationError`, or `FormulaError.missingVariable` for a column the data do not have.
  /// - Precondition: there is at least one formula.
  public init(
    of formulas: [ModelFormula], data: DataTable? = nil, roles: ColumnRoles = ColumnRoles(),
    response: GeneralizedSpecification? = nil, priors: [ExplainedPriors] = [], language: Language = .en,
    names: [String: String] = [:]
  ) throws {
    precondition(!formulas.isEmpty, "nothing to explain")
    precondition(
      priors.isEmpty || priors.count == formulas.count, "\(priors.count) priors, \(formulas.count) formulas")
    let frames = formulas.map { formula in
      data.flatMap {
        try? ModelFrame(
          formula, data: $0, roles: roles, response: response?.family.responseKind() ?? .numbers)
      }
    }
    // What stands column by column in one model does so in all, so that they can be compared.
    let expanded = frames.reduce(into: Set<Set<String>>()) { all, frame in
      if let frame { all.formUnion(EffectColumns.manyColumned(frame)) }
    }
    let models = try zip(formulas, frames).map {
      try ModelEquations($0, data: data, roles: roles, response: response, frame: $1, expanded: expanded)
    }
    let words = ExplanationWords(language, names: names)
    var text: [String] = []
    var markdown: [String] = []
    var firstParameters: [ExplanationParameters.Parameter]?
    var documents: [JSONValue] = []
    var rows: [[String]] = []
    var notes: [String] = []
    for (i, model) in models.enumerated() {
      let title = words.modelTitle(models.count > 1 ? i + 1 : nil)
      let notation = EquationNotation(model: model)
      let sentences = ModelSentences(model: model, words: words)
      text.append(title.plain + model.formula)
      markdown.append("**\(title.markdown)** \(words.code(model.formula))")

      let lines = notation.lines
      let levels =
        lines.map { $0.factor.map { words.groupLevel(model.factors[$0].text) } ?? words.observationLevel }
      let width = levels.reduce(0) { max($0, $1.displayWidth) }
      var previous = ""
      text.append(
        zip(levels, lines).map { level, line in
          let label = (level == previous ? "" : level).padded(to: width)
          previous = level
          return "  \(label)  \(line.plain),  \(line.index.plain)"
        }.joined(separator: "\n"))
      markdown.append(
        "$$\n\\begin{aligned}\n"
          + lines.map { "\($0.latex(alignedBy: "&")), && \($0.index.latex)" }.joined(separator: " \\\\\n")
          + "\n\\end{aligned}\n$$")

      let legend = sentences.legend(notation)
      if !legend.isEmpty {
        text.append(words.wrapped(words.sentence(legend.map(\.plain))))
        markdown.append(words.sentence(legend.map(\.latex)))
      }
      let parameters = ExplanationParameters(
        sentences.parameters(notation), first: firstParameters, words: words)
      if firstParameters == nil { firstParameters = sentences.parameters(notation) }
      text.append(parameters.plain)
      markdown.append(parameters.markdown)
      let count = sentences.parameterCount
      text.append(words.wrapped(count))
      markdown.append(count)
      let prior =
        priors.isEmpty
        ? nil : PriorExplanation(priors[i], model: model, notation: notation, words: words)
      if let prior {
        text.append(([prior.title] + prior.lines.map { "  " + $0.plain }).joined(separator: "\n"))
        text.append(words.wrapped(prior.sentences))
        markdown.append("**\(prior.title)**")
        markdown.append(
          "$$\n\\begin{aligned}\n"
            + prior.lines.map { $0.latex(alignedBy: "&") }.joined(separator: " \\\\\n")
            + "\n\\end{aligned}\n$$")
        markdown.append(prior.sentences)
      }
      let own = sentences.parameters(notation)
      rows += own.map { [model.formula, $0.symbol.plain, $0.symbol.latex, $0.meaning.plain] }
      var readings: [String] = []
      if let response, let data {
        let reading = FittedReading(
          formulas[i], data: data, roles: roles, response: response, words: words)
        readings = reading.sentences
        notes += reading.notes.filter { !notes.contains($0) }
      }
      var document: [(String, JSONValue)] = [
        ("formula", .string(model.formula)),
        (
          "equations",
          .array(
            zip(levels, lines).map { level, line in
              .object([
                ("level", .string(level)),
                ("plain", .string("\(line.plain), \(line.index.plain)")),
                ("latex", .string("\(line.latex()), \(line.index.latex)")),
              ])
            })
        ),
        (
          "parameters",
          .array(
            own.map {
              .object([
                ("symbol", .string($0.symbol.plain)), ("latex", .string($0.symbol.latex)),
                ("meaning", .string($0.meaning.plain)),
              ])
            })
        ),
        ("count", .string(count)),
        ("sentences", .string(sentences.plainSentences)),
      ]
      if let prior {
        let lines = prior.lines.map { line -> JSONValue in
          .object([("plain", .string(line.plain)), ("latex", .string(line.latex()))])
        }
        document.append(
          (
            "priors",
            .object([
              ("name", .string(priors[i].name)), ("lines", .array(lines)),
              ("sentences", .string(prior.sentences)),
            ])
          ))
      }
      if response != nil { document.append(("fitted", .array(readings.map { .string($0) }))) }
      documents.append(.object(document))
      text.append(words.wrapped(sentences.plainSentences))
      markdown.append(sentences.plainSentences)
      if !readings.isEmpty {
        text.append(words.bulleted(words.fittedTitle, readings))
        markdown.append("**\(words.fittedTitle)**\n\n" + readings.map { "- \($0)" }.joined(separator: "\n"))
      }
    }
    for i in models.indices.dropFirst() {
      let differences = ModelDifference(
        first: models[0], second: models[i], firstNumber: 1, secondNumber: i + 1, words: words
      ).sentences
      let title = words.differenceTitle(1, i + 1)
      text.append(words.bulleted(title, differences))
      markdown.append("**\(title)**\n\n" + differences.map { "- \($0)" }.joined(separator: "\n"))
    }
    self.text = words.finished(text.joined(separator: "\n\n") + "\n")
    self.markdown = words.finished(markdown.joined(separator: "\n\n") + "\n")
    self.notes = notes
    document = .array(documents)
    parameterTable = DataTable(
      ["formula", "symbol", "latex", "meaning"].enumerated().map { k, name in
        Column(name, rows.map { $0[k] })
      })
  }
}
