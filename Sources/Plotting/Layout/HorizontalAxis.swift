/// Ticks of the horizontal axes with the widths that follow from their labels.
///
/// Four ticks at least are wished for, also in narrow panels. Ticks are taken away until neighbouring labels are 6 points apart,
/// of two the second label; gaps and the right border grow so that the outermost labels
/// stay clear of the next panel and inside the canvas.
struct HorizontalAxis {
  /// The ticks of each axis.
  let ticks: [Ticks]
  /// Width of each panel.
  let panelWidth: Double
  /// Space between neighbouring panels.
  let gap: Double

  /// Ticks and their texts.
  struct Ticks {
    let breaks: Breaks
    let labels: [String]
  }

  /// Fits ticks to `columns` panels between two edges of the page.
  /// - Parameters:
  ///   - axes: one axis for all panels, for each column, or for each panel.
  ///   - between: room that the vertical axis of each panel but the first of a row wants beside it.
  init(
    _ axes: [TrainedAxis], left: Double, right: Double, columns: Int, between: Double = 0, theme: Theme,
    texts: TextFitting
  ) throws(FigureError) {
    let full = (right - left - Double(columns - 1) * (theme.panelGap + between)) / Double(columns)
    var choices: [Choice] = []
    for axis in axes {
      // A canvas however wide asks for no more ticks than can be read.
      let target = max(4, Int(min(100, (full / axis.axis.tickSpacing).rounded())) + 1)
      choices.append(try Choice(axis, target: target, theme: theme, texts: texts))
    }
    while true {
      var panelWidth = full
      var gap = theme.panelGap + between
      for _ in 0..<3 {
        let overRight = choices.map { $0.overRight(panelWidth) }.max() ?? 0
        let overLeft = choices.map { $0.overLeft(panelWidth) }.max() ?? 0
        gap = max(theme.panelGap + between, overRight + max(overLeft, between) + 6)
        panelWidth = (right - left - max(0, overRight) - Double(columns - 1) * gap) / Double(columns)
      }
      let crowded = choices.indices.filter {
        !choices[$0].isLeast && !(panelWidth > 0 && choices[$0].isFree(panelWidth))
      }
      if crowded.isEmpty {
        ticks = choices.map { Ticks(breaks: $0.breaks, labels: $0.labels) }
        self.panelWidth = panelWidth
        self.gap = gap
        return
      }
      for i in crowded where choices[i].target == 2 { choices[i].keepFirstLabel() }
      for i in crowded where choices[i].target > 2 {
        choices[i] = try Choice(axes[i], target: choices[i].target - 1, theme: theme, texts: texts)
      }
    }
  }

  /// Ticks for one target, with the places of their labels as shares of the panel's width.
  private struct Choice {
    let target: Int
    let breaks: Breaks
    private(set) var labels: [String]
    private let places: [Double]
    private var widths: [Double]
    /// Whether nothing more can be taken away.
    private(set) var isLeast = false

    init(_ axis: TrainedAxis, target: Int, theme: Theme, texts: TextFitting) throws(FigureError) {
      self.target = target
      breaks = axis.breaks(target: target)
      labels = axis.labels(for: breaks)
      var widths: [Double] = []
      for label in labels { widths.append(try texts.width(label, theme.tick)) }
      self.widths = widths
      let unit = axis.scale(from: 0, to: 1, breaks: breaks)
      places = breaks.values.map { unit.position($0) }
    }

    /// Leaves the ticks and one label, where even two touch.
    mutating func keepFirstLabel() {
      for k in labels.indices.dropFirst() { (labels[k], widths[k]) = ("", 0) }
      isLeast = true
    }

    func overRight(_ width: Double) -> Double {
      zip(places, widths).map { $0 * width + $1 / 2 - width }.max() ?? 0
    }
    func overLeft(_ width: Double) -> Double { zip(places, widths).map { $1 / 2 - $0 * width }.max() ?? 0 }
    func isFree(_ width: Double) -> Bool {
      zip(zip(places, widths), zip(places, widths).dropFirst()).allSatisfy { a, b in
        (b.0 - a.0) * width - (a.1 + b.1) / 2 >= 6
      }
    }
  }
}
