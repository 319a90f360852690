/// A tree from left to right: one column of dots a depth, each dot joined to its parent, the names of leaves behind them and those of other nodes
/// below them, and a heading over each column.
///
/// Columns stand where measured names leave room, whatever the horizontal axis; heights are data values, so that rows may be level with those of another
/// panel.
public struct TreeMark: Mark {
  /// A node.
  public struct Node: Sendable, Equatable {
    /// Its column, from 0.
    public var depth: Int
    /// Its height in data units.
    public var height: Double
    /// Its parent's place among the nodes; −1 for a root.
    public var parent: Int
    /// Factor on the theme's dot radius; 0 for a node without a dot, whose branch is dotted.
    public var size: Double
    /// Its look.
    public var style: CategoryStyle
    /// Its name; empty for none.
    public var name: String
    /// Whether its name stands behind it.
    public var isLeaf: Bool

    /// A node.
    public init(
      depth: Int, height: Double, parent: Int, size: Double, style: CategoryStyle, name: String, isLeaf: Bool
    ) {
      self.depth = depth
      self.height = height
      self.parent = parent
      self.size = size
      self.style = style
      self.name = name
      self.isLeaf = isLeaf
    }
  }

  /// The nodes, parents first.
  public var nodes: [Node]
  /// The headings of the columns.
  public var heads: [String]
  /// Height of the lowest line of headings, in data units.
  public var headHeight: Double
  /// Colour of branches.
  public var branches: Colour

  /// A tree.
  public init(_ nodes: [Node], heads: [String], headHeight: Double, branches: Colour) {
    self.nodes = nodes
    self.heads = heads
    self.headHeight = headHeight
    self.branches = branches
  }

  /// Shows every node.
  public func train(x: inout DataRange, y: inout DataRange) {
    for node in nodes { y.include(node.height) }
    y.include(headHeight)
  }

  /// Where columns stand, and how wide a leaf's name may be.
  private func columns(on canvas: PanelCanvas) throws(FigureError) -> (x: [Double], nameWidth: Double) {
    let scale = canvas.theme.scale
    var widest = 0.0
    for node in nodes where node.isLeaf {
      widest = max(widest, try canvas.width(of: node.name, font: canvas.theme.label))
    }
    let area = canvas.area
    let nameWidth = min(widest, 0.5 * area.width)
    let first = area.x + 8 * scale
    let last = max(first, area.right - nameWidth - 8 * scale)
    let count = heads.count
    return (
      (0..<count).map { first + (last - first) * Double($0) / Double(max(1, count - 1)) }, nameWidth
    )
  }

  /// A text cut with an ellipsis where it would be wider.
  private func cut(
    _ text: String, to width: Double, font: FontStyle, on canvas: PanelCanvas
  ) throws(FigureError) -> (text: String, width: Double) {
    var (shown, kept) = (text, text)
    var own = try canvas.width(of: shown, font: font)
    while own > width + 0.01, kept.count > 1 {
      kept.removeLast()
      shown = kept + "…"
      own = try canvas.width(of: shown, font: font)
    }
    return (shown, own)
  }

  /// Draws branches, dots, names and headings.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let (columns, nameWidth) = try columns(on: canvas)
    let theme = canvas.theme
    func place(_ node: Node) -> Point { Point(columns[node.depth], canvas.y.position(node.height)) }
    for node in nodes where node.parent >= 0 {
      let (from, to) = (place(nodes[node.parent]), place(node))
      let middle = (from.x + to.x) / 2
      let dash: DashPattern = node.size > 0 ? .solid : .dotted
      scene.dataLine(
        [Polyline([from, Point(middle, from.y), Point(middle, to.y), to])],
        CategoryStyle(branches, .circle, dash), width: theme.lineWidth)
    }
    for node in nodes where node.size > 0 {
      scene.marker(
        node.style.shape, at: place(node), radius: theme.dotRadius * node.size, colour: node.style.colour,
        lineWidth: theme.lineWidth)
    }
    let font = theme.label
    let distance = columns.count > 1 ? columns[1] - columns[0] : canvas.area.width
    for node in nodes where !node.name.isEmpty {
      let at = place(node)
      if node.isLeaf {
        let text = try cut(node.name, to: nameWidth, font: font, on: canvas).text
        scene.commands.append(
          .text(
            TextRun(
              text, at: Point(at.x + 7 * theme.scale, at.y + font.middle), font: font,
              colour: theme.textColour)))
      } else {
        let (text, width) = try cut(node.name, to: 0.95 * distance, font: font, on: canvas)
        let baseline = at.y - theme.dotRadius * node.size - font.descent - 1.5 * theme.scale
        scene.commands.append(
          .text(
            TextRun(
              text, at: Point(at.x - width / 2, baseline), font: font, colour: theme.textColour,
              halo: .white)))
      }
    }
    try drawHeads(columns, on: canvas, into: &scene)
  }

  /// Headings over their columns, from the right each on the lowest line where it touches none.
  private func drawHeads(
    _ columns: [Double], on canvas: PanelCanvas, into scene: inout Scene
  ) throws(FigureError) {
    let font = canvas.theme.strip
    let gap = 5 * canvas.theme.scale
    var starts: [Double] = []
    let base = canvas.y.position(headHeight)
    for (head, x) in zip(heads, columns).reversed() {
      let (text, width) = try cut(head, to: canvas.area.width, font: font, on: canvas)
      let left = max(canvas.area.x, min(x - width / 2, canvas.area.right - width))
      let line = starts.firstIndex { left + width + gap <= $0 } ?? starts.count
      if line < starts.count { starts[line] = left } else { starts.append(left) }
      scene.commands.append(
        .text(
          TextRun(
            text, at: Point(left, base - Double(line) * font.lineHeight), font: font,
            colour: canvas.theme.textColour)))
    }
  }
}
