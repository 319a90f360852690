/// A figure as a specification: what is shown, not where. `layout(measuring:)` turns it into a `Scene`.
///
/// Panels share one categorical scale and, unless told otherwise, both axes. A figure with one panel has no strip unless the panel has a name;
/// several panels fill rows from the left. A grid of facets is a number of columns, `.lines` sharing, and blank panels where cells are empty.
public struct Figure: Sendable {
  /// Canvas size in points at final print size.
  public var size: Size
  /// Panels in reading order.
  public var panels: [Panel]
  /// Panels per row; nil chooses.
  public var columns: Int?
  /// Heights of the rows of panels in proportion to each other; rows beyond the last number have 1.
  public var rowWeights: [Double]
  /// The horizontal axis of all panels that have none of their own.
  public var x: Axis
  /// Which panels have one horizontal scale.
  public var xSharing: AxisSharing
  /// The vertical axis of all panels that have none of their own.
  public var y: Axis
  /// Which panels have one vertical scale.
  public var ySharing: AxisSharing
  /// Looks of the categories that marks name.
  public var categories: CategoricalScale
  /// Colours of the values that tiles show; nil where no mark has any.
  public var colours: ColourScale?
  /// More dots than this in all become pictures, one a panel, in SVG and PDF, which otherwise no program opens in reasonable time.
  public var rasterThreshold: Int
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
    self.rowWeights = []
    self.xSharing = .all
    self.ySharing = .all
    self.colours = nil
    self.rasterThreshold = 20_000
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

/// Which panels of a figure have one scale along an axis.
public enum AxisSharing: Sendable, Equatable {
  /// All of them; the title is the figure's.
  case all
  /// Those of one column a horizontal scale, those of one row a vertical one. The first panel of the line that has an axis of its own gives
  /// title and settings; its title stands at the line, not at the figure.
  case lines
  /// None: each has the scale of its own marks, ticks of its own, and the title of its own axis if that has one.
  case none

  /// Which scale a panel has along the horizontal axis.
  func column(ofPanel index: Int, columns: Int) -> Int {
    switch self {
    case .all: 0
    case .lines: index % columns
    case .none: index
    }
  }

  /// Which scale a panel has along the vertical axis.
  func row(ofPanel index: Int, columns: Int) -> Int {
    switch self {
    case .all: 0
    case .lines: index / columns
    case .none: index
    }
  }
}

/// One coordinate system of a figure and the marks in it, painted first to last.
public struct Panel: Sendable {
  /// Text of the strip above the panel; empty for none.
  public var name: String
  /// What is drawn.
  public var marks: [any Mark]
  /// A horizontal axis of its own; nil for the figure's. Passed over where all panels share one.
  public var x: Axis?
  /// A vertical axis of its own; nil for the figure's. Passed over where all panels share one.
  public var y: Axis?
  /// Whether lines stand along its axes; a sketch needs none.
  public var hasFrame = true
  /// Whether the cell stays empty, without a frame.
  public private(set) var isBlank = false

  /// A panel.
  public init(_ name: String = "", _ marks: [any Mark], x: Axis? = nil, y: Axis? = nil) {
    self.name = name
    self.marks = marks
    self.x = x
    self.y = y
  }

  /// An empty cell of the grid.
  public static let blank: Panel = {
    var panel = Panel("", [])
    panel.isBlank = true
    return panel
  }()
}

/// Where the legend stands.
public enum LegendPosition: Sendable, Equatable {
  /// In rows above the panels.
  case top
  /// In the widest run of empty cells in the first row that has some, or above the panels if there is no room.
  case emptyCell
  /// Nowhere: whoever looks is to find out.
  case hidden
}
