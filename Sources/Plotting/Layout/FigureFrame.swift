/// Every measure of a figure that does not depend on the marks inside its panels.
///
/// From top to bottom: margin, legend (if above), strip and panel of each row, axis labels and titles, caption, margin. From left
/// to right: margin, axis titles, tick labels, panels, colour bar, margin.
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
  /// Titles of the panels' own axes.
  let ownTitles: PanelTitles
  let legend: Legend
  let colourBar: ColourBar?
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
  /// Height of tick labels and titles under the panels.
  let xAxisHeight: Double
  /// Upper edges and heights of the rows of panels.
  let rowPlaces: [(top: Double, height: Double)]
  /// The scale of every panel, and the axes behind it.
  let axes: PanelAxes
  let horizontal: HorizontalAxis
  let vertical: VerticalAxis
  /// Width of tick labels and ticks beside a panel.
  let tickWidth: Double
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
    axes = try PanelAxes(figure)
    legend = try Legend(figure, texts: texts)

    inner = figure.size.width - 2 * theme.margin
    captionLines = try texts.lines(figure.caption, theme.caption, limit: inner)
    xTitleLines = try texts.balancedLines(figure.x.title, theme.axisTitle, limit: inner)

    // Heights. The slack above a panel without strip holds half of the topmost tick label.
    let stripRows = strips.map(\.count).max() ?? 0
    let stripHeight = stripRows > 0 ? Double(stripRows) * theme.strip.lineHeight + 1 : 0
    let above = !legend.isEmpty && legendPosition == .top
    legendRoom = above ? legend.rowsHeight(legendWidth ?? inner) : 0
    let titleHeight = theme.axisTitle.lineHeight
    var ownTitles = try PanelTitles(figure, width: inner / Double(columns), texts: texts)
    let ownHeight = Double(ownTitles.mostLevelLines) * titleHeight
    let xTitleHeight = (xTitleLines.isEmpty ? 0 : Double(xTitleLines.count) * titleHeight + 2)
    let tickHeight =
      axes.x.contains(where: \.axis.hasTicks) ? FigureFrame.tickLength + theme.tick.lineHeight : 0
    xAxisHeight = tickHeight + FigureFrame.tickGap + ownHeight + xTitleHeight
    let foot =
      captionLines.isEmpty ? 0 : Double(captionLines.count) * theme.caption.lineHeight + FigureFrame.blockGap
    top = theme.margin + legendRoom + (above ? FigureFrame.blockGap : 0) + (stripRows > 0 ? 0 : 3)
    bottom = figure.size.height - theme.margin - foot - xAxisHeight
    let below = figure.xSharing == .none ? tickHeight + FigureFrame.tickGap + ownHeight : 0
    let rowGap = theme.panelGap - 4 + below
    let weights = (0..<rows).map { $0 < figure.rowWeights.count ? figure.rowWeights[$0] : 1 }
    let unit =
      (bottom - top - Double(rows) * stripHeight - Double(rows - 1) * rowGap) / weights.reduce(0, +)
    var places: [(top: Double, height: Double)] = []
    var edge = top
    for weight in weights {
      places.append((edge + stripHeight, weight * unit))
      edge += stripHeight + weight * unit + rowGap
    }
    rowPlaces = places

    // Widths.
    colourBar = try ColourBar(figure, height: bottom - top - stripHeight, texts: texts)
    vertical = try VerticalAxis(
      axes, figure: figure, heights: places.map(\.height), width: inner, texts: texts)
    tickWidth =
      (axes.y.contains(where: \.axis.hasTicks) ? vertical.labelWidth + FigureFrame.tickLength : 0)
      + FigureFrame.tickGap
    yTitleSpan = top...max(top, bottom + xAxisHeight - xTitleHeight)
    yTitleLines = try texts.balancedLines(
      figure.y.title, theme.axisTitle, limit: yTitleSpan.upperBound - yTitleSpan.lowerBound)
    try ownTitles.addUpright(figure, heights: places.map { $0.height + stripHeight }, texts: texts)
    let ownWidth = Double(ownTitles.mostUprightLines) * titleHeight + (ownTitles.mostUprightLines > 0 ? 2 : 0)
    self.ownTitles = ownTitles
    // Without ticks at the side half of a tick label below a panel would reach into the title.
    let overhang =
      axes.y.contains(where: \.axis.hasTicks) || rows == 1 || yTitleLines.isEmpty
      ? 0 : max(0, 0.8 * theme.tick.lineHeight - tickWidth)
    left = theme.margin + Double(yTitleLines.count) * titleHeight + 2 + ownWidth + tickWidth + overhang
    right = figure.size.width - theme.margin - (colourBar?.width ?? 0)
    // Texts behind the panels stand there only if they leave these most of the room.
    let endWidth =
      vertical.endTexts.isEmpty
      ? 0 : try texts.widest(vertical.endTexts, theme.tick) + 2 * FigureFrame.blockGap
    let hasEndTexts = endWidth > 0 && right - endWidth - left > 0.45 * inner
    endTexts = hasEndTexts ? vertical.endTexts : []
    let least = FigureFrame.smallestPanel
    // The highest row needs the least height, the lowest more than half of it.
    let neededUnit = max(least / (weights.max() ?? 1), 0.6 * least / (weights.min() ?? 1))
    let shortage = weights.reduce(0, +) * max(0, neededUnit - unit)
    func tooSmall(_ missing: Double) -> FigureError {
      .tooSmall(
        figure.size,
        needed: Size(width: figure.size.width + max(0, missing), height: figure.size.height + shortage))
    }
    let between = figure.ySharing == .none ? tickWidth + ownWidth : 0
    let missing = Double(columns) * (least + theme.panelGap + between) - (right - left)
    guard shortage == 0, missing <= 0 else { throw tooSmall(missing) }
    horizontal = try HorizontalAxis(
      axes.x, left: left, right: right - (hasEndTexts ? endWidth : 0), columns: columns,
      between: between, theme: theme, texts: texts)
    // Wide tick labels may have taken the rest.
    if horizontal.panelWidth < 0.8 * least {
      throw tooSmall(Double(columns) * (least - horizontal.panelWidth))
    }
  }

  /// Left edge of a legend above the panels: theirs, or the margin for a legend with a key wider than they are.
  var legendLeft: Double { legend.widestKey <= right - left ? left : right - inner }

  /// Width of a legend above the panels.
  var legendWidth: Double { right - legendLeft }

  /// Place of the cell of a panel, counted row by row.
  func area(of index: Int) -> Rectangle {
    let row = rowPlaces[min(index / columns, rows - 1)]
    return Rectangle(
      x: left + Double(index % columns) * (horizontal.panelWidth + horizontal.gap), y: row.top,
      width: horizontal.panelWidth, height: row.height)
  }

  /// The widest run of empty cells in the first row that has some; nil if every cell has a panel.
  func emptyCells(_ panels: [Panel]) -> Rectangle? {
    for row in 0..<rows {
      let cells = (0..<columns).map { row * columns + $0 }
      let runs = cells.split { $0 < panels.count && !panels[$0].isBlank }
      guard let run = runs.max(by: { $0.count < $1.count }), let first = run.first, let last = run.last else {
        continue
      }
      let (start, end) = (area(of: first), area(of: last))
      return Rectangle(x: start.x, y: start.y, width: end.right - start.x, height: start.height)
    }
    return nil
  }
}
