import Plotting
import StudyResults

/// A quantity of a study over two parameters of its grid: a tile for every pair of values, its colour and its number, panels for a third.
public struct StudySurface: ModelFigure {
  /// One tile.
  public struct Tile: Sendable {
    /// The panel, and the places of the values across and up.
    public let panel: Int, column: Int, row: Int
    /// The number.
    public let number: MeasuredNumber
  }

  /// What is shown.
  public let quantity: StudyQuantity
  /// The strategy.
  public let strategy: Int
  /// The parameters across and up.
  public let x: Int, y: Int
  /// The parameter whose values have panels.
  public let panels: Int?
  /// The places at which the other parameters are held.
  public let held: [Int: Int]
  /// All tiles.
  public let tiles: [Tile]
  /// Canvas size; at first 16 × 9 cm, higher with panels in two rows.
  public var size: Size

  var grid: StudyGrid

  init(
    _ quantity: StudyQuantity, of grid: StudyGrid, strategy: Int, x: Int, y: Int, panels: Int?,
    held: [Int: Int]
  ) {
    self.quantity = quantity
    self.strategy = strategy
    self.x = x
    self.y = y
    self.panels = panels
    self.held = held
    self.grid = grid
    let measured = grid.measured
    let name = measured.study.strategies[strategy].name
    let panelCount = panels.map { grid.axes[$0].values.count } ?? 1
    var tiles: [Tile] = []
    for panel in 0..<panelCount {
      for (column, a) in grid.axes[x].order.enumerated() {
        for (row, b) in grid.axes[y].order.enumerated() {
          var at = grid.axes.indices.map { held[$0] ?? 0 }
          (at[x], at[y]) = (a, b)
          if let panels { at[panels] = panel }
          guard let cell = grid.cell(at: at),
            let number = quantity.number(in: measured, name, cell: cell), number.value.isFinite
          else { continue }
          tiles.append(Tile(panel: panel, column: column, row: row, number: number))
        }
      }
    }
    self.tiles = tiles
    size = .centimetres(16, 9 + 5 * Double((panelCount + 1) / 2 - 1))
  }

