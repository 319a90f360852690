import MixedModels
import Plotting

/// One panel a group: its observations and the lines of complete, no and partial pooling, curves where lines are straight on the scale of a link.
///
/// The line of no pooling is a band under the thin line of partial pooling, so that one sees where they
/// coincide and where they cross. A group whose own line cannot be estimated shows the other two. Of more than
/// 48 groups 24 have panels, evenly spread in the order. Points over a predictor of two values are spread
/// about them, in turn and not at random, so that equal ones are seen.
public struct GroupPanels: LineFigure {
  /// Order of the panels.
  public enum Order: Sendable, Equatable {
    /// As the groups are given.
    case given
    /// By group size, smallest first: the groups that pooling moves most.
    case count
    /// By partial-pooling intercept, smallest first.
    case intercept
  }

  /// Groups with data and lines.
  public var groups: [GroupFit]
  /// The line of all data together.
  public var completePooling: CoefficientLine?
  /// Order of the panels.
  public var order: Order
  /// The groups that have panels; empty for all, or a choice of many.
  public var only: Set<String>
  /// The response.
  public var response: FigureVariable
  /// The predictor.
  public var predictor: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// The link on whose scale lines are straight, of generalized models; nil for linear ones.
  public let link: LinkFunction?
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want, 11 cm at least.
  public var size: Size

  /// A panel figure.
  public init(
    groups: [GroupFit], completePooling: CoefficientLine?, order: Order = .given,
    only: Set<String> = [], response: FigureVariable, predictor: FigureVariable, grouping: FigureVariable,
    link: LinkFunction? = nil
  ) {
    self.groups = groups
    self.completePooling = completePooling
    self.order = order
    self.only = only
    self.response = response
    self.predictor = predictor
    self.grouping = grouping
    self.link = link
    let count = GroupPanels.shownCount(of: groups, only: only)
    let columns = GroupPanels.columns(count, width: Size.centimetres(16, 1).width)
    let rows = (count + columns - 1) / columns
    // Panels three quarters as high as wide, with their headings.
    let rowHeight = 0.75 * 14.5 / Double(columns) + 0.9
    size = .centimetres(16, rows > 2 ? max(11, (2 + Double(rows) * rowHeight).rounded(.up)) : 11)
  }

  /// More groups than these are drawn by a choice.
  static let most = 48
  /// How many groups a choice has.
  static let chosen = 24

  private static func shownCount(of groups: [GroupFit], only: Set<String>) -> Int {
    if !only.isEmpty { return groups.count { only.contains($0.group) } }
    return groups.count > most ? chosen : groups.count
  }

  /// Panels a row: up to 3 in one row, then as many as rows, at most 6, and no more than have 2 cm each.
  private static func columns(_ count: Int, width: Double) -> Int {
    let most = max(1, Int(width / Size.centimetres(2, 1).width - 0.7))
    return min(most, count <= 3 ? max(1, count) : (2...6).first { $0 * $0 >= count } ?? 6)
  }

  /// The value of a line: its height, or g⁻¹ of it.
  func value(_ line: CoefficientLine, at x: Double) -> Double {
    let height = line.at(x)
    return link.map { $0.mean(predictor: height) } ?? height
  }

  /// Places at which a line is drawn: its ends, more of them where it is a curve.
  private func places(_ low: Double, _ high: Double) -> [Double] {
    guard link != nil, high > low else { return [low, high] }
    return (0...40).map { $0 == 40 ? high : low + (high - low) * Double($0) / 40 }
  }

  /// Over which height equal observations stand about 0 and about 1, where there are no others.
  private var heightSpread: Double? {
    let values = Set(groups.flatMap(\.y))
    return link != nil && values.isSubset(of: [0, 1]) ? 0.06 : nil
  }

  /// Groups in the order of their panels; ties keep the given order.
  var ordered: [GroupFit] {
    func key(_ group: GroupFit) -> Double {
      switch order {
      case .given: 0
      case .count: Double(group.x.count)
      case .intercept: group.partialPooling?.intercept ?? .infinity
      }
    }
    return groups.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(
      \.element)
  }

  /// Groups that have panels, in their order.
  var shown: [GroupFit] {
    let ordered = ordered
    if !only.isEmpty { return ordered.filter { only.contains($0.group) } }
    guard ordered.count > GroupPanels.most else { return ordered }
    // From the first to the last, the places between them as even as whole numbers are.
    let (last, gaps) = (ordered.count - 1, GroupPanels.chosen - 1)
    return (0...gaps).map { ordered[($0 * last + gaps / 2) / gaps] }
  }

