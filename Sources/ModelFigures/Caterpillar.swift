import Distributions
import Plotting

/// The conditional modes of a factor's effects with their intervals, one panel an effect.
///
/// As rows, levels stand in the order of the first effect's modes, the same in all panels. Against quantiles of the standard normal distribution each
/// panel has its own order: points on a line speak for normal effects.
///
/// Reference: the rows are lme4's `dotplot`, the quantiles its `qqmath` of conditional modes: the i-th of J at Φ⁻¹((i − ½)/J).
public struct Caterpillar: ModelFigure {
  /// What the vertical axis shows.
  public enum Heights: Sendable, Equatable {
    /// One row a level.
    case rows
    /// Normal quantiles.
    case quantiles
  }

  /// What is drawn.
  public var intervals: RandomEffectIntervals
  /// What the vertical axis shows.
  public let heights: Heights
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// A caterpillar.
  public init(_ intervals: RandomEffectIntervals, heights: Heights, highlighted: Set<String> = []) {
    self.intervals = intervals
    self.heights = heights
    self.highlighted = highlighted
    let rows = Double(min(intervals.levels.count, Caterpillar.mostNamed))
    size = .centimetres(16, heights == .rows ? max(6, (3 + 0.4 * rows).rounded(.up)) : 9)
  }

  /// More levels than these get a figure that names none of the rows.
  static let mostNamed = 40

  private enum Look: String, CaseIterable { case excludes, includes, highlighted }

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
      size: size, x: Axis(words.conditionalMode, tickSpacing: 52), y: y,
      categories: CategoricalScale(
        Look.allCases.map { .init($0.rawValue, label: label($0, words), style: style($0)) }),
      panels: panels)
    figure.xSharing = .none
    figure.caption = words.conditionalBars(
      level: intervals.level,
      sorted: heights == .rows && intervals.effects.count > 1 ? words.effect(intervals.effects[0]) : nil,
      unnamed: heights == .rows && shared.count > Caterpillar.mostNamed ? shared.count : nil)
    figure.slug = heights == .rows ? "caterpillar" : "qq-caterpillar"
    figure.language = language.rawValue
    figure.unplacedNote = words.unplaced
    figure.alternativeTitle = alternativeTitle(language)
    figure.alternativeText = alternativeText(language)
    return figure
  }

  private func label(_ look: Look, _ words: FigureWords) -> String {
    switch look {
    case .excludes: words.intervalWithoutZero
    case .includes: words.intervalWithZero
    case .highlighted: words.highlighted
    }
  }

  private func style(_ look: Look) -> CategoryStyle {
    switch look {
    case .excludes: CategoryStyle(OkabeIto.blue, .circle)
    case .includes: CategoryStyle(OkabeIto.blue, .hollowCircle)
    case .highlighted: CategoryStyle(OkabeIto.vermillion, .diamond, markerScale: 1.2, lineScale: 1.5)
    }
  }

  private func look(_ level: Int, _ effect: Int) -> Look {
    if highlighted.contains(intervals.levels[level].name) { return .highlighted }
    return intervals.excludesZero(level, effect) ? .excludes : .includes
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
    marks.append(bars(places { $0 != .highlighted }, grey, width: barWidth))
    marks.insert(
      RuleMark(.x(0), colour: isDense ? Colour(hex: 0x404040) : Theme.referenceGrey), at: isDense ? 1 : 0)
    for look in Look.allCases {
      let own = places { $0 == look }
      if own.isEmpty { continue }
      if look == .highlighted { marks.append(bars(own, .category(look.rawValue), width: 1.2)) }
      marks.append(
        PointMark(
          x: own.map { intervals.modes[order[$0], effect] }, y: own.map(height), .category(look.rawValue),
          size: isDense && look != .highlighted ? 0.55 : 0.9))
    }
    let named = places { $0 == .highlighted }
    if heights == .quantiles, !named.isEmpty {
      marks.append(
        LabelMark(
          named.map { intervals.levels[order[$0]].label(language) },
          x: named.map { intervals.modes[order[$0], effect] }, y: named.map(height), clearance: 2.9))
    }
    return marks
  }

  /// The numbers, one row for each level and effect.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "effect", "mode", "sd", "low", "high", "quantile"])
    let normal = NormalDistribution()
    for (e, effect) in intervals.effects.enumerated() {
      for (place, level) in intervals.order(by: e).enumerated() {
        let (low, high) = intervals.interval(level, e)
        data.append([
          .text(intervals.levels[level].name), .text(effect.column), .number(intervals.modes[level, e]),
          .number(intervals.standardDeviations[level, e]), .number(low), .number(high),
          .number(normal.quantile((Double(place) + 0.5) / Double(intervals.levels.count))),
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

  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = intervals.grouping.name(language)
    let effects = words.list(intervals.effects.map { words.effect($0).lowercasedFirst })
    return switch (language, heights) {
    case (.english, .rows): "Caterpillar plot: effects of each \(group) with intervals, \(effects)"
    case (.english, .quantiles):
      "Effects of each \(group) with intervals against normal quantiles, \(effects)"
    case (.chinese, .rows): "毛毛虫图：各\(words.inSentence(group))的随机效应及区间（\(effects)）"
    case (.chinese, .quantiles): "各\(words.inSentence(group))的随机效应及区间对正态分位数（\(effects)）"
    }
  }

  /// Counts, extremes, and how many intervals leave 0 out.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let group = intervals.grouping.name(language)
    let count = intervals.levels.count
    let percent = number(100 * intervals.level)
    var text =
      language == .english
      ? "\(count) levels of \(group); each dot is a conditional mode, each bar its \(percent)% interval."
      : "\(words.inSentence(group).drop { $0 == " " })的 \(count) 个水平；每个点是条件众数，每条横线是其 \(percent)% 区间。"
    for (e, effect) in intervals.effects.enumerated() {
      let order = intervals.order(by: e)
      guard let first = order.first, let last = order.last else { continue }
      let outside = intervals.levels.indices.count { intervals.excludesZero($0, e) }
      let (low, high) = (intervals.levels[first].label(language), intervals.levels[last].label(language))
      let (least, most) = (number(intervals.modes[first, e]), number(intervals.modes[last, e]))
      text +=
        language == .english
        ? " \(words.effect(effect)): from \(least) (\(low)) to \(most) (\(high)); \(outside) of \(count) intervals leave 0 out."
        : "\(words.effect(effect))：从 \(least)（\(low)）到 \(most)（\(high)）；\(count) 个区间中有 \(outside) 个不含 0。"
    }
    return text
  }
}

extension String {
  /// The text with a small first letter.
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
