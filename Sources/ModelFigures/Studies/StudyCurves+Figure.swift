import Glibc
import Plotting
import StudyResults

extension StudyCurves {
  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var figure = x.map { curves(over: $0, words) } ?? rows(words)
    figure.caption = words.sentences(words.studyCaption(self))
    figure.describe(
      as: slug, title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  /// Strategies one below the other.
  private func rows(_ words: FigureWords) -> Figure {
    let language = words.language
    var marks: [any Mark] = []
    if let reference = quantity.reference(in: grid.measured) { marks.append(RuleMark(.x(reference))) }
    for (k, line) in series.enumerated() {
      let number = line.points[0].number
      let bar = StudyCurves.barErrors * (number.error.isFinite ? number.error : 0)
      let style = style(line)
      let row = Double(series.count - 1 - k)
      marks.append(
        IntervalMark(
          low: [number.value - bar], high: [number.value + bar], at: [row],
          .fixed(CategoryStyle(style.colour)), width: 1.4))
      marks.append(PointMark(x: [number.value], y: [row], .fixed(style)))
      marks.append(
        PointMark(
          x: [line.points[0].theory], y: [row], .fixed(CategoryStyle(Theme.referenceGrey, .plus)), size: 1.4))
    }
    var x = Axis(words.quantityTitle(quantity))
    x.isLogarithmic = isLogarithmic
    let names = series.reversed().map { name($0, language) }
    return Figure(size: size, x: x, y: Axis("", levels: names), panels: [Panel("", marks)])
  }

  /// Whether the quantity's axis is logarithmic: ratios that are far apart.
  private var isLogarithmic: Bool {
    let numbers = series.flatMap { $0.points.map(\.number) }
    let ends = numbers.flatMap {
      [$0.value - StudyCurves.barErrors * ($0.error.isFinite ? $0.error : 0), $0.value]
    }
    guard quantity.isRatio, let least = ends.min(), let most = ends.max(), least > 0 else { return false }
    return most > 4 * least
  }

  /// Panels per row.
  private var columns: Int {
    let count = max(1, shownPanels.count)
    return size.width < ModelFigureSizes.narrow ? min(count, 2) : min(count, count == 4 ? 2 : 3)
  }

  /// Names at the lines' ends need this share of the axis; nil where a legend serves better.
  private func nameRoom(_ language: FigureLanguage) -> Double? {
    guard columns == 1, series.count > 1, series.count <= 8 else { return nil }
    let widest = series.map { name($0, language).estimatedWidth }.max() ?? 0
    let share = (widest + 26) / (size.width - 60)
    return share < 0.4 ? share / (1 - share) : nil
  }

  private func curves(over parameter: Int, _ words: FigureWords) -> Figure {
    let language = words.language
    let values = grid.axes[parameter]
    let numbers = values.numbers
    let room = numbers == nil ? nil : nameRoom(language)
    var axis = Axis(grid.parameters[parameter].title(language), tickSpacing: 26)
    if let numbers, let low = numbers.min(), let high = numbers.max() {
      axis.isLogarithmic = values.isGeometric
      axis.namedTicks = ticks(values, numbers)
      if let room, low < high {
        axis.limits =
          axis.isLogarithmic
          ? low * power(high / low, -0.05)...high * power(high / low, room)
          : low - 0.05 * (high - low)...high + room * (high - low)
      } else if low < high, !reaches(numbers, low) || !reaches(numbers, high) {
        // No line reaches an end of the grid: the axis does.
        axis.limits =
          axis.isLogarithmic
          ? low * power(high / low, -0.05)...high * power(high / low, 0.05)
          : low - 0.05 * (high - low)...high + 0.05 * (high - low)
      }
    } else {
      axis = Axis(axis.title, limits: -0.5...Double(values.values.count) - 0.5, tickSpacing: 26)
      axis.namedTicks = values.values.enumerated().map { NamedTick(Double($0), $1) }
    }
    var y = Axis(words.quantityTitle(quantity))
    y.isLogarithmic = isLogarithmic
    var categories: [CategoricalScale.Entry] = []
    for line in series where !categories.contains(where: { $0.name == "\(line.index)" }) {
      categories.append(.init("\(line.index)", label: name(line, language), style: style(line)))
    }
    let panelMarks = shownPanels.map { panel in
      Panel(
        panels.map { grid.setting($0, panel, language) } ?? "",
        marks(of: panel, numbers, named: room != nil, language))
    }
    var figure = Figure(
      size: size, x: axis, y: y, categories: CategoricalScale(categories), panels: panelMarks)
    figure.columns = columns
    return figure
  }

  /// Whether some line has a number at a value of the axis.
  private func reaches(_ numbers: [Double], _ value: Double) -> Bool {
    series.contains { $0.points.contains { numbers[$0.place] == value && $0.number.value.isFinite } }
  }

  /// The grid's values as ticks: the ends first, then those between.
  private func ticks(_ values: StudyAxis, _ numbers: [Double]) -> [NamedTick] {
    let order = values.order
    var places = [0, order.count - 1]
    places += TileGrid.spread(order.count).filter { !places.contains($0) }
    return places.prefix(order.count).map { NamedTick(numbers[order[$0]], values.values[order[$0]]) }
  }

  private func hides(_ line: Int) -> Bool { style(series[line]).markerScale > 1.5 }

  private func power(_ base: Double, _ exponent: Double) -> Double { exp(exponent * log(base)) }

  private func marks(
    of panel: Int, _ numbers: [Double]?, named: Bool, _ language: FigureLanguage
  ) -> [any Mark] {
    var marks: [any Mark] = []
    if let reference = quantity.reference(in: grid.measured) { marks.append(RuleMark(.y(reference))) }
    let own = series.indices.filter { series[$0].panel == panel }
    // Without numbers lines stand side by side at each value.
    func place(_ point: Point, _ rank: Int) -> Double {
      numbers?[point.place] ?? Double(point.place) + (Double(rank) - Double(own.count - 1) / 2) * 0.7
        / Double(max(own.count, 1))
    }
    for (rank, k) in own.enumerated() where !curves.contains(where: { $0.line == k }) {
      let line = series[k]
      guard line.points.contains(where: { $0.theory.isFinite }) else { continue }
      let (x, theory) = (line.points.map { place($0, rank) }, line.points.map(\.theory))
      if numbers == nil {
        let cross = CategoryStyle(Theme.referenceGrey, .plus)
        marks.append(PointMark(x: x, y: theory, .fixed(cross), size: 1.4))
      } else {
        let grey = CategoryStyle(Theme.referenceGrey, .circle, .dotted)
        marks.append(LineMark(x: x, y: theory, .fixed(grey), width: 1.4))
      }
    }
    // Broad marks, which would hide others, first.
    let ranked = Array(own.enumerated())
    for (rank, k) in ranked.filter({ hides($0.element) }) + ranked.filter({ !hides($0.element) }) {
      let line = series[k]
      let style = style(line)
      let look: Appearance = named ? .fixed(style) : .category("\(line.index)")
      let (x, y) = (line.points.map { place($0, rank) }, line.points.map(\.number.value))
      let bars = line.points.map { StudyCurves.barErrors * ($0.number.error.isFinite ? $0.number.error : 0) }
      if let curve = curves.first(where: { $0.line == k }) {
        marks.append(LineMark(x: curve.x, y: curve.y, look, width: 1.2))
      } else if numbers != nil {
        marks.append(LineMark(x: x, y: y, look, width: 1.3))
      }
      marks.append(
        IntervalMark(
          low: zip(y, bars).map { $0 - $1 }, high: zip(y, bars).map { $0 + $1 }, at: x,
          .fixed(CategoryStyle(style.colour)), direction: .upright, width: 1.4))
      marks.append(PointMark(x: x, y: y, look))
    }
    if named {
      let ends = own.map { k in (series[k], series[k].points[series[k].points.count - 1]) }
      marks.append(
        EndLabelMark(
          ends.map { name($0.0, language) }, x: ends.map { place($0.1, 0) },
          y: ends.enumerated().map { _, end in end.1.number.value }, clearance: 7))
    }
    return marks
  }
}
