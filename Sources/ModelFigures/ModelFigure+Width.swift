import Plotting

/// The language and the theme in which a figure is drawn.
public struct FigureSetting: Sendable {
  /// The language of its words.
  public var language: FigureLanguage
  /// Sizes and colours.
  public var theme: Theme

  /// A setting.
  public init(language: FigureLanguage, theme: Theme = .print) {
    self.language = language
    self.theme = theme
  }
}

extension ModelFigure {
  /// The specification in a setting: what the figure decides by its size it decides by that before the theme's enlargement.
  public func figure(_ setting: FigureSetting) -> Figure {
    var unscaled = self
    unscaled.size = Size(width: size.width / setting.theme.scale, height: size.height / setting.theme.scale)
    var figure = unscaled.figure(in: setting.language)
    figure.size = size
    figure.theme = setting.theme
    return figure
  }

  /// The figure on a canvas of another width, as high as lets panels keep their shape, or their height where rows need it: legend and caption want more lines on
  /// less width, and panels stand in more rows.
  ///
  /// - Parameter width: the new width in points, the theme's enlargement included.
  /// - Throws: `FigureError`, `.tooSmall` among them for a width on which no height helps.
  public func resized(
    toWidth width: Double, _ setting: FigureSetting, measuring measurer: some TextMeasuring
  ) throws(FigureError) -> Self {
    let theme = setting.theme
    var original = self
    original.size = Size(width: size.width * theme.scale, height: size.height * theme.scale)
    let reference = try original.grownWithPanels(setting, measurer).panels.first
    var resized = self
    let share = keepsHeight ? theme.scale : width / size.width
    resized.size = Size(width: width, height: size.height * share)
    for _ in 0..<8 {
      let (figure, panels) = try resized.grownWithPanels(setting, measurer)
      resized = figure
      let least = ModelFigureSizes.leastPanelHeight * theme.scale * panels.first.height / panels.height
      let wished =
        keepsHeight
        ? reference.height : max(least, panels.first.width * reference.height / reference.width)
      let more = panels.height * (wished / panels.first.height - 1)
      if abs(more) < 0.5 { break }
      resized.size.height += more
    }
    return try resized.grown(setting, measuring: measurer)
  }

  /// The figure as it is, or as high as it must be to be laid out.
  /// - Throws: `FigureError`, `.tooSmall` among them for a width on which no height helps.
  public func grown(
    _ setting: FigureSetting, measuring measurer: some TextMeasuring
  ) throws(FigureError) -> Self { try grownWithPanels(setting, measurer).figure }

  private func grownWithPanels(
    _ setting: FigureSetting, _ measurer: some TextMeasuring
  ) throws(FigureError) -> (figure: Self, panels: (first: Rectangle, height: Double)) {
    var figure = self
    for _ in 0..<6 {
      do throws(FigureError) { return (figure, try figure.panels(setting, measurer)) } catch {
        guard case .tooSmall(_, let needed) = error, needed.height > figure.size.height else { throw error }
        figure.size.height = needed.height
      }
    }
    return (figure, try figure.panels(setting, measurer))
  }

  /// The first panel of the layout, and the height of all rows of panels.
  private func panels(
    _ setting: FigureSetting, _ measurer: some TextMeasuring
  ) throws(FigureError) -> (first: Rectangle, height: Double) {
    let specification = figure(setting)
    let layout = try specification.layout(measuring: measurer)
    let areas = zip(specification.panels, layout.panels).filter { !$0.0.isBlank }.map(\.1.area)
    var rows: [Double: Double] = [:]
    for area in areas { rows[area.y] = area.height }
    return (areas[0], rows.values.reduce(0, +))
  }
}

extension Figure {
  /// Sets the limits of the vertical axis; caption and description say how many points they leave out.
  public mutating func limitHeights(
    to limits: ClosedRange<Double>, leavingOut count: Int, _ setting: FigureSetting
  ) {
    y.limits = limits
    guard count > 0 else { return }
    let words = FigureWords(setting.language)
    let sentence = words.beyondLimits(count)
    caption = words.sentences([caption, sentence].filter { !$0.isEmpty })
    alternativeText = words.sentences([alternativeText, sentence])
  }
}

extension Figure {
  /// Says in caption and description that the fit stopped on its way to a maximum that does not exist.
  public mutating func tellThatNumbersMeanNothing(_ setting: FigureSetting) {
    let words = FigureWords(setting.language)
    let sentence = words.withoutMaximum
    caption = words.sentences([caption, sentence].filter { !$0.isEmpty })
    alternativeText = words.sentences([sentence, alternativeText])
  }
}

/// Lengths at which figures change their arrangement, in points.
enum ModelFigureSizes {
  /// The least height that all rows of panels have together in a figure that is made narrower.
  static let leastPanelHeight = 130.0
  /// A figure narrower than this has fewer panels in a row.
  static let narrow = Size.centimetres(11, 1).width
}
