import Plotting

extension FigureWords {
  var population: String { either("population", "总体") }
  var rows: String { either("Rows", "行数") }

  /// "school: 65".
  func counted(_ factor: FigureVariable, _ count: Int) -> String {
    either("\(factor.name(language)): \(count)", "\(factor.name(language))：\(count)")
  }
  /// Levels that a shortened tree leaves out.
  func moreLevels(_ count: Int) -> String { either("… \(count) more", "…… 另 \(count) 个") }
  /// A level with its number of rows.
  func sizedLevel(_ name: String, rows: Int) -> String {
    either("\(name) (\(rows) \(rows == 1 ? "row" : "rows"))", "\(name)（\(rows) 行）")
  }
  /// The axis of sizes.
  func rowsPer(_ factor: FigureVariable) -> String {
    let name = factor.name(language)
    return either("Rows per \(name)", "每个\(inSentence(name))的行数")
  }
  /// The axis of numbers of levels within a level.
  func levelsPer(_ factor: FigureVariable, within outer: FigureVariable) -> String {
    let (inner, around) = (factor.name(language), outer.name(language))
    return either("Levels of \(inner) per \(around)", "每个\(inSentence(around))内的\(inSentence(inner))数")
  }
  /// The axis that counts levels.
  func levelsOf(_ factor: FigureVariable) -> String {
    let name = factor.name(language)
    return either("Levels of \(name)", "\(inSentence(name).drop { $0 == " " })数")
  }
  /// The axis of levels in order of their rows.
  func ranked(_ factor: FigureVariable, _ count: Int) -> String {
    let name = factor.name(language)
    return either(
      "\(name): \(count) levels, most rows first",
      "\(name)：\(count) 个水平，按行数从多到少")
  }

  private func omission(_ sketch: DesignSketch) -> String {
    let count = sketch.design.omittedCount
    if count == 0 { return "" }
    return either(
      " \(count) more \(count == 1 ? "row has a missing value and is" : "rows have missing values and are") left out.",
      "另有 \(count) 行因缺失值未计入。")
  }

  /// The chain of factors: "population → school (65) → rows (4059)".
  private func chain(_ sketch: DesignSketch) -> String {
    let factors = sketch.factors.indices.map { f in
      sketch.factors[f].name(language) + parenthesis("\(sketch.design.factors[f].levels.count)")
    }
    return ([population] + factors + [either("rows", "行") + parenthesis("\(sketch.design.rowCount)")])
      .joined(separator: " → ")
  }

  /// The range of sizes: "2 to 198, median 51".
  private func sizes(_ sizes: [Int]) -> String {
    let sorted = sizes.sorted()
    let (low, high) = (sorted[0], sorted[sorted.count - 1])
    if low == high { return either("\(low) each", "均为 \(low)") }
    let middle =
      sorted.count % 2 == 1
      ? Double(sorted[sorted.count / 2]) : Double(sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    return either(
      "\(low) to \(high), median \(shortNumber(middle))", "\(low) 到 \(high)，中位数 \(shortNumber(middle))")
  }

  private func shortNumber(_ value: Double) -> String {
    NumberFormat.text(value, decimals: value == value.rounded() ? 0 : 1)
  }

  /// The caption of a tree.
  func nestedCaption(_ sketch: DesignSketch, isShortened: Bool) -> String {
    var text = title(chain(sketch)) + either(". ", "。")
    for (f, factor) in sketch.factors.enumerated().reversed() {
      text += rowsPer(factor) + either(": ", "：") + sizes(sketch.design.factors[f].sizes) + either(". ", "。")
    }
    text += either("Areas of dots: rows, within one column.", "点的面积：同一列内按行数。")
    if isShortened {
      text +=
        sketch.design.spreads.isEmpty
        ? either(" Drawn are some of the levels.", "图中只画出部分水平。")
        : either(
          " Drawn are levels with the fewest, a middling and the largest number of rows; triangles: least, middle and greatest value.",
          "图中画出行数最少、居中与最多的水平；三角：最小、居中与最大值。")
    }
    return text + omission(sketch)
  }

  /// The caption of grids.
  func crossedCaption(_ sketch: DesignSketch, areBlocks: Bool) -> String {
    var text = either("\(sketch.design.rowCount) rows. ", "共 \(sketch.design.rowCount) 行。")
    text +=
      areBlocks
      ? either(
        "Levels of a factor with more than \(DesignSketch.mostTiles) stand in \(DesignSketch.blockCount) blocks; a tile shows the rows of two blocks.",
        "水平多于 \(DesignSketch.mostTiles) 个的因子分为 \(DesignSketch.blockCount) 块；每格为两块相交处的行数。")
      : either("Tiles: rows of each pair of levels; no tile: none.", "每格：两水平组合的行数；空白：没有。")
    let pairs = sketch.design.crossedPairs.count
    if pairs > DesignSketch.mostPairs {
      text += either(
        " \(DesignSketch.mostPairs) of \(pairs) pairs of crossed factors are drawn.",
        "共 \(pairs) 对交叉因子，画出 \(DesignSketch.mostPairs) 对。")
    }
    return text + omission(sketch)
  }

  /// The title for readers who cannot see the figure.
  func designTitle(_ sketch: DesignSketch) -> String {
    let names = list(sketch.factors.map { $0.name(language) })
    return sketch.design.structure == .nested
      ? either("Sampling design: tree of \(names)", "抽样设计：\(names)的层次树")
      : either("Sampling design: grid of \(names)", "抽样设计：\(names)的交叉表")
  }

  /// The structure with sizes, and for crossed factors how many pairs have rows.
  func designText(_ sketch: DesignSketch) -> String {
    let design = sketch.design
    if design.structure == .nested {
      var text = title(chain(sketch)) + either(".", "。")
      for (f, factor) in sketch.factors.enumerated().reversed() {
        text +=
          either(" ", "") + rowsPer(factor) + either(": ", "：") + sizes(design.factors[f].sizes)
          + either(".", "。")
      }
      return text + omission(sketch)
    }
    var text = either("\(design.rowCount) rows.", "共 \(design.rowCount) 行。")
    for (a, b) in design.crossedPairs {
      let counts = design.counts(a, b).joined().filter { $0 > 0 }
      let all = design.factors[a].levels.count * design.factors[b].levels.count
      let (first, second) = (sketch.factors[a].name(language), sketch.factors[b].name(language))
      let levels = (design.factors[a].levels.count, design.factors[b].levels.count)
      text += either(
        " \(first) (\(levels.0) levels) by \(second) (\(levels.1) levels): \(counts.count) of \(all) pairs have rows, \(sizes(counts)).",
        "\(first)（\(levels.0) 个水平）与\(second)（\(levels.1) 个水平）：\(all) 种组合中 \(counts.count) 种有数据，行数\(sizes(counts))。"
      )
    }
    return text + omission(sketch)
  }
}
