import ArgumentParser
import Estimates
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm fit`: one model, or one linear or generalized linear model a group.
struct FitCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a linear or generalized linear model, with or without random effects.",
    discussion: """
      A formula without a bar is a linear model, with --family a generalized one;
      with a bar they are mixed models.
      --by COL fits one such model to each level of a column (no pooling).
      (1 + x | g) lets intercept and slope vary together, (1 + x || g) apart.
      Several grouping factors are nested as in (1 | batch/cask) or crossed as in
      (1 | plate) + (1 | sample).
      A binomial response is 0 and 1, a column of two levels (the second counts as
      success), cbind(successes, failures), or shares with --weights trials.
      Styles: print and summary as R prints them, display as arm::display, tidy as
      broom.

      Example: mlm fit "salary ~ experience + (1 | department)" --data salary.csv
      Example: mlm fit "passed ~ hours" --data d.csv --family binomial
      Example: mlm fit "passed ~ hours + (1 | school)" --data d.csv --family binomial
      Example: mlm fit "y ~ 1 + (1 | plate) + (1 | sample)" --data d.csv
      """)

  enum Style: String, ExpressibleByArgument, CaseIterable {
    case print, summary, display, varcorr, tidy, ledger
  }

  @Argument(help: "Model formula, e.g. \"salary ~ experience + (1 | department)\".")
  var formula: String

  @OptionGroup var input: DataOptions
  @OptionGroup var model: ModelOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Fit one model without random effects to each level of this column.", valueName: "COL")
  )
  var by: String?

  @Option(
    name: .long,
    help:
      "Text style: print, summary, display, varcorr, tidy or ledger, REML and ML side by side (default: print; tidy with --by)."
  )
  var style: Style?

  @Option(
    name: .long, parsing: .singleValue,
    help: "Rows of a tidy table of a mixed model: fixed, ran_pars, ran_vals or ran_coefs; may be repeated.")
  var effects: [TidyEffect] = []

  @Option(
    name: .long,
    help:
      "t tests of the fixed effects of a mixed model, with --style summary or tidy: satterthwaite (satt), kenward-roger (kr), or none as without --df."
  )
  var df: DegreesOfFreedomOption?

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var words: LanguageOption
  @OptionGroup var code: RCodeOption

  /// The tests asked for.
  private var tests: DegreesOfFreedomMethod? { df?.method }

  func validate() throws {
    if let style, format != .text, style != .tidy {
      throw ValidationError(
        "--style \(style.rawValue) is a text; with --format \(format.rawValue) leave it out")
    }
    if by != nil {
      if tests != nil {
        throw ValidationError("--by fits linear models, whose tests are exact; leave --df out")
      }
      if model.ml, model.distribution.family == nil {
        throw ValidationError("--by fits linear models; --ml does not belong to them")
      }
      if let style, style != .tidy { throw ValidationError("--by gives a tidy table; leave --style out") }
    }
    if tests != nil, !code.rCode, format == .text, style != .summary, style != .tidy {
      throw ValidationError(
        "--df shows tests in --style summary or tidy, and in --format json, csv or markdown")
    }
    if !effects.isEmpty, format == .json || style != .tidy && format == .text {
      throw ValidationError(
        "--effects chooses rows of a tidy table; add --style tidy, or --format csv or markdown")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formula = try ModelFormula(formula)
    try model.distribution.check(formula, offer: .all)
    if code.rCode { return try code.lines(formula, input, model, in: context, tests: tests, by: by) }
    let table = try input.table(in: context)
    try model.check(formula, table, offer: .all)
    if formula.randomTerms.isEmpty, !effects.isEmpty { throw OptionError.needsBar("--effects") }
    if formula.randomTerms.isEmpty, tests != nil { throw OptionError.needsBar("--df") }
    if formula.randomTerms.isEmpty, let style, [.varcorr, .ledger].contains(style) {
      throw OptionError.needsBar("--style \(style.rawValue)")
    }
    if model.distribution.family != nil, !formula.randomTerms.isEmpty {
      if tests != nil { throw OptionError.needsLinearModel("--df") }
      if style == .ledger { throw OptionError.needsLinearModel("--style ledger") }
      if by != nil { throw FitError.unexpectedBar(formula: formula.source) }
    }
    return try withNotes(on: table, of: formula) {
      if let by { return try noPooling(formula, table, by: by) }
      if let family = model.distribution.responseFamily {
        return formula.randomTerms.isEmpty
          ? try generalized(formula, table, family, in: context)
          : try generalizedMixed(formula, table, family, in: context)
      }
      return formula.randomTerms.isEmpty
        ? try linear(formula, table, in: context) : try mixed(formula, table, in: context)
    }
  }

  private func linear(
    _ formula: ModelFormula, _ table: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    let fit = try LinearModel(formula, data: table, roles: model.roles).fit()
    var result = CommandResult(estimates: fit.estimates)
    if fit.omittedCount > 0 {
      result.notes.append(omittedRowsNote(fit.omittedCount, in: words.language(in: context).ofSentences))
    }
    if fit.isEssentiallyPerfect {
      result.notes.append(
        "note: essentially perfect fit; standard errors and tests may be nothing but rounding")
    }
    result.output = regressionText(fit.document, fit.tidyTable) { fit.text($0) }
    return result
  }

  private func generalized(
    _ formula: ModelFormula, _ table: DataTable, _ family: ResponseFamily, in context: CommandContext
  ) throws -> CommandResult {
    let fit = try GeneralizedLinearModel(
      formula, data: table, family: family, link: model.distribution.link, roles: model.roles
    ).fit()
    var result = CommandResult(estimates: fit.estimates)
    result.notes = fit.notes(in: words.language(in: context).ofSentences)
    result.output = regressionText(fit.document, fit.tidyTable) { fit.text($0) }
    return result
  }

  /// A regression in the wanted format and style; only that is made.
  private func regressionText(
    _ document: @autoclosure () -> JSONValue, _ tidy: @autoclosure () -> DataTable,
    _ text: (HouseStyle) -> String
  ) -> String {
    switch (format, style ?? .print) {
    case (.json, _): document().text(indent: 2) + "\n"
    case (.text, .print): text(.print)
    case (.text, .summary): text(.summary)
    case (.text, .display): text(.display)
    default: tidy().text(in: format)
    }
  }

  private func mixed(
    _ formula: ModelFormula, _ table: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    let fit = try model.mixedModel(formula, table).fit(by: model.method)
    var result = CommandResult(notes: fit.notes(in: words.language(in: context).ofSentences))
    if context.recordsEstimates { result.estimates = fit.estimates }
    let tests = try tests.map { try fit.fixedEffectTests($0) }
    for row in tests?.estimates.rows ?? [] { result.estimates.append(row) }
    switch (format, style ?? .print) {
    case (.json, _): result.output = fit.document(tests: tests).text(indent: 2) + "\n"
    case (.text, .print): result.output = fit.text(.print)
    case (.text, .varcorr): result.output = fit.varianceComponentsText
    case (.text, .ledger):
      result.output = try FitLedger(fit).table(in: words.language(in: context).ofSentences).text()
    case (.text, .summary): result.output = fit.text(.summary, tests: tests)
    case (.text, .display):
      result.output = fit.text(.display)
      result.notes.append(HouseStyle.dicNote(in: words.language(in: context).ofSentences))
    default:
      let shown: [TidyEffect] = effects.isEmpty ? [.fixed, .variance] : effects
      result.output = fit.tidyTable(shown, tests: tests).text(in: format)
    }
    return result
  }

  private func generalizedMixed(
    _ formula: ModelFormula, _ table: DataTable, _ family: ResponseFamily, in context: CommandContext
  ) throws -> CommandResult {
    let language = words.language(in: context).ofSentences
    let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
    var result = CommandResult(notes: fit.notes(in: language))
    if context.recordsEstimates { result.estimates = fit.estimates }
    switch (format, style ?? .print) {
    case (.json, _): result.output = fit.document.text(indent: 2) + "\n"
    case (.text, .print): result.output = fit.text(.print)
    case (.text, .summary): result.output = fit.text(.summary)
    case (.text, .varcorr): result.output = fit.varianceComponentsText
    case (.text, .display):
      result.output = fit.text(.display)
      result.notes.append(HouseStyle.generalizedDICNote(in: language))
    default:
      result.output = fit.tidyTable(effects.isEmpty ? [.fixed, .variance] : effects).text(in: format)
    }
    return result
  }

  private func noPooling(_ formula: ModelFormula, _ table: DataTable, by: String) throws -> CommandResult {
    func result<Fit>(_ groups: GroupwiseModels<Fit>, _ document: JSONValue) -> CommandResult {
      var result = CommandResult(estimates: groups.estimates)
      let shown = 5
      result.notes = groups.failures.prefix(shown).map {
        "note: \(by) '\($0.level)' is not fitted: \($0.reason)"
      }
      if groups.failures.count > shown {
        result.notes.append(
          "note: \(groups.failures.count - shown) more levels of \(by) are not fitted; --format json has the reasons"
        )
      }
      result.output =
        format == .json ? document.text(indent: 2) + "\n" : groups.tidyTable.text(in: format)
      return result
    }
    guard let family = model.distribution.responseFamily else {
      let groups = try GroupwiseLinearModels(formula, data: table, by: by, roles: model.roles)
      return result(groups, groups.document)
    }
    let groups = try GroupwiseGeneralizedModels(
      formula, data: table, by: by, family: family, link: model.distribution.link, roles: model.roles)
    var whole = result(groups, groups.document)
    whole.notes += groups.notes
    return whole
  }
}
