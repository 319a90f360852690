import MixedModels
import Plotting
import Studies
import StudyResults

/// The grid of a study as figures see it: parameters and strategies with their words, and the cell of every combination of values.
struct StudyGrid: Sendable {
  let measured: MeasuredStudy
  /// What axes, lines and panels can be: the grid's parameters, or scenarios.
  let axes: [StudyAxis]
  /// Words for them, in the same order.
  var parameters: [FigureVariable]
  /// Words for the strategies, in the study's order.
  var strategies: [LocalizedText]
  /// Cells by the places of their values.
  private let cells: [[Int]: Int]

  /// All cells of a study by the grid's parameters.
  init(_ measured: MeasuredStudy) {
    self.init(measured, axes: measured.parameters.map(StudyAxis.init)) { cell in
      measured.parameters.indices.map { measured.place(of: $0, cell: cell) }
    }
  }

  /// - Parameter places: a cell's places on the axes; nil for one that is not shown.
  init(_ measured: MeasuredStudy, axes: [StudyAxis], places: (Int) -> [Int]?) {
    self.measured = measured
    self.axes = axes
    parameters = axes.map { axis in
      axis.name == StudyAxis.scenario && !measured.parameters.contains { $0.name == axis.name }
        ? FigureVariable(LocalizedText(english: axis.name, chinese: "情景")) : .column(axis.name)
    }
    strategies = measured.study.strategies.map { strategy in
      strategy.name == strategy.method.rawValue
        ? LocalizedText(
          english: StudyWords(.en).strategy(strategy.method),
          chinese: StudyWords(.zh).strategy(strategy.method))
        : LocalizedText(strategy.name)
    }
    var cells: [[Int]: Int] = [:]
    for cell in measured.study.cells.indices {
      if let at = places(cell) { cells[at] = cell }
    }
    self.cells = cells
  }

  /// How many cells there are.
  var cellCount: Int { cells.count }

  /// The cell at some places; nil where the study has none.
  func cell(at places: [Int]) -> Int? { cells[places] }

  /// Strategies by their names.
  func index(ofStrategy name: String) -> Int? {
    measured.study.strategies.firstIndex { $0.name == name }
  }

  /// A parameter's value: "J = 3"; a scenario by what it sets, where that is its name.
  func setting(_ parameter: Int, _ place: Int, _ language: FigureLanguage) -> String {
    let axis = axes[parameter]
    return axis.isOfNamedScenarios
      ? axis.values[place] : "\(parameters[parameter].name(language)) = \(axis.values[place])"
  }

  /// Settings of the parameters that are held, in the grid's order.
  func held(_ places: [Int: Int], _ language: FigureLanguage) -> String {
    places.keys.sorted().map { setting($0, places[$0]!, language) }.joined(separator: ", ")
  }

  /// Looks of strategies: those of the three ways of pooling as everywhere, others from what is left of the palette.
  func style(ofStrategy index: Int) -> CategoryStyle {
    let strategies = measured.study.strategies
    let usual: [PoolingMethod: CategoryStyle] = [
      .complete: PoolingStyle.complete.style,
      .none: CategoryStyle(OkabeIto.vermillion, .hollowCircle, .longDash, markerScale: 1.25),
      .reml: PoolingStyle.partial.style,
      .lsdv: CategoryStyle(OkabeIto.bluishGreen, .triangle, .dashDot, markerScale: 1.25),
      .ml: CategoryStyle(OkabeIto.reddishPurple, .hollowDiamond, .dotted, markerScale: 1.9),
      .oracle: CategoryStyle(Colour(hex: 0x595959), .cross, .dashed, markerScale: 1.25),
      .bayes: CategoryStyle(OkabeIto.vermillion, .diamond, .dashDot, markerScale: 1.4),
    ]
    let method = strategies[index].method
    if strategies.firstIndex(where: { $0.method == method }) == index { return usual[method]! }
    // Further strategies of a method take the looks of methods that the study has not, then the palette's later ones.
    let taken = Set(strategies.map(\.method))
    var free = [PoolingMethod.lsdv, .ml, .oracle, .none, .complete].filter { !taken.contains($0) }.map {
      usual[$0]!
    }
    free += CategoricalScale(names: (0..<CategoricalScale.paletteCount).map(String.init)).entries.suffix(5)
      .map(
        \.style)
    let further = strategies.indices.prefix(index).filter { k in
      strategies.firstIndex { $0.method == strategies[k].method } != k
    }.count
    return further < free.count ? free[further] : CategoryStyle(Theme.referenceGrey)
  }
}
