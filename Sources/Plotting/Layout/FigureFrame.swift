/// Every measure of a figure that does not depend on the marks inside its panels.
///
/// From top to bottom: margin, legend (if above), strip and panel of each row, axis labels and title, caption, margin. From left
/// to right: margin, axis title, tick labels, panels, margin.
struct FigureFrame {
  static let tickLength = 2.5
  static let tickGap = 2.0
  static let blockGap = 5.0
  /// Least width and height of a panel.
  static let smallestPanel = 30.0

  let columns: Int
  let rows: Int
  let captionLines: [String]
  let xTitleLines: [String]
  let yTitleLines: [String]
  let legend: Legend
  /// Width of the canvas between the margins.
  let inner: Double
  /// Height set aside for the rows of a legend above the panels.
  let legendRoom: Double
  /// Upper edge of the first row's strip.
  let top: Double
  /// Lower edge of the last row of panels.
  let bottom: Double
  /// Left edge of the first panel.
  let left: Double
  /// Right edge available to panels, the labels that stick out of them and texts behind them.
  let right: Double
  /// The stretch that the vertical axis' title may fill: below the legend, above the other axis' title.
  let yTitleSpan: ClosedRange<Double>
  /// Height of tick labels and title under the panels.
  let xAxisHeight: Double
  let panelHeight: Double
  let stripHeight: Double
  let rowGap: Double
  /// The horizontal axis of all panels, or of each.
  let xAxes: [TrainedAxis]
  let horizontal: HorizontalAxis
  let vertical: VerticalAxis
  /// Texts behind the last panel of each row of panels, one for each level of the vertical axis.
  let endTexts: [String]

  /// - Parameters:
  ///   - strips: lines of each panel's heading.
  ///   - legendPosition: where the legend goes.
  ///   - legendWidth: the width at which the rows of a legend above are counted; nil for all between the margins.
  /// - Throws: `FigureError.tooSmall`, `FigureError.noFiniteValues`, or what measuring throws.
  init(
    _ figure: Figure, strips: [[String]], legendPosition: LegendPosition, legendWidth: Double? = nil,
    texts: TextFitting
  ) throws(FigureError) {
    let theme = figure.theme
    columns = figure.panelsPerRow
    rows = (figure.panels.count + columns - 1) / columns
    let (xAxes, yAxes) = try FigureFrame.trainedAxes(figure)
    self.xAxes = xAxes
    legend = try Legend(figure, texts: texts)

    inner = figure.size.width - 2 * theme.margin
    captionLines = try texts.lines(figure.caption, theme.caption, limit: inner)
    xTitleLines = try texts.balancedLines(figure.x.title, theme.axisTitle, limit: inner)

    // Heights. The slack above a panel without strip holds half of the topmost tick label.
    let stripRows = strips.map(\.count).max() ?? 0
    stripHeight = stripRows > 0 ? Double(stripRows) * theme.strip.lineHeight + 1 : 0
    let above = !legend.isEmpty && legendPosition == .top
    legendRoom = above ? legend.rowsHeight(legendWidth ?? inner) : 0
    let xTitleHeight = xTitleLines.isEmpty ? 0 : Double(xTitleLines.count) * theme.axisTitle.lineHeight + 2
    let tickHeight = figure.x.hasTicks ? FigureFrame.tickLength + theme.tick.lineHeight : 0
    xAxisHeight = tickHeight + FigureFrame.tickGap + xTitleHeight
    let foot =
      captionLines.isEmpty ? 0 : Double(captionLines.count) * theme.caption.lineHeight + FigureFrame.blockGap
    top = theme.margin + legendRoom + (above ? FigureFrame.blockGap : 0) + (stripRows > 0 ? 0 : 3)
    bottom = figure.size.height - theme.margin - foot - xAxisHeight
    rowGap = theme.panelGap - 4 + (figure.sharesX ? 0 : tickHeight + FigureFrame.tickGap)
    panelHeight = (bottom - top - Double(rows) * stripHeight - Double(rows - 1) * rowGap) / Double(rows)

    // Widths.
    vertical = try VerticalAxis(yAxes, figure: figure, panelHeight: panelHeight, width: inner, texts: texts)
    let tickWidth =
      (figure.y.hasTicks ? vertical.labelWidth + FigureFrame.tickLength : 0) + FigureFrame.tickGap
    yTitleSpan = top...max(top, bottom + xAxisHeight - xTitleHeight)
    yTitleLines = try texts.balancedLines(
      figure.y.title, theme.axisTitle, limit: yTitleSpan.upperBound - yTitleSpan.lowerBound)
    left = theme.margin + Double(yTitleLines.count) * theme.axisTitle.lineHeight + 2 + tickWidth
    right = figure.size.width - theme.margin
    // Texts behind the panels stand there only if they leave these most of the room.
    let endWidth =
      vertical.endTexts.isEmpty
      ? 0 : try texts.widest(vertical.endTexts, theme.tick) + 2 * FigureFrame.blockGap
    let hasEndTexts = endWidth > 0 && right - endWidth - left > 0.45 * inner
    endTexts = hasEndTexts ? vertical.endTexts : []
    let least = FigureFrame.smallestPanel
    let shortage = Double(rows) * max(0, least - panelHeight)
    func tooSmall(_ missing: Double) -> FigureError {
      .tooSmall(
        figure.size,
        needed: Size(width: figure.size.width + max(0, missing), height: figure.size.height + shortage))
    }
    let between = figure.sharesY ? 0 : tickWidth
    let missing = Double(columns) * (least + theme.panelGap + between) - (right - left)
    guard shortage == 0, missing <= 0 else { throw tooSmall(missing) }
    horizontal = try HorizontalAxis(
      xAxes, left: left, right: right - (hasEndTexts ? endWidth : 0), columns: columns,
      between: between, theme: theme, texts: texts)
    // Wide tick labels may have taken the rest.
    if horizontal.panelWidth < 0.8 * least {
      throw tooSmall(Double(columns) * (least - horizontal.panelWidth))
    }
  }

