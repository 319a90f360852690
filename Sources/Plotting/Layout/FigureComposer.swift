/// One run of the layout: measures the frame, then draws texts, legend and panels into a scene.
struct FigureComposer {
  let figure: Figure
  let theme: Theme
  let texts: TextFitting
  /// Width to which strips are wrapped; nil in the first run, which finds out whether they must be.
  let stripLimit: Double?
  /// Labels that are named under the figure instead of being drawn.
  let leftOut: Set<String>
  let legendPosition: LegendPosition
  /// Whether the figure has so many dots that they become a picture in vector files.
  let dotsArePicture: Bool

  init(
    _ figure: Figure, measurer: any TextMeasuring, stripLimit: Double? = nil,
    leavingOut leftOut: Set<String> = []
  ) {
    self.leftOut = leftOut
    self.figure = figure
    self.theme = figure.theme
    self.texts = TextFitting(measurer: measurer, language: figure.language)
    self.stripLimit = stripLimit
    let dots = figure.panels.reduce(0) { $0 + $1.marks.reduce(0) { $0 + $1.dotCount } }
    self.dotsArePicture = dots > figure.rasterThreshold
    let full = figure.panels.count % figure.panelsPerRow == 0 && !figure.panels.contains(where: \.isBlank)
    self.legendPosition = figure.legend == .emptyCell && full ? .top : figure.legend
  }

  func compose() throws(FigureError) -> FigureLayout {
    precondition(figure.panels.contains { !$0.isBlank }, "a figure needs a panel")
    let strips = try stripLines()
    let frame = try frame(strips)
    let panelWidth = frame.horizontal.panelWidth
    let legendSize = frame.legend.columnSize
    let cells = frame.emptyCells(figure.panels) ?? Rectangle(x: 0, y: 0, width: 0, height: 0)
    if legendPosition == .emptyCell, legendSize.width > cells.width || legendSize.height > cells.height {
      var other = figure
      other.legend = .top
      return try FigureComposer(
        other, measurer: texts.measurer, stripLimit: stripLimit, leavingOut: leftOut
      ).compose()
    }
    if stripLimit == nil, try texts.widest(figure.panels.map(\.name), theme.strip) > panelWidth {
      return try FigureComposer(
        figure, measurer: texts.measurer, stripLimit: panelWidth, leavingOut: leftOut
      ).compose()
    }

    var scene = Scene(
      size: figure.size, slug: figure.slug, title: figure.alternativeTitle, summary: figure.alternativeText,
      language: figure.language)
    try drawTexts(frame, into: &scene)
    drawLegend(frame, into: &scene)

    var canvases: [PanelCanvas] = []
    var placements: [[PlacedLabel]] = []
    var unplaced: [String] = []
    for (i, panel) in figure.panels.enumerated() {
      let canvas = canvas(ofPanel: i, frame)
      canvases.append(canvas)
      if panel.isBlank {
        placements.append([])
        continue
      }
      let ticks = (
        x: frame.horizontal.ticks[frame.axes.column(ofPanel: i)],
        y: frame.vertical.ticks[frame.axes.row(ofPanel: i)]
      )
      let labels = PanelLabels(
        strip: strips[i], x: figure.xSharing == .none || figure.isLowest(i) ? ticks.x.labels : [],
        y: figure.ySharing == .none || figure.isLeftmost(i) ? ticks.y.labels : [],
        end: figure.isRightmost(i) ? frame.endTexts : [])
      let placement = try draw(panel, on: canvas, labels, into: &scene)
      placements.append(placement.placed)
      for request in placement.unplaced where request.spots.isEmpty && !unplaced.contains(request.text) {
        unplaced.append(request.text)
      }
    }
    try drawTitles(frame, into: &scene)
    frame.colourBar?.draw(at: Point(figure.size.width - theme.margin, frame.area(of: 0).y), into: &scene)
    let omitted = figure.panels.reduce(0) { $0 + $1.marks.reduce(0) { $0 + $1.omitted } }
    return FigureLayout(
      scene: scene, panels: canvases, unplacedLabels: unplaced, labels: placements,
      shortenedTexts: texts.cut.texts, unnamedLevels: frame.vertical.unnamedLevels, omitted: omitted)
  }

  /// A panel's place and scales.
  private func canvas(ofPanel index: Int, _ frame: FigureFrame) -> PanelCanvas {
    let area = frame.area(of: index)
    let (column, row) = (frame.axes.column(ofPanel: index), frame.axes.row(ofPanel: index))
    return PanelCanvas(
      area: area,
      x: frame.axes.x[column].scale(
        from: area.x, to: area.right, breaks: frame.horizontal.ticks[column].breaks),
      y: frame.axes.y[row].scale(from: area.bottom, to: area.y, breaks: frame.vertical.ticks[row].breaks),
      theme: theme, categories: figure.categories, colours: frame.colourBar?.scale, language: figure.language,
      measurer: texts.measurer, dotsArePicture: dotsArePicture)
  }

