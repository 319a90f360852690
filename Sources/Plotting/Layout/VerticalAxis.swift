/// Ticks of the vertical axes with their texts.
struct VerticalAxis {
  /// The ticks of each axis.
  let ticks: [HorizontalAxis.Ticks]
  /// Width of the widest text at a tick.
  let labelWidth: Double
  /// Texts behind the last panel of each row of panels, one for each level; none where levels are too many to be named.
  let endTexts: [String]
  /// The number of levels that are not named for want of room.
  let unnamedLevels: Int

  /// - Parameters:
  ///   - heights: those of the rows of panels.
  ///   - width: the width of the canvas between the margins.
  init(
    _ axes: PanelAxes, figure: Figure, heights: [Double], width: Double, texts: TextFitting
  ) throws(FigureError) {
    let font = figure.theme.tick
    var ticks: [HorizontalAxis.Ticks] = []
    var widest = 0.0
    var isAnyCrowded = false
    var unnamed = 0
    for (k, axis) in axes.y.enumerated() {
      let height =
        switch figure.ySharing {
        case .all: heights.min() ?? 0
        case .lines: heights[k]
        case .none: heights[k / figure.panelsPerRow]
        }
      let target = max(3, Int((height / (0.75 * axis.axis.tickSpacing)).rounded()) + 1)
      let wanted = Double(axis.axis.levels?.count ?? 0) * 0.95 * font.lineHeight
      let isCrowded = wanted > height
      isAnyCrowded = isAnyCrowded || isCrowded
      if isCrowded { unnamed = max(unnamed, (axis.axis.levels?.count ?? 0) - axis.axis.marked.count) }
      let breaks = isCrowded ? axis.markedBreaks : axis.breaks(target: target)
      var labels = axis.labels(for: breaks)
      if axis.axis.levels != nil {
        // Long names end in an ellipsis.
        let longest = (figure.panels.count == 1 ? 0.4 : 0.3) * width
        for i in labels.indices { labels[i] = try texts.shortened(labels[i], font, limit: longest) }
      }
      widest = max(widest, try texts.widest(labels, font))
      ticks.append(HorizontalAxis.Ticks(breaks: breaks, labels: labels))
    }
    self.ticks = ticks
    labelWidth = widest
    unnamedLevels = unnamed
    endTexts = isAnyCrowded || figure.ySharing != .all ? [] : figure.y.endTexts
  }
}
