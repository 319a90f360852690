import MixedModels
import ModelFormula
import Plotting

/// The four models of one predictor and one grouping factor side by side: one line for all, and lines with
/// intercepts, slopes or both of their own for each group.
///
/// All come from one formula y ~ x + (1 + x | g): least squares for y ~ x, and REML (or ML, as the fit) for
/// the three with (1 | g), (0 + x | g) and (1 + x | g). A formula in which both vary is itself the fourth; with
/// `||` intercepts and slopes are independent in it. Headings have Akaike's criterion of the fits by ML,
/// which can be compared: AIC = −2 log L + 2·(number of parameters).
public struct FourModels: ModelFigure {
  /// One model, fitted.
  public struct Fitted: Sendable {
    /// Its formula.
    public let formula: String
    /// Observations and lines.
    public var scatter: GroupScatter
    /// Number of parameters: fixed effects, covariance parameters and σ.
    public let parameterCount: Int
    /// Akaike's criterion by ML.
    public let aic: Double
  }

  /// Complete pooling, varying intercept, varying slope, varying both.
  public var models: [Fitted]
  /// Whether intercepts and slopes are independent in the fourth model, as `||` has it.
  public let areIndependent: Bool
  /// Canvas size.
  public var size: Size = .centimetres(16, 14)

  /// Derives the models from a fit's formula and fits those that it is not.
  /// - Throws: `ModelFigureError` if there is more than one predictor or grouping factor, the predictor is a factor, or a model cannot be fitted.
  public init(_ fit: LinearMixedModelFit) throws(ModelFigureError) {
    let model = fit.model
    let given = try FittedGroups(fit)
    let formula = model.formula
    guard formula.fixed.terms.count == 1, let term = formula.fixed.terms.first,
      model.fixedEffectNames == [FigureWords.constant, term.name]
    else { throw .noFourModels(formula: model.formulaText) }
    let group = formula.randomTerms[0].groupingFactor.text
    func fitted(_ fit: LinearMixedModelFit) throws(ModelFigureError) -> Fitted {
      Fitted(
        formula: fit.model.formulaText, scatter: try FittedGroups(fit).fittedScatter(),
        parameterCount: fit.parameterCount,
        aic: fit.mlDeviance + 2 * Double(fit.parameterCount))
    }
    func derived(_ effects: String) throws(ModelFigureError) -> Fitted {
      try fitted(FourModels.fit("\(formula.fixedText) + (\(effects) | \(group))", like: fit))
    }
    let variesInBoth = Set(model.randomEffectNames) == [FigureWords.constant, term.name]
    areIndependent = variesInBoth && fit.varianceComponents.allSatisfy { $0.names.count == 1 }
    models = [
      try FourModels.complete(given, of: model), try derived("1"), try derived("0 + \(term.name)"),
      variesInBoth ? try fitted(fit) : try derived("1 + \(term.name)"),
    ]
  }

  private static func fit(_ text: String, like other: LinearMixedModelFit) throws(ModelFigureError)
    -> LinearMixedModelFit
  {
    if text == other.model.formulaText { return other }
    let frame = other.model.frame
    do {
      return try LinearMixedModel(text, data: frame.data, roles: frame.roles).fit(by: other.method)
    } catch { throw .failedModel(formula: text, reason: "\(error)") }
  }

  /// The regression on the rows that the mixed models use.
  private static func complete(_ groups: FittedGroups, of model: LinearMixedModel) throws(ModelFigureError)
    -> Fitted
  {
    let text = model.formula.fixedText
    do {
      let fit = try LinearModel(
        text, data: model.frame.data.selecting(rows: model.frame.usedRows), roles: model.frame.roles
      ).fit()
      return Fitted(
        formula: text, scatter: groups.completePoolingScatter(), parameterCount: fit.rank + 1, aic: fit.aic)
    } catch { throw .failedModel(formula: text, reason: "\(error)") }
  }

  /// Share of the smallest distance between different x over which points of the groups are set side by side.
  public var dodge: Double {
    get { models[0].scatter.dodge }
    set { for m in models.indices { models[m].scatter.dodge = newValue } }
  }

  /// Levels that alone have looks of their own; none for all, where they are few enough.
  public var highlighted: Set<String> {
    get { models[0].scatter.highlighted }
    set { for m in models.indices { models[m].scatter.highlighted = newValue } }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let first = models[0].scatter
    let panels = models.map { model in
      let aic = model.aic.isFinite ? words.parenthesis("AIC\u{A0}\(words.criterion(model.aic))") : ""
      return Panel(words.structure(model.scatter.lines) + aic, model.scatter.marks())
    }
    var figure = Figure(
      size: size, x: first.xAxis(language), y: Axis(first.response.title(language)),
      categories: first.scale(language), panels: panels)
    figure.columns = 2
    figure.caption = [
      first.caption(words),
      words.sentences([words.fourModels] + (areIndependent ? [words.independentModel] : [])),
    ].filter { !$0.isEmpty }.joined(separator: "\n")
    figure.describe(
      as: "four-models", title: words.title(alternativeTitle(language)), text: alternativeText(language),
      in: language)
    return figure
  }

  /// The numbers: observations with the four lines' values beside each.
  public var plottedData: PlottedData {
    let names = ["complete", "varying.intercept", "varying.slope", "varying.both"]
    var data = PlottedData(["group", "x", "y"] + names)
    let models = models.map(\.scatter.plottedData.rows)
    for (i, row) in models[0].enumerated() { data.append(row + models.dropFirst().map { $0[i][3] }) }
    return data
  }
}
