import Plotting

/// Observations coloured by group, with one line for all, or one for each group: complete pooling, varying
/// intercepts, varying slopes, or both.
public struct GroupScatter: LineFigure {
  /// Which lines are drawn, and what the figure is called.
  public enum Lines: Equatable, Sendable {
    /// One line for all data.
    case complete(CoefficientLine)
    /// Parallel lines: each group has its own intercept.
    case varyingIntercept
    /// Lines from one intercept: each group has its own slope.
    case varyingSlope
    /// Each group has its own intercept and slope.
    case varyingInterceptAndSlope
  }

  /// Groups with their data; group lines are their `partialPooling`.
  public var groups: [GroupFit]
  /// Which lines are drawn.
  public var lines: Lines
  /// The response.
  public var response: FigureVariable
  /// The predictor.
  public var predictor: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// Share of the smallest distance between different x over which the points of the groups are set side by
  /// side, from 0 (points stand at their x) to less than 1. Lines and `plottedData` keep the true x.
  public var dodge = 0.0
  /// Levels that alone have looks of their own; none for all, where they are few enough.
  public var highlighted: Set<String> = []
  /// Canvas size.
  public var size: Size = .centimetres(16, 10)

  /// A scatter plot.
  public init(
    groups: [GroupFit], lines: Lines, response: FigureVariable, predictor: FigureVariable,
    grouping: FigureVariable
  ) {
    self.groups = groups
    self.lines = lines
    self.response = response
    self.predictor = predictor
    self.grouping = grouping
  }

  /// Whether the observations belong to groups; data without groups are one group without a name.
  var isGrouped: Bool { groups.count > 1 || groups.first?.group.isEmpty == false }

  /// Smallest distance between different x; nil where all are equal. What is closer than 1e-9 of the range
  /// counts as equal.
  public var spacing: Double? {
    let values = groups.flatMap(\.x).filter(\.isFinite).sorted()
    guard let low = values.first, let high = values.last, low < high else { return nil }
    let least = 1e-9 * (high - low)
    return zip(values, values.dropFirst()).map { $1 - $0 }.filter { $0 > least }.min()
  }

  /// How far the points of each group are moved to the right; nil where none are.
  private var shifts: [Double]? {
    guard dodge > 0, groups.count > 1, let spacing else { return nil }
    return groups.indices.map { dodge * spacing * ((Double($0) + 0.5) / Double(groups.count) - 0.5) }
  }

  /// Groups with looks of their own: those picked out, or all where they are few enough.
  private var distinct: [GroupFit] {
    let picked = highlighted.isEmpty ? groups : groups.filter { highlighted.contains($0.group) }
    return picked.count <= CategoricalScale.paletteCount ? picked : []
  }
  private var hasLooks: Bool { distinct.count == groups.count }

  /// More groups than these are drawn so finely that lines and dots of all remain to be seen.
  private static let many = 60
  private var isDense: Bool { groups.count > GroupScatter.many }

  /// The look of a group's dots and line; of many groups the dots are small and the lines dark and thin, so
  /// that both are seen.
  private func look(_ group: GroupFit, isDistinct: Bool) -> Appearance {
    if isGrouped, isDistinct { return .category(group.group) }
    let isPale = isDense || !distinct.isEmpty
    return .fixed(
      CategoryStyle(isPale ? Colour(hex: 0x8C8C8C) : Theme.referenceGrey, markerScale: isGrouped ? 0.75 : 1))
  }

  /// The look of the line of one of many groups.
  private var manyLook: Appearance {
    let dark = Colour(hex: 0x333333)
    guard isDense else {
      return .fixed(CategoryStyle(distinct.isEmpty ? dark : Colour(hex: 0x8C8C8C), lineScale: 0.5))
    }
    // Where lines lie over each other they darken, so that it is seen where most are.
    let opacity = max(0.08, min(0.6, 50 / Double(groups.count)))
    return .fixed(CategoryStyle(dark.withAlpha(opacity), lineScale: 0.3))
  }

  /// The name of the line of complete pooling in the scale: no group may have it.
  private var lineName: String {
    groups.reduce("complete") { $1.group.hasPrefix($0) ? $1.group + " line" : $0 }
  }

