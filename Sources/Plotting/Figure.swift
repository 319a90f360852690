/// A figure as a specification: what is shown, not where. `layout(measuring:)` turns it into a `Scene`.
///
/// Panels share one categorical scale and, unless told otherwise, both axes. A figure with one panel has no strip unless the panel has a name;
/// several panels wrap row by row.
public struct Figure: Sendable {
  /// Canvas size in points at final print size.
  public var size: Size
  /// Panels in reading order.
  public var panels: [Panel]
  /// Panels per row; nil chooses.
  public var columns: Int?
  /// The horizontal axis of all panels.
  public var x: Axis
  /// Whether all panels have one horizontal scale; if not, each has that of its own marks, and ticks of its own.
  public var sharesX: Bool
  /// The vertical axis of all panels.
  public var y: Axis
  /// Whether all panels have one vertical scale; if not, each has that of its own marks, and ticks of its own.
  public var sharesY: Bool
  /// Looks of the categories that marks name.
  public var categories: CategoricalScale
  /// Place of the legend.
  public var legend: LegendPosition
  /// Text under the panels, wrapped to the width; empty for none.
  public var caption: String
  /// Words before the names of labels that found no place, shown under the caption.
  public var unplacedNote: String
  /// Short name for ids, ASCII letters, digits and hyphens.
  public var slug: String
  /// Title for readers who cannot see the figure.
  public var alternativeTitle: String
  /// Description for readers who cannot see the figure.
  public var alternativeText: String
  /// BCP 47 tag of the texts: `en`, `zh-CN`.
  public var language: String
  /// Sizes and colours.
  public var theme: Theme

  /// A figure of one or more panels.
  public init(
    size: Size = .centimetres(16, 10), x: Axis, y: Axis, categories: CategoricalScale = CategoricalScale([]),
    panels: [Panel]
  ) {
    self.size = size
    self.panels = panels
    self.x = x
    self.y = y
    self.categories = categories
    self.columns = nil
    self.sharesX = true
    self.sharesY = true
    self.legend = .top
    self.caption = ""
    self.unplacedNote = "Not labelled for want of room: "
    self.slug = "figure"
    self.alternativeTitle = ""
    self.alternativeText = ""
    self.language = "en"
    self.theme = .print
  }
}

/// One coordinate system of a figure and the marks in it, painted first to last.
public struct Panel: Sendable {
  /// Text of the strip above the panel; empty for none.
  public var name: String
  /// What is drawn.
  public var marks: [any Mark]

  /// A panel.
  public init(_ name: String = "", _ marks: [any Mark]) {
    self.name = name
    self.marks = marks
  }
}

/// Where the legend stands.
public enum LegendPosition: Sendable, Equatable {
  /// In rows above the panels.
  case top
  /// In the first empty cell of the last row of panels, or above the panels if the row is full.
  case emptyCell
}
