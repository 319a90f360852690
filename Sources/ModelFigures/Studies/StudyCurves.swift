import Glibc
import Plotting
import Studies
import StudyResults

/// A quantity of a study against one parameter of its grid: a line for each strategy or each value of a second parameter, panels for a third, each number with its
/// Monte Carlo error. In a study of one cell the strategies stand one below the other.
public struct StudyCurves: ModelFigure {
  /// What the lines of a panel are.
  public enum Lines: Sendable, Equatable {
    /// Strategies, by their places in the study.
    case strategies([Int])
    /// The values of a parameter, for one strategy.
    case parameter(Int, strategy: Int)
  }

  /// One number of a figure.
  public struct Point: Sendable {
    /// The place among the values of the parameter on the axis; 0 in a study of one cell.
    public let place: Int
    /// The cell, from 0.
    public let cell: Int
    /// The number.
    public let number: MeasuredNumber
    /// What theory says; NaN where nothing is known.
    public let theory: Double
  }

  /// One line: the points of a panel that belong together.
  public struct Line: Sendable {
    /// The panel.
    public let panel: Int
    /// The place among strategies or values.
    public let index: Int
    /// The strategy.
    public let strategy: Int
    /// Points in the order of the axis.
    public let points: [Point]
  }

  /// A cell of the figure where a strategy has no number.
  struct Gap: Sendable {
    /// The strategy.
    let strategy: Int
    /// The places on the axes.
    let at: [Int]
    /// Whether it has no fit there at all.
    let hasNoFit: Bool
  }

  /// A curve known from theory: pairs of values.
  struct TheoryCurve: Sendable {
    let line: Int
    let x: [Double]
    let y: [Double]
  }

  /// The figure's name in files.
  public let slug: String
  /// What is shown.
  public let quantity: StudyQuantity
  /// The parameter on the horizontal axis; nil for a study of one cell.
  public let x: Int?
  /// What lines are.
  public let lines: Lines
  /// The parameter whose values have panels.
  public let panels: Int?
  /// The places at which the other parameters are held.
  public let held: [Int: Int]
  /// All lines with points, panel after panel.
  public let series: [Line]
  /// Canvas size; at first 16 × 9 cm, higher with panels in two rows.
  public var size: Size

  var grid: StudyGrid
  let curves: [TheoryCurve]
  /// The panels that have points.
  let shownPanels: [Int]
  /// Where there are no points, and all places that could have some.
  let gaps: [Gap], cells: [[Int]]
  /// Whether every number comes from as many replicates as were wanted.
  let isComplete: Bool

  /// Bars are so many Monte Carlo standard errors long to either side.
  static let barErrors = 1.96

  init(
    slug: String, _ quantity: StudyQuantity, of grid: StudyGrid, x: Int?, lines: Lines, panels: Int?,
    held: [Int: Int]
  ) {
    self.slug = slug
    self.quantity = quantity
    self.x = x
    self.lines = lines
    self.panels = panels
    self.held = held
    self.grid = grid
    let measured = grid.measured
    let panelCount = panels.map { grid.axes[$0].values.count } ?? 1
    let lineCount: Int
    switch lines {
    case .strategies(let own): lineCount = own.count
    case .parameter(let parameter, _): lineCount = grid.axes[parameter].values.count
    }
    let places = x.map { grid.axes[$0].order } ?? [0]
    var series: [Line] = []
    var (gaps, cells): ([Gap], [[Int]]) = ([], [])
    for panel in 0..<panelCount {
      for index in 0..<lineCount {
        var at = grid.axes.indices.map { held[$0] ?? 0 }
        if let panels { at[panels] = panel }
        let strategy: Int
        switch lines {
        case .strategies(let own): strategy = own[index]
        case .parameter(let parameter, let own):
          at[parameter] = index
          strategy = own
        }
        let name = measured.study.strategies[strategy].name
        var points: [Point] = []
        for place in places {
          if let x { at[x] = place }
          guard let cell = grid.cell(at: at) else { continue }
          if !cells.contains(at) { cells.append(at) }
          guard let number = quantity.number(in: measured, name, cell: cell), number.value.isFinite else {
            let hasNoFit = StudyQuantity.hasNoFit(in: measured, name, cell: cell)
            gaps.append(Gap(strategy: strategy, at: at, hasNoFit: hasNoFit))
            continue
          }
          points.append(
            Point(
              place: place, cell: cell, number: number,
              theory: StudyTheory.value(of: quantity, in: measured, strategy, cell: cell)))
        }
        if !points.isEmpty {
          series.append(Line(panel: panel, index: index, strategy: strategy, points: points))
        }
      }
    }
    self.series = series
    self.gaps = gaps
    self.cells = cells
    shownPanels = (0..<panelCount).filter { panel in series.contains { $0.panel == panel } }
    curves =
      x.map { x in
        series.indices.compactMap { k in
          StudyTheory.curve(of: quantity, in: measured, series[k], x: grid.axes[x]).map {
            TheoryCurve(line: k, x: $0.x, y: $0.y)
          }
        }
      } ?? []
    isComplete = measured.isComplete
    let rows = max(1, (shownPanels.count + 2) / 3)
    size = .centimetres(16, x == nil ? 3 + 0.8 * Double(max(series.count, 2)) : 9 + 5.5 * Double(rows - 1))
  }

  /// Words for the grid's parameters.
  public var variables: [WritableKeyPath<StudyCurves, FigureVariable>] {
    grid.parameters.indices.map { \StudyCurves.grid.parameters[$0] }
  }
  /// The strategies.
  public var levelNames: [String] { grid.measured.study.strategies.map(\.name) }
  /// Gives a strategy other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    if let place = grid.index(ofStrategy: level) { grid.strategies[place] = words }
  }
  /// One row a strategy keeps its height.
  public var keepsHeight: Bool { x == nil }

  /// The name of a line.
  func name(_ line: Line, _ language: FigureLanguage) -> String {
    switch lines {
    case .strategies: grid.strategies[line.strategy](language)
    case .parameter(let parameter, _): grid.setting(parameter, line.index, language)
    }
  }

  /// The look of a line.
  func style(_ line: Line) -> CategoryStyle {
    switch lines {
    case .strategies: return grid.style(ofStrategy: line.strategy)
    case .parameter(let parameter, _):
      let names = grid.axes[parameter].values
      var style = CategoricalScale(names: names).entries[line.index].style
      style.markerScale = 1.2
      return style
    }
  }

  /// The numbers, one row a point.
  public var plottedData: PlottedData {
    let measured = grid.measured
    var data = PlottedData(
      ["panel", "line", "x", "value", "mcse", "low", "high", "count", "total", "theory"])
    for line in series {
      let panel = panels.map { grid.setting($0, line.panel, .english) } ?? ""
      let name =
        switch lines {
        case .strategies: measured.study.strategies[line.strategy].name
        case .parameter(let parameter, _):
          "\(grid.axes[parameter].name) = \(grid.axes[parameter].values[line.index])"
        }
      for point in line.points {
        let number = point.number
        let bar = StudyCurves.barErrors * number.error
        data.append([
          .text(panel), .text(name), .text(x.map { grid.axes[$0].values[point.place] } ?? ""),
          .number(number.value), .number(number.error), .number(number.value - bar),
          .number(number.value + bar), .number(Double(number.count)), .number(Double(number.total)),
          .number(point.theory),
        ])
      }
    }
    return data
  }
}
