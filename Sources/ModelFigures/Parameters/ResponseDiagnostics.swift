import Distributions
import MixedModels
import ModelFormula
import Plotting

/// Whether a generalized model's assumptions hold, on the scale of the response: means of observed against means of fitted values, means of Pearson residuals
/// against fitted values, responses drawn from the model beside the observed, and normal quantiles of each effect of each factor.
///
/// Single residuals of 0 and 1 say nothing, so rows stand in slices of equal numbers along their fitted values. Bars and dashed lines hold 95 % of means where
/// the model is right.
///
/// Reference: Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, section 5.6 (binned residuals).
public struct ResponseDiagnostics: ModelFigure {
  /// Rows with neighbouring fitted values.
  public struct Slice: Sendable, Equatable {
    /// Number of rows.
    public let count: Int
    /// Means of fitted and of observed values.
    public let fitted, observed: Double
    /// Standard error of `observed` under the model.
    public let error: Double
    /// Mean of Pearson residuals.
    public let residual: Double
  }

  /// The slices, by rising fitted values.
  public let slices: [Slice]
  /// Responses drawn from a mixed model beside the observed ones; nil for a model without bars.
  public let predictive: PredictiveCheck?
  /// Whether the drawn and observed numbers are shares of the levels of a grouping factor.
  public let comparesShares: Bool
  /// The factor whose levels' shares are compared.
  public var grouping: FigureVariable
  /// The effects, factor after factor.
  public var effects: [DiagnosticPanels.Effects]
  /// Whether fitted values are probabilities.
  public let isProbability: Bool
  /// The response.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Most slices, and fewest rows of one.
  private static let mostSlices = 20, leastRows = 10
  /// More dots of one panel are an even selection.
  private static let mostDots = 1000

  private init(
    _ frame: ModelFrame, family: ResponseFamily, fitted: [Double], pearson: [Double],
    predictive: PredictiveCheck?, grouping: String, effects: [DiagnosticPanels.Effects]
  ) {
    let weights =
      frame.binomial.map { binomial in
        frame.weights.map { zip(binomial.trials, $0).map(*) } ?? binomial.trials
      } ?? frame.weights ?? [Double](repeating: 1, count: fitted.count)
    var dispersion = 1.0
    if case .gamma(let shape) = family { dispersion = 1 / shape }
    let order = fitted.indices.sorted { (fitted[$0], $0) < (fitted[$1], $1) }
    let count = max(1, min(ResponseDiagnostics.mostSlices, order.count / ResponseDiagnostics.leastRows))
    slices = (0..<count).map { s in
      let own = order[s * order.count / count..<(s + 1) * order.count / count]
      let total = own.reduce(0) { $0 + weights[$1] }
      // Means weighted by numbers of trials.
      func mean(_ values: [Double]) -> Double { own.reduce(0) { $0 + weights[$1] * values[$1] } / total }
      let variance = own.reduce(0) { $0 + weights[$1] * dispersion * family.variance(mean: fitted[$1]) }
      return Slice(
        count: own.count, fitted: mean(fitted), observed: mean(frame.response),
        error: variance.squareRoot() / total,
        residual: own.reduce(0) { $0 + pearson[$1] } / Double(own.count))
    }
    self.predictive = predictive
    self.effects = effects
    comparesShares = frame.binomial != nil
    isProbability = frame.binomial != nil
    self.grouping = .column(grouping)
    response = .column(frame.figureResponse)
    let rows = Double((2 + (predictive == nil ? 0 : 1) + effects.count + 1) / 2)
    size = .centimetres(16, 2 + 5.5 * rows)
  }

  /// The diagnostics of a generalized mixed model, at its conditional modes.
  public init(_ fit: GeneralizedLinearMixedModelFit) {
    var effects: [DiagnosticPanels.Effects] = []
    for (f, factor) in fit.randomEffects.enumerated() {
      let isStill = fit.effectsWithoutVariance(ofFactor: f)
      for (k, name) in factor.factor.effectNames.enumerated() {
        let modes = factor.modes.column(k)
        effects.append(
          DiagnosticPanels.Effects(
            grouping: .column(factor.factor.name), effect: .column(name, of: fit.model),
            modes: isStill[k] ? modes.map { _ in 0 } : modes))
      }
    }
    let (predictive, grouping) = PredictiveCheck.ofResponses(fit)
    self.init(
      fit.model.frame, family: fit.family, fitted: fit.fitted, pearson: fit.residuals(.pearson),
      predictive: predictive, grouping: grouping, effects: effects)
  }

