import Plotting

/// Observations coloured by group, with one line for all, or one for each group: complete pooling, varying intercepts, varying
/// slopes, or both.
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
  /// Share of the smallest distance between different x over which the points of the groups are set side by side, from 0 (points
  /// stand at their x) to less than 1. Lines and `plottedData` keep the true x.
  public var dodge = 0.0
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

  /// Smallest distance between different x; nil where all are equal. What is closer than 1e-9 of the range counts as equal.
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

  /// Whether the groups are few enough to have looks of their own.
  private var hasLooks: Bool { groups.count <= CategoricalScale.paletteCount }

  /// The look of a group's dots and line; of many groups the dots are small and the lines dark and thin, so that both are seen.
  private func look(_ group: GroupFit) -> Appearance {
    isGrouped && hasLooks
      ? .category(group.group)
      : .fixed(CategoryStyle(Theme.referenceGrey, markerScale: hasLooks ? 1 : 0.75))
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var marks: [any Mark] = []
    var scale = CategoricalScale([])
    if isGrouped, hasLooks {
      let styles = CategoricalScale(names: groups.map(\.group)).entries.map(\.style)
      scale.entries = zip(groups, styles).map { .init($0.group, label: $0.label(language), style: $1) }
    }
    let shifts = shifts
    // Dots of very many rows are small and without white edges, so that it is seen where they are dense.
    let rows = groups.reduce(0) { $0 + $1.x.count }
    let dotSize = rows <= 2000 ? 1.05 : max(0.3, 1.05 * (2000 / Double(rows)).squareRoot())
    for (j, group) in groups.enumerated() {
      let shift = shifts?[j] ?? 0
      marks.append(
        PointMark(
          x: group.x.map { $0 + shift }, y: group.y, look(group), size: dotSize, rim: rows <= 2000))
    }
    switch lines {
    case .complete(let line):
      if let (low, high) = dataRange(groups.flatMap(\.x)) {
        // No group may have the line's name.
        let name = groups.reduce("complete") { $1.group.hasPrefix($0) ? $1.group + " line" : $0 }
        scale.entries.append(.init(name, label: words.complete, style: PoolingStyle.complete.style))
        marks.append(
          LineMark(x: [low, high], y: [line.at(low), line.at(high)], .category(name), width: 1.4))
      }
    default:
      for group in groups {
        guard let line = group.partialPooling, line.isFinite, let (low, high) = dataRange(groups.flatMap(\.x))
        else {
          continue
        }
        marks.append(
          LineMark(
            x: [low, high], y: [line.at(low), line.at(high)],
            hasLooks ? look(group) : .fixed(CategoryStyle(Colour(hex: 0x333333), lineScale: 0.5)), width: 1.4)
        )
      }
    }
    var figure = Figure(
      size: size, x: Axis(predictor.title(language), expansion: 0.03, isWhole: areWhole(groups.flatMap(\.x))),
      y: Axis(response.title(language)),
      categories: scale, panels: [Panel("", marks)])
    var captions: [String] = []
    if !hasLooks { captions.append(words.manyGroups(groups.count, grouping)) }
    if shifts != nil { captions.append(words.dodged(predictor, grouping)) }
    figure.caption = captions.joined(separator: "\n")
    figure.slug = slug
    figure.language = language.rawValue
    figure.unplacedNote = words.unplaced
    figure.alternativeTitle = words.title(alternativeTitle(language))
    figure.alternativeText = alternativeText(language)
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
