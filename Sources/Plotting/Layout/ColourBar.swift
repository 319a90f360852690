/// The bar beside the panels that says which colour stands for which value.
struct ColourBar {
  /// The scale with its limits.
  let scale: ColourScale
  /// Room that bar, ticks and title take beside the panels.
  let width: Double
  private let theme: Theme
  private let height: Double
  private let ticks: (values: [Double], labels: [String])
  private let titleLines: [String]
  private let titleWidths: [Double]

  private static let thickness = 8.0
  private static let gap = 10.0

  /// Nil for a figure without a colour scale or without a value to show.
  /// - Parameter height: the room beside the panels.
  init?(_ figure: Figure, height: Double, texts: TextFitting) throws(FigureError) {
    let values = figure.panels.flatMap { $0.marks.flatMap(\.colourValues) }
    guard let scale = figure.colours?.trained(on: values), let limits = scale.limits else { return nil }
    theme = figure.theme
    self.scale = scale
    self.height = min(height, 110)
    if limits.lowerBound < limits.upperBound {
      let axis = try TrainedAxis(
        Axis(scale.title, limits: limits, expansion: 0, isWhole: scale.isWhole), range: DataRange(),
        name: "colour")
      let breaks = axis.breaks(target: max(3, Int(self.height / 26)))
      ticks = (breaks.values, axis.labels(for: breaks))
    } else {
      let decimals = limits.lowerBound == limits.lowerBound.rounded() ? 0 : 2
      ticks = ([limits.lowerBound], [NumberFormat.text(limits.lowerBound, decimals: decimals)])
    }
    titleLines = try texts.balancedLines(scale.title, theme.axisTitle, limit: max(60, height))
    var widths: [Double] = []
    for line in titleLines { widths.append(try texts.width(line, theme.axisTitle)) }
    titleWidths = widths
    width =
      ColourBar.gap + Double(titleLines.count) * theme.axisTitle.lineHeight + ColourBar.thickness
      + FigureFrame.tickLength + FigureFrame.tickGap + (try texts.widest(ticks.labels, theme.tick))
  }

  /// Draws the bar with its upper right corner at a point.
  func draw(at corner: Point, into scene: inout Scene) {
    guard let limits = scale.limits else { return }
    let left = corner.x - width + ColourBar.gap + Double(titleLines.count) * theme.axisTitle.lineHeight
    let right = left + ColourBar.thickness
    let bottom = corner.y + height
    let extent = limits.upperBound - limits.lowerBound
    let steps = extent > 0 ? 64 : 1
    for k in 0..<steps {
      // Each step goes down to the end, so that no seam shows between neighbours.
      let top = corner.y + height * Double(k) / Double(steps)
      let value = limits.upperBound - extent * (Double(k) + 0.5) / Double(steps)
      let box = [Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom)]
      scene.commands.append(
        .path([Polyline(box, closed: true)], fill: scale.colour(of: value), stroke: nil))
    }
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = extent > 0 ? bottom - (value - limits.lowerBound) / extent * height : corner.y + height / 2
      let end = right + FigureFrame.tickLength
      scene.line(from: Point(right, y), to: Point(end, y), stroke: Stroke(theme.axisColour, width: 0.5))
      scene.commands.append(
        .text(
          TextRun(
            label, at: Point(end + FigureFrame.tickGap, y + theme.tick.middle), font: theme.tick,
            colour: theme.textColour)))
    }
    for (i, line) in titleLines.enumerated() {
      let start = max(corner.y + titleWidths[i], corner.y + (height + titleWidths[i]) / 2)
      let baseline =
        left - 3 - Double(titleLines.count - i) * theme.axisTitle.lineHeight + theme.axisTitle.ascent
      scene.commands.append(
        .text(
          TextRun(
            line, at: Point(baseline, start), font: theme.axisTitle, colour: theme.textColour, rotation: 90)))
    }
  }
}
