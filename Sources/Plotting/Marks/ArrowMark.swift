/// Arrows between pairs of points.
public struct ArrowMark: Mark {
  /// Horizontal values at the near ends.
  public var startX: [Double]
  /// Vertical values at the near ends.
  public var startY: [Double]
  /// Horizontal values at the far ends.
  public var endX: [Double]
  /// Vertical values at the far ends.
  public var endY: [Double]
  /// Colour and width.
  public var appearance: Appearance
  /// Length of the head in points.
  public var headLength: Double
  /// Points kept free at the near and far end, so that a connection ends at the rim of a dot.
  public var trim: (start: Double, end: Double)
  /// Which of the connections this mark draws.
  public var part: Part

  /// The connections told apart by whether their trimmed shaft is long enough to be seen between its dots.
  public enum Part: Sendable {
    /// Those that are, to be drawn under the dots.
    case apart
    /// Those that are not, to be drawn over the dots: untrimmed, with a white edge.
    case touching
  }

  /// Connections from (startX[i], startY[i]) to (endX[i], endY[i]).
  public init(
    startX: [Double], startY: [Double], endX: [Double], endY: [Double], _ appearance: Appearance,
    headLength: Double = 5, trim: (start: Double, end: Double) = (0, 0), part: Part = .apart
  ) {
    precondition(
      startX.count == startY.count && endX.count == endY.count && startX.count == endX.count,
      "arrows: \(startX.count), \(startY.count), \(endX.count), \(endY.count) coordinates")
    self.startX = startX
    self.startY = startY
    self.endX = endX
    self.endY = endY
    self.appearance = appearance
    self.headLength = headLength
    self.trim = trim
    self.part = part
  }

  private var shown: [Int] {
    startX.indices.filter {
      startX[$0].isFinite && startY[$0].isFinite && endX[$0].isFinite && endY[$0].isFinite
    }
  }

  /// Shows both ends.
  public func train(x: inout DataRange, y: inout DataRange) {
    for i in shown {
      x.include(startX[i])
      x.include(endX[i])
      y.include(startY[i])
      y.include(endY[i])
    }
  }

  /// Connections left out for a missing or infinite coordinate.
  public var omitted: Int { part == .apart ? startX.count - shown.count : 0 }

  /// Shortest shaft in points that is seen between two dots.
  private static let shortest = 2.5

  /// Draws shafts and heads. A connection too short to show a head of full length gets a smaller one. Of touching ends that
  /// are less than half a point apart nothing is drawn: on paper they are one.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let width = canvas.theme.lineWidth * style.lineScale
    for i in shown {
      let a = canvas.point(startX[i], startY[i])
      let b = canvas.point(endX[i], endY[i])
      let length = a.distance(to: b)
      let visible = length - trim.start - trim.end
      let isApart = visible >= ArrowMark.shortest
      guard isApart == (part == .apart), length >= 0.5 else { continue }
      let ux = (b.x - a.x) / length
      let uy = (b.y - a.y) / length
      let trim = isApart ? trim : (start: 0, end: 0)
      let tail = Point(a.x + ux * trim.start, a.y + uy * trim.start)
      let tip = Point(b.x - ux * trim.end, b.y - uy * trim.end)
      let head = isApart ? min(headLength, 0.7 * visible) : min(0.7 * headLength, max(0.6 * length, 2))
      let base = Point(tip.x - ux * head, tip.y - uy * head)
      let half = (isApart ? 0.36 : 0.5) * head
      let corners = [
        tip, Point(base.x - uy * half, base.y + ux * half), Point(base.x + uy * half, base.y - ux * half),
      ]
      let triangle = [Polyline(corners, closed: true)]
      let shaftEnd = Point(base.x + ux * 0.2 * head, base.y + uy * 0.2 * head)
      let hasShaft = head < length
      if !isApart {
        let edge = Stroke(.white, width: width + 1, round: true)
        if hasShaft { scene.line(from: tail, to: shaftEnd, stroke: edge) }
        scene.commands.append(.path(triangle, fill: nil, stroke: Stroke(.white, width: 1, round: true)))
      }
      if hasShaft { scene.line(from: tail, to: shaftEnd, stroke: Stroke(style.colour, width: width)) }
      scene.commands.append(.path(triangle, fill: style.colour, stroke: nil))
    }
  }

  /// The connections, once.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    guard part == .apart else { return [] }
    return shown.map { .segment(canvas.point(startX[$0], startY[$0]), canvas.point(endX[$0], endY[$0])) }
  }
}
