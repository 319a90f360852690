import Distributions
import Glibc
import MixedModels
import Plotting

/// What residuals and effects say of a model's assumptions: residuals against fitted values, their size against fitted values, and normal quantiles of residuals
/// and of each effect of each factor.
///
/// Means of up to twenty equally large slices stand in the first two: they should stay level. Residuals are in units of their standard deviations. Of more than
/// 2,000 rows an even selection along the fitted values is drawn; means and quantiles are of all.
public struct DiagnosticPanels: ModelFigure {
  /// The effects of one factor.
  public struct Effects: Sendable, Equatable {
    /// The factor.
    public var grouping: FigureVariable
    /// The effect: `(Intercept)` or a column.
    public var effect: FigureVariable
    /// Conditional modes.
    public let modes: [Double]
  }

  /// Fitted values, random effects included.
  public let fitted: [Double]
  /// Residuals in units of their standard deviations.
  public let residuals: [Double]
  /// The effects, factor after factor; none for a linear model.
  public var effects: [Effects]
  /// The response.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// The most dots of a panel.
  static let mostDots = 2000

  private init(fitted: [Double], residuals: [Double], effects: [Effects], response: String) {
    self.fitted = fitted
    self.residuals = residuals
    self.effects = effects
    self.response = .column(response)
    let rows = Double((3 + effects.count + 1) / 2)
    size = .centimetres(16, 2 + 5.5 * rows)
  }

  /// The diagnostics of a mixed model.
  public init(_ fit: LinearMixedModelFit) {
    var effects: [Effects] = []
    for factor in fit.randomEffects {
      for (k, name) in factor.factor.effectNames.enumerated() {
        effects.append(
          Effects(grouping: .column(factor.factor.name), effect: .column(name), modes: factor.modes.column(k))
        )
      }
    }
    self.init(
      fitted: fit.fitted, residuals: fit.scaledResiduals, effects: effects,
      response: fit.model.frame.responseBesideOffsetText)
  }

  /// The diagnostics of a linear model.
  public init(_ fit: LinearModelFit, of model: LinearModel) {
    self.init(
      fitted: fit.fitted, residuals: fit.weightedResiduals.map { $0 / fit.sigma }, effects: [],
      response: model.frame.responseBesideOffsetText)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let along = fitted.indices.sorted { (fitted[$0], $0) < (fitted[$1], $1) }
    let sizes = residuals.map { abs($0).squareRoot() }
    var panels = [
      Panel(words.residualsByFitted, [RuleMark(.y(0))] + scatter(along, residuals)),
      Panel(words.sizesByFitted, scatter(along, sizes)),
      Panel(words.residualQuantiles, quantiles(residuals, unit: 1)),
    ]
    for own in effects {
      let squares = own.modes.reduce(0) { $0 + $1 * $1 } / Double(max(own.modes.count, 1))
      panels.append(
        Panel(
          words.effectQuantiles(own.effect, of: own.grouping),
          quantiles(own.modes, unit: squares.squareRoot())))
    }
    var figure = Figure(
      size: size, x: Axis("", tickSpacing: 40), y: Axis("", tickSpacing: 34), panels: panels)
    (figure.xSharing, figure.ySharing) = (.none, .none)
    figure.columns = 2
    figure.caption = words.diagnostics(drawn: min(fitted.count, DiagnosticPanels.mostDots), of: fitted.count)
    figure.slug = "diagnostics"
    figure.language = language.rawValue
    figure.alternativeTitle =
      language == .english
      ? "Diagnostics of the model of \(response.name(language))"
      : "\(words.inSentence(response.name(language)).drop { $0 == " " })模型的诊断图"
    figure.alternativeText = alternativeText(language)
    return figure
  }

  /// Every k-th place of many, both ends included.
  private func thinned(_ places: [Int]) -> [Int] {
    let count = places.count
    guard count > DiagnosticPanels.mostDots else { return places }
    return (0..<DiagnosticPanels.mostDots).map { places[$0 * (count - 1) / (DiagnosticPanels.mostDots - 1)] }
  }

  private func dotSize(_ count: Int) -> Double { count > 500 ? 0.45 : count > 100 ? 0.65 : 0.85 }

