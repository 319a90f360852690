import Labs
import Plotting

/// How a set's questions were answered: for each a bar of full marks, of every known mistake that was made,
/// of other wrong answers and of missing ones.
public struct ItemFigure: Sendable {
  private let items: [ItemStatistics]
  private let language: LabLanguage
  private let width: Double
  private let theme: Theme

  /// A figure of items that are not marked by hand, or pages of it.
  /// - Parameters:
  ///   - width: of the canvas in points.
  public init(
    _ items: [ItemStatistics], _ language: LabLanguage, width: Double = Size.centimetres(16, 10).width,
    theme: Theme = .print
  ) {
    self.items = items.filter { !$0.isByHand && $0.count > 0 }
    self.language = language
    self.width = width
    self.theme = theme
  }

  private enum Kind: String, CaseIterable {
    case right, mistake, wrong, missing
  }

  private struct Row {
    let label: String
    let count: Int
    let kind: Kind
  }

  /// One figure a page; none where no question can be shown.
  public func pages() -> [Figure] {
    let columns = width >= Size.centimetres(12, 1).width && items.count > 1 ? 2 : 1
    var pages: [[ItemStatistics]] = []
    var height = 0.0
    for start in stride(from: 0, to: items.count, by: columns) {
      let line = Array(items[start..<min(start + columns, items.count)])
      let wanted = lineHeight(line)
      if pages.isEmpty || height + wanted > Self.mostHeight {
        pages.append([])
        height = 0
      }
      pages[pages.count - 1] += line
      height += wanted
    }
    return pages.enumerated().map { i, items in
      figure(items, columns: columns, page: pages.count > 1 ? i + 1 : nil)
    }
  }

  private static let mostHeight = Size.centimetres(1, 21).height
  /// Height of a row of bars, and of what else a line of panels needs.
  private var rowHeight: Double { 1.55 * theme.tick.size }
  private var stripHeight: Double { 2 * theme.strip.size + theme.panelGap }

  private func lineHeight(_ line: [ItemStatistics]) -> Double {
    Double(line.map { rows($0).count }.max() ?? 0) * rowHeight + stripHeight
  }

  private func rows(_ item: ItemStatistics) -> [Row] {
    var rows = [Row(label: pick("full marks", "满分"), count: item.right, kind: .right)]
    let made = item.mistakes.enumerated().filter { $0.element.count > 0 }
    // The most frequent first.
    for (_, mistake) in made.sorted(by: { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }) {
      rows.append(Row(label: mistake.id, count: mistake.count, kind: .mistake))
    }
    let other = item.wrong + item.unreadable + item.double
    if item.partial > 0 {
      rows.append(Row(label: pick("some marks", "部分得分"), count: item.partial, kind: .wrong))
    }
    rows.append(Row(label: pick("other wrong", "其他错误"), count: other, kind: .wrong))
    rows.append(Row(label: pick("missing", "缺答"), count: item.missing, kind: .missing))
    return rows
  }

  private func figure(_ items: [ItemStatistics], columns: Int, page: Int?) -> Figure {
    let lines = stride(from: 0, to: items.count, by: columns).map {
      Array(items[$0..<min($0 + columns, items.count)])
    }
    var panels: [Panel] = []
    for line in lines {
      let most = line.map { rows($0).count }.max()!
      for item in line { panels.append(panel(item, rows: most)) }
      for _ in line.count..<columns { panels.append(.blank) }
    }
    var x = Axis(pick("share of students", "学生比例"), limits: 0...1.14)
    x.namedTicks = [NamedTick(0, "0"), NamedTick(1, "100%"), NamedTick(0.5, "50%")]
    var figure = Figure(
      size: Size(
        width: width,
        height: lines.reduce(0) { $0 + lineHeight($1) } + 5.5 * theme.axisTitle.size + 2 * theme.margin),
      x: x, y: Axis(""), categories: categories, panels: panels)
    figure.columns = columns
    figure.ySharing = .none
    figure.rowWeights = lines.map { line in Double(line.map { rows($0).count }.max()!) + 0.2 }
    figure.theme = theme
    figure.slug = "items" + (page.map { "-\($0)" } ?? "")
    figure.language = language == .en ? "en" : "zh-CN"
    figure.alternativeTitle = pick("How the questions were answered", "各题作答情况")
    figure.alternativeText = description(items)
    return figure
  }

  private func panel(_ item: ItemStatistics, rows most: Int) -> Panel {
    let rows = rows(item)
    // The first row stands at the top; panels of one line have rows of one height.
    func place(_ i: Int) -> Double { Double(most - 1 - i) }
    var marks: [any Mark] = Kind.allCases.map { kind in
      let chosen = rows.indices.filter { rows[$0].kind == kind }
      return LevelBarMark(
        lengths: chosen.map { share(rows[$0], item) }, rows: chosen.map(place), thickness: 0.66,
        category: kind.rawValue)
    }
    marks.append(
      TextMark(
        rows.map { "\($0.count)" }, x: rows.map { share($0, item) }, y: rows.indices.map(place),
        alignment: .start, offset: (x: 3, y: 0), font: theme.tick))
    // Ticks of one's own, since rows without a bar need none; the levels give rows of one height.
    var y = Axis("", tickSpacing: 4, levels: [String](repeating: "", count: most))
    y.namedTicks = rows.enumerated().map { NamedTick(place($0), $1.label) }
    return Panel(name(item), marks, y: y)
  }

  private func share(_ row: Row, _ item: ItemStatistics) -> Double { Double(row.count) / Double(item.count) }

  private func name(_ item: ItemStatistics) -> String {
    let title = PlainText.of(item.titles[language] ?? item.titles[.en] ?? item.problem)
    return item.isPart ? title + pick(": ", "：") + item.answer : title
  }

  private var categories: CategoricalScale {
    CategoricalScale([
      .init("right", label: pick("full marks", "满分"), style: CategoryStyle(OkabeIto.blue)),
      .init("mistake", label: pick("a known mistake", "已知误区"), style: CategoryStyle(OkabeIto.vermillion)),
      .init("wrong", label: pick("other answers", "其他作答"), style: CategoryStyle(OkabeIto.black)),
      .init("missing", label: pick("missing", "缺答"), style: CategoryStyle(Theme.referenceGrey)),
    ])
  }

  private func description(_ items: [ItemStatistics]) -> String {
    items.map { item in
      let parts = rows(item).filter { $0.count > 0 }.map { "\($0.label) \($0.count)" }
      return name(item) + pick(": of ", "：共 ") + "\(item.count)" + pick(" students ", " 人，")
        + parts.joined(separator: pick(", ", "，")) + pick(".", "。")
    }.joined(separator: language == .en ? " " : "")
  }

  private func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }
}
