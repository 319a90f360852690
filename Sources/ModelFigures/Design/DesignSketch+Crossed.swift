import Plotting

extension DesignSketch {
  /// One grid of tiles for each pair of factors that cross.
  func crossed(_ language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let pairs = Array(design.crossedPairs.prefix(DesignSketch.mostPairs))
    let columns = pairs.count > 1 ? 2 : 1
    let grids = pairs.map { TileGrid(design, $0.0, $0.1) }
    let counts = grids.flatMap { $0.values.filter { $0 > 0 } }
    var colours = ColourScale(words.rows, isWhole: true)
    // One value needs one colour, little ink and no bar.
    let fill = Set(counts).count == 1 ? ColourScale.viridis[0] : nil
    colours.limits = (counts.min() ?? 0)...(counts.max() ?? 1)
    let room = (
      width: 0.72 * size.width / Double(columns),
      height: 0.8 * size.height / Double((pairs.count + columns - 1) / columns)
    )
    let panels = zip(pairs, grids).map { pair, grid -> Panel in
      let (a, b) = pair
      let filled = grid.values.indices.filter { grid.values[$0] > 0 }
      let places = filled.map { (x: grid.place($0).column, y: grid.rows - 1 - grid.place($0).row) }
      let values = filled.map { grid.values[$0] }
      var tiles = TileMark(x: places.map { Double($0.x) }, y: places.map { Double($0.y) }, values: values)
      tiles.fill = fill
      var marks: [any Mark] = [tiles]
      let digits = Double(words.number(values.max() ?? 1).count)
      if room.width / Double(grid.columns) > 4.6 * digits + 3, room.height / Double(grid.rows) > 8.5 {
        marks.append(
          TextMark(
            values.map { words.number($0) }, x: places.map { Double($0.x) }, y: places.map { Double($0.y) },
            font: Theme.print.contour,
            colours: fill == nil ? values.map { colours.textColour(on: $0) } : [.black]))
      }
      var panel = Panel("", marks)
      panel.x = axis(a, blocks: grid.columns, isUpright: false, language)
      panel.y = axis(b, blocks: grid.rows, isUpright: true, language)
      return panel
    }
    var figure = Figure(size: size, x: Axis(""), y: Axis(""), panels: panels)
    figure.columns = columns
    figure.colours = fill == nil ? colours : nil
    (figure.xSharing, figure.ySharing) = (.none, .none)
    figure.caption = words.crossedCaption(self, areBlocks: grids.contains(where: \.areBlocks))
    return figure
  }

  /// An axis of levels: named where there is room, else at some; of blocks the ranks of their levels.
  private func axis(_ f: Int, blocks: Int, isUpright: Bool, _ language: FigureLanguage) -> Axis {
    let words = FigureWords(language)
    let count = design.factors[f].levels.count
    var axis = Axis(
      blocks < count ? words.ranked(factors[f], count) : factors[f].name(language),
      limits: -0.5...Double(blocks) - 0.5, tickSpacing: 18)
    func place(_ rank: Int) -> Double { Double(isUpright ? blocks - 1 - rank : rank) }
    if blocks < count {
      // The first level of a block in each quarter.
      axis.namedTicks = (0...4).map { quarter in
        let block = quarter * (blocks - 1) / 4
        let rank = quarter == 4 ? count : block * count / blocks + 1
        return NamedTick(place(block), words.number(Double(rank)))
      }
      axis.tickSpacing = 30
      return axis
    }
    if isUpright, count <= 40 {
      let names = (0..<count).reversed().map { label(f, $0, language).shortened(to: 0.25 * size.width) }
      return Axis(axis.title, levels: names)
    }
    // Every level, or so many of them as stand evenly.
    let stride = isUpright ? (count + 11) / 12 : 1
    axis.namedTicks = TileGrid.spread(count).filter { $0 % stride == 0 }.map {
      NamedTick(place($0), label(f, $0, language))
    }
    return axis
  }
}

/// Rows of pairs of levels of two factors: each level a column or a row, or, where they are many, blocks of levels of about equal size.
struct TileGrid {
  let columns: Int
  let rows: Int
  /// Numbers of rows, column after column.
  let values: [Double]
  /// Whether levels are joined into blocks.
  let areBlocks: Bool

  init(_ design: SamplingDesign, _ a: Int, _ b: Int) {
    let factors = [design.factors[a], design.factors[b]]
    var counts: [Int] = []
    var blocks: [[Int]] = []
    for factor in factors {
      let count = factor.levels.count
      guard count > DesignSketch.mostTiles else {
        counts.append(count)
        blocks.append(Array(0..<count))
        continue
      }
      // Levels in order of their rows, most first.
      let order = factor.levels.indices.sorted { (factor.sizes[$1], $0) < (factor.sizes[$0], $1) }
      var block = [Int](repeating: 0, count: count)
      for (rank, level) in order.enumerated() { block[level] = rank * DesignSketch.blockCount / count }
      counts.append(DesignSketch.blockCount)
      blocks.append(block)
    }
    (columns, rows) = (counts[0], counts[1])
    var values = [Double](repeating: 0, count: counts[0] * counts[1])
    for (i, j) in zip(factors[0].codes, factors[1].codes) {
      values[blocks[0][i] * counts[1] + blocks[1][j]] += 1
    }
    self.values = values
    areBlocks = zip(counts, factors).contains { $0 < $1.levels.count }
  }

  /// The column and the row of a value.
  func place(_ index: Int) -> (column: Int, row: Int) { (index / rows, index % rows) }

  /// Numbers below a count in an order in which those from the front are spread evenly: 0, then halves, quarters, …
  static func spread(_ count: Int) -> [Int] {
    var step = 1
    while step * 2 < count { step *= 2 }
    var order = [0]
    var seen: Set<Int> = [0]
    while step >= 1 {
      for place in stride(from: 0, to: count, by: step) where seen.insert(place).inserted {
        order.append(place)
      }
      step /= 2
    }
    return order
  }
}