  /// The frame, with as much room for a legend above the panels as it needs at their width, which follows from the frame.
  private func frame(_ strips: [[String]]) throws(FigureError) -> FigureFrame {
    var frame = try FigureFrame(figure, strips: strips, legendPosition: legendPosition, texts: texts)
    guard legendPosition == .top, !frame.legend.isEmpty else { return frame }
    for _ in 0..<3 where frame.legend.rowsHeight(frame.legendWidth) > frame.legendRoom {
      frame = try FigureFrame(
        figure, strips: strips, legendPosition: legendPosition, legendWidth: frame.legendWidth, texts: texts)
    }
    return frame
  }

  /// The lines of each panel's strip, wrapped to `stripLimit` if there is one.
  private func stripLines() throws(FigureError) -> [[String]] {
    var result: [[String]] = []
    for panel in figure.panels {
      guard let stripLimit, !panel.name.isEmpty else {
        result.append(panel.name.isEmpty ? [] : [panel.name])
        continue
      }
      var fitting: [String] = []
      for line in try texts.lines(panel.name, theme.strip, limit: stripLimit) {
        fitting.append(try texts.shortened(line, theme.strip, limit: stripLimit))
      }
      result.append(fitting)
    }
    return result
  }

  /// Caption and the titles of the axes.
  private func drawTexts(_ frame: FigureFrame, into scene: inout Scene) throws(FigureError) {
    let colour = theme.textColour
    for (i, line) in frame.captionLines.enumerated() {
      let left = Double(frame.captionLines.count - i) * theme.caption.lineHeight
      scene.text(line, x: theme.margin, top: figure.size.height - theme.margin - left, theme.caption, colour)
    }
    let lowest = frame.bottom + frame.xAxisHeight
    let lastColumn = min(frame.columns, figure.panels.count) - 1
    for (i, line) in frame.xTitleLines.enumerated() {
      let width = try texts.width(line, theme.axisTitle)
      let middle = (frame.left + frame.area(of: lastColumn).right) / 2
      let start = max(theme.margin, min(middle - width / 2, figure.size.width - theme.margin - width))
      let top = lowest - Double(frame.xTitleLines.count - i) * theme.axisTitle.lineHeight
      scene.text(line, x: start, top: top, theme.axisTitle, colour)
    }
    for (i, line) in frame.yTitleLines.enumerated() {
      let width = try texts.width(line, theme.axisTitle)
      let middle = (frame.area(of: 0).y + frame.bottom) / 2
      let span = frame.yTitleSpan
      let start = max(min(middle + width / 2, span.upperBound), span.lowerBound + width)
      let baseline = theme.margin + Double(i) * theme.axisTitle.lineHeight + theme.axisTitle.ascent
      let run = TextRun(line, at: Point(baseline, start), font: theme.axisTitle, colour: colour, rotation: 90)
      scene.commands.append(.text(run))
    }
  }

  /// The titles of panels' own axes.
  private func drawTitles(_ frame: FigureFrame, into scene: inout Scene) throws(FigureError) {
    let font = theme.axisTitle
    for index in figure.panels.indices {
      let area = frame.area(of: index)
      for (i, line) in frame.ownTitles.level[index].enumerated() {
        let width = try texts.width(line, font)
        let top =
          area.bottom + FigureFrame.tickLength + theme.tick.lineHeight + FigureFrame.tickGap
          + Double(i) * font.lineHeight
        let start = min(area.centre.x - width / 2, figure.size.width - theme.margin - width)
        scene.text(line, x: max(theme.margin, start), top: top, font, theme.textColour)
      }
      let lines = frame.ownTitles.upright[index]
      let left = area.x - frame.tickWidth - 2 - Double(lines.count) * font.lineHeight
      for (i, line) in lines.enumerated() {
        let start = area.centre.y + (try texts.width(line, font)) / 2
        let baseline = left + Double(i) * font.lineHeight + font.ascent
        scene.commands.append(
          .text(TextRun(line, at: Point(baseline, start), font: font, colour: theme.textColour, rotation: 90))
        )
      }
    }
  }

  /// The legend.
  private func drawLegend(_ frame: FigureFrame, into scene: inout Scene) {
    let legend = frame.legend
    guard !legend.isEmpty else { return }
    switch legendPosition {
    case .top:
      let corner = Point(frame.legendLeft, theme.margin)
      legend.drawRows(at: corner, available: frame.legendWidth, into: &scene)
    case .emptyCell:
      guard let cell = frame.emptyCells(figure.panels) else { return }
      legend.drawColumn(at: Point(cell.x, cell.centre.y - legend.columnSize.height / 2), into: &scene)
    case .hidden: break
    }
  }
}

extension Scene {
  /// Adds a line of text whose line box starts at `top`.
  mutating func text(_ text: String, x: Double, top: Double, _ font: FontStyle, _ colour: Colour) {
    commands.append(
      .text(TextRun(text, at: Point(x, top + font.ascent + 0.075 * font.size), font: font, colour: colour)))
  }
}
