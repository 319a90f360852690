import Plotting

extension ModelFigure {
  /// The figure on a canvas of another width, as high as lets panels keep their shape, or their height where rows need it: legend and caption want more lines on
  /// less width, and panels stand in more rows.
  ///
  /// - Parameters:
  ///   - width: the new width in points, the theme's enlargement included.
  ///   - theme: the theme in which it will be drawn.
  /// - Throws: `FigureError`, `.tooSmall` among them for a width on which no height helps.
  public func resized(
    toWidth width: Double, in language: FigureLanguage, theme: Theme = .print,
    measuring measurer: some TextMeasuring
  ) throws(FigureError) -> Self {
    func panels(_ figure: Self) throws(FigureError) -> (first: Rectangle, height: Double) {
      var specification = figure.figure(in: language)
      specification.theme = theme
      let layout = try specification.layout(measuring: measurer)
      let areas = zip(specification.panels, layout.panels).filter { !$0.0.isBlank }.map(\.1.area)
      var rows: [Double: Double] = [:]
      for area in areas { rows[area.y] = area.height }
      return (areas[0], rows.values.reduce(0, +))
    }
    var original = self
    original.size = Size(width: size.width * theme.scale, height: size.height * theme.scale)
    let reference = try panels(original).first
    var resized = self
    let share = keepsHeight ? theme.scale : width / size.width
    resized.size = Size(width: width, height: size.height * share)
    for _ in 0..<8 {
      do throws(FigureError) {
        let (first, total) = try panels(resized)
        let least = ModelFigureSizes.leastPanelHeight * theme.scale * first.height / total
        let wished =
          keepsHeight ? reference.height : max(least, first.width * reference.height / reference.width)
        let more = total * (wished / first.height - 1)
        if abs(more) < 0.5 { break }
        resized.size.height += more
      } catch {
        guard case .tooSmall(_, let needed) = error, needed.width <= width + 0.5 else { throw error }
        resized.size.height = needed.height
      }
    }
    return resized
  }
}

/// Lengths at which figures change their arrangement, in points.
enum ModelFigureSizes {
  /// The least height that all rows of panels have together in a figure that is made narrower.
  static let leastPanelHeight = 100.0
  /// A figure narrower than this has fewer panels in a row.
  static let narrow = Size.centimetres(11, 1).width
}
