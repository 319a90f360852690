import Plotting

/// Medians and central intervals of 50% and 90% of parameters, one row a parameter; rows in one unit share a panel with an axis of its own, so that an intercept
/// does not squeeze the rest.
public struct PosteriorIntervals: ModelFigure {
  /// The parameters.
  public var parameters: PosteriorParameters
  /// Their intervals.
  public let intervals: [CentralIntervals]
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// Takes quantiles of all draws.
  public init(_ parameters: PosteriorParameters) {
    self.parameters = parameters
    intervals = parameters.parameters.map { CentralIntervals(sorted: $0.draws.sorted()) }
    size = .centimetres(16, 8)
    size = .centimetres(
      16, max(5, (2.6 + 0.6 * Double(intervals.count) + 0.75 * Double(blocks.count)).rounded(.up)))
  }

  /// What has one unit: rows of one kind stand together.
  private enum Unit: Hashable {
    case level, spread, slope(String), correlation, dispersion
  }

  private func unit(_ parameter: PosteriorParameters.Parameter) -> Unit {
    let label = parameter.label
    let effect = label.effects.first
    let isSlope = effect.map { $0.hasSlope && $0.column != FigureWords.constant } ?? false
    switch label.kind {
    case .correlation: return .correlation
    case .dispersion: return .dispersion
    case .sigma: return .spread
    case _ where isSlope: return .slope(effect?.column ?? "")
    case .fixed:
      // Of generalized models all effects are numbers of one size.
      return effect?.column == FigureWords.constant && parameters.link == nil ? .level : .spread
    case .deviation: return .spread
    case .level:
      return parameter.quantity.kind == .coefficient && effect?.column == FigureWords.constant
        ? .level : .spread
    }
  }

  /// The rows of each panel, in the order of their first.
  var blocks: [[Int]] {
    var units: [Unit] = []
    var rows: [Unit: [Int]] = [:]
    for (k, parameter) in parameters.parameters.enumerated() {
      let unit = unit(parameter)
      if rows[unit] == nil { units.append(unit) }
      rows[unit, default: []].append(k)
    }
    return units.map { rows[$0] ?? [] }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let blocks = blocks
    let panels = blocks.map { block -> Panel in
      let rows = Array(block.reversed())
      let ends = rows.flatMap { [intervals[$0].lower90, intervals[$0].upper90] }.filter(\.isFinite)
      // A line at 0 only where it is in sight anyway: it must not stretch the axis.
      let low = ends.min() ?? 0
      let high = ends.max() ?? 0
      let zero: [any Mark] = low < 0 && high > 0 ? [RuleMark(.x(0))] : []
      return Panel(
        "",
        zero
          + CentralIntervals.marks(
            rows.map { intervals[$0] }, at: rows.indices.map(Double.init), PosteriorIntervals.appearance),
        x: Axis("", expansion: 0.06, tickSpacing: 60),
        y: Axis("", levels: rows.map { parameters.name(parameters.parameters[$0], words) }))
    }
    var figure = Figure(size: size, x: Axis(words.parameterValue), y: Axis(""), panels: panels)
    (figure.xSharing, figure.ySharing) = (.none, .none)
    figure.columns = 1
    figure.rowWeights = blocks.map { Double($0.count) + 0.35 }
    figure.caption = words.sentences([words.centralBars] + words.posteriorCaption(parameters))
    let name = parameters.response.name(language)
    figure.describe(
      as: "posterior-intervals",
      title: words.either(
        "Posterior intervals of the parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型各参数的后验区间"), text: alternativeText(words),
      in: language)
    return figure
  }

  static let appearance = Appearance.fixed(CategoryStyle(OkabeIto.blue))

  private func alternativeText(_ words: FigureWords) -> String {
    let pieces = zip(parameters.parameters, intervals).map {
      words.posteriorOf(words.parameter($0.label), $1)
    }
    return words.either(
      "One row for each of \(intervals.count) parameters. Posterior medians with 90% intervals: ",
      "共 \(intervals.count) 个参数，每个一行。后验中位数与 90% 区间：")
      + pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
      + words.divergences(parameters.source, leading: true)
  }

  /// The numbers, one row a parameter.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "median", "low50", "high50", "low90", "high90"])
    for (parameter, own) in zip(parameters.parameters, intervals) {
      data.append([.text(parameter.label.name)] + own.cells)
    }
    return data
  }
}

extension PosteriorIntervals {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<PosteriorIntervals, FigureVariable>] {
    PosteriorParameters.variables(\.parameters, of: self)
  }
  /// Rows need it.
  public var keepsHeight: Bool { true }
}

extension CentralIntervals {
  /// The numbers of a row of data.
  var cells: [PlottedData.Cell] { [median, lower50, upper50, lower90, upper90].map { .number($0) } }
}