  /// Whether panels of some groups stand for all although none were asked for.
  public var isChoice: Bool { only.isEmpty && groups.count > GroupPanels.most }
  /// Number of panels.
  public var panelCount: Int { shown.count }

  /// Over which width points stand about each of the two values of the predictor, a fifth of their distance;
  /// nil where it has more values or fewer.
  private var spreadWidth: Double? {
    let values = Set(groups.flatMap(\.x).filter(\.isFinite))
    guard values.count == 2, let low = values.min(), let high = values.max() else { return nil }
    return 0.2 * (high - low)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let range = dataRange(groups.flatMap(\.x))
    let (shown, width) = (shown, spreadWidth)
    let panels = shown.map { group in
      func line(_ strategy: PoolingStyle, _ line: CoefficientLine?) -> [any Mark] {
        guard let line, line.isFinite, let (low, high) = range else { return [] }
        let places = places(low, high)
        return [LineMark(x: places, y: places.map { value(line, at: $0) }, strategy.appearance)]
      }
      let points = PointMark(
        x: width.map { spread(group.x, over: $0) } ?? group.x,
        y: heightSpread.map { spread(group.y, over: $0) } ?? group.y,
        .fixed(CategoryStyle(Theme.referenceGrey)), size: 0.85, rim: true)
      let marks =
        line(.none, group.noPooling) + [points] + line(.partial, group.partialPooling)
        + line(.complete, completePooling)
      return Panel(group.label(language) + words.parenthesis("n\u{A0}=\u{A0}\(group.x.count)"), marks)
    }
    var figure = Figure(
      size: size, x: Axis(predictor.title(language), tickSpacing: 26, isWhole: areWhole(groups.flatMap(\.x))),
      y: Axis(response.title(language)),
      categories: PoolingStyle.scale(language), panels: panels)
    let steep = steepLines
    if steep.count > 0 { figure.y.limits = steep.limits }
    figure.columns = GroupPanels.columns(shown.count, width: size.width)
    figure.legend = .emptyCell
    figure.caption = caption(words)
    figure.describe(
      as: "group-panels", title: words.title(alternativeTitle(language)), text: alternativeText(language),
      in: language)
    return figure
  }

  /// What the vertical axis shows if it does not follow lines that a group's few rows make steep, and of how many groups these are.
  private var steepLines: (limits: ClosedRange<Double>?, count: Int) {
    guard let (low, high) = dataRange(groups.flatMap(\.x)) else { return (nil, 0) }
    func ends(_ line: CoefficientLine?) -> [Double] {
      line.map { $0.isFinite ? [value($0, at: low), value($0, at: high)] : [] } ?? []
    }
    let kept =
      shown.flatMap { $0.y.filter(\.isFinite) + ends($0.partialPooling) } + ends(completePooling)
    guard
      let range = ShownRange(keeping: kept, admitting: shown.flatMap { ends($0.noPooling) }, comparing: false)
    else {
      return (nil, 0)
    }
    let count = shown.count { ends($0.noPooling).contains { !range.limits.contains($0) } }
    return (range.limits, count)
  }

  private func caption(_ words: FigureWords) -> String {
    var sentences: [String] = []
    if steepLines.count > 0 { sentences.append(words.steepLines(steepLines.count)) }
    let shown = shown
    if shown.count < groups.count {
      sentences.append(
        only.isEmpty
          ? words.panelsSpread(shown.count, of: groups.count, order)
          : words.panelsPicked(shown.count, of: groups.count))
    }
    if spreadWidth != nil { sentences.append(words.pointsSpread(predictor)) }
    if heightSpread != nil { sentences.append(words.heightsSpread(response)) }
    return words.sentences(sentences)
  }

  /// The numbers: observations of the groups that have panels with the three lines' values beside each.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "x", "y", "complete", "none", "partial"])
    for group in shown {
      for (x, y) in zip(group.x, group.y) {
        data.append([
          .text(group.group), .number(x), .number(y),
          .number(completePooling.map { value($0, at: x) } ?? .nan),
          .number(group.noPooling.map { value($0, at: x) } ?? .nan),
          .number(group.partialPooling.map { value($0, at: x) } ?? .nan),
        ])
      }
    }
    return data
  }
}
