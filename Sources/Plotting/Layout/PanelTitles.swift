/// Titles of axes that belong to panels, or to lines of panels, rather than to the figure.
struct PanelTitles {
  /// Lines under each panel; none where it has no such title.
  private(set) var level: [[String]]
  /// Lines beside each panel, to be set upright.
  private(set) var upright: [[String]] = []

  /// The most lines under one panel.
  var mostLevelLines: Int { level.map(\.count).max() ?? 0 }
  /// The most lines beside one panel.
  var mostUprightLines: Int { upright.map(\.count).max() ?? 0 }

  /// The titles of horizontal axes.
  /// - Parameter width: about what a panel has with its vertical axis.
  init(_ figure: Figure, width: Double, texts: TextFitting) throws(FigureError) {
    level = [[String]](repeating: [], count: figure.panels.count)
    if figure.xSharing == .all { return }
    for (i, panel) in figure.panels.enumerated() where !panel.isBlank {
      let isLast = figure.xSharing == .none || figure.isLowest(i)
      guard isLast, let title = figure.columnTitle(i) else { continue }
      level[i] = try PanelTitles.lines(title, figure.theme.axisTitle, limit: 0.85 * width, texts)
    }
  }

  /// Adds those of vertical axes.
  /// - Parameter heights: the room of each row of panels.
  mutating func addUpright(_ figure: Figure, heights: [Double], texts: TextFitting) throws(FigureError) {
    upright = [[String]](repeating: [], count: figure.panels.count)
    if figure.ySharing == .all { return }
    for (i, panel) in figure.panels.enumerated() where !panel.isBlank {
      let isFirst = figure.ySharing == .none || figure.isLeftmost(i)
      guard isFirst, let title = figure.rowTitle(i) else { continue }
      upright[i] = try PanelTitles.lines(
        title, figure.theme.axisTitle, limit: heights[i / figure.panelsPerRow], texts)
    }
  }

  /// Lines no wider than the limit; a word that is wider ends in an ellipsis.
  private static func lines(
    _ title: String, _ font: FontStyle, limit: Double, _ texts: TextFitting
  ) throws(FigureError) -> [String] {
    var lines: [String] = []
    for line in try texts.balancedLines(title, font, limit: limit) {
      lines.append(try texts.shortened(line, font, limit: limit))
    }
    return lines
  }
}

extension Figure {
  /// Whether a panel is the last of its column that is not blank.
  func isLowest(_ index: Int) -> Bool {
    stride(from: index + panelsPerRow, to: panels.count, by: panelsPerRow).allSatisfy { panels[$0].isBlank }
  }

  /// Whether a panel is the first of its row that is not blank.
  func isLeftmost(_ index: Int) -> Bool {
    (index - index % panelsPerRow..<index).allSatisfy { panels[$0].isBlank }
  }

  /// Whether a panel is the last of its row that is not blank.
  func isRightmost(_ index: Int) -> Bool {
    let end = min(index - index % panelsPerRow + panelsPerRow, panels.count)
    return (index + 1..<end).allSatisfy { panels[$0].isBlank }
  }

  /// The title of a panel's own horizontal axis, or of its column's; nil if there is none.
  fileprivate func columnTitle(_ index: Int) -> String? {
    let line =
      xSharing == .none
      ? [index] : Array(stride(from: index % panelsPerRow, to: panels.count, by: panelsPerRow))
    return line.lazy.compactMap { panels[$0].x?.title }.first { !$0.isEmpty }
  }

  /// The title of a panel's own vertical axis, or of its row's; nil if there is none.
  fileprivate func rowTitle(_ index: Int) -> String? {
    let start = index - index % panelsPerRow
    let line = ySharing == .none ? index..<index + 1 : start..<min(start + panelsPerRow, panels.count)
    return line.lazy.compactMap { panels[$0].y?.title }.first { !$0.isEmpty }
  }
}
