/// Texts at places of the panel, where they are wanted and not where there is room: numbers in tiles, remarks at a line's end.
///
/// A text that would leave the panel is moved inside; labels keep clear of it.
public struct TextMark: Mark {
  /// Which part of a text stands at its place.
  public enum Alignment: Sendable, Equatable {
    /// Its beginning, its middle or its end.
    case start, centre, end
  }

  /// The texts.
  public var texts: [String]
  /// Horizontal values.
  public var x: [Double]
  /// Vertical values, of the middle of the text.
  public var y: [Double]
  /// Which part of a text stands at its place.
  public var alignment: Alignment
  /// Points by which all are moved, to the right and down.
  public var offset: (x: Double, y: Double)
  /// Size and weight; nil for the theme's of labels.
  public var font: FontStyle?
  /// Colours of the texts, one for all or one for each; none for the theme's.
  public var colours: [Colour]
  /// Whether a white rim keeps the text legible over lines.
  public var hasHalo: Bool

  /// A text at each (x[i], y[i]).
  public init(
    _ texts: [String], x: [Double], y: [Double], alignment: Alignment = .centre,
    offset: (x: Double, y: Double) = (0, 0), font: FontStyle? = nil, colours: [Colour] = [],
    hasHalo: Bool = false
  ) {
    precondition(
      texts.count == x.count && x.count == y.count,
      "texts: \(texts.count) texts, \(x.count) and \(y.count) values")
    self.texts = texts
    self.x = x
    self.y = y
    self.alignment = alignment
    self.offset = offset
    self.font = font
    self.colours = colours
    self.hasHalo = hasHalo
  }

  /// Shows every place.
  public func train(x: inout DataRange, y: inout DataRange) {
    for (a, b) in zip(self.x, self.y) where a.isFinite && b.isFinite {
      x.include(a)
      y.include(b)
    }
  }

  /// The box of each text with a place, and its index.
  private func boxes(on canvas: PanelCanvas) throws(FigureError) -> [(index: Int, box: Rectangle)] {
    let font = font ?? canvas.theme.label
    var boxes: [(index: Int, box: Rectangle)] = []
    for i in texts.indices where x[i].isFinite && y[i].isFinite && !texts[i].isEmpty {
      let width = try canvas.width(of: texts[i], font: font)
      let place = canvas.point(x[i], y[i])
      let share =
        switch alignment {
        case .start: 0.0
        case .centre: 0.5
        case .end: 1.0
        }
      let height = font.ascent + font.descent
      let inside = canvas.area.grown(by: -1)
      let left = place.x + offset.x - share * width
      let top = place.y + offset.y + font.middle - font.ascent
      let box = Rectangle(
        x: max(inside.x, min(left, inside.right - width)),
        y: max(inside.y, min(top, inside.bottom - height)), width: width, height: height)
      boxes.append((i, box))
    }
    return boxes
  }

  /// Draws the texts.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let font = font ?? canvas.theme.label
    for (i, box) in try boxes(on: canvas) {
      let colour = colours.isEmpty ? canvas.theme.textColour : colours[min(i, colours.count - 1)]
      scene.commands.append(
        .text(
          TextRun(
            texts[i], at: Point(box.x, box.y + font.ascent), font: font, colour: colour,
            halo: hasHalo ? .white : nil)))
    }
  }

  /// The boxes.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    try boxes(on: canvas).map { .box($0.box) }
  }
}
