/// The form of a dot.
public enum MarkerShape: String, Sendable, CaseIterable {
  /// Filled disc.
  case circle
  /// Ring with a white inside.
  case hollowCircle
  /// Filled square.
  case square
  /// Filled triangle, tip up.
  case triangle
  /// Filled square on its corner.
  case diamond
  /// Filled triangle, tip down.
  case inverseTriangle
  /// Two diagonal strokes.
  case cross
  /// An upright and a level stroke.
  case plus
  /// Square outline with a white inside.
  case hollowSquare
  /// Diamond outline with a white inside.
  case hollowDiamond
}

/// The rhythm of a line, in points at any line width.
public enum DashPattern: String, Sendable, CaseIterable {
  /// Unbroken.
  case solid
  /// 5 on, 2.5 off.
  case dashed
  /// 1.2 on, 1.8 off.
  case dotted
  /// Dash, dot.
  case dashDot
  /// 9 on, 3 off.
  case longDash

  /// Lengths of dashes and gaps, in points.
  public var lengths: [Double] {
    switch self {
    case .solid: []
    case .dashed: [5, 2.5]
    case .dotted: [1.2, 1.8]
    case .dashDot: [6, 2, 1.2, 2]
    case .longDash: [9, 3]
    }
  }
}

/// How one category looks. Colour, shape and dash say the same thing three times, so that a copy in grey or an eye
/// that sees few colours loses nothing.
public struct CategoryStyle: Hashable, Sendable {
  /// Colour of dots and lines.
  public var colour: Colour
  /// Form of dots.
  public var shape: MarkerShape
  /// Rhythm of lines.
  public var dash: DashPattern
  /// Factor on the theme's dot size.
  public var markerScale: Double
  /// Factor on the theme's line width.
  public var lineScale: Double
  /// Colour inside a broad line, of which `colour` then draws the edges alone; nil for a line of one colour. Such a band is told
  /// from a thin line on top of it even without colours.
  public var lineInside: Colour?

  /// A style.
  public init(
    _ colour: Colour, _ shape: MarkerShape = .circle, _ dash: DashPattern = .solid, markerScale: Double = 1,
    lineScale: Double = 1, lineInside: Colour? = nil
  ) {
    self.colour = colour
    self.shape = shape
    self.dash = dash
    self.markerScale = markerScale
    self.lineScale = lineScale
    self.lineInside = lineInside
  }
}

/// Categories, in legend order, and how each looks.
public struct CategoricalScale: Sendable, Equatable {
  /// One category.
  public struct Entry: Sendable, Equatable {
    /// The name that marks use.
    public let name: String
    /// The text in the legend.
    public let label: String
    /// Its look.
    public let style: CategoryStyle

    /// A category; the label is its name unless given.
    public init(_ name: String, label: String? = nil, style: CategoryStyle) {
      self.name = name
      self.label = label ?? name
      self.style = style
    }
  }

  /// Categories in legend order.
  public var entries: [Entry]

  /// A scale with a style for each category.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// Styles for up to ten category names from the palette: five colours, each with its shape and dash, then the same colours
  /// with hollow or stroked shapes. Beyond ten all are grey: no eye tells eleven hues apart, so name or highlight instead.
  public init(names: [String]) {
    let dashes: [DashPattern] = [.solid, .longDash, .dashed, .dashDot, .dotted]
    let colours = OkabeIto.strong
    self.init(
      names.enumerated().map { i, name in
        guard names.count <= CategoricalScale.paletteCount else {
          return Entry(name, style: CategoryStyle(Theme.referenceGrey, .circle, .solid))
        }
        let c = i % colours.count
        return Entry(
          name,
          style: CategoryStyle(
            colours[c], CategoricalScale.shapes[i], dashes[(c + i / colours.count) % dashes.count]))
      })
  }

  private static let shapes: [MarkerShape] = [
    .circle, .triangle, .square, .diamond, .inverseTriangle, .hollowCircle, .cross, .hollowSquare, .plus,
    .hollowDiamond,
  ]

  /// The largest number of names that get looks of their own: 10.
  public static let paletteCount = shapes.count

  /// The style of a category.
  ///
  /// - Throws: `FigureError.unknownCategory`.
  public func style(of name: String) throws(FigureError) -> CategoryStyle {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw FigureError.unknownCategory(name, known: entries.map(\.name))
    }
    return entry.style
  }
}

/// Where a mark takes its look from.
public enum Appearance: Sendable, Equatable {
  /// From the figure's categorical scale; the category then gets a legend key.
  case category(String)
  /// Given outright; no legend key.
  case fixed(CategoryStyle)
}
