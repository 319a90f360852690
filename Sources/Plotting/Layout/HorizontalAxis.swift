/// Ticks of the horizontal axis with the widths that follow from their labels.
///
/// Four ticks at least are wished for, also in narrow panels. Ticks are taken away until neighbouring labels are 6 points apart; gaps and the right border grow so that the outermost labels
/// stay clear of the next panel and inside the canvas.
struct HorizontalAxis {
  let breaks: Breaks
  let labels: [String]
  /// Width of each panel.
  let panelWidth: Double
  /// Space between neighbouring panels.
  let gap: Double

  /// Fits ticks to `columns` panels between two edges of the page.
  init(
    _ axis: TrainedAxis, left: Double, right: Double, columns: Int, theme: Theme, texts: TextFitting
  ) throws(FigureError) {
    let full = (right - left - Double(columns - 1) * theme.panelGap) / Double(columns)
    var target = max(4, Int((full / axis.axis.tickSpacing).rounded()) + 1)
    while true {
      let breaks = axis.breaks(target: target)
      let labels = NumberFormat.labels(for: breaks)
      var widths: [Double] = []
      for label in labels { widths.append(try texts.width(label, theme.tick)) }
      let unit = axis.scale(from: 0, to: 1, breaks: breaks)
      let places = breaks.values.map { unit.position($0) }
      var panelWidth = full
      var gap = theme.panelGap
      for _ in 0..<3 {
        let overRight = zip(places, widths).map { $0 * panelWidth + $1 / 2 - panelWidth }.max() ?? 0
        let overLeft = zip(places, widths).map { $1 / 2 - $0 * panelWidth }.max() ?? 0
        gap = max(theme.panelGap, overRight + overLeft + 6)
        panelWidth = (right - left - max(0, overRight) - Double(columns - 1) * gap) / Double(columns)
      }
      let free = zip(zip(places, widths), zip(places, widths).dropFirst()).allSatisfy { a, b in
        (b.0 - a.0) * panelWidth - (a.1 + b.1) / 2 >= 6
      }
      if (free && panelWidth > 0) || target == 2 {
        self.breaks = breaks
        self.labels = labels
        self.panelWidth = panelWidth
        self.gap = gap
        return
      }
      target -= 1
    }
  }
}
