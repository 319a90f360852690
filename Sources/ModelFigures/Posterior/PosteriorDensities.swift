import Distributions
import Plotting

/// The posterior density of each parameter, estimated from its draws, over the density of its prior on the same scale, one panel a parameter.
///
/// Standard deviations and correlations have mirror images of their draws behind their bounds, so that no mass is lost there. A flat prior has no density and is not
/// drawn.
public struct PosteriorDensities: ModelFigure {
  /// The curves of one parameter.
  public struct Curve: Sendable, Equatable {
    /// Values, ascending, and the posterior's density there, in units of one over the parameter's; none where all draws are equal.
    public let values, densities: [Double]
    /// The prior's density at the same values; empty where it has none.
    public let priorDensities: [Double]
    /// The median, and the ends of the central intervals of 50% and 90%.
    public let summary: CentralIntervals
  }

  /// The parameters.
  public var parameters: PosteriorParameters
  /// Their curves.
  public let curves: [Curve]
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Estimates densities.
  public init(_ parameters: PosteriorParameters) {
    self.parameters = parameters
    curves = parameters.parameters.map { parameter in
      let sorted = parameter.draws.sorted()
      let (x, density) = PosteriorDensities.curve(sorted, parameter.label.bounds)
      let prior = x.map { parameter.prior.density(at: $0) ?? .nan }
      return Curve(
        values: x, densities: density, priorDensities: prior.contains(where: \.isFinite) ? prior : [],
        summary: CentralIntervals(sorted: sorted))
    }
    size = .forPanels(curves.count)
  }

  /// Of more draws than these an even selection along their order is used.
  private static let mostDraws = 4000
  private static let placeCount = 241

  /// The density where all but a thousandth at either end lies, and a little beyond, within the bounds.
  static func curve(_ sorted: [Double], _ bounds: (low: Double, high: Double)) -> (
    x: [Double], density: [Double]
  ) {
    guard let first = sorted.first, let last = sorted.last, first < last, (last - first).isFinite else {
      return ([], [])
    }
    let sample =
      sorted.count <= mostDraws
      ? sorted : (0..<mostDraws).map { sorted[$0 * (sorted.count - 1) / (mostDraws - 1)] }
    let bandwidth = KernelDensity.silvermanBandwidth(sample)
    guard bandwidth > 0 else { return ([], []) }
    let density = KernelDensity(
      sample, bandwidth: bandwidth, low: bounds.low.isFinite ? bounds.low : nil,
      high: bounds.high.isFinite ? bounds.high : nil)
    let (a, b) = (sampleQuantile(sorted, 0.001), sampleQuantile(sorted, 0.999))
    let room = 0.12 * (b - a) + bandwidth
    var (low, high) = (a - room, b + room)
    // A curve that nearly reaches a bound is followed to it.
    if low < bounds.low + room { low = max(low, bounds.low) }
    if high > bounds.high - room { high = min(high, bounds.high) }
    let x = (0..<placeCount).map { low + (high - low) * Double($0) / Double(placeCount - 1) }
    return (x, x.map { density.value(at: $0) })
  }

  private enum Look: String, CaseIterable {
    case posterior, prior

    var style: CategoryStyle {
      switch self {
      case .posterior: CategoryStyle(OkabeIto.blue, lineScale: 1.4)
      case .prior: CategoryStyle(OkabeIto.black, .circle, .dashed)
      }
    }
    var appearance: Appearance { .category(rawValue) }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = zip(parameters.parameters, curves).map { parameter, curve in
      Panel(
        parameters.name(parameter, words), marks(curve), x: Axis("", limits: limits(curve), tickSpacing: 40))
    }
    var figure = Figure(
      size: size, x: Axis(words.parameterValue, tickSpacing: 40),
      y: Axis(words.density, limits: -0.16...1.08, hasTicks: false),
      categories: CategoricalScale(
        Look.allCases.map {
          .init($0.rawValue, label: $0 == .prior ? words.priorName : words.posteriorName, style: $0.style)
        }), panels: panels)
    figure.xSharing = .none
    figure.columns = size.columns(ofPanels: panels.count)
    figure.caption = words.sentences(
      [words.posteriorDensities, unseenPriors(words)].filter { !$0.isEmpty }
        + words.posteriorCaption(parameters))
    let name = parameters.response.name(language)
    figure.describe(
      as: "posterior-densities",
      title: words.either(
        "Posterior and prior densities of the parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型各参数的后验与先验密度"), text: alternativeText(words),
      in: language)
    return figure
  }

  private func limits(_ curve: Curve) -> ClosedRange<Double>? {
    guard let low = curve.values.first, let high = curve.values.last else { return nil }
    let room = 0.02 * (high - low)
    return low - room...high + room
  }

  private func marks(_ curve: Curve) -> [any Mark] {
    let posterior = curve.densities.max() ?? 1
    // A prior far above the posterior, which contradicts it, leaves the panel.
    let most = max(posterior, min(curve.priorDensities.filter(\.isFinite).max() ?? 0, 2.5 * posterior))
    let heights = curve.densities.map { $0 / most }
    var marks: [any Mark] = []
    let s = curve.summary
    let inside = DensityPanel.cut(curve.values, heights, to: s.outer)
    if inside.x.count > 1 {
      marks.append(
        BandMark.area(x: inside.x, y: inside.y, .fixed(Look.posterior.style), opacity: 0.25))
    }
    marks.append(LineMark(x: curve.values, y: heights, Look.posterior.appearance))
    if !curve.priorDensities.isEmpty {
      marks.append(
        LineMark(x: curve.values, y: curve.priorDensities.map { $0 / most }, Look.prior.appearance))
    }
    return marks + s.marks(at: DensityPanel.barHeight, .fixed(Look.posterior.style))
  }

  /// Parameters whose prior is flat.
  private func unseenPriors(_ words: FigureWords) -> String {
    let flat = parameters.parameters.filter {
      $0.prior == .single(.flat, isPositive: $0.label.bounds.low == 0)
    }
    return flat.isEmpty ? "" : words.flatPriors(flat.map { words.parameter($0.label) })
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let pieces = zip(parameters.parameters, curves).map { parameter, curve in
      let s = curve.summary
      let text = words.posteriorOf(words.parameter(parameter.label), s)
      let prior: String
      switch parameter.prior {
      case .single(let own, _): prior = own.description
      case .correlation(let shape, _): prior = "lkj(\(words.number(shape)))"
      case .hierarchical: return text
      }
      return text + words.parenthesis(words.either("prior \(prior)", "先验 \(prior)"))
    }
    return words.either(
      "\(curves.count) panels, one for each parameter, with the density of its posterior and, dashed, of its prior. Posterior medians with 90% intervals: ",
      "共 \(curves.count) 个分面，每个参数一个：后验密度与先验密度（虚线）。后验中位数与 90% 区间：")
      + pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
      + words.divergences(parameters.source, leading: true)
  }

  /// The numbers, one row for each point of each curve; densities in units of one over the parameter's.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "value", "posterior", "prior"])
    for (parameter, curve) in zip(parameters.parameters, curves) {
      for k in curve.values.indices {
        data.append([
          .text(parameter.label.name), .number(curve.values[k]), .number(curve.densities[k]),
          .number(curve.priorDensities.isEmpty ? .nan : curve.priorDensities[k]),
        ])
      }
    }
    return data
  }
}

extension PosteriorDensities {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<PosteriorDensities, FigureVariable>] {
    PosteriorParameters.variables(\.parameters, of: self)
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
