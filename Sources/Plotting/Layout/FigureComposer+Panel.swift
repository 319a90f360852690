/// Texts around one panel.
struct PanelLabels {
  /// Lines of the heading.
  let strip: [String]
  /// Tick labels under the panel; none where a panel below has them.
  let x: [String]
  /// Tick labels beside the panel; none where a panel to the left has them.
  let y: [String]
  /// Texts behind the panel, one for each level of the vertical axis; none where a panel to the right has them.
  let end: [String]
}

extension FigureComposer {
  /// Draws grid, marks, labels, axes and strip of a panel.
  func draw(
    _ panel: Panel, on canvas: PanelCanvas, _ around: PanelLabels, into scene: inout Scene
  ) throws(FigureError) -> LabelPlacement {
    let area = canvas.area
    let grid = Stroke(theme.gridColour, width: 0.4)
    let vertical = canvas.x.breaks.values.map { canvas.x.position($0) }
    let horizontal = canvas.y.breaks.values.map { canvas.y.position($0) }
    let gridLines =
      vertical.map { Polyline([Point($0, area.y), Point($0, area.bottom)]) }
      + horizontal.map { Polyline([Point(area.x, $0), Point(area.right, $0)]) }
    if panel.hasFrame, !gridLines.isEmpty { scene.commands.append(.path(gridLines, fill: nil, stroke: grid)) }

    scene.commands.append(.beginClip(area))
    for mark in panel.marks { try mark.draw(on: canvas, into: &scene) }
    scene.commands.append(.endClip)

    var obstacles: [Obstacle] = []
    var requests: [LabelRequest] = []
    for mark in panel.marks {
      obstacles += try mark.obstacles(on: canvas)
      requests += try mark.labels(on: canvas).filter { !leftOut.contains($0.text) }
    }
    let placement = LabelPlacement(requests, obstacles: obstacles, area: area)
    for label in placement.placed {
      if let leader = label.leader {
        scene.line(
          from: leader.start, to: leader.end, stroke: Stroke(Theme.referenceGrey, width: theme.referenceWidth)
        )
      }
    }
    for label in placement.placed {
      scene.commands.append(
        .text(
          TextRun(
            label.request.text, at: label.request.origin(in: label.box), font: label.request.font,
            colour: label.request.colour, halo: label.crossesLine ? .white : nil)))
    }
    try drawAxes(canvas, around, hasFrame: panel.hasFrame, into: &scene)
    return placement
  }

  private func drawAxes(
    _ canvas: PanelCanvas, _ around: PanelLabels, hasFrame: Bool, into scene: inout Scene
  ) throws(FigureError) {
    let area = canvas.area
    let frame = [Point(area.x, area.y), Point(area.x, area.bottom), Point(area.right, area.bottom)]
    let tickLength = FigureFrame.tickLength
    var ticks: [Polyline] = hasFrame ? [Polyline(frame)] : []
    // Without a frame ticks stand where numbers do.
    for value in canvas.x.breaks.values where hasFrame || !around.x.isEmpty {
      let x = canvas.x.position(value)
      ticks.append(Polyline([Point(x, area.bottom), Point(x, area.bottom + tickLength)]))
    }
    for value in canvas.y.breaks.values where hasFrame || !around.y.isEmpty {
      let y = canvas.y.position(value)
      ticks.append(Polyline([Point(area.x - tickLength, y), Point(area.x, y)]))
    }
    if !ticks.isEmpty {
      scene.commands.append(.path(ticks, fill: nil, stroke: Stroke(theme.axisColour, width: 0.5)))
    }
    for (label, value) in zip(around.x, canvas.x.breaks.values) {
      let x = canvas.x.position(value) - (try texts.width(label, theme.tick)) / 2
      scene.text(
        label, x: x, top: area.bottom + tickLength + FigureFrame.tickGap, theme.tick, theme.textColour)
    }
    for (label, value) in zip(around.y, canvas.y.breaks.values) {
      let x = area.x - tickLength - FigureFrame.tickGap - (try texts.width(label, theme.tick))
      let origin = Point(x, canvas.y.position(value) + theme.tick.middle)
      scene.commands.append(.text(TextRun(label, at: origin, font: theme.tick, colour: theme.textColour)))
    }
    for (level, label) in around.end.enumerated() {
      let origin = Point(
        area.right + FigureFrame.blockGap, canvas.y.position(Double(level)) + theme.tick.middle)
      scene.commands.append(.text(TextRun(label, at: origin, font: theme.tick, colour: theme.textColour)))
    }
    for (i, line) in around.strip.enumerated() {
      let top = area.y - Double(around.strip.count - i) * theme.strip.lineHeight - 1
      scene.text(line, x: area.x, top: top, theme.strip, theme.textColour)
    }
  }
}
