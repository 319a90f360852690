/// A nested design as a tree whose leaves stand in rows, shortened where it has too many.
struct DesignTree {
  /// A level, the population, or the levels left out between two that are shown.
  struct Node {
    /// Which factor, from 0; −1 for the population.
    let depth: Int
    /// The level; −1 for the population and for levels left out.
    let level: Int
    /// Number of rows.
    let size: Int
    /// How many levels stand here that are not shown; 0 for one that is shown.
    let omitted: Int
    /// Its height: of a leaf a whole number, of others the middle of its children.
    var height: Double
    /// Its parent among the nodes.
    let parent: Int
  }

  /// The nodes, parents first.
  private(set) var nodes: [Node] = []
  /// Number of rows in which leaves stand.
  private(set) var rowCount = 0
  /// Whether levels are left out.
  let isShortened: Bool

  /// More leaves than these are shortened.
  static let mostLeaves = 30

  /// The tree of a nested design, the first leaf on top (largest height).
  init(_ design: SamplingDesign) {
    let factors = design.factors
    isShortened = factors.last!.levels.count > DesignTree.mostLeaves
    nodes = [Node(depth: -1, level: -1, size: design.rowCount, omitted: 0, height: 0, parent: -1)]
    var children: [[[Int]]] = []
    for factor in factors.dropFirst() {
      var own = [[Int]](repeating: [], count: factors[children.count].levels.count)
      for (j, parent) in factor.parents.enumerated() { own[parent].append(j) }
      children.append(own)
    }
    func add(_ levels: [Int], depth: Int, under parent: Int) {
      let factor = factors[depth]
      for (level, omitted) in shown(levels, sizes: factor.sizes, depth: depth) {
        let index = nodes.count
        nodes.append(
          Node(
            depth: depth, level: level, size: level < 0 ? 0 : factor.sizes[level], omitted: omitted,
            height: 0,
            parent: parent))
        if level >= 0, depth + 1 < factors.count {
          add(children[depth][level], depth: depth + 1, under: index)
        } else {
          nodes[index].height = Double(rowCount)
          rowCount += 1
        }
      }
    }
    add(Array(factors[0].levels.indices), depth: 0, under: 0)
    for i in nodes.indices { nodes[i].height = Double(rowCount - 1) - nodes[i].height }
    for i in nodes.indices.reversed() {
      let own = nodes.indices.filter { nodes[$0].parent == i }
      if !own.isEmpty { nodes[i].height = (nodes[own[0]].height + nodes[own[own.count - 1]].height) / 2 }
    }
  }

  /// Which levels are shown, and how many are left out at each gap: the smallest, the middle one and the largest of the coarsest factor, of finer
  /// ones the smallest and the largest.
  private func shown(_ levels: [Int], sizes: [Int], depth: Int) -> [(level: Int, omitted: Int)] {
    let wanted = depth == 0 ? 3 : 2
    guard isShortened, levels.count > wanted else { return levels.map { ($0, 0) } }
    let sorted = levels.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    let last = sorted.count - 1
    let places = depth == 0 ? [0, last / 2, last] : [0, last]
    var result: [(level: Int, omitted: Int)] = []
    for (i, place) in places.enumerated() {
      if i > 0, place - places[i - 1] > 1 { result.append((-1, place - places[i - 1] - 1)) }
      result.append((sorted[place], 0))
    }
    return result
  }
}
