/// Dots at pairs of values.
public struct PointMark: Mark {
  /// Horizontal values.
  public var x: [Double]
  /// Vertical values.
  public var y: [Double]
  /// Colour and shape.
  public var appearance: Appearance
  /// Factor on the theme's dot radius.
  public var size: Double
  /// Whether a hairline of white around each dot sets it off from its neighbours.
  public var rim: Bool

  /// Dots at (x[i], y[i]); pairs with a missing or infinite value are left out and counted.
  public init(x: [Double], y: [Double], _ appearance: Appearance, size: Double = 1, rim: Bool = false) {
    precondition(x.count == y.count, "points: \(x.count) x values, \(y.count) y values")
    self.x = x
    self.y = y
    self.appearance = appearance
    self.size = size
    self.rim = rim
  }

  private var shown: [(Double, Double)] {
    zip(x, y).filter { $0.isFinite && $1.isFinite }
  }

  /// Shows every dot.
  public func train(x: inout DataRange, y: inout DataRange) {
    for (a, b) in shown {
      x.include(a)
      y.include(b)
    }
  }

  /// A dot, if there is one.
  public var legendKeys: [LegendKey] { shown.isEmpty ? [] : LegendKey.from(appearance, .point) }

  /// Dots.
  public var dotCount: Int { x.count }

  /// Pairs left out.
  public var omitted: Int { x.count - shown.count }

  /// Draws the dots in order.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let shown = shown
    if shown.isEmpty { return }
    func dot(at place: Point, into scene: inout Scene) {
      scene.marker(
        style.shape, at: place, radius: canvas.theme.dotRadius * size * style.markerScale,
        colour: style.colour, lineWidth: canvas.theme.lineWidth * 1.2, rim: rim)
    }
    guard canvas.dotsArePicture else {
      for (a, b) in shown { dot(at: canvas.point(a, b), into: &scene) }
      return
    }
    var single = Scene(size: scene.size)
    dot(at: Point(0, 0), into: &single)
    scene.beginPicture(canvas.area)
    scene.commands.append(.copies(shown.map { canvas.point($0, $1) }, of: single.commands))
    scene.commands.append(.endPicture)
  }

  /// The dots; none of so many that they are drawn as a picture, among which no label finds a free place.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    if canvas.dotsArePicture { return [] }
    let radius = try canvas.theme.dotRadius * size * canvas.style(appearance).markerScale
    return shown.map { .disc(canvas.point($0, $1), radius: radius) }
  }
}

extension Scene {
  /// Begins a picture, or goes on with one of the same place that has just ended.
  mutating func beginPicture(_ area: Rectangle) {
    if commands.last == .endPicture {
      commands.removeLast()
    } else {
      commands.append(.beginPicture(area))
    }
  }

  /// Adds a dot. The shapes look equally large at one radius: their areas, not their widths, are near those of the disc.
  mutating func marker(
    _ shape: MarkerShape, at c: Point, radius r: Double, colour: Colour, lineWidth: Double, rim: Bool = false
  ) {
    let edge = rim ? Stroke(.white, width: 0.5) : nil
    let outline = Stroke(colour, width: lineWidth)
    func polygon(_ offsets: [(Double, Double)]) -> [Polyline] {
      [Polyline(offsets.map { Point(c.x + $0.0 * r, c.y + $0.1 * r) }, closed: true)]
    }
    let square: [(Double, Double)] = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    let diamond: [(Double, Double)] = [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
    switch shape {
    case .circle:
      commands.append(.circle(centre: c, radius: r, fill: colour, stroke: edge))
    case .hollowCircle:
      commands.append(.circle(centre: c, radius: r - lineWidth / 4, fill: .white, stroke: outline))
    case .square:
      commands.append(.path(polygon(square), fill: colour, stroke: edge))
    case .hollowSquare:
      commands.append(.path(polygon(square), fill: .white, stroke: outline))
    case .diamond:
      commands.append(.path(polygon(diamond), fill: colour, stroke: edge))
    case .hollowDiamond:
      commands.append(.path(polygon(diamond), fill: .white, stroke: outline))
    case .triangle:
      commands.append(.path(polygon([(0, -1.35), (1.2, 0.75), (-1.2, 0.75)]), fill: colour, stroke: edge))
    case .inverseTriangle:
      commands.append(.path(polygon([(0, 1.35), (1.2, -0.75), (-1.2, -0.75)]), fill: colour, stroke: edge))
    case .cross, .plus:
      let k = shape == .cross ? 0.9 * r : 1.25 * r
      let arms =
        shape == .cross
        ? [
          [Point(c.x - k, c.y - k), Point(c.x + k, c.y + k)],
          [Point(c.x - k, c.y + k), Point(c.x + k, c.y - k)],
        ]
        : [[Point(c.x - k, c.y), Point(c.x + k, c.y)], [Point(c.x, c.y - k), Point(c.x, c.y + k)]]
      let stroke = Stroke(colour, width: lineWidth * 1.2)
      commands.append(.path(arms.map { Polyline($0) }, fill: nil, stroke: stroke))
    }
  }
}
