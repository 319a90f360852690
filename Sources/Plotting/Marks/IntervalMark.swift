/// Intervals as bars from low to high, level at a height or upright at a place.
public struct IntervalMark: Mark {
  /// Which axis the bars lie along.
  public enum Direction: Sendable, Equatable {
    /// Along the horizontal axis.
    case level
    /// Along the vertical axis.
    case upright
  }

  /// Lower ends.
  public var low: [Double]
  /// Upper ends.
  public var high: [Double]
  /// Heights of level bars, places of upright ones.
  public var at: [Double]
  /// Which axis the bars lie along.
  public var direction: Direction
  /// Colour and dash.
  public var appearance: Appearance
  /// Factor on the theme's line width.
  public var width: Double

  /// Bars from low[i] to high[i]; those with a missing or infinite number are left out and counted.
  public init(
    low: [Double], high: [Double], at: [Double], _ appearance: Appearance, direction: Direction = .level,
    width: Double = 1
  ) {
    precondition(
      low.count == at.count && high.count == at.count,
      "intervals: \(low.count) and \(high.count) ends, \(at.count) places")
    self.low = low
    self.high = high
    self.at = at
    self.direction = direction
    self.appearance = appearance
    self.width = width
  }

  private var shown: [Int] {
    at.indices.filter { low[$0].isFinite && high[$0].isFinite && at[$0].isFinite }
  }

  private func ends(_ i: Int, on canvas: PanelCanvas) -> (Point, Point) {
    switch direction {
    case .level: (canvas.point(low[i], at[i]), canvas.point(high[i], at[i]))
    case .upright: (canvas.point(at[i], low[i]), canvas.point(at[i], high[i]))
    }
  }

  /// Shows both ends.
  public func train(x: inout DataRange, y: inout DataRange) {
    for i in shown {
      for end in [low[i], high[i]] {
        switch direction {
        case .level: x.include(end)
        case .upright: y.include(end)
        }
      }
      switch direction {
      case .level: y.include(at[i])
      case .upright: x.include(at[i])
      }
    }
  }

  /// Bars left out.
  public var omitted: Int { at.count - shown.count }

  /// Draws the bars in one path.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let lines = shown.map { i in
      let (start, end) = ends(i, on: canvas)
      return Polyline([start, end])
    }
    guard !lines.isEmpty else { return }
    scene.dataLine(lines, style, width: canvas.theme.lineWidth * style.lineScale * width)
  }

  /// The bars.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    shown.map { i in
      let (start, end) = ends(i, on: canvas)
      return .segment(start, end)
    }
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