  /// The axes of both directions: one for all panels, or one for each.
  private static func trainedAxes(
    _ figure: Figure
  ) throws(FigureError) -> (x: [TrainedAxis], y: [TrainedAxis]) {
    func ranges(_ shared: Bool) -> [DataRange] {
      [DataRange](repeating: DataRange(), count: shared ? 1 : figure.panels.count)
    }
    var (x, y) = (ranges(figure.sharesX), ranges(figure.sharesY))
    for (i, panel) in figure.panels.enumerated() {
      for mark in panel.marks { mark.train(x: &x[figure.sharesX ? 0 : i], y: &y[figure.sharesY ? 0 : i]) }
    }
    func trained(_ axis: Axis, _ ranges: [DataRange], _ name: String) throws(FigureError) -> [TrainedAxis] {
      var axes: [TrainedAxis] = []
      for range in ranges { axes.append(try TrainedAxis(axis, range: range, name: name)) }
      return axes
    }
    return (try trained(figure.x, x, "horizontal"), try trained(figure.y, y, "vertical"))
  }

  /// Left edge of a legend above the panels: theirs, or the margin for a legend with a key wider than they are.
  var legendLeft: Double { legend.widestKey <= right - left ? left : right - inner }

  /// Width of a legend above the panels.
  var legendWidth: Double { right - legendLeft }

  /// The horizontal axis of a panel.
  func xAxis(ofPanel index: Int) -> TrainedAxis { xAxes.count == 1 ? xAxes[0] : xAxes[index] }

  /// Place of the cell of a panel, counted row by row.
  func area(of index: Int) -> Rectangle {
    Rectangle(
      x: left + Double(index % columns) * (horizontal.panelWidth + horizontal.gap),
      y: top + stripHeight + Double(index / columns) * (panelHeight + rowGap + stripHeight),
      width: horizontal.panelWidth, height: panelHeight)
  }
}
