/// Texts that name points. Each finds a free place next to its point; a thin leader joins them when the place is not adjacent.
public struct LabelMark: Mark {
  /// The texts.
  public var texts: [String]
  /// Horizontal values of the points named.
  public var x: [Double]
  /// Vertical values of the points named.
  public var y: [Double]
  /// Radius in points of the dots to keep clear of.
  public var clearance: Double
  /// Whether a text without a free place may lie over dots, with a white rim: for the few that are picked out among very many.
  public var coversDots: Bool

  /// A text for each point (x[i], y[i]).
  public init(
    _ texts: [String], x: [Double], y: [Double], clearance: Double = 2.6, coversDots: Bool = false
  ) {
    precondition(
      texts.count == x.count && x.count == y.count,
      "labels: \(texts.count) texts, \(x.count) and \(y.count) values")
    self.texts = texts
    self.x = x
    self.y = y
    self.clearance = clearance
    self.coversDots = coversDots
  }

  /// Draws nothing itself: the layout places the labels of a panel together.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {}

  /// One request for each text at a finite point.
  public func labels(on canvas: PanelCanvas) throws(FigureError) -> [LabelRequest] {
    var requests: [LabelRequest] = []
    for i in texts.indices where x[i].isFinite && y[i].isFinite && !texts[i].isEmpty {
      let width = try canvas.width(of: texts[i], font: canvas.theme.label)
      requests.append(
        LabelRequest(
          texts[i], anchor: canvas.point(x[i], y[i]), clearance: clearance, width: width,
          font: canvas.theme.label,
          colour: canvas.theme.textColour, coversDots: coversDots))
    }
    return requests
  }
}

/// Short texts on a family of nested contours, one each, all on one ray where the panel is emptiest. Those that find no free place are left out: the figure's
/// caption says which contours there are.
public struct ContourLabelMark: Mark {
  /// The texts, one for each contour.
  public var texts: [String]
  /// Corners of the contours; all have the same count of corners, equal indices on one ray from the centre.
  public var contours: [(x: [Double], y: [Double])]
  /// Colour of the texts.
  public var colour: Colour

  /// A text for each contour.
  public init(_ texts: [String], contours: [(x: [Double], y: [Double])], colour: Colour) {
    precondition(
      texts.count == contours.count, "contour labels: \(texts.count) texts, \(contours.count) contours")
    self.texts = texts
    self.contours = contours
    self.colour = colour
  }

  /// Draws nothing itself: the layout places the labels of a panel together.
  public func draw(on canvas: PanelCanvas, into scene: inout Scene) throws(FigureError) {}

  /// Requests whose candidates are the corners of their contour.
  public func labels(on canvas: PanelCanvas) throws(FigureError) -> [LabelRequest] {
    var requests: [LabelRequest] = []
    for (text, contour) in zip(texts, contours) {
      let width = try canvas.width(of: text, font: canvas.theme.contour)
      let corners = zip(contour.x, contour.y).map { canvas.point($0, $1) }
      requests.append(
        LabelRequest(text, onContour: corners, width: width, font: canvas.theme.contour, colour: colour))
    }
    return requests
  }
}
