/// Rectangles around places of a grid, coloured by a value through the figure's colour scale.
public struct TileMark: Mark {
  /// Horizontal middles.
  public var x: [Double]
  /// Vertical middles.
  public var y: [Double]
  /// Values that colours stand for.
  public var values: [Double]
  /// Width and height of a tile in data units.
  public var extent: (x: Double, y: Double)
  /// One colour for all tiles, which then ask for no colour scale; nil for colours of values.
  public var fill: Colour?

  /// A tile around (x[i], y[i]) for each value; one whose value is missing stays empty.
  public init(x: [Double], y: [Double], values: [Double], extent: (x: Double, y: Double) = (1, 1)) {
    precondition(
      x.count == y.count && x.count == values.count,
      "tiles: \(x.count) x values, \(y.count) y values, \(values.count) values")
    self.x = x
    self.y = y
    self.values = values
    self.extent = extent
  }

  /// Shows every tile whole.
  public func train(x: inout DataRange, y: inout DataRange) {
    for (a, b) in zip(self.x, self.y) {
      x.include(a - extent.x / 2)
      x.include(a + extent.x / 2)
      y.include(b - extent.y / 2)
      y.include(b + extent.y / 2)
    }
  }

  /// The values, unless all have one colour.
  public var colourValues: [Double] { fill == nil ? values : [] }

  /// Draws the tiles with a white hairline between them.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    for i in values.indices where values[i].isFinite {
      guard let colour = fill ?? canvas.colours?.colour(of: values[i]) else { continue }
      let a = canvas.point(x[i] - extent.x / 2, y[i] - extent.y / 2)
      let b = canvas.point(x[i] + extent.x / 2, y[i] + extent.y / 2)
      let corners = [a, Point(b.x, a.y), b, Point(a.x, b.y)]
      let edge = min(abs(b.x - a.x), abs(b.y - a.y)) > 4 ? Stroke(.white, width: 0.5) : nil
      scene.commands.append(
        .path([Polyline(corners, closed: true)], fill: colour, stroke: edge))
    }
  }
}
