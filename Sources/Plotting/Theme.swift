/// Sizes, line widths and colours that do not depend on the data. All lengths are points at final size.
public struct Theme: Sendable, Equatable {
  /// Factor on everything: the figure is laid out on a canvas that is smaller by it and then enlarged, dots, lines and texts alike.
  public var scale = 1.0
  /// Text under the figure.
  public var caption: FontStyle
  /// Names of axes.
  public var axisTitle: FontStyle
  /// Numbers at ticks.
  public var tick: FontStyle
  /// Headings of panels.
  public var strip: FontStyle
  /// Keys of the legend.
  public var legend: FontStyle
  /// Labels of points.
  public var label: FontStyle
  /// Small numbers on contours.
  public var contour: FontStyle
  /// Radius of a dot.
  public var dotRadius: Double
  /// Width of a data line.
  public var lineWidth: Double
  /// Width of a reference line, a leader or an outline of a filled area.
  public var referenceWidth: Double
  /// Free border around everything.
  public var margin: Double
  /// Space between neighbouring panels.
  public var panelGap: Double
  /// Colour of running text.
  public var textColour: Colour
  /// Colour of axis lines and ticks.
  public var axisColour: Colour
  /// Colour of grid lines.
  public var gridColour: Colour

  /// Grey for reference lines and leaders; contrast 4.74 on white.
  public static let referenceGrey = Colour(hex: 0x737373)

  /// For paper: text between 7.5 and 9 points (8 and more where Chinese can stand), lines of 0.8, dots of 2.2.
  public static let print = Theme(
    caption: FontStyle(size: 8), axisTitle: FontStyle(size: 9), tick: FontStyle(size: 8),
    strip: FontStyle(size: 8.5, bold: true),
    legend: FontStyle(size: 8.5), label: FontStyle(size: 8.5), contour: FontStyle(size: 7.5), dotRadius: 2.2,
    lineWidth: 0.8, referenceWidth: 0.5, margin: 5, panelGap: 12, textColour: Colour(hex: 0x1A1A1A),
    axisColour: Colour(hex: 0x333333), gridColour: Colour(hex: 0xE8E8E8))

  /// For a page on a screen, read at arm's length: a quarter larger than on paper.
  public static let screen = Theme.print.scaled(by: 1.25)

  /// For slides, read from the back of a room: text between 14 and 17 points on a canvas as wide as the slide.
  public static let slides = Theme.print.scaled(by: 1.9)

  /// The theme with everything larger by a factor.
  public func scaled(by factor: Double) -> Theme {
    var theme = self
    theme.scale *= factor
    return theme
  }
}
