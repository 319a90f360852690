import Plotting

/// One panel a group: its observations and the lines of complete, no and partial pooling.
///
/// The line of no pooling is a band under the thin line of partial pooling, so that one sees where they coincide and where they cross.
/// A group whose own line cannot be estimated shows the other two.
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
  /// The response.
  public var response: FigureVariable
  /// The predictor.
  public var predictor: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want, 11 cm at least.
  public var size: Size

  /// A panel figure.
  public init(
    groups: [GroupFit], completePooling: CoefficientLine?, order: Order = .given, response: FigureVariable,
    predictor: FigureVariable, grouping: FigureVariable
  ) {
    self.groups = groups
    self.completePooling = completePooling
    self.order = order
    self.response = response
    self.predictor = predictor
    self.grouping = grouping
    let columns = GroupPanels.columns(groups.count)
    let rows = (groups.count + columns - 1) / columns
    // Panels three quarters as high as wide, with their headings.
    let rowHeight = 0.75 * 14.5 / Double(columns) + 0.9
    size = .centimetres(16, rows > 2 ? max(11, (2 + Double(rows) * rowHeight).rounded(.up)) : 11)
  }

  /// Panels a row: up to 3 in one row, then as many as rows, at most 6.
  private static func columns(_ count: Int) -> Int {
    count <= 3 ? max(1, count) : (2...6).first { $0 * $0 >= count } ?? 6
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

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let range = dataRange(groups.flatMap(\.x))
    let panels = ordered.map { group in
      func line(_ strategy: PoolingStyle, _ line: CoefficientLine?) -> [any Mark] {
        guard let line, line.isFinite, let (low, high) = range else { return [] }
        return [LineMark(x: [low, high], y: [line.at(low), line.at(high)], strategy.appearance)]
      }
      let points = PointMark(
        x: group.x, y: group.y, .fixed(CategoryStyle(Theme.referenceGrey)), size: 0.85, rim: true)
      let marks =
        line(.none, group.noPooling) + [points] + line(.complete, completePooling)
        + line(.partial, group.partialPooling)
      return Panel(group.label(language) + words.parenthesis("n\u{A0}=\u{A0}\(group.x.count)"), marks)
    }
    var figure = Figure(
      size: size, x: Axis(predictor.title(language), tickSpacing: 26, isWhole: areWhole(groups.flatMap(\.x))),
      y: Axis(response.title(language)),
      categories: PoolingStyle.scale(language), panels: panels)
    figure.columns = GroupPanels.columns(groups.count)
    figure.legend = .emptyCell
    figure.slug = "group-panels"
    figure.language = language.rawValue
    figure.unplacedNote = words.unplaced
    figure.alternativeTitle = words.title(alternativeTitle(language))
    figure.alternativeText = alternativeText(language)
    return figure
  }

  /// The numbers: observations with the three lines' values beside each.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "x", "y", "complete", "none", "partial"])
    for group in ordered {
      for (x, y) in zip(group.x, group.y) {
        data.append([
          .text(group.group), .number(x), .number(y), .number(completePooling?.at(x) ?? .nan),
          .number(group.noPooling?.at(x) ?? .nan), .number(group.partialPooling?.at(x) ?? .nan),
        ])
      }
    }
    return data
  }
}

extension GroupPanels {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let group = grouping.name(language)
    let words = FigureWords(language)
    var strategies: [String] = []
    if completePooling?.isFinite == true {
      strategies.append(language == .english ? "complete" : words.complete)
    }
    if groups.contains(where: { $0.noPooling?.isFinite == true }) {
      strategies.append(language == .english ? "no" : words.none)
    }
    strategies.append(words.partial)
    return language == .english
      ? "One panel for each \(group): observations and the lines of \(words.list(strategies))"
      : "各\(group)分面图：观测值与\(words.list(strategies))的直线"
  }

  /// Counts, ranges and each group's slopes without and with pooling.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    guard let (x0, x1) = dataRange(groups.flatMap(\.x)), let (y0, y1) = dataRange(groups.flatMap(\.y)) else {
      return ""
    }
    let y = response.name(language)
    let x = predictor.name(language)
    var text =
      language == .english
      ? "\(groups.count) panels with shared axes: \(x) from \(number(x0)) to \(number(x1)), \(y) from \(number(y0)) to "
        + "\(number(y1))."
      : "共 \(groups.count) 个分面，坐标轴相同：\(x)从 \(number(x0)) 到 \(number(x1))，\(y)从 \(number(y0)) 到 \(number(y1))。"
    if let line = completePooling, line.isFinite {
      text +=
        language == .english
        ? " The complete-pooling line is the same in all: intercept \(number(line.intercept)), slope \(number(line.slope))."
        : "全池化直线在各面相同：截距 \(number(line.intercept))，斜率 \(number(line.slope))。"
    }
    let pieces = ordered.prefix(8).map { group in
      let own = group.noPooling.flatMap { $0.isFinite ? number($0.slope) : nil }
      let pooled = group.partialPooling.flatMap { $0.isFinite ? number($0.slope) : nil }
      let none = language == .english ? "none" : "无"
      return language == .english
        ? "\(group.label(language)) \(own ?? none) and \(pooled ?? none)"
        : "\(group.label(language)) \(own ?? none) 与 \(pooled ?? none)"
    }
    text +=
      language == .english
      ? " Slopes without and with partial pooling: " + pieces.joined(separator: "; ")
        + (groups.count > 8 ? "; and \(groups.count - 8) more groups." : ".")
      : "无池化与部分池化的斜率：" + pieces.joined(separator: "；")
        + (groups.count > 8 ? "；另有 \(groups.count - 8) 组。" : "。")
    return text
  }
}