  /// The diagnostics of a generalized linear model.
  public init(_ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel) {
    self.init(
      model.frame, family: fit.family, fitted: fit.fitted, pearson: fit.residuals(.pearson),
      predictive: nil, grouping: "", effects: [])
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let fittedAxis = Axis(words.fittedMean(self), tickSpacing: 40)
    let normal = Axis(words.normalQuantile, tickSpacing: 40)
    func height(_ title: String) -> Axis { Axis(title, tickSpacing: 34) }
    var panels = [
      Panel(words.observedByFitted, calibration, x: fittedAxis, y: height(words.observedMean(self))),
      Panel(words.binnedResiduals, residuals, x: fittedAxis, y: height(words.pearsonResidual)),
    ]
    if let predictive {
      panels.append(
        Panel(
          words.predictiveCheck, predictive.marks,
          x: Axis(
            comparesShares ? words.shareByGroup(response, grouping) : response.title(language),
            tickSpacing: 40), y: height(words.density)))
    }
    for own in effects {
      panels.append(
        Panel(
          words.effect(own.effect, by: own.grouping), quantiles(own.modes), x: normal,
          y: height(words.conditionalMode)))
    }
    let isNarrow = size.width < ModelFigureSizes.narrow
    if isNarrow {
      for i in panels.indices.prefix(panels.count - effects.count) {
        panels[i].name = panels[i].y?.title ?? ""
      }
      for i in panels.indices { panels[i].y?.title = "" }
    }
    var figure = Figure(
      size: size, x: Axis("", tickSpacing: 40), y: Axis("", tickSpacing: 34), panels: panels)
    (figure.xSharing, figure.ySharing) = (.none, .none)
    figure.columns = 2
    figure.caption = words.responseDiagnostics(self, hasHeadings: isNarrow)
    figure.describe(
      as: "diagnostics",
      title: words.either(
        "Diagnostics of the model of \(response.name(language))",
        "\(words.inSentence(response.name(language)).drop { $0 == " " })模型的诊断图"),
      text: alternativeText(words), in: language)
    return figure
  }

  private static let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue))
  private static let grey = Appearance.fixed(CategoryStyle(Theme.referenceGrey))

  private var calibration: [any Mark] {
    let (x, y) = (slices.map(\.fitted), slices.map(\.observed))
    let reach = slices.map { 1.959964 * $0.error }
    let (low, high) = ((x + y).min() ?? 0, (x + y).max() ?? 1)
    return [
      LineMark(x: [low, high], y: [low, high], ResponseDiagnostics.grey, width: 1),
      IntervalMark(
        low: zip(x, reach).map(-), high: zip(x, reach).map(+), at: x, ResponseDiagnostics.grey,
        direction: .upright, width: 0.8),
      PointMark(x: x, y: y, ResponseDiagnostics.blue, size: 0.8),
    ]
  }

  private var residuals: [any Mark] {
    let x = slices.map(\.fitted)
    let reach = slices.map { 1.959964 / Double($0.count).squareRoot() }
    let dashed = Appearance.fixed(CategoryStyle(Theme.referenceGrey, .circle, .dashed))
    return [
      RuleMark(.y(0)), LineMark(x: x, y: reach, dashed, width: 0.8),
      LineMark(x: x, y: reach.map { -$0 }, dashed, width: 0.8),
      PointMark(x: x, y: slices.map(\.residual), ResponseDiagnostics.blue, size: 0.8),
    ]
  }

  /// Sorted modes against normal quantiles, and the line of normal ones with their spread.
  private func quantiles(_ modes: [Double]) -> [any Mark] {
    let sorted = modes.sorted()
    let normal = NormalDistribution()
    let places = sorted.indices.map { normal.quantile((Double($0) + 0.5) / Double(sorted.count)) }
    let unit = (sorted.reduce(0) { $0 + $1 * $1 } / Double(max(sorted.count, 1))).squareRoot()
    let (first, last) = (places.first ?? 0, places.last ?? 0)
    let most = ResponseDiagnostics.mostDots
    let shown =
      sorted.count > most
      ? (0..<most).map { $0 * (sorted.count - 1) / (most - 1) } : Array(sorted.indices)
    return [
      LineMark(x: [first, last], y: [unit * first, unit * last], ResponseDiagnostics.grey, width: 1),
      PointMark(
        x: shown.map { places[$0] }, y: shown.map { sorted[$0] }, ResponseDiagnostics.blue,
        size: shown.count > 100 ? 0.6 : 0.85),
    ]
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    let outside = slices.count { abs($0.observed - $0.fitted) > 1.959964 * $0.error }
    let far = slices.count { abs($0.residual) > 1.959964 / Double($0.count).squareRoot() }
    var text = words.either(
      "\(slices.count) slices of rows: fitted means from \(number(slices.first?.fitted ?? .nan)) to \(number(slices.last?.fitted ?? .nan)); \(outside) observed means "
        + "lie beyond 95% limits, \(far) means of Pearson residuals do.",
      "按拟合值分 \(slices.count) 段：拟合均值从 \(number(slices.first?.fitted ?? .nan)) 到 \(number(slices.last?.fitted ?? .nan))；\(outside) 个观测均值、\(far) 个皮尔逊残差均值超出 95% 界限。"
    )
    if let predictive {
      let (low, high) = (predictive.drawnDeviations.min() ?? .nan, predictive.drawnDeviations.max() ?? .nan)
      text += words.either(
        " Standard deviation observed \(number(predictive.observedDeviation)), drawn \(number(low)) to \(number(high)).",
        "标准差：观测 \(number(predictive.observedDeviation))，模拟 \(number(low)) 至 \(number(high))。")
    }
    return text
  }

  /// The slices.
  public var plottedData: PlottedData {
    var data = PlottedData(["n", "fitted", "observed", "se", "pearson"])
    for s in slices {
      data.append([
        .number(Double(s.count)), .number(s.fitted), .number(s.observed), .number(s.error),
        .number(s.residual),
      ])
    }
    return data
  }
}

extension ResponseDiagnostics {
  /// The response, the grouping factors and the columns whose slopes vary.
  public var variables: [WritableKeyPath<ResponseDiagnostics, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.flatMap { [\.effects[$0].grouping, \.effects[$0].effect] }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
