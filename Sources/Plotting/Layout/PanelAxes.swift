/// The axes of a figure's panels with their limits: one of each direction for all panels, for each line of them, or for each panel.
struct PanelAxes {
  /// Horizontal axes.
  let x: [TrainedAxis]
  /// Vertical axes.
  let y: [TrainedAxis]
  private let columns: Int
  private let sharing: (x: AxisSharing, y: AxisSharing)

  /// - Throws: `FigureError.noFiniteValues` and the like.
  init(_ figure: Figure) throws(FigureError) {
    let columns = figure.panelsPerRow
    self.columns = columns
    sharing = (figure.xSharing, figure.ySharing)
    let rows = (figure.panels.count + columns - 1) / columns
    func count(_ sharing: AxisSharing, lines: Int) -> Int {
      switch sharing {
      case .all: 1
      case .lines: lines
      case .none: figure.panels.count
      }
    }
    var x = [Line](repeating: Line(), count: count(figure.xSharing, lines: columns))
    var y = [Line](repeating: Line(), count: count(figure.ySharing, lines: rows))
    for (i, panel) in figure.panels.enumerated() where !panel.isBlank {
      let (a, b) = (
        figure.xSharing.column(ofPanel: i, columns: columns),
        figure.ySharing.row(ofPanel: i, columns: columns)
      )
      for mark in panel.marks { mark.train(x: &x[a].range, y: &y[b].range) }
      x[a].use(figure.xSharing == .all ? nil : panel.x, else: figure.x)
      y[b].use(figure.ySharing == .all ? nil : panel.y, else: figure.y)
    }
    self.x = try PanelAxes.trained(x, "horizontal")
    self.y = try PanelAxes.trained(y, "vertical")
  }

  /// What one axis is asked for.
  private struct Line {
    var range = DataRange()
    var axis: Axis?
    private var isOwn = false

    mutating func use(_ own: Axis?, else shared: Axis) {
      if let own, !isOwn { (axis, isOwn) = (own, true) }
      if axis == nil { axis = shared }
    }
  }

  /// A line of blank panels alone has an axis that shows nothing.
  private static func trained(_ lines: [Line], _ name: String) throws(FigureError) -> [TrainedAxis] {
    var axes: [TrainedAxis] = []
    for line in lines {
      let axis = line.axis ?? Axis("", limits: 0...1, hasTicks: false)
      axes.append(try TrainedAxis(axis, range: line.range, name: name))
    }
    return axes
  }

  /// Which of the horizontal axes a panel has.
  func column(ofPanel index: Int) -> Int { sharing.x.column(ofPanel: index, columns: columns) }
  /// Which of the vertical axes a panel has.
  func row(ofPanel index: Int) -> Int { sharing.y.row(ofPanel: index, columns: columns) }
}
