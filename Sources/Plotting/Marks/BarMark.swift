/// Upright bars over intervals of the horizontal axis: a histogram, or counts at places.
public struct BarMark: Mark {
  /// Left edges.
  public var left: [Double]
  /// Right edges.
  public var right: [Double]
  /// Tops.
  public var top: [Double]
  /// Where all bars stand.
  public var base: Double
  /// Colour; a category's gets a legend key.
  public var appearance: Appearance
  /// Opacity of the inside; edges have the full colour.
  public var opacity: Double

  /// Bars from left[i] to right[i], base to top[i]; those with a missing or infinite number are left out and counted.
  public init(
    left: [Double], right: [Double], top: [Double], base: Double = 0, _ appearance: Appearance,
    opacity: Double = 0.35
  ) {
    precondition(
      left.count == right.count && left.count == top.count,
      "bars: \(left.count) left and \(right.count) right edges, \(top.count) tops")
    self.left = left
    self.right = right
    self.top = top
    self.base = base
    self.appearance = appearance
    self.opacity = opacity
  }

  private var shown: [Int] {
    left.indices.filter { left[$0].isFinite && right[$0].isFinite && top[$0].isFinite }
  }

  /// Shows bars and base.
  public func train(x: inout DataRange, y: inout DataRange) {
    for i in shown {
      x.include(left[i])
      x.include(right[i])
      y.include(top[i])
      y.include(base)
    }
  }

  /// An area, if there is one.
  public var legendKeys: [LegendKey] { shown.isEmpty ? [] : LegendKey.from(appearance, .area) }

  /// Bars left out.
  public var omitted: Int { left.count - shown.count }

  /// Draws the bars in one path.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let bars = shown.filter { top[$0] != base }.map { i in
      Polyline(
        [
          canvas.point(left[i], base), canvas.point(left[i], top[i]), canvas.point(right[i], top[i]),
          canvas.point(right[i], base),
        ], closed: true)
    }
    if bars.isEmpty { return }
    scene.commands.append(
      .path(
        bars, fill: style.colour.withAlpha(opacity),
        stroke: Stroke(style.colour, width: canvas.theme.referenceWidth)))
  }

  /// The boxes of the bars.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    shown.map { i in
      let (a, b) = (canvas.point(left[i], base), canvas.point(right[i], top[i]))
      return .segment(a, b)
    }
  }
}
