/// A finished drawing: commands in points, in painting order, plus what a reader who cannot see it needs.
///
/// It is what a `Figure` becomes after layout and what a renderer turns into bytes. Nothing in it depends on a
/// drawing library; the same scene gives the same picture in every format.
public struct Scene: Sendable, Equatable {
  /// Canvas size in points.
  public var size: Size
  /// Commands, painted first to last over `background`.
  public var commands: [DrawingCommand]
  /// Colour of the empty canvas.
  public var background: Colour
  /// Short name in ASCII letters, digits and hyphens; prefixes every id of an SVG, so that several can share a page.
  public var slug: String
  /// Short alternative title.
  public var title: String
  /// Alternative description: what the figure shows, in words and numbers.
  public var summary: String
  /// Language of the texts, a BCP 47 tag such as `en` or `zh-CN`.
  public var language: String

  /// An empty canvas.
  public init(
    size: Size, background: Colour = .white, slug: String = "figure", title: String = "",
    summary: String = "",
    language: String = "en"
  ) {
    self.size = size
    self.commands = []
    self.background = background
    self.slug = slug
    self.title = title
    self.summary = summary
    self.language = language
  }
}

/// How an outline is drawn.
public struct Stroke: Hashable, Sendable {
  /// Colour of the line.
  public var colour: Colour
  /// Width in points.
  public var width: Double
  /// Lengths of dashes and gaps in points, alternating; empty for a solid line.
  public var dash: [Double]
  /// Round ends and corners rather than butt ends and mitred corners.
  public var round: Bool

  /// A line style.
  public init(_ colour: Colour, width: Double, dash: [Double] = [], round: Bool = false) {
    self.colour = colour
    self.width = width
    self.dash = dash
    self.round = round
  }
}

/// One connected run of straight edges.
public struct Polyline: Hashable, Sendable {
  /// Corners in order.
  public var points: [Point]
  /// Whether the last corner is joined to the first.
  public var closed: Bool

  /// A run of edges through the given corners.
  public init(_ points: [Point], closed: Bool = false) {
    self.points = points
    self.closed = closed
  }
}

/// One line of text with its baseline starting at `origin`.
public struct TextRun: Hashable, Sendable {
  /// The characters; no line breaks.
  public var text: String
  /// Left end of the baseline.
  public var origin: Point
  /// Size and weight.
  public var font: FontStyle
  /// Colour of the glyphs.
  public var colour: Colour
  /// Turn about `origin` in degrees, counterclockwise as seen on the page.
  public var rotation: Double
  /// Colour of an outline under the glyphs that keeps them legible over lines; nil for none.
  public var halo: Colour?

  /// A line of text.
  public init(
    _ text: String, at origin: Point, font: FontStyle, colour: Colour = .black, rotation: Double = 0,
    halo: Colour? = nil
  ) {
    self.text = text
    self.origin = origin
    self.font = font
    self.colour = colour
    self.rotation = rotation
    self.halo = halo
  }
}

/// One step of a drawing.
public enum DrawingCommand: Hashable, Sendable {
  /// Fills, then strokes, a set of polylines as one path (non-zero winding).
  case path([Polyline], fill: Colour?, stroke: Stroke?)
  /// Fills, then strokes, a circle.
  case circle(centre: Point, radius: Double, fill: Colour?, stroke: Stroke?)
  /// Draws a line of text.
  case text(TextRun)
  /// Restricts the following commands to a rectangle, until `endClip`. Clips do not nest.
  case beginClip(Rectangle)
  /// Lifts the restriction.
  case endClip
  /// What follows, within a rectangle and until `endPicture`, may be stored as one picture of `Scene.pictureResolution` in formats that otherwise would
  /// list every part. Pictures do not nest and hold no text.
  case beginPicture(Rectangle)
  /// Ends a picture.
  case endPicture
  /// A small drawing of paths and circles around the origin, repeated at places, first to last. In a picture it is put down to a quarter of a pixel.
  case copies([Point], of: [DrawingCommand])
}

extension Scene {
  /// Pixels an inch of pictures in vector files.
  public static let pictureResolution = 300.0

  /// Adds a straight line.
  public mutating func line(from a: Point, to b: Point, stroke: Stroke) {
    commands.append(.path([Polyline([a, b])], fill: nil, stroke: stroke))
  }

  /// The lines of text in painting order.
  public var texts: [TextRun] {
    commands.compactMap { if case .text(let run) = $0 { run } else { nil } }
  }
}
