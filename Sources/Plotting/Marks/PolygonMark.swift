/// A filled area with straight edges, such as an ellipse's polygon, behind the data: the axes need not show it whole.
public struct PolygonMark: Mark {
  /// Horizontal values of the corners.
  public var x: [Double]
  /// Vertical values of the corners.
  public var y: [Double]
  /// Colour of the inside; nil for none.
  public var fill: Colour?
  /// Outline; nil for none.
  public var stroke: Stroke?

  /// An area with corners (x[i], y[i]), all finite.
  public init(x: [Double], y: [Double], fill: Colour? = nil, stroke: Stroke? = nil) {
    precondition(x.count == y.count, "polygon: \(x.count) x values, \(y.count) y values")
    self.x = x
    self.y = y
    self.fill = fill
    self.stroke = stroke
  }

  /// Draws the area.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let corners = zip(x, y).map { canvas.point($0, $1) }
    scene.commands.append(.path([Polyline(corners, closed: true)], fill: fill, stroke: stroke))
  }

  /// The outline, if it is drawn.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    guard stroke != nil, let first = x.indices.first else { return [] }
    let corners = zip(x, y).map { canvas.point($0, $1) }
    return zip(corners, corners.dropFirst() + [corners[first]]).map { .faintSegment($0, $1) }
  }
}
