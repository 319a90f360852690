/// A legend's keys with their sizes, ready to be drawn in rows or in a column.
struct Legend {
  struct Key {
    let label: String
    let labelWidth: Double
    let style: CategoryStyle
    let glyphs: Set<LegendKey.Glyph>
  }

  let keys: [Key]
  let theme: Theme

  private func glyphWidth(_ key: Key) -> Double {
    key.glyphs.contains(.line) ? 24 : key.glyphs.contains(.area) ? 16 : 9
  }
  private var widestGlyph: Double { keys.map(glyphWidth).max() ?? 0 }
  private var rowHeight: Double { max(theme.legend.lineHeight, 2.6 * theme.dotRadius * largestMarker) }
  private var largestMarker: Double { keys.map(\.style.markerScale).max() ?? 1 }
  private let glyphGap = 4.0
  /// Wished and least space between keys of a row.
  private let keyGap = (wished: 12.0, least: 8.0)

  var isEmpty: Bool { keys.isEmpty }

  /// Collects the keys that marks ask for, merged by category, in the order of the scale.
  init(_ figure: Figure, texts: TextFitting) throws(FigureError) {
    theme = figure.theme
    var asked: [String: Set<LegendKey.Glyph>] = [:]
    let panels = figure.legend == .hidden ? [] : figure.panels
    for key in panels.flatMap({ $0.marks.flatMap(\.legendKeys) }) {
      asked[key.category, default: []].insert(key.glyph)
    }
    // A label wider than the canvas ends in an ellipsis.
    let limit = figure.size.width - 2 * theme.margin - 30
    var keys: [Key] = []
    for entry in figure.categories.entries {
      guard let glyphs = asked[entry.name] else { continue }
      let label = try texts.shortened(entry.label, theme.legend, limit: limit)
      keys.append(
        Key(
          label: label, labelWidth: try texts.width(label, theme.legend), style: entry.style, glyphs: glyphs))
    }
    self.keys = keys
  }

  private func width(_ key: Key) -> Double { glyphWidth(key) + glyphGap + key.labelWidth }

  /// Width of the widest key.
  var widestKey: Double { keys.map(width).max() ?? 0 }

  /// Left edges of the columns in which keys stand, row by row, within `available` points: as few rows as fit, the keys spread
  /// evenly over them, closer together if that saves a row.
  private func columns(_ available: Double) -> [Double] {
    func edges(_ count: Int, gap: Double) -> [Double]? {
      var edges: [Double] = []
      var x = 0.0
      for c in 0..<count {
        edges.append(x)
        x += (stride(from: c, to: keys.count, by: count).map { width(keys[$0]) }.max() ?? 0) + gap
      }
      return x - gap <= available ? edges : nil
    }
    for rows in 1..<max(2, keys.count) {
      let count = (keys.count + rows - 1) / rows
      for gap in [keyGap.wished, keyGap.least] {
        if let edges = edges(count, gap: gap) { return edges }
      }
    }
    return [0]
  }

  /// Height of the legend across `available` points.
  func rowsHeight(_ available: Double) -> Double {
    let count = columns(available).count
    return Double((keys.count + count - 1) / count) * rowHeight
  }

  /// Size of the legend as a column.
  var columnSize: Size {
    Size(
      width: widestGlyph + glyphGap + (keys.map(\.labelWidth).max() ?? 0),
      height: Double(keys.count) * rowHeight)
  }

  /// Draws rows with the top left corner at a point.
  func drawRows(at corner: Point, available: Double, into scene: inout Scene) {
    let columns = columns(available)
    for (i, key) in keys.enumerated() {
      let middle = corner.y + (Double(i / columns.count) + 0.5) * rowHeight
      let x = corner.x + columns[i % columns.count]
      draw(key, x, middle, glyphWidth: glyphWidth(key), into: &scene)
    }
  }

  /// Draws a column with the top left corner at a point.
  func drawColumn(at corner: Point, into scene: inout Scene) {
    var middle = corner.y + rowHeight / 2
    for key in keys {
      draw(key, corner.x, middle, glyphWidth: widestGlyph, into: &scene)
      middle += rowHeight
    }
  }

  private func draw(_ key: Key, _ x: Double, _ middle: Double, glyphWidth: Double, into scene: inout Scene) {
    let style = key.style
    if key.glyphs.contains(.area) {
      let (top, bottom) = (middle - 0.35 * theme.legend.size, middle + 0.35 * theme.legend.size)
      let end = x + glyphWidth
      let box = [Point(x, top), Point(end, top), Point(end, bottom), Point(x, bottom)]
      scene.commands.append(
        .path(
          [Polyline(box, closed: true)], fill: style.colour.withAlpha(0.25),
          stroke: Stroke(style.colour, width: theme.referenceWidth, dash: style.dash.lengths)))
    }
    if key.glyphs.contains(.line) {
      let line = Polyline([Point(x, middle), Point(x + glyphWidth, middle)])
      scene.dataLine([line], style, width: theme.lineWidth * style.lineScale * 1.15)
    }
    if key.glyphs.contains(.point) {
      scene.marker(
        style.shape, at: Point(x + glyphWidth / 2, middle), radius: theme.dotRadius * style.markerScale,
        colour: style.colour, lineWidth: theme.lineWidth * 1.2)
    }
    let origin = Point(x + glyphWidth + glyphGap, middle + theme.legend.middle)
    scene.commands.append(.text(TextRun(key.label, at: origin, font: theme.legend, colour: theme.textColour)))
  }
}
