extension FigureLayout {
  /// The layout with every length larger by a factor.
  func scaled(by factor: Double) -> FigureLayout {
    var scene = scene
    scene.size = scene.size.scaled(by: factor)
    scene.commands = scene.commands.map { $0.scaled(by: factor) }
    return FigureLayout(
      scene: scene, panels: panels.map { $0.scaled(by: factor) }, unplacedLabels: unplacedLabels,
      labels: labels.map { $0.map { $0.scaled(by: factor) } }, shortenedTexts: shortenedTexts,
      unnamedLevels: unnamedLevels, omitted: omitted)
  }
}

extension PlacedLabel {
  fileprivate func scaled(by factor: Double) -> PlacedLabel {
    PlacedLabel(
      request: request, box: box.scaled(by: factor),
      leader: leader.map { ($0.start.scaled(by: factor), $0.end.scaled(by: factor)) },
      crossesLine: crossesLine)
  }
}

extension PanelCanvas {
  fileprivate func scaled(by factor: Double) -> PanelCanvas {
    PanelCanvas(
      area: area.scaled(by: factor), x: x.scaled(by: factor), y: y.scaled(by: factor), theme: theme,
      categories: categories, colours: colours, language: language, measurer: measurer,
      dotsArePicture: dotsArePicture)
  }
}

extension ContinuousScale {
  fileprivate func scaled(by factor: Double) -> ContinuousScale {
    ContinuousScale(
      lower: lower, upper: upper, start: start * factor, end: end * factor, breaks: breaks,
      isLogarithmic: isLogarithmic)
  }
}

extension Point {
  fileprivate func scaled(by factor: Double) -> Point { Point(x * factor, y * factor) }
}

extension Size {
  fileprivate func scaled(by factor: Double) -> Size { Size(width: width * factor, height: height * factor) }
}

extension Rectangle {
  fileprivate func scaled(by factor: Double) -> Rectangle {
    Rectangle(x: x * factor, y: y * factor, width: width * factor, height: height * factor)
  }
}

extension Stroke {
  fileprivate func scaled(by factor: Double) -> Stroke {
    Stroke(colour, width: width * factor, dash: dash.map { $0 * factor }, round: round)
  }
}

extension DrawingCommand {
  fileprivate func scaled(by factor: Double) -> DrawingCommand {
    switch self {
    case .path(let lines, let fill, let stroke):
      let larger = lines.map { Polyline($0.points.map { $0.scaled(by: factor) }, closed: $0.closed) }
      return .path(larger, fill: fill, stroke: stroke?.scaled(by: factor))
    case .circle(let centre, let radius, let fill, let stroke):
      return .circle(
        centre: centre.scaled(by: factor), radius: radius * factor, fill: fill,
        stroke: stroke?.scaled(by: factor))
    case .text(var run):
      run.origin = run.origin.scaled(by: factor)
      run.font.size *= factor
      return .text(run)
    case .beginClip(let area): return .beginClip(area.scaled(by: factor))
    case .beginPicture(let area): return .beginPicture(area.scaled(by: factor))
    case .copies(let places, let parts):
      return .copies(places.map { $0.scaled(by: factor) }, of: parts.map { $0.scaled(by: factor) })
    case .endClip, .endPicture: return self
    }
  }
}