  /// The looks of groups that are few enough, and of the line of all data.
  func scale(_ language: FigureLanguage) -> CategoricalScale {
    var scale = CategoricalScale([])
    if isGrouped {
      let styles = CategoricalScale(names: distinct.map(\.group)).entries.map(\.style)
      scale.entries = zip(distinct, styles).map { .init($0.group, label: $0.label(language), style: $1) }
    }
    if case .complete = lines {
      scale.entries.append(
        .init(lineName, label: FigureWords(language).complete, style: PoolingStyle.complete.style))
    }
    return scale
  }

  /// Dots and lines.
  func marks() -> [any Mark] {
    let shifts = shifts
    // Dots of very many rows are small and without white edges, so that it is seen where they are dense.
    let rows = groups.reduce(0) { $0 + $1.x.count }
    let dotSize = rows <= 2000 ? 1.05 : max(0.3, 1.05 * (2000 / Double(rows)).squareRoot())
    let names = Set(distinct.map(\.group))
    // Groups picked out lie over the others.
    let order = groups.indices.sorted {
      (names.contains(groups[$0].group) ? 1 : 0, $0) < (names.contains(groups[$1].group) ? 1 : 0, $1)
    }
    func dots(_ j: Int) -> PointMark {
      let group = groups[j]
      let isDistinct = names.contains(group.group)
      return PointMark(
        x: group.x.map { $0 + (shifts?[j] ?? 0) }, y: group.y, look(group, isDistinct: isDistinct),
        size: isDistinct && !highlighted.isEmpty ? 1.05 : dotSize, rim: isDistinct || rows <= 2000)
    }
    guard let (low, high) = dataRange(groups.flatMap(\.x)) else { return order.map(dots) }
    func drawn(_ line: CoefficientLine, _ look: Appearance) -> LineMark {
      LineMark(x: [low, high], y: [line.at(low), line.at(high)], look, width: 1.4)
    }
    if case .complete(let line) = lines { return order.map(dots) + [drawn(line, .category(lineName))] }
    func groupLines(_ places: [Int]) -> [any Mark] {
      places.compactMap { j in
        guard let line = groups[j].partialPooling, line.isFinite else { return nil }
        return drawn(line, names.contains(groups[j].group) ? look(groups[j], isDistinct: true) : manyLook)
      }
    }
    let (rest, picked) = (
      order.filter { !names.contains(groups[$0].group) }, order.filter { names.contains(groups[$0].group) }
    )
    return rest.map(dots) + groupLines(rest) + picked.map(dots) + groupLines(picked)
  }

  /// What the caption says of the points.
  func caption(_ words: FigureWords) -> String {
    var captions: [String] = []
    if !hasLooks { captions.append(words.manyGroups(groups.count, grouping, but: distinct.count)) }
    if shifts != nil { captions.append(words.dodged(predictor, grouping)) }
    return captions.joined(separator: "\n")
  }

  /// The horizontal axis.
  func xAxis(_ language: FigureLanguage) -> Axis {
    Axis(predictor.title(language), expansion: 0.03, isWhole: areWhole(groups.flatMap(\.x)))
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var figure = Figure(
      size: size, x: xAxis(language), y: Axis(response.title(language)), categories: scale(language),
      panels: [Panel("", marks())])
    figure.caption = caption(words)
    figure.describe(
      as: slug, title: words.title(alternativeTitle(language)), text: alternativeText(language), in: language)
    return figure
  }

  private var slug: String {
    switch lines {
    case .complete: "complete-pooling"
    case .varyingIntercept: "varying-intercept"
    case .varyingSlope: "varying-slope"
    case .varyingInterceptAndSlope: "varying-intercept-and-slope"
    }
  }

  /// The numbers: observations, with the drawn line's value beside each.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "x", "y", "line"])
    for group in groups {
      for (x, y) in zip(group.x, group.y) {
        let value: Double =
          switch lines {
          case .complete(let line): line.at(x)
          default: group.partialPooling?.at(x) ?? .nan
          }
        data.append([.text(group.group), .number(x), .number(y), .number(value)])
      }
    }
    return data
  }
}

/// Smallest and largest finite value; nil if there is none.
func dataRange(_ values: [Double]) -> (Double, Double)? {
  let finite = values.filter(\.isFinite)
  guard let low = finite.min(), let high = finite.max() else { return nil }
  return (low, high)
}

/// Whether all finite values are whole numbers.
func areWhole(_ values: [Double]) -> Bool {
  values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
}
