import Plotting

extension DesignSketch {
  private static let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue))
  private static let grey = Colour(hex: 0x8C8C8C)

  /// The tree, and beside it bars of sizes; behind a shortened tree histograms of sizes that differ.
  func nested(_ tree: DesignTree, _ language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let rows = Axis("", limits: -0.7...Double(tree.rowCount) + 0.8 + headRoom(tree, words), hasTicks: false)
    var sketch = Panel("", [branches(tree, language)])
    sketch.x = Axis("", limits: 0...1, hasTicks: false)
    sketch.y = rows
    sketch.hasFrame = false
    let others = tree.isShortened ? histograms(words) : [bars(tree, rows, words)]
    var figure = Figure(size: size, x: Axis(""), y: rows, panels: [sketch] + others)
    figure.columns = isStacked || others.isEmpty ? 1 : 2
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
    let name = label(node.depth, node.level, language)
    return isShortened ? words.sizedLevel(name, rows: node.size) : name
  }

  /// Height of the tree's panel beside 1 for each row of histograms.
  private var treeWeight: Double {
    guard let tree, tree.isShortened else { return 1 }
    return max(1.2, (isStacked ? 0.35 : 0.2) * Double(tree.rowCount))
  }

  /// Rows of the tree above the lowest line of headings, for headings that may not stand on one line: fonts may be larger than those of print.
  private func headRoom(_ tree: DesignTree, _ words: FigureWords) -> Double {
    let heads = heads(words)
    let names = tree.nodes.filter { $0.depth == factors.count - 1 || $0.level < 0 }.map {
      leafText($0, tree.isShortened, words.language).estimatedWidth
    }
    let width = (isStacked ? 0.9 : 0.44) * size.width
    let wanted = heads.reduce(0) { $0 + 1.3 * $1.estimatedWidth + 6 } + 0.5 * (names.max() ?? 0)
    return wanted > width ? 1.1 * Double(heads.count - 1) : 0
  }

  private func branches(_ tree: DesignTree, _ language: FigureLanguage) -> TreeMark {
    var largest: [Int: Int] = [:]
    for node in tree.nodes { largest[node.depth] = max(largest[node.depth] ?? 1, node.size) }
    let nodes = tree.nodes.map { node in
      let isRoot = node.depth < 0
      let isLeaf = node.depth == factors.count - 1 || node.level < 0 && !isRoot
      // Areas are in proportion to rows; the smallest dot can still be seen.
      let share = Double(node.size) / Double(largest[node.depth]!)
      return TreeMark.Node(
        depth: node.depth + 1, height: node.height, parent: node.parent,
        size: node.omitted > 0 ? 0 : max(0.35, 1.9 * share.squareRoot()),
        style: CategoryStyle(isRoot ? OkabeIto.black : OkabeIto.blue, isRoot ? .square : .circle),
        name: isRoot
          ? ""
          : isLeaf ? leafText(node, tree.isShortened, language) : label(node.depth, node.level, language),
        isLeaf: isLeaf)
    }
    return TreeMark(
      nodes, heads: heads(FigureWords(language)), headHeight: Double(tree.rowCount) - 0.1,
      branches: DesignSketch.grey)
  }

  /// The names of the tree's columns.
  private func heads(_ words: FigureWords) -> [String] {
    [words.population] + factors.indices.map { words.counted(factors[$0], design.factors[$0].levels.count) }
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

  /// Sizes of levels that differ: rows of each factor's, and levels of the next finer factor within each.
  private func histograms(_ words: FigureWords) -> [Panel] {
    var panels: [Panel] = []
    for spread in design.spreads {
      let (factor, inner) = (factors[spread.factor], spread.inner.map { factors[$0] })
      let title = inner.map { words.levelsPer($0, within: factor) } ?? words.rowsPer(factor)
      panels.append(histogram(spread.sizes, title, of: factor, words))
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
