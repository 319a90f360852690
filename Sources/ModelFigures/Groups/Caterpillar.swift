import Distributions
import Plotting

/// The conditional modes of a factor's effects, or its levels' coefficients, with their intervals, one panel
/// an effect.
///
/// As rows, levels stand in the order of the first effect's estimates, the same in all panels. An upright
/// line shows what they scatter about: 0 for modes, for coefficients the fixed effect with a band for its
/// interval. Against quantiles of the standard normal distribution each panel has its own order: points on a
/// line speak for normal effects.
///
/// Reference: the rows are lme4's `dotplot`, the quantiles its `qqmath` of conditional modes: the i-th of J
/// at Φ⁻¹((i − ½)/J).
public struct Caterpillar: ModelFigure {
  /// What the vertical axis shows.
  public enum Heights: Sendable, Equatable {
    /// One row a level.
    case rows
    /// Normal quantiles.
    case quantiles
  }

  /// What is drawn.
  public var intervals: LevelIntervals
  /// What the vertical axis shows.
  public let heights: Heights
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// A caterpillar.
  public init(_ intervals: LevelIntervals, heights: Heights, highlighted: Set<String> = []) {
    self.intervals = intervals
    self.heights = heights
    self.highlighted = highlighted
    let rows = Double(min(intervals.levels.count, Caterpillar.mostNamed))
    let effects = intervals.effects.count
    let lines = Double((effects + Caterpillar.mostInRow - 1) / Caterpillar.mostInRow)
    // Panels in several rows are lower where none of their rows is named.
    let isUnnamed = intervals.levels.count > Caterpillar.mostNamed && lines > 1
    let panel = heights == .quantiles ? 6 : isUnnamed ? 7 : max(3, 0.4 * rows)
    size = .centimetres(16, max(6, (3 + panel * lines + 0.9 * (lines - 1)).rounded(.up)))
  }

  /// More levels than these get a figure that names none of the rows.
  static let mostNamed = 40
  /// Panels of a row, two on a narrow page.
  static let mostInRow = 3

  /// Whether deviations are drawn and not coefficients.
  var showsEffects: Bool { intervals.quantity == .effects }

  private enum Look: String, CaseIterable {
    case excludes, includes, highlighted, highlightedIncludes