  /// Words for the grid's parameters.
  public var variables: [WritableKeyPath<StudySurface, FigureVariable>] {
    grid.parameters.indices.map { \StudySurface.grid.parameters[$0] }
  }
  /// The strategies.
  public var levelNames: [String] { grid.measured.study.strategies.map(\.name) }
  /// Gives a strategy other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    if let place = grid.index(ofStrategy: level) { grid.strategies[place] = words }
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let measured = grid.measured
    let panelCount = panels.map { grid.axes[$0].values.count } ?? 1
    let values = tiles.map(\.number.value)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let scale = ColourScale(words.quantityTitle(quantity), limits: low...max(high, low))
    let errors = tiles.map(\.number.error).filter { $0.isFinite && $0 > 0 }
    let columns = size.width < ModelFigureSizes.narrow ? 1 : min(panelCount, 2)
    let decimals = decimals(errors: errors, room: tileWidth(columns: columns))
    let panelList = (0..<panelCount).map { panel -> Panel in
      let own = tiles.filter { $0.panel == panel }
      let (x, y) = (own.map { Double($0.column) }, own.map { Double($0.row) })
      let numbers = own.map(\.number.value)
      return Panel(
        panels.map { grid.setting($0, panel, language) } ?? "",
        [
          TileMark(x: x, y: y, values: numbers),
          TextMark(
            numbers.map { value in decimals.map { NumberFormat.text(value, decimals: $0) } ?? "" }, x: x,
            y: y,
            colours: numbers.map { scale.textColour(on: $0) }),
        ])
    }
    func axis(_ parameter: Int) -> Axis {
      let order = grid.axes[parameter].order
      var axis = Axis(
        grid.parameters[parameter].title(language), limits: -0.5...Double(order.count) - 0.5, tickSpacing: 18)
      axis.namedTicks = TileGrid.spread(order.count).map {
        NamedTick(Double($0), grid.axes[parameter].values[order[$0]])
      }
      return axis
    }
    var figure = Figure(size: size, x: axis(x), y: axis(y), panels: panelList)
    figure.columns = columns
    figure.colours = scale
    var caption = [
      words.either(
        "Strategy: \(grid.strategies[strategy](language)).", "策略：\(grid.strategies[strategy](language))。")
    ]
    if let worst = errors.max() {
      caption.append(
        words.either(
          "Monte Carlo standard errors are at most \(words.monteCarloError(worst)); \(words.replicatesEach(tiles.map(\.number.total))).",
          "蒙特卡罗标准误最大为 \(words.monteCarloError(worst))；\(words.replicatesEach(tiles.map(\.number.total)))。"))
    }
    if decimals == nil { caption.append(words.unprintedNumbers) }
    if let held = words.heldNote(held, grid) { caption.append(held) }
    if !measured.isComplete { caption.append(words.partialNote) }
    figure.caption = words.sentences(caption)
    figure.describe(
      as: "study-surface", title: alternativeTitle(words), text: alternativeText(words), in: language)
    return figure
  }

  /// About the width of a tile in points: what axis, colour bar and gaps leave, shared out.
  private func tileWidth(columns: Int) -> Double {
    let count = grid.axes[x].values.count
    return (size.width - 105 - 24 * Double(columns - 1)) / Double(columns * count)
  }

  /// Decimals of the numbers in tiles, one count for all: those of the coarsest error, at most 3, fewer where tiles are narrow; nil where not even one
  /// decimal has room.
  private func decimals(errors: [Double], room: Double) -> Int? {
    let values = tiles.map(\.number.value)
    let most = values.map { abs($0) }.max() ?? 0
    let wished = min(
      most >= 100 ? 1 : most >= 10 ? 2 : 3, MonteCarloText.decimals(error: errors.max() ?? 0))
    return (0...wished).reversed().first { decimals in
      (decimals > 0 || wished == 0)
        && values.allSatisfy { NumberFormat.text($0, decimals: decimals).estimatedWidth + 4 <= room }
    }
  }

  private func alternativeTitle(_ words: FigureWords) -> String {
    let names = [x, y].map { grid.parameters[$0].name(words.language) }
    return words.either(
      "\(words.quantityTitle(quantity)) over \(words.list(names))",
      "\(words.quantity(quantity))（随\(words.inSentence(names.joined(separator: " 和 ")))变化）")
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let language = words.language
    func place(_ tile: Tile) -> String {
      let orders = [x, y].map { grid.axes[$0].order }
      var parts = [
        grid.setting(x, orders[0][tile.column], language), grid.setting(y, orders[1][tile.row], language),
      ]
      if let panels { parts.append(grid.setting(panels, tile.panel, language)) }
      return parts.joined(separator: ", ")
    }
    guard let least = tiles.min(by: { $0.number.value < $1.number.value }),
      let most = tiles.max(by: { $0.number.value < $1.number.value })
    else { return words.either("No numbers.", "没有数值。") }
    let (low, high) = (words.simulated(least.number), words.simulated(most.number))
    return words.sentences(
      [
        words.either(
          "\(tiles.count) tiles. The smallest value, \(low), is at \(place(least)); the largest, \(high), at \(place(most)).",
          "共 \(tiles.count) 格。最小值 \(low) 在 \(place(least)) 处；最大值 \(high) 在 \(place(most)) 处。")
      ] + (grid.measured.isComplete ? [] : [words.partialNote]))
  }

  /// The numbers, one row a tile.
  public var plottedData: PlottedData {
    var data = PlottedData(["panel", "x", "y", "value", "mcse", "count", "total"])
    let (across, up) = (grid.axes[x].order, grid.axes[y].order)
    for tile in tiles {
      data.append([
        .text(panels.map { grid.setting($0, tile.panel, .english) } ?? ""),
        .text(grid.axes[x].values[across[tile.column]]),
        .text(grid.axes[y].values[up[tile.row]]), .number(tile.number.value),
        .number(tile.number.error), .number(Double(tile.number.count)), .number(Double(tile.number.total)),
      ])
    }
    return data
  }
}
