/// Ticks of the vertical axes with their texts, for panels of one height.
struct VerticalAxis {
  /// The axis of all panels, or of each.
  let axes: [TrainedAxis]
  /// The ticks of all panels, or of each.
  let ticks: [HorizontalAxis.Ticks]
  /// Width of the widest text at a tick.
  let labelWidth: Double
  /// Texts behind the last panel of each row of panels, one for each level; none where levels are too many to be named.
  let endTexts: [String]

  /// The axis of a panel.
  func axis(ofPanel index: Int) -> TrainedAxis { axes.count == 1 ? axes[0] : axes[index] }
  /// The ticks of a panel.
  func ticks(ofPanel index: Int) -> HorizontalAxis.Ticks { ticks.count == 1 ? ticks[0] : ticks[index] }

  /// - Parameter width: the width of the canvas between the margins.
  init(
    _ axes: [TrainedAxis], figure: Figure, panelHeight: Double, width: Double, texts: TextFitting
  ) throws(FigureError) {
    let font = figure.theme.tick
    let target = max(3, Int((panelHeight / (0.75 * figure.y.tickSpacing)).rounded()) + 1)
    let wanted = Double(figure.y.levels?.count ?? 0) * 0.95 * font.lineHeight
    let isCrowded = wanted > panelHeight
    var ticks: [HorizontalAxis.Ticks] = []
    var widest = 0.0
    for axis in axes {
      let breaks = isCrowded ? axis.markedBreaks : axis.breaks(target: target)
      var labels = axis.labels(for: breaks)
      if figure.y.levels != nil {
        // Long names end in an ellipsis.
        let longest = (figure.panels.count == 1 ? 0.4 : 0.3) * width
        for i in labels.indices { labels[i] = try texts.shortened(labels[i], font, limit: longest) }
      }
      widest = max(widest, try texts.widest(labels, font))
      ticks.append(HorizontalAxis.Ticks(breaks: breaks, labels: labels))
    }
    self.axes = axes
    self.ticks = ticks
    labelWidth = widest
    endTexts = isCrowded ? [] : figure.y.endTexts
  }
}
