import Distributions
import Glibc
import MixedModels
import ModelFormula
import Plotting

/// The fixed coefficients of a model with their intervals, the first on top.
///
/// The constant is left out where there are others: it is in another unit than slopes, and its size would hide theirs. Of generalized models with the link
/// logit, cloglog or log the exponentials are drawn, ratios of odds, hazards or expectations, along a logarithmic axis, unless some of them are no numbers
/// that such an axis can show: then the coefficients themselves are.
public struct CoefficientPlot: ModelFigure {
  /// A coefficient with its interval.
  public struct Coefficient: Sendable, Equatable {
    /// The column, as it is called in figures.
    public var variable: FigureVariable
    /// What it says.
    public let meaning: ColumnMeaning
    /// Estimate and the ends of its interval.
    public let estimate, low, high: Double
  }

  /// How the intervals were computed.
  public enum Kind: Sendable, Equatable {
    /// Estimate ± t quantile with these degrees of freedom.
    case student(degreesOfFreedom: Double)
    /// Estimate ± normal quantile (Wald).
    case wald
  }

  /// What is drawn, first on top.
  public var coefficients: [Coefficient]
  /// How the intervals were computed.
  public let kind: Kind
  /// The link of a generalized model; nil for a linear one.
  public let link: LinkFunction?
  /// Whether exponentials of the coefficients are drawn.
  public let showsRatios: Bool
  /// Probability of each interval.
  public let level: Double
  /// Whether there is a constant that is not drawn.
  public let leavesOutConstant: Bool
  /// The response; change it to give the axis other words.
  public var response: FigureVariable
  /// The predictors, which the axis and the caption name.
  public var factors: [FigureVariable]
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  private init(
    names: [String], estimates: [Double], errors: [Double], kind: Kind, level: Double, frame: ModelFrame,
    link: LinkFunction? = nil
  ) {
    let coding = frame.fixedCoding
    let meanings = Dictionary(
      zip(coding.columnNames, coding.meanings), uniquingKeysWith: { first, _ in first })
    let quantile =
      switch kind {
      case .wald: NormalDistribution().quantile((1 + level) / 2)
      case .student(let df): StudentTDistribution(degreesOfFreedom: df).quantile((1 + level) / 2)
      }
    let all = names.indices.map { k in
      Coefficient(
        variable: .column(names[k]), meaning: meanings[names[k]] ?? .other, estimate: estimates[k],
        low: estimates[k] - quantile * errors[k], high: estimates[k] + quantile * errors[k])
    }.filter { $0.estimate.isFinite }
    let slopes = all.filter { $0.variable.column != FigureWords.constant }
    let shown = slopes.isEmpty ? all : slopes
    showsRatios =
      (link.map(CoefficientPlot.hasRatios) ?? false)
      && CoefficientPlot.haveReadableRatios(shown.flatMap { [$0.low, $0.estimate, $0.high] })
    coefficients = shown
    if showsRatios {
      coefficients = shown.map { c in
        Coefficient(
          variable: c.variable, meaning: c.meaning, estimate: exp(c.estimate), low: exp(c.low),
          high: exp(c.high))
      }
    }
    leavesOutConstant = !slopes.isEmpty && slopes.count < all.count
    self.kind = kind
    self.link = link
    self.level = level
    self.response = .column(frame.figureResponse)
    factors = coding.factorNamesOfTerms.flatMap { $0 }.map { .column($0) }
    size = .centimetres(16, max(5, (3 + 0.65 * Double(coefficients.count)).rounded(.up)))
  }

  /// The fixed effects of a mixed model, with Wald intervals.
  public init(_ fit: LinearMixedModelFit, level: Double = 0.95) {
    self.init(
      names: fit.model.fixedEffectNames, estimates: fit.fixedEffects, errors: fit.fixedEffectStandardErrors,
      kind: .wald, level: level, frame: fit.model.frame)
  }

  /// The coefficients of a linear model, with t intervals.
  public init(_ fit: LinearModelFit, of model: LinearModel, level: Double = 0.95) {
    self.init(
      names: fit.coefficientNames, estimates: fit.coefficients, errors: fit.standardErrors,
      kind: .student(degreesOfFreedom: Double(fit.residualDegreesOfFreedom)), level: level,
      frame: model.frame)
  }

