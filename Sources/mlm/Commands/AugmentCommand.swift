import ArgumentParser
import Estimates
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm augment`: the data with what a fit says of each row, or what each group does to the fit.
struct AugmentCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment",
    abstract: "Fitted values, residuals, leverage, Cook's distance; with --by, influence of groups.",
    discussion: """
      The data with the columns .fitted, .fixed (fixed effects alone), .resid,
      .pearson (times the root of the weight), .std.resid (of variance 1), .hat
      (leverage) and .cooksd more. Rows that the fit leaves out are NA. Leverage
      and Cook's distance hold the variance ratios at their estimates.

      With --family .fitted and .fixed are linear predictors, .mu is the mean, and
      .resid are deviance residuals, with .working and .response beside them.

      --by COL leaves out all rows of each level of COL, or of each combination
      of A:B, in turn and fits again: Cook's distance of the fixed effects, their
      changes in standard errors (with all rows minus without the level, as R's
      dfbetas of lm), and the variances without the level.

      Example: mlm augment "y ~ x + (x | g)" --data d.csv --by g
      """)

  @Argument(help: "Model formula, e.g. \"salary ~ experience + (1 | department)\".")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Column or grouping factor whose levels are left out in turn.", valueName: "COL"))
  var by: String?

  @Option(
    name: .long, help: "Form of the output: text, json, csv or markdown (default: csv; text with --by).")
  var format: OutputFormat?

  @Option(
    name: .long, help: ArgumentHelp("Output file; - is standard output.", valueName: "F"), completion: .file()
  )
  var out: String = "-"

  @OptionGroup var code: RCodeOption

  func result(in context: CommandContext) throws -> CommandResult {
    let table = try input.table(in: context)
    let formula = try ModelFormula(formula)
    try model.check(formula, table, offer: .all)
    if code.rCode {
      let isGeneralized = model.distribution.family != nil
      // lme4's leverages of generalized mixed models exceed 1, and so its Cook's distances are others.
      let rows =
        isGeneralized
        ? "cbind(model.frame(fit), .fitted = predict(fit), .mu = fitted(fit), .resid = resid(fit), .pearson = resid(fit, \"pearson\"))"
        : "cbind(model.frame(fit), .fitted = fitted(fit), .resid = resid(fit), .hat = hatvalues(fit), .cooksd = cooks.distance(fit))"
      let groups = by.map {
        ["left <- influence(fit, groups = \(RCode.quoted(factorName($0, in: formula))))", "dfbetas(left)"]
      }
      return try code.lines(formula, input, model, in: context, then: groups ?? [rows])
    }
    return try withNotes(on: table, of: formula) {
      var result = CommandResult()
      let text: String
      if let family = model.distribution.responseFamily {
        if let by {
          guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar("--by") }
          let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
          let influence = GroupInfluence(fit, leavingOut: try grouping(by, fit.model))
          text = influence.table(of: fit).text(in: format ?? .text)
          result.notes =
            fit.notes(in: context.language.ofSentences) + influence.notes(in: context.language.ofSentences)
          result.estimates = influence.estimates(of: fit)
        } else {
          let (augmentation, frame, notes) =
            try generalized(formula, table, family, context.language.ofSentences)
          result.notes = notes
          text = augmentation.table(beside: table, rows: frame.usedRows).text(in: format ?? .csv)
        }
      } else if formula.randomTerms.isEmpty {
        if by != nil { throw OptionError.needsBar("--by") }
        let linear = try LinearModel(formula, data: table, roles: model.roles)
        let augmentation = Augmentation(linear.fit(), of: linear)
        text = augmentation.table(beside: table, rows: linear.frame.usedRows).text(in: format ?? .csv)
      } else {
        let fit = try model.mixedModel(formula, table).fit(by: model.method)
        result.notes = fit.notes(in: context.language.ofSentences)
        if let by {
          let influence = GroupInfluence(fit, leavingOut: try grouping(by, fit.model))
          text = influence.table(of: fit).text(in: format ?? .text)
          result.notes += influence.notes(in: context.language.ofSentences)
          result.estimates = influence.estimates(of: fit)
        } else {
          let augmentation = Augmentation(fit)
          text = augmentation.table(beside: table, rows: fit.model.frame.usedRows).text(in: format ?? .csv)
        }
      }
      if out == "-" {
        result.output = text
      } else {
        result.files.append(OutputFile(path: out, bytes: Array(text.utf8)))
      }
      return result
    }
  }

  private func generalized(
    _ formula: ModelFormula, _ table: DataTable, _ family: ResponseFamily, _ language: Language
  ) throws -> (GeneralizedAugmentation, ModelFrame, notes: [String]) {
    if formula.randomTerms.isEmpty {
      let generalized = try GeneralizedLinearModel(
        formula, data: table, family: family, link: model.distribution.link, roles: model.roles)
      let fit = try generalized.fit()
      return (GeneralizedAugmentation(fit), generalized.frame, fit.notes(in: language))
    }
    let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
    return (GeneralizedAugmentation(fit), fit.model.frame, fit.notes(in: language))
  }

  /// A grouping factor of the model, a column of the data, or the combinations of several, on the rows used.
  private func grouping(_ text: String, _ model: some MixedModel) throws -> CategoricalColumn {
    let table = try input.table(in: CommandContext(language: .en))
    let name = table[text] == nil ? factorName(text, in: model.frame.formula) : text
    if let factor = model.factors.first(where: { $0.name == name }) {
      return CategoricalColumn(name: name, levels: factor.levels, codes: factor.codes)
    }
    let whole: CategoricalColumn
    if let column = table[name] {
      whole = column.factor
    } else {
      guard let expression = AugmentCommand.expression(text) else {
        throw FormulaError.missingVariable(name, available: table.columnNames)
      }
      if let missing = expression.variables.first(where: { table[$0] == nil }) {
        throw FormulaError.missingVariable(missing, available: table.columnNames)
      }
      whole = try ModelFrame.grouping(expression, in: table)
    }
    let all = whole.selecting(model.frame.usedRows)
    guard !all.codes.contains(-1) else { throw InfluenceError(column: name) }
    return all
  }

  /// The formula's own name of the factor that a text stands for, columns in any order; a column without backquotes.
  private func factorName(_ text: String, in formula: ModelFormula) -> String {
    guard let expression = AugmentCommand.expression(text) else { return text }
    if case .variable(let name, _) = expression { return name }
    let factors = formula.randomTerms.map(\.groupingFactor)
    let same =
      factors.first { $0.text == expression.text }
      ?? factors.first { Set($0.variables) == Set(expression.variables) }
    return same?.text ?? expression.text
  }

  /// One grouping factor as it stands behind a bar; nil where the text is none.
  private static func expression(_ text: String) -> FormulaExpression? {
    let terms = (try? ModelFormula("y ~ (1 | \(text))"))?.randomTerms ?? []
    return terms.count == 1 ? terms[0].groupingFactor : nil
  }
}

/// A column whose levels cannot be left out.
struct InfluenceError: Error, CustomStringConvertible {
  let column: String
  var description: String {
    "'\(column)' is missing in rows that the model uses, so its levels cannot be left out in turn; take these rows out of the data first"
  }
}