    var isHighlighted: Bool { self == .highlighted || self == .highlightedIncludes }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let shared = intervals.order(by: 0)
    let panels = intervals.effects.indices.map { effect in
      Panel(
        words.effect(intervals.effects[effect], of: intervals.response),
        marks(effect, order: heights == .rows ? shared : intervals.order(by: effect), language))
    }
    var y = Axis(words.normalQuantile, tickSpacing: 34)
    if heights == .rows {
      y = Axis(intervals.grouping.name(language), levels: shared.map { intervals.levels[$0].label(language) })
      y.marked = Set(shared.indices.filter { highlighted.contains(intervals.levels[shared[$0]].name) })
    }
    var figure = Figure(
      size: size, x: Axis(showsEffects ? words.conditionalMode : words.estimate, tickSpacing: 52), y: y,
      categories: CategoricalScale(
        Look.allCases.map { .init($0.rawValue, label: label($0, words), style: style($0)) }),
      panels: panels)
    figure.xSharing = .none
    figure.columns = min(
      panels.count, size.width < ModelFigureSizes.narrow ? 2 : Caterpillar.mostInRow)
    let sorted =
      heights == .rows && intervals.effects.count > 1
      ? words.effectInSentence(intervals.effects[0], definite: true) : nil
    let unnamed = heights == .rows && shared.count > Caterpillar.mostNamed ? shared.count : nil
    let bars =
      showsEffects
      ? words.conditionalBars(level: intervals.level) : words.groupCoefficientBars(level: intervals.level)
    let still = intervals.effects.indices.filter { intervals.hasNoVariance[$0] }.map {
      words.effectInSentence(intervals.effects[$0], definite: true)
    }
    figure.caption = words.sentences(
      [bars] + words.rowsOfLevels(sorted: sorted, unnamed: unnamed)
        + [
          words.withoutVariance(still, showsEffects: showsEffects),
          intervals.link.map { words.linkScale($0, intervals.response) },
        ].compactMap { $0 })
    figure.describe(
      as: showsEffects ? (heights == .rows ? "caterpillar" : "qq-caterpillar") : "group-coefficients",
      title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  private func label(_ look: Look, _ words: FigureWords) -> String {
    switch look {
    case .excludes: showsEffects ? words.intervalWithoutZero : words.intervalWithoutMean
    case .includes: showsEffects ? words.intervalWithZero : words.intervalWithMean
    case .highlighted: words.highlighted
    case .highlightedIncludes:
      words.highlighted(showsEffects ? words.intervalWithZero : words.intervalWithMean)
    }
  }

  private func style(_ look: Look) -> CategoryStyle {
    switch look {
    case .excludes: CategoryStyle(OkabeIto.blue, .circle)
    case .includes: CategoryStyle(OkabeIto.blue, .hollowCircle)
    case .highlighted: CategoryStyle(OkabeIto.bluishGreen, .diamond, markerScale: 1.2, lineScale: 1.5)
    case .highlightedIncludes:
      CategoryStyle(OkabeIto.bluishGreen, .hollowDiamond, markerScale: 1.2, lineScale: 1.5)
    }
  }

  private func look(_ level: Int, _ effect: Int) -> Look {
    let excludes = intervals.excludesCentre(level, effect)
    if highlighted.contains(intervals.levels[level].name) {
      return excludes ? .highlighted : .highlightedIncludes
    }
    return excludes ? .excludes : .includes
  }

  private func marks(_ effect: Int, order: [Int], _ language: FigureLanguage) -> [any Mark] {
    let count = order.count
    let normal = NormalDistribution()
    func height(_ place: Int) -> Double {
      heights == .rows ? Double(place) : normal.quantile((Double(place) + 0.5) / Double(count))
    }
    let isDense = count > 2 * Caterpillar.mostNamed
    // Bars of many rows leave white between them, as long as there is any.
    let room = 0.8 * size.height / Double(count)
    let barWidth = max(0.3, min(1.2, 0.55 * room / Theme.print.lineWidth))
    let grey = Appearance.fixed(CategoryStyle(Colour(hex: 0x8C8C8C)))
    var marks: [any Mark] = []
    func places(_ wanted: (Look) -> Bool) -> [Int] {
      order.indices.filter { wanted(look(order[$0], effect)) }
    }
    func bars(_ places: [Int], _ appearance: Appearance, width: Double) -> IntervalMark {
      let ends = places.map { intervals.interval(order[$0], effect) }
      return IntervalMark(
        low: ends.map(\.low), high: ends.map(\.high), at: places.map(height), appearance, width: width)
    }
    marks.append(bars(places { !$0.isHighlighted }, grey, width: barWidth))
    let centre = intervals.centres[effect]
    marks.insert(
      RuleMark(.x(centre.value), colour: isDense ? Colour(hex: 0x404040) : Theme.referenceGrey),
      at: isDense ? 1 : 0)
    if centre.error > 0 {
      let half = intervals.reach * centre.error
      let (left, right, top) = (centre.value - half, centre.value + half, Double(count) + 10)
      marks.insert(
        PolygonMark(
          x: [left, right, right, left], y: [-top, -top, top, top], fill: Theme.referenceGrey.withAlpha(0.25),
          stroke: Stroke(Colour(hex: 0x8C8C8C), width: 0.5)), at: 0)
    }
    for look in Look.allCases {
      let own = places { $0 == look }
      if own.isEmpty { continue }
      if look.isHighlighted { marks.append(bars(own, .category(look.rawValue), width: 1.2)) }
      marks.append(
        PointMark(
          x: own.map { intervals.estimates[order[$0], effect] }, y: own.map(height), .category(look.rawValue),
          size: isDense && !look.isHighlighted ? 0.55 : 0.9))
    }
    let named = places(\.isHighlighted)
    if heights == .quantiles, !named.isEmpty {
      marks.append(
        LabelMark(
          named.map { intervals.levels[order[$0]].label(language) },
          x: named.map { intervals.estimates[order[$0], effect] }, y: named.map(height), clearance: 2.9))
    }
    return marks
  }

  /// The numbers, one row for each level and effect.
  public var plottedData: PlottedData {
    if !showsEffects { return coefficientData }
    var data = PlottedData(["group", "effect", "mode", "sd", "low", "high", "quantile"])
    let normal = NormalDistribution()
    for (e, effect) in intervals.effects.enumerated() {
      for (place, level) in intervals.order(by: e).enumerated() {
        let (low, high) = intervals.interval(level, e)
        data.append([
          .text(intervals.levels[level].name), .text(effect.column), .number(intervals.estimates[level, e]),
          .number(intervals.errors[level, e]), .number(low), .number(high),
          .number(normal.quantile((Double(place) + 0.5) / Double(intervals.levels.count))),
        ])
      }
    }
    return data
  }

  private var coefficientData: PlottedData {
    var data = PlottedData(["group", "effect", "estimate", "se", "low", "high", "mean", "mean.se"])
    for (e, effect) in intervals.effects.enumerated() {
      for level in intervals.order(by: e) {
        let (low, high) = intervals.interval(level, e)
        data.append([
          .text(intervals.levels[level].name), .text(effect.column), .number(intervals.estimates[level, e]),
          .number(intervals.errors[level, e]), .number(low), .number(high),
          .number(intervals.centres[e].value), .number(intervals.centres[e].error),
        ])
      }
    }
    return data
  }
}

extension Caterpillar {
  /// Response, grouping factor, and the columns whose slopes vary.
  public var variables: [WritableKeyPath<Caterpillar, FigureVariable>] {
    [\.intervals.response, \.intervals.grouping] + intervals.effects.indices.map { \.intervals.effects[$0] }
  }
  /// Rows need it.
  public var keepsHeight: Bool { true }
  /// The factor's levels.
  public var levelNames: [String] { intervals.levels.map(\.name) }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in intervals.levels.indices where intervals.levels[j].name == level {
      intervals.levels[j].label = words
    }
  }
}
