/// Intervals as bars along the horizontal axis: one line each from low to high at a height.
public struct IntervalMark: Mark {
  /// Lower ends.
  public var low: [Double]
  /// Upper ends.
  public var high: [Double]
  /// Heights.
  public var y: [Double]
  /// Colour and dash.
  public var appearance: Appearance
  /// Factor on the theme's line width.
  public var width: Double

  /// Bars from (low[i], y[i]) to (high[i], y[i]); those with a missing or infinite number are left out and counted.
  public init(low: [Double], high: [Double], y: [Double], _ appearance: Appearance, width: Double = 1) {
    precondition(
      low.count == y.count && high.count == y.count,
      "intervals: \(low.count) and \(high.count) ends, \(y.count) heights")
    self.low = low
    self.high = high
    self.y = y
    self.appearance = appearance
    self.width = width
  }

  private var shown: [Int] {
    y.indices.filter { low[$0].isFinite && high[$0].isFinite && y[$0].isFinite }
  }

  /// Shows both ends.
  public func train(x: inout DataRange, y: inout DataRange) {
    for i in shown {
      x.include(low[i])
      x.include(high[i])
      y.include(self.y[i])
    }
  }

  /// Bars left out.
  public var omitted: Int { y.count - shown.count }

  /// Draws the bars in one path.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let lines = shown.map { Polyline([canvas.point(low[$0], y[$0]), canvas.point(high[$0], y[$0])]) }
    guard !lines.isEmpty else { return }
    scene.dataLine(lines, style, width: canvas.theme.lineWidth * style.lineScale * width)
  }

  /// The bars.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    shown.map { .segment(canvas.point(low[$0], y[$0]), canvas.point(high[$0], y[$0])) }
  }
}

/// A reference line over the whole panel, upright at a value of the horizontal axis or level at one of the vertical axis.
public struct RuleMark: Mark {
  /// Where the line stands.
  public enum Place: Sendable, Equatable {
    /// Upright.
    case x(Double)
    /// Level.
    case y(Double)
  }

  /// Where the line stands.
  public var place: Place
  /// Colour of the line.
  public var colour: Colour

  /// A line in reference grey.
  public init(_ place: Place, colour: Colour = Theme.referenceGrey) {
    self.place = place
    self.colour = colour
  }

  /// Shows the value.
  public func train(x: inout DataRange, y: inout DataRange) {
    switch place {
    case .x(let value): x.include(value)
    case .y(let value): y.include(value)
    }
  }

  /// Draws the line.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let area = canvas.area
    let stroke = Stroke(colour, width: 1.6 * canvas.theme.referenceWidth)
    switch place {
    case .x(let value):
      let x = canvas.x.position(value)
      scene.line(from: Point(x, area.y), to: Point(x, area.bottom), stroke: stroke)
    case .y(let value):
      let y = canvas.y.position(value)
      scene.line(from: Point(area.x, y), to: Point(area.right, y), stroke: stroke)
    }
  }
}