  /// The fixed effects of a generalized mixed model, with Wald intervals.
  public init(_ fit: GeneralizedLinearMixedModelFit, level: Double = 0.95) {
    self.init(
      names: fit.model.fixedEffectNames, estimates: fit.fixedEffects, errors: fit.fixedEffectStandardErrors,
      kind: .wald, level: level, frame: fit.model.frame, link: fit.link)
  }

  /// The coefficients of a generalized linear model, with Wald intervals, of Gamma models t intervals.
  public init(_ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel, level: Double = 0.95) {
    var kind = Kind.wald
    if case .gamma = model.family {
      kind = .student(degreesOfFreedom: Double(fit.residualDegreesOfFreedom))
    }
    self.init(
      names: fit.coefficientNames, estimates: fit.coefficients, errors: fit.standardErrors, kind: kind,
      level: level, frame: model.frame, link: model.link)
  }

  /// Whether exponentials of coefficients are ratios of something.
  private static func hasRatios(_ link: LinkFunction) -> Bool {
    switch link {
    case .logit, .cloglog, .log: true
    case .probit, .cauchit: false
    }
  }

  /// Whether exponentials of all values are ordinary numbers that one axis can show beside 1.
  private static func haveReadableRatios(_ values: [Double]) -> Bool {
    let known = values.filter { !$0.isNaN } + [0]
    guard let least = known.min(), let greatest = known.max() else { return true }
    return exp(least).isNormal && exp(greatest).isNormal && greatest - least <= log(widestRatio)
  }

  /// The greatest quotient of two ratios on one axis.
  static let widestRatio = 1e12

  /// Whether the coefficients themselves are drawn because their exponentials are beyond an axis.
  public var ratiosAreBeyondReach: Bool { !showsRatios && (link.map(CoefficientPlot.hasRatios) ?? false) }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let rows = Array(coefficients.reversed())
    let heights = rows.indices.map(Double.init)
    let marks: [any Mark] = [
      RuleMark(.x(showsRatios ? 1 : 0)),
      IntervalMark(
        low: rows.map(\.low), high: rows.map(\.high), at: heights, .fixed(CategoryStyle(OkabeIto.blue)),
        width: 1.6),
      PointMark(x: rows.map(\.estimate), y: heights, .fixed(CategoryStyle(OkabeIto.blue)), size: 1.2),
    ]
    var y = Axis("", levels: rows.map { $0.variable.name(language) })
    // A short bar is hidden by its dot, so numbers stand beside.
    y.endTexts = rows.map { words.interval($0.estimate, $0.low, $0.high) }
    var x = Axis(words.coefficientTitle(self), tickSpacing: 52)
    x.isLogarithmic = showsRatios
    var figure = Figure(
      size: size, x: x, y: y,
      panels: [Panel("", marks)])
    figure.caption = words.coefficientBars(self)
    figure.describe(
      as: "coefficients",
      title: language == .english
        ? "Coefficients of the model of \(response.name(language)) with intervals"
        : "\(words.inSentence(response.name(language)).drop { $0 == " " })模型的系数及区间",
      text: alternativeText(language), in: language)
    return figure
  }

  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let pieces = coefficients.map { c in
      language == .english
        ? "\(c.variable.name(language)) \(number(c.estimate)), from \(number(c.low)) to \(number(c.high))"
        : "\(c.variable.name(language)) \(number(c.estimate))，区间 \(number(c.low)) 至 \(number(c.high))"
    }
    let percent = number(100 * level)
    return language == .english
      ? "Estimates with \(percent)% intervals: " + pieces.joined(separator: "; ") + "."
      : "估计值及其 \(percent)% 区间：" + pieces.joined(separator: "；") + "。"
  }

  /// The numbers, first coefficient first.
  public var plottedData: PlottedData {
    var data = PlottedData(["term", "estimate", "low", "high"])
    for c in coefficients {
      data.append([.text(c.variable.column), .number(c.estimate), .number(c.low), .number(c.high)])
    }
    return data
  }
}

extension CoefficientPlot {
  /// The name of a factor in figures.
  func name(of factor: String, _ language: FigureLanguage) -> String {
    let plain = FigureVariable.column(factor)
    return (factors.first { $0.column == plain.column } ?? plain).name(language)
  }

  /// The response, the coefficients' columns and the factors.
  public var variables: [WritableKeyPath<CoefficientPlot, FigureVariable>] {
    [\.response] + coefficients.indices.map { \.coefficients[$0].variable }
      + factors.indices.map { \.factors[$0] }
  }
  /// Rows need it.
  public var keepsHeight: Bool { true }
}
