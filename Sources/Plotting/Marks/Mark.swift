/// A layer of a panel: points, lines, areas, labels.
///
/// A mark holds data values; the panel's canvas maps them to the page. New kinds of mark conform to this protocol and
/// nothing else has to change.
public protocol Mark: Sendable {
  /// Shows the axes which values must be visible.
  func train(x: inout DataRange, y: inout DataRange)
  /// The categories used, and what the legend should draw for each.
  var legendKeys: [LegendKey] { get }
  /// Number of dots, which decides whether they become a picture in vector files.
  var dotCount: Int { get }
  /// The values that the figure's colour scale shows.
  var colourValues: [Double] { get }
  /// Number of observations left out because a coordinate is missing or infinite.
  var omitted: Int { get }
  /// Appends drawing commands.
  func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError)
  /// What labels should keep clear of.
  func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle]
  /// Texts that want a place of their own near a point.
  func labels(on canvas: PanelCanvas) throws(FigureError) -> [LabelRequest]
}

extension Mark {
  /// Asks for nothing.
  public func train(x: inout DataRange, y: inout DataRange) {}
  /// No keys.
  public var legendKeys: [LegendKey] { [] }
  /// None.
  public var dotCount: Int { 0 }
  /// None.
  public var colourValues: [Double] { [] }
  /// None.
  public var omitted: Int { 0 }
  /// Nothing to avoid.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] { [] }
  /// No labels.
  public func labels(on canvas: PanelCanvas) throws(FigureError) -> [LabelRequest] { [] }
}

/// What the legend draws for a category. Marks of one category add up to one key.
public struct LegendKey: Hashable, Sendable {
  /// Part of a key's picture.
  public enum Glyph: Int, Sendable, Hashable {
    /// A dot in the category's shape.
    case point
    /// A line in the category's dash.
    case line
    /// A box in the category's colour.
    case area
  }
  /// Name in the categorical scale.
  public let category: String
  /// What to draw.
  public let glyph: Glyph

  /// A key.
  public init(_ category: String, _ glyph: Glyph) {
    self.category = category
    self.glyph = glyph
  }

  static func from(_ appearance: Appearance, _ glyph: Glyph) -> [LegendKey] {
    if case .category(let name) = appearance { [LegendKey(name, glyph)] } else { [] }
  }
}

/// A panel's place on the page while marks are drawn.
public struct PanelCanvas {
  /// Inside of the panel.
  public let area: Rectangle
  /// Horizontal scale.
  public let x: ContinuousScale
  /// Vertical scale.
  public let y: ContinuousScale
  /// Sizes and colours.
  public let theme: Theme
  /// Looks of categories.
  public let categories: CategoricalScale
  /// Colours of values, with their limits; nil in a figure without any.
  public let colours: ColourScale?
  /// BCP 47 tag of texts.
  public let language: String
  /// Widths of texts.
  public let measurer: any TextMeasuring
  /// Whether dots become a picture in vector files, because the figure has so many.
  public let dotsArePicture: Bool

  /// The place of a pair of data values.
  public func point(_ x: Double, _ y: Double) -> Point {
    Point(self.x.position(x), self.y.position(y))
  }

  /// The look that an appearance stands for.
  public func style(_ appearance: Appearance) throws(FigureError) -> CategoryStyle {
    switch appearance {
    case .fixed(let style): style
    case .category(let name): try categories.style(of: name)
    }
  }

  /// Width of a text in points.
  public func width(of text: String, font: FontStyle) throws(FigureError) -> Double {
    try measurer.width(of: text, font: font, language: language)
  }
}
