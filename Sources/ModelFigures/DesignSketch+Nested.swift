import Plotting

extension DesignSketch {
  private static let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue))
  private static let grey = Colour(hex: 0x8C8C8C)

  /// The tree, and beside it bars of sizes; behind a shortened tree histograms.
  func nested(_ tree: DesignTree, _ language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let lift = headLines(heads(words), tree, language).max() ?? 0
    let rows = Axis("", limits: -0.7...Double(tree.rowCount) + 0.8 + lift, hasTicks: false)
    var sketch = Panel("", branches(tree, language))
    sketch.x = Axis("", limits: -0.3...Double(factors.count) + nameRoom(tree, language), hasTicks: false)
    sketch.y = rows
    sketch.hasFrame = false
    let others = tree.isShortened ? histograms(words) : [bars(tree, rows, words)]
    var figure = Figure(size: size, x: Axis(""), y: rows, panels: [sketch] + others)
    figure.columns = isStacked ? 1 : 2
    figure.xSharing = .none
    figure.ySharing = tree.isShortened ? .none : .all
    figure.rowWeights = [treeWeight]
    figure.caption = words.nestedCaption(self, isShortened: tree.isShortened)
    return figure
  }

  /// Whether panels stand one above the other for want of width.
  private var isStacked: Bool { tree?.isShortened == true && size.width < ModelFigureSizes.narrow }

  /// The text at a leaf.
  private func leafText(_ node: DesignTree.Node, _ isShortened: Bool, _ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    if node.level < 0 { return words.moreLevels(node.omitted) }
    let name = label(node.depth, node.level, language).shortened(to: 0.5 * panelWidth)
    return isShortened ? words.sizedLevel(name, rows: node.size) : name
  }

  /// Room for the leaves' names, in units of the distance between two factors.
  private func nameRoom(_ tree: DesignTree, _ language: FigureLanguage) -> Double {
    let widths = tree.nodes.filter { $0.depth == factors.count - 1 || $0.level < 0 }.map { node in
      leafText(node, tree.isShortened, language).estimatedWidth
    }
    let share = min(0.75, ((widths.max() ?? 0) + 14) / panelWidth)
    return (Double(factors.count) + 0.3) * share / (1 - share)
  }

  /// Height of the tree's panel beside 1 for each row of histograms.
  private var treeWeight: Double {
    guard let tree, tree.isShortened else { return 1 }
    return max(1.2, (isStacked ? 0.35 : 0.2) * Double(tree.rowCount))
  }

  /// About the width of the tree's panel in points.
  private var panelWidth: Double { isStacked ? size.width - 50 : 0.44 * size.width }

  private func branches(_ tree: DesignTree, _ language: FigureLanguage) -> [any Mark] {
    let words = FigureWords(language)
    let nodes = tree.nodes
    func x(_ node: DesignTree.Node) -> Double { Double(node.depth + 1) }
    var marks: [any Mark] = []
    for node in nodes where node.parent >= 0 {
      let parent = nodes[node.parent]
      let middle = (x(parent) + x(node)) / 2
      let style = CategoryStyle(DesignSketch.grey, .circle, node.level < 0 ? .dotted : .solid)
      marks.append(
        LineMark(
          x: [x(parent), middle, middle, x(node)],
          y: [parent.height, parent.height, node.height, node.height],
          .fixed(style)))
    }
    for depth in -1..<factors.count {
      let own = nodes.filter { $0.depth == depth && ($0.level >= 0 || depth < 0) }
      let largest = Double(own.map(\.size).max() ?? 1)
      for node in own {
        // Areas are in proportion to rows; the smallest dot can still be seen.
        let radius = max(0.35, 1.9 * (Double(node.size) / largest).squareRoot())
        let style = CategoryStyle(depth < 0 ? OkabeIto.black : OkabeIto.blue, depth < 0 ? .square : .circle)
        marks.append(PointMark(x: [x(node)], y: [node.height], .fixed(style), size: radius))
      }
      if depth >= 0, depth + 1 < factors.count {
        marks.append(
          TextMark(
            own.map { label(depth, $0.level, language) }, x: own.map(x), y: own.map(\.height),
            offset: (0, -9.5),
            hasHalo: true))
      }
    }
    let leaves = nodes.filter { $0.depth == factors.count - 1 || $0.level < 0 && $0.depth >= 0 }
    marks.append(
      TextMark(
        leaves.map { leafText($0, tree.isShortened, language) }, x: leaves.map(x), y: leaves.map(\.height),
        alignment: .start, offset: (7, 0)))
    let heads = heads(words)
    let lines = headLines(heads, tree, language)
    marks.append(
      TextMark(
        heads, x: heads.indices.map(Double.init), y: lines.map { Double(tree.rowCount) + 0.25 + $0 },
        font: Theme.print.strip))
    return marks
  }

  /// The names of the tree's columns.
  private func heads(_ words: FigureWords) -> [String] {
    [words.population] + factors.indices.map { words.counted(factors[$0], design.factors[$0].levels.count) }
  }

  /// How much higher than the lowest each head stands, in rows: all on one line, or on a stair where they would touch.
  private func headLines(_ heads: [String], _ tree: DesignTree, _ language: FigureLanguage) -> [Double] {
    let widths = heads.map { 1.08 * $0.estimatedWidth }
    let distance = panelWidth / (Double(factors.count) + 0.3 + nameRoom(tree, language))
    let touches = zip(widths, widths.dropFirst()).contains { ($0 + $1) / 2 + 6 > distance }
    // A line of text in rows of the tree, whose panel has what axes and captions leave.
    let other = tree.isShortened ? (isStacked ? 1 : Double(factors.count - 1)) : 0
    let height = (size.height - 85 - 45 * other) * treeWeight / (treeWeight + other)
    let stairs = 12.5 * Double(heads.count - 1)
    let line = 12.5 * (Double(tree.rowCount) + 1.5) / max(40, height - stairs)
    return heads.indices.map { touches ? Double(heads.count - 1 - $0) * line : 0 }
  }

  /// Rows of each leaf, level with it.
  private func bars(_ tree: DesignTree, _ rows: Axis, _ words: FigureWords) -> Panel {
    let leaves = tree.nodes.filter { $0.depth == factors.count - 1 }
    let most = Double(leaves.map(\.size).max() ?? 1)
    let pitch = 0.8 * size.height / (Double(tree.rowCount) + 1.5)
    let width = min(9, 0.55 * pitch) / Theme.print.lineWidth
    let marks: [any Mark] = [
      IntervalMark(
        low: leaves.map { _ in 0 }, high: leaves.map { Double($0.size) }, at: leaves.map(\.height),
        DesignSketch.blue, width: width),
      TextMark(
        leaves.map { words.number(Double($0.size)) }, x: leaves.map { Double($0.size) },
        y: leaves.map(\.height),
        alignment: .start, offset: (4, 0), font: Theme.print.tick),
    ]
    var panel = Panel("", marks)
    panel.x = Axis(
      words.rowsPer(factors[factors.count - 1]), limits: 0...1.2 * most, tickSpacing: 34, isWhole: true)
    return panel
  }

  /// Sizes of levels: rows of each factor's, and levels of the next finer factor within each.
  private func histograms(_ words: FigureWords) -> [Panel] {
    var panels: [Panel] = []
    for f in factors.indices.reversed() {
      panels.append(histogram(design.factors[f].sizes, words.rowsPer(factors[f]), of: factors[f], words))
      guard f > 0 else { continue }
      var children = [Int](repeating: 0, count: design.factors[f - 1].levels.count)
      for parent in design.factors[f].parents { children[parent] += 1 }
      panels.append(
        histogram(children, words.levelsPer(factors[f], within: factors[f - 1]), of: factors[f - 1], words))
    }
    // A narrow figure has room for those of the finest factor.
    return isStacked ? Array(panels.prefix(1)) : panels
  }

  private func histogram(
    _ sizes: [Int], _ title: String, of factor: FigureVariable, _ words: FigureWords
  ) -> Panel {
    let histogram = Histogram(sizes.map(Double.init), isWhole: true)
    let sorted = sizes.sorted()
    let marked = [sorted[0], sorted[(sorted.count - 1) / 2], sorted[sorted.count - 1]].map(Double.init)
    let most = Double(histogram.counts.max() ?? 1)
    // Each stands on its bar.
    let tops = marked.map { value in
      let bin = histogram.counts.indices.last { histogram.edges[$0] <= value } ?? 0
      return Double(histogram.counts[bin]) + 0.05 * most
    }
    let marks: [any Mark] = [
      BarMark(
        left: Array(histogram.edges.dropLast()), right: Array(histogram.edges.dropFirst()),
        top: histogram.counts.map(Double.init), DesignSketch.blue),
      PointMark(
        x: marked, y: tops, .fixed(CategoryStyle(OkabeIto.vermillion, .inverseTriangle)), size: 1.2),
    ]
    var panel = Panel("", marks)
    panel.x = Axis(title, tickSpacing: 32, isWhole: true)
    panel.y = Axis(
      words.levelsOf(factor), limits: 0...1.12 * most, tickSpacing: 30, isWhole: true)
    return panel
  }
}
