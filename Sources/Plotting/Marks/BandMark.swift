/// A filled band between two curves over the horizontal axis: a ribbon, or an area over a level base.
public struct BandMark: Mark {
  /// Horizontal values, in order.
  public var x: [Double]
  /// Lower edge.
  public var low: [Double]
  /// Upper edge.
  public var high: [Double]
  /// Colour; a category's gets a legend key.
  public var appearance: Appearance
  /// Opacity of the inside. Both edges are drawn as thin lines of the full colour, so that the band is seen where its inside is pale.
  public var opacity: Double
  /// Whether the edges are drawn.
  public var hasEdges: Bool

  /// A band from low[i] to high[i] over x[i], broken where a number is missing or infinite.
  public init(
    x: [Double], low: [Double], high: [Double], _ appearance: Appearance, opacity: Double = 0.18,
    hasEdges: Bool = true
  ) {
    precondition(
      x.count == low.count && x.count == high.count,
      "band: \(x.count) places, \(low.count) and \(high.count) edges")
    self.x = x
    self.low = low
    self.high = high
    self.appearance = appearance
    self.opacity = opacity
    self.hasEdges = hasEdges
  }

  /// The area between a curve and a level base.
  public static func area(
    x: [Double], y: [Double], base: Double = 0, _ appearance: Appearance, opacity: Double = 0.18
  ) -> BandMark {
    BandMark(
      x: x, low: [Double](repeating: base, count: x.count), high: y, appearance, opacity: opacity,
      hasEdges: false)
  }

  /// Runs of places whose numbers are all finite.
  private var pieces: [[Int]] {
    x.indices.split { !(x[$0].isFinite && low[$0].isFinite && high[$0].isFinite) }.map(Array.init)
  }

  /// Shows both edges.
  public func train(x: inout DataRange, y: inout DataRange) {
    for i in pieces.joined() {
      x.include(self.x[i])
      y.include(low[i])
      y.include(high[i])
    }
  }

  /// An area, if there is one.
  public var legendKeys: [LegendKey] { pieces.isEmpty ? [] : LegendKey.from(appearance, .area) }

  /// Draws inside, then edges.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {
    let style = try canvas.style(appearance)
    let pieces = pieces
    if pieces.isEmpty { return }
    let upper = pieces.map { piece in piece.map { canvas.point(x[$0], high[$0]) } }
    let lower = pieces.map { piece in piece.map { canvas.point(x[$0], low[$0]) } }
    let areas = zip(upper, lower).map { Polyline($0 + $1.reversed(), closed: true) }
    scene.commands.append(.path(areas, fill: style.colour.withAlpha(opacity), stroke: nil))
    guard hasEdges else { return }
    let edges = (upper + lower).map { Polyline($0) }
    let stroke = Stroke(style.colour, width: canvas.theme.referenceWidth, dash: style.dash.lengths)
    scene.commands.append(.path(edges, fill: nil, stroke: stroke))
  }

  /// The edges, thin.
  public func obstacles(on canvas: PanelCanvas) throws(FigureError) -> [Obstacle] {
    guard hasEdges else { return [] }
    return pieces.flatMap { piece in
      zip(piece, piece.dropFirst()).flatMap { a, b in
        [low, high].map {
          Obstacle.faintSegment(canvas.point(x[a], $0[a]), canvas.point(x[b], $0[b]))
        }
      }
    }
  }
}
