/// Names of lines at their right ends, one under the other in the order of the ends: where ends are closer than texts are high, texts move apart, as little as
/// they can, and a thin leader joins each with its end.
///
/// Names that do not fit into the panel together ask for a place of their own like any label.
public struct EndLabelMark: Mark {
  /// The texts.
  public var texts: [String]
  /// Horizontal values of the ends.
  public var x: [Double]
  /// Vertical values of the ends.
  public var y: [Double]
  /// Points kept free between an end and its text.
  public var clearance: Double

  /// A text for each end (x[i], y[i]).
  public init(_ texts: [String], x: [Double], y: [Double], clearance: Double = 4) {
    precondition(
      texts.count == x.count && x.count == y.count,
      "labels of ends: \(texts.count) texts, \(x.count) and \(y.count) values")
    self.texts = texts
    self.x = x
    self.y = y
    self.clearance = clearance
  }

  private struct Placed {
    let text: String
    let end: Point
    let middle: Double
  }

  /// The texts from top to bottom with the heights of their middles; nil where they do not fit.
  private func placed(on canvas: PanelCanvas) throws(FigureError) -> [Placed]? {
    let font = canvas.theme.label
    let shown = texts.indices.filter { x[$0].isFinite && y[$0].isFinite && !texts[$0].isEmpty }
    let ends = shown.map { (text: texts[$0], end: canvas.point(x[$0], y[$0]), index: $0) }
      .sorted { ($0.end.y, $0.index) < ($1.end.y, $1.index) }
    let step = 1.08 * font.size
    let (top, bottom) = (canvas.area.y + 0.5 * font.size, canvas.area.bottom - 0.62 * font.size)
    guard !ends.isEmpty, step * Double(ends.count - 1) <= bottom - top else { return nil }
    // Least squares of the moves under the order: neighbours that touch form a block around their mean.
    var blocks: [(sum: Double, count: Int)] = []
    func start(_ block: (sum: Double, count: Int)) -> Double {
      let own = block.sum / Double(block.count) - step * Double(block.count - 1) / 2
      return min(max(own, top), bottom - step * Double(block.count - 1))
    }
    for end in ends {
      blocks.append((end.end.y, 1))
      while blocks.count > 1 {
        let (upper, lower) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        if start(upper) + step * Double(upper.count) <= start(lower) + 1e-9 { break }
        blocks.removeLast(2)
        blocks.append((upper.sum + lower.sum, upper.count + lower.count))
      }
    }
    var result: [Placed] = []
    for block in blocks {
      for k in 0..<block.count {
        let end = ends[result.count]
        result.append(Placed(text: end.text, end: end.end, middle: start(block) + step * Double(k)))
      }
    }
    var widest = 0.0
    for end in ends { widest = max(widest, try canvas.width(of: end.text, font: font)) }
    return left(result) + widest <= canvas.area.right - 1 ? result : nil
  }

  private func left(_ placed: [Placed]) -> Double {
    (placed.map(\.end.x).max() ?? 0) + clearance + (placed.contains { isMoved($0) } ? 8 : 0)
  }

  private func isMoved(_ label: Placed) -> Bool { abs(label.middle - label.end.y) > 1 }

  /// Draws leaders and texts.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    guard let placed = try placed(on: canvas) else { return }
    let font = canvas.theme.label
    let left = left(placed)
    for label in placed {
      if isMoved(label) || left - label.end.x > clearance + 1 {
        let stroke = Stroke(Theme.referenceGrey, width: canvas.theme.referenceWidth)
        let start = Point(label.end.x + clearance - 1, label.end.y)
        scene.line(from: start, to: Point(left - 1, label.middle), stroke: stroke)
      }
      scene.commands.append(
        .text(
          TextRun(
            label.text, at: Point(left, label.middle + font.middle), font: font,
            colour: canvas.theme.textColour)))
    }
  }

  /// The boxes of the texts.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    guard let placed = try placed(on: canvas) else { return [] }
    let font = canvas.theme.label
    let left = left(placed)
    var boxes: [Obstacle] = []
    for label in placed {
      let width = try canvas.width(of: label.text, font: font)
      boxes.append(
        .box(Rectangle(x: left, y: label.middle - font.size / 2, width: width, height: font.size)))
    }
    return boxes
  }

  /// Requests like those of `LabelMark`, where the texts do not fit one under the other.
  public func labels(on canvas: PanelCanvas) throws(FigureError) -> [LabelRequest] {
    guard try placed(on: canvas) == nil else { return [] }
    return try LabelMark(texts, x: x, y: y, clearance: clearance - 1).labels(on: canvas)
  }
}
