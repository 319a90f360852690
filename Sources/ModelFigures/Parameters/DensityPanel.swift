import Plotting

/// One panel of a figure of densities: the curve with its greatest value 1, the area within an interval shaded, the interval as a bar below with the estimate
/// on it, and upright bars where values have probability of their own.
struct DensityPanel {
  /// The heading.
  let name: String
  /// Values, ascending, and the density there; empty for none.
  let x, density: [Double]
  /// The interval, and the estimate.
  let interval: (low: Double, high: Double)
  let estimate: Double
  /// Values that have probability of their own, and how much.
  var atoms: [(value: Double, share: Double)] = []

  /// Where the bars stand below the curves, and the limits of the vertical axis.
  static let barHeight = -0.09
  static let limits = -0.18...1.12

  /// The panel.
  func panel() -> Panel {
    let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue))
    let most = density.max() ?? 1
    let heights = density.map { $0 / most }
    var marks: [any Mark] = []
    let inside = DensityPanel.cut(x, heights, to: interval)
    if inside.x.count > 1 { marks.append(BandMark.area(x: inside.x, y: inside.y, blue, opacity: 0.3)) }
    if x.count > 1 {
      marks.append(LineMark(x: x, y: heights, blue, width: 1.4))
      if let top = DensityPanel.value(x, heights, at: estimate), top > 0 {
        let grey = Appearance.fixed(CategoryStyle(Theme.referenceGrey, .circle, .dashed))
        marks.append(IntervalMark(low: [0], high: [top], at: [estimate], grey, direction: .upright))
      }
    }
    let red = Appearance.fixed(CategoryStyle(OkabeIto.vermillion))
    for atom in atoms {
      marks.append(
        IntervalMark(low: [0], high: [atom.share], at: [atom.value], red, direction: .upright, width: 4))
    }
    if interval.low.isFinite, interval.high.isFinite {
      marks.append(
        IntervalMark(
          low: [interval.low], high: [interval.high], at: [DensityPanel.barHeight], blue, width: 2.2))
    }
    if estimate.isFinite {
      marks.append(PointMark(x: [estimate], y: [DensityPanel.barHeight], blue, size: 1.4, rim: true))
    }
    return Panel(name, marks)
  }

  /// The part of a curve within an interval, its ends interpolated.
  static func cut(_ x: [Double], _ y: [Double], to interval: (low: Double, high: Double)) -> (
    x: [Double], y: [Double]
  ) {
    var (a, b): ([Double], [Double]) = ([], [])
    if let start = value(x, y, at: interval.low) {
      a.append(interval.low)
      b.append(start)
    }
    for (value, height) in zip(x, y) where value > interval.low && value < interval.high {
      a.append(value)
      b.append(height)
    }
    if let end = value(x, y, at: interval.high) {
      a.append(interval.high)
      b.append(end)
    }
    return (a, b)
  }

  /// A curve's height at a value, linear between points; nil beyond its ends.
  static func value(_ x: [Double], _ y: [Double], at value: Double) -> Double? {
    guard let first = x.first, let last = x.last, value >= first, value <= last else { return nil }
    guard let next = x.firstIndex(where: { $0 >= value }), next > 0 else { return y[0] }
    let share = (value - x[next - 1]) / (x[next] - x[next - 1])
    return y[next - 1] + share * (y[next] - y[next - 1])
  }
}

extension Figure {
  /// A figure of density panels, up to three a row or two on a narrow page, each with a horizontal scale of its own.
  init(densities panels: [Panel], size: Size, words: FigureWords) {
    self.init(
      size: size, x: Axis(words.parameterValue, tickSpacing: 40),
      y: Axis(words.scaledDensity, limits: DensityPanel.limits, tickSpacing: 34), panels: panels)
    xSharing = .none
    columns = size.columns(ofPanels: panels.count)
  }
}

extension Size {
  /// Panels a row: three, or two of four and on a narrow page.
  func columns(ofPanels count: Int) -> Int {
    min(width < ModelFigureSizes.narrow || count == 4 ? 2 : 3, max(1, count))
  }

  /// 16 cm wide and as high as rows of panels want.
  static func forPanels(_ count: Int) -> Size {
    let columns = Size.centimetres(16, 1).columns(ofPanels: count)
    let rows = Double((count + columns - 1) / columns)
    return .centimetres(16, max(7, (2.6 + 4.2 * rows).rounded(.up)))
  }
}
