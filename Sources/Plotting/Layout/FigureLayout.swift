/// A figure after layout: what to draw, where the panels are, and what a caller should know about it.
public struct FigureLayout {
  /// The drawing.
  public let scene: Scene
  /// Place and scales of each panel, in the figure's order.
  public let panels: [PanelCanvas]
  /// Texts of labels that found no free place; they are listed under the caption.
  public internal(set) var unplacedLabels: [String]
  /// Places of the labels of each panel.
  public let labels: [[PlacedLabel]]
  /// Texts that did not fit whole and end in an ellipsis.
  public let shortenedTexts: [String]
  /// Levels of a vertical axis that are not named for want of room.
  public let unnamedLevels: Int
  /// Observations left out because a coordinate is missing or infinite.
  public let omitted: Int
}

extension Figure {
  /// Computes every position and returns the drawing.
  ///
  /// Heights are fixed first (title, legend, strips, axis texts), then tick labels of the vertical axis, then widths, then as many
  /// horizontal ticks as fit without touching. Label placement comes last, panel by panel; if some label finds no
  /// place, the figure is laid out once more without it and with a line that names it.
  ///
  /// - Throws: `FigureError`; a canvas that is too small is refused with a size at which the layout was tried and works.
  public func layout(measuring measurer: some TextMeasuring) throws(FigureError) -> FigureLayout {
    if theme.scale != 1 { return try enlarged(measurer) }
    do throws(FigureError) { return try composed(measurer) } catch {
      guard case .tooSmall(_, let needed) = error else { throw error }
      throw .tooSmall(size, needed: try sizeThatFits(from: needed, measurer))
    }
  }

  /// The layout on a canvas smaller by the theme's scale, enlarged.
  private func enlarged(_ measurer: some TextMeasuring) throws(FigureError) -> FigureLayout {
    let scale = theme.scale
    var smaller = self
    smaller.size = Size(width: size.width / scale, height: size.height / scale)
    smaller.theme.scale = 1
    do throws(FigureError) { return try smaller.layout(measuring: measurer).scaled(by: scale) } catch {
      guard case .tooSmall(_, let needed) = error else { throw error }
      throw .tooSmall(
        size,
        needed: Size(
          width: (needed.width * scale).roundedUpToMillimetres,
          height: (needed.height * scale).roundedUpToMillimetres))
    }
  }

  /// The layout on this canvas.
  private func composed(_ measurer: some TextMeasuring) throws(FigureError) -> FigureLayout {
    var layout = try FigureComposer(self, measurer: measurer).compose()
    // The line takes room from the panels, and another label may lose its place: those named stay away, so that each is either drawn or named.
    var named: [String] = []
    while !layout.unplacedLabels.isEmpty {
      named += layout.unplacedLabels
      var noted = self
      let names = named.joined(separator: language.hasPrefix("zh") ? "、" : ", ")
      noted.caption += (caption.isEmpty ? "" : "\n") + unplacedNote + names
      layout = try FigureComposer(noted, measurer: measurer, leavingOut: Set(named)).compose()
    }
    layout.unplacedLabels = named
    return layout
  }

  /// A canvas in whole millimetres on which the layout works: texts wrap otherwise on each larger one, so it is found by trying.
  private func sizeThatFits(from needed: Size, _ measurer: some TextMeasuring) throws(FigureError) -> Size {
    var larger = self
    var needed = needed
    for _ in 0..<40 {
      larger.size = Size(
        width: max(larger.size.width, needed.width).roundedUpToMillimetres,
        height: max(larger.size.height, needed.height).roundedUpToMillimetres)
      do throws(FigureError) {
        _ = try larger.composed(measurer)
        break
      } catch {
        guard case .tooSmall(_, let more) = error else { throw error }
        needed = more
      }
    }
    return larger.size
  }

  /// Panels per row: as asked, or 1 to 3 in one row, then the smallest number whose square holds all.
  var panelsPerRow: Int {
    if let columns { return max(1, min(columns, panels.count)) }
    if panels.count <= 3 { return max(1, panels.count) }
    return (1...panels.count).first { $0 * $0 >= panels.count }!
  }
}

extension Double {
  /// The next length in points that is a whole number of millimetres, and the number that its decimal notation reads back to.
  fileprivate var roundedUpToMillimetres: Double {
    (self / Size.pointsPerCentimetre * 10 - 1e-6).rounded(.up) / 10 * Size.pointsPerCentimetre
  }
}