  /// Dots over fitted values, and the means of slices.
  private func scatter(_ along: [Int], _ values: [Double]) -> [any Mark] {
    let shown = thinned(along)
    let grey = Appearance.fixed(CategoryStyle(Theme.referenceGrey, .hollowCircle))
    var marks: [any Mark] = [
      PointMark(
        x: shown.map { fitted[$0] }, y: shown.map { values[$0] }, grey, size: dotSize(shown.count))
    ]
    let slices = min(20, along.count / 15)
    if slices >= 3 {
      let means = (0..<slices).map { s -> (Double, Double) in
        let own = along[s * along.count / slices..<(s + 1) * along.count / slices]
        let n = Double(own.count)
        return (own.reduce(0) { $0 + fitted[$1] } / n, own.reduce(0) { $0 + values[$1] } / n)
      }
      marks.append(
        LineMark(x: means.map(\.0), y: means.map(\.1), .fixed(CategoryStyle(OkabeIto.vermillion)), width: 1.8)
      )
    }
    return marks
  }

  /// Sorted values against normal quantiles, and the line on which normal values with this standard deviation lie.
  private func quantiles(_ values: [Double], unit: Double) -> [any Mark] {
    let sorted = values.sorted()
    let normal = NormalDistribution()
    let places = sorted.indices.map { normal.quantile((Double($0) + 0.5) / Double(sorted.count)) }
    let shown = thinned(Array(sorted.indices))
    let (first, last) = (places.first ?? 0, places.last ?? 0)
    return [
      LineMark(
        x: [first, last], y: [unit * first, unit * last], .fixed(CategoryStyle(Theme.referenceGrey)), width: 1
      ),
      PointMark(
        x: shown.map { places[$0] }, y: shown.map { sorted[$0] }, .fixed(CategoryStyle(OkabeIto.blue)),
        size: dotSize(shown.count)),
    ]
  }

  /// Counts, the largest residual, and how far ends are from the line.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    guard let far = residuals.indices.max(by: { abs(residuals[$0]) < abs(residuals[$1]) }) else { return "" }
    let beyond = residuals.count { abs($0) > 3 }
    let (n, value) = (residuals.count, number(residuals[far]))
    var text =
      language == .english
      ? "\(n) residuals in units of their standard deviations, against fitted values, their size against fitted values, and against normal "
        + "quantiles. The largest is \(value), of row \(far + 1) of those used; \(beyond) lie beyond 3."
      : "\(n) 个以标准差为单位的残差：对拟合值、其大小对拟合值、对正态分位数。最大的是 \(value)（所用数据的第 \(far + 1) 行）；\(beyond) 个超过 3。"
    for own in effects {
      guard let low = own.modes.min(), let high = own.modes.max() else { continue }
      let name = words.effectQuantiles(own.effect, of: own.grouping)
      text +=
        language == .english
        ? " \(name): \(own.modes.count) effects from \(number(low)) to \(number(high))."
        : "\(name)：\(own.modes.count) 个效应，从 \(number(low)) 到 \(number(high))。"
    }
    return text
  }

  /// The residuals, one row a row, then the effects.
  public var plottedData: PlottedData {
    var data = PlottedData(["kind", "fitted", "value", "quantile"])
    let normal = NormalDistribution()
    func append(_ kind: String, _ values: [Double], _ fitted: [Double]?) {
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      var quantile = [Double](repeating: .nan, count: values.count)
      for (place, i) in order.enumerated() {
        quantile[i] = normal.quantile((Double(place) + 0.5) / Double(values.count))
      }
      for i in values.indices {
        data.append([
          .text(kind), .number(fitted?[i] ?? .nan), .number(values[i]), .number(quantile[i]),
        ])
      }
    }
    append("residual", residuals, fitted)
    for own in effects { append("\(own.effect.column)|\(own.grouping.column)", own.modes, nil) }
    return data
  }
}

extension DiagnosticPanels {
  /// The response, the grouping factors and the columns whose slopes vary.
  public var variables: [WritableKeyPath<DiagnosticPanels, FigureVariable>] {
    [\.response] + effects.indices.flatMap { [\.effects[$0].grouping, \.effects[$0].effect] }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
