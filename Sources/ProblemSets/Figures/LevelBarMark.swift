import Plotting

/// Level bars from 0, one a row, in the colour of a category.
struct LevelBarMark: Mark {
  /// Where bars end.
  let lengths: [Double]
  /// The rows' vertical values.
  let rows: [Double]
  /// Height of a bar in vertical units.
  let thickness: Double
  /// The category.
  let category: String

  func train(x: inout DataRange, y: inout DataRange) {
    x.include(0)
    for length in lengths { x.include(length) }
    for row in rows { y.include(row) }
  }

  var legendKeys: [LegendKey] { lengths.isEmpty ? [] : [LegendKey(category, .area)] }

  func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(.category(category))
    let bars = zip(lengths, rows).filter { $0.0 > 0 }.map { length, row in
      let a = canvas.point(0, row - thickness / 2)
      let b = canvas.point(length, row + thickness / 2)
      return Polyline([a, Point(b.x, a.y), b, Point(a.x, b.y)], closed: true)
    }
    if bars.isEmpty { return }
    // Grid lines do not show through.
    scene.commands.append(.path(bars, fill: .white, stroke: nil))
    scene.commands.append(
      .path(
        bars, fill: style.colour.withAlpha(0.25),
        stroke: Stroke(style.colour, width: canvas.theme.referenceWidth)))
  }
}
