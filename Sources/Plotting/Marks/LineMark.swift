/// A line through pairs of values in their order.
public struct LineMark: Mark {
  /// Horizontal values.
  public var x: [Double]
  /// Vertical values.
  public var y: [Double]
  /// Colour and dash.
  public var appearance: Appearance
  /// Factor on the theme's line width.
  public var width: Double

  /// A line through (x[i], y[i]), broken where a value is missing or infinite.
  public init(x: [Double], y: [Double], _ appearance: Appearance, width: Double = 1) {
    precondition(x.count == y.count, "line: \(x.count) x values, \(y.count) y values")
    self.x = x
    self.y = y
    self.appearance = appearance
    self.width = width
  }

  private var pieces: [[(Double, Double)]] {
    var result: [[(Double, Double)]] = [[]]
    for (a, b) in zip(x, y) {
      if a.isFinite, b.isFinite {
        result[result.count - 1].append((a, b))
      } else if !result[result.count - 1].isEmpty {
        result.append([])
      }
    }
    return result.filter { $0.count > 1 }
  }

  /// Shows every corner.
  public func train(x: inout DataRange, y: inout DataRange) {
    for (a, b) in pieces.joined() {
      x.include(a)
      y.include(b)
    }
  }

  /// A line, if there is one.
  public var legendKeys: [LegendKey] { pieces.isEmpty ? [] : LegendKey.from(appearance, .line) }

  /// Draws the line.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let lines = pieces.map { piece in Polyline(piece.map { canvas.point($0.0, $0.1) }) }
    guard !lines.isEmpty else { return }
    scene.dataLine(lines, style, width: canvas.theme.lineWidth * style.lineScale * width)
  }

  /// The edges.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    pieces.flatMap { piece in
      zip(piece, piece.dropFirst()).map { .segment(canvas.point($0.0, $0.1), canvas.point($1.0, $1.1)) }
    }
  }
}

extension Scene {
  /// Adds a line in a style, `width` points wide: one stroke, or a band of two.
  mutating func dataLine(_ lines: [Polyline], _ style: CategoryStyle, width: Double) {
    let edge = Stroke(style.colour, width: width, dash: style.dash.lengths)
    commands.append(.path(lines, fill: nil, stroke: edge))
    guard let inside = style.lineInside else { return }
    commands.append(
      .path(lines, fill: nil, stroke: Stroke(inside, width: width - 1, dash: style.dash.lengths)))
  }
}
