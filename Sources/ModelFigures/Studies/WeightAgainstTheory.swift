import Plotting
import StudyResults

/// Mean estimated weights of groups' own data against the weights that the true variances give, n/(n + σ²/τ²) where intercepts alone vary: a point a cell, near the
/// identity line where variances are estimated well; a line for each value of one parameter.
public struct WeightAgainstTheory: ModelFigure {
  /// One cell.
  public struct Point: Sendable {
    /// The cell, from 0.
    public let cell: Int
    /// The place among the values of the parameter that has lines; 0 without one.
    public let line: Int
    /// The mean weight with the true variances.
    public let theory: Double
    /// The mean estimated weight.
    public let number: MeasuredNumber
  }

  /// The estimand.
  public let estimand: String
  /// The strategy.
  public let strategy: Int
  /// The parameter that has lines.
  public let lines: Int?
  /// The points in the order of the theory.
  public let points: [Point]
  /// Canvas size; at first 16 × 11 cm.
  public var size = Size.centimetres(16, 11)

  var grid: StudyGrid

  init(estimand: String, of grid: StudyGrid, strategy: Int, lines: Int?) {
    self.estimand = estimand
    self.strategy = strategy
    self.lines = lines
    self.grid = grid
    let measured = grid.measured
    let name = measured.study.strategies[strategy].name
    points = measured.study.cells.indices.compactMap { cell -> Point? in
      guard let theory = StudyTheory.trueWeight(of: estimand, in: measured, name, cell: cell),
        theory.isFinite,
        let number = measured.measure(.weight, of: estimand, by: name, cell: cell)
      else { return nil }
      return Point(
        cell: cell, line: lines.map { measured.place(of: $0, cell: cell) } ?? 0, theory: theory,
        number: number)
    }.sorted { ($0.theory, $0.cell) < ($1.theory, $1.cell) }
  }

  /// Words for the grid's parameters.
  public var variables: [WritableKeyPath<WeightAgainstTheory, FigureVariable>] {
    grid.parameters.indices.map { \WeightAgainstTheory.grid.parameters[$0] }
  }
  /// The strategies.
  public var levelNames: [String] { grid.measured.study.strategies.map(\.name) }
  /// Gives a strategy other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    if let place = grid.index(ofStrategy: level) { grid.strategies[place] = words }
  }

  /// The lines that have points.
  private var lineIndices: [Int] {
    guard let lines else { return [0] }
    return grid.axes[lines].order.filter { k in points.contains { $0.line == k } }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let ends = points.flatMap { [$0.theory, $0.number.value] }
    let (low, high) = (max(0, (ends.min() ?? 0) - 0.05), min(1, (ends.max() ?? 1) + 0.05))
    var categories = CategoricalScale(names: lines.map { grid.axes[$0].values } ?? [""])
    if let lines {
      categories.entries = categories.entries.enumerated().map { k, entry in
        var style = entry.style
        style.markerScale = 1.2
        return .init(entry.name, label: grid.setting(lines, k, language), style: style)
      }
    }
    var marks: [any Mark] = [
      LineMark(
        x: [low, high], y: [low, high], .fixed(CategoryStyle(Theme.referenceGrey)), width: 1)
    ]
    for line in lineIndices {
      let own = points.filter { $0.line == line }
      let entry = categories.entries[line]
      let look: Appearance = lines == nil ? .fixed(entry.style) : .category(entry.name)
      let (x, y) = (own.map(\.theory), own.map(\.number.value))
      let bars = own.map { StudyCurves.barErrors * ($0.number.error.isFinite ? $0.number.error : 0) }
      if lines != nil { marks.append(LineMark(x: x, y: y, look, width: 1.2)) }
      marks.append(
        IntervalMark(
          low: zip(y, bars).map { $0 - $1 }, high: zip(y, bars).map { $0 + $1 }, at: x,
          .fixed(CategoryStyle(entry.style.colour)), direction: .upright, width: 1.4))
      marks.append(PointMark(x: x, y: y, look))
    }
    var figure = Figure(
      size: size,
      x: Axis(words.either("Weight with the true variances", "方差取真值时的权重"), limits: low...high),
      y: Axis(words.either("Mean estimated weight", "估计权重的均值")), categories: categories,
      panels: [Panel("", marks)])
    figure.caption = words.sentences(
      [
        words.either(
          "\(words.title(words.noun(words.study.estimand(estimand)))); strategy: \(grid.strategies[strategy](language)).",
          "\(words.study.estimand(estimand))；策略：\(grid.strategies[strategy](language))。"),
        words.monteCarloBars(
          points.map(\.number.total), points.map(\.number.error).filter(\.isFinite).max() ?? 0),
        words.either("Grey line: estimated and true weights are equal.", "灰线：估计权重与真权重相等。"),
      ] + (grid.measured.isComplete ? [] : [words.partialNote]))
    figure.describe(
      as: "study-weight", title: words.either("Estimated weights against theory", "估计权重与理论值"),
      text: alternativeText(words), in: language)
    return figure
  }

  private func alternativeText(_ words: FigureWords) -> String {
    var sentences = [
      words.either(
        "\(points.count) \(points.count == 1 ? "point" : "points"); weights with the true variances go \(words.range(points.map(\.theory))).",
        "共 \(points.count) 个点；方差取真值时的权重\(words.range(points.map(\.theory)))。")
    ]
    if let far = points.max(by: { abs($0.number.value - $0.theory) < abs($1.number.value - $1.theory) }) {
      let cell = grid.measured.parameters.indices.map {
        grid.setting($0, grid.measured.place(of: $0, cell: far.cell), words.language)
      }.joined(separator: ", ")
      let (a, b) = (words.simulated(far.number), words.number(far.theory))
      sentences.append(
        words.either(
          "The farthest from the identity line\(cell.isEmpty ? "" : ", \(cell),") has a mean weight of \(a) where theory says \(b).",
          "离恒等线最远的点\(cell.isEmpty ? "" : words.parenthesis(cell))平均权重为 \(a)，理论值为 \(b)。"))
    }
    if !grid.measured.isComplete { sentences.append(words.partialNote) }
    return words.sentences(sentences)
  }

  /// The numbers, one row a point.
  public var plottedData: PlottedData {
    var data = PlottedData(["cell", "label", "theory", "weight", "mcse", "count", "total"])
    for point in points {
      let cell = grid.measured.study.cells[point.cell]
      data.append([
        .number(Double(cell.number)), .text(cell.label), .number(point.theory), .number(point.number.value),
        .number(point.number.error), .number(Double(point.number.count)), .number(Double(point.number.total)),
      ])
    }
    return data
  }
}
