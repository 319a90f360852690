import Distributions
import Tables

/// The units of one draw: how many each level has, to which of the level above each belongs, and those of
/// each row.
struct DesignUnits: Sendable {
  /// The number of units of each level.
  let counts: [Int]
  /// For each level and each entry of the graph's `above` the upper unit of every unit, from 0.
  let up: [[[Int]]]
  /// The number of rows.
  let rowCount: Int
  /// For each level the unit of every row, from 0.
  let ofRow: [[Int]]
  /// The number of each row within its cell, from 0; nil where levels are not crossed.
  let withinCell: [Int]?

  /// Draws sizes (level after level), memberships (level after level), and cells.
  /// - Throws: `DesignFault` for more rows than a table has.
  init<Stream: VariateStream>(_ plan: RowPlan, from stream: inout Stream) throws(DesignFault) {
    let graph = plan.graph
    var counts: [Int] = []
    var up: [[[Int]]] = []
    for (k, level) in graph.levels.enumerated() {
      switch level.units {
      case .counted(let n):
        counts.append(n)
        up.append([])
      case .named(let names):
        counts.append(names.count)
        up.append([])
      case .times(let first, let last, let per):
        let steps = last - first + 1
        guard per != nil else {
          counts.append(steps)
          up.append([])
          continue
        }
        let parents = counts[graph.above[k][0]]
        try Self.check(Double(parents) * Double(steps), level.name)
        counts.append(parents * steps)
        up.append([Self.repeated((0..<parents).map { _ in steps }, total: parents * steps)])
      case .nested(_, let size):
        let sizes = size.sizes(of: counts[graph.above[k][0]], from: &stream)
        try Self.check(sizes.reduce(0.0) { $0 + Double($1) }, level.name)
        let total = sizes.reduce(0, +)
        counts.append(total)
        up.append([Self.repeated(sizes, total: total)])
      }
    }
    for (k, level) in graph.levels.enumerated() {
      for member in level.belongs {
        let upper = graph.index(of: member.level)!
        up[k].append(
          Self.members(counts[k], of: counts[upper], weights: member.weights, from: &stream))
      }
    }
    self.counts = counts
    self.up = up
    var ofRow: [[Int]] = []
    switch plan.rows {
    case .units:
      let row = plan.rowLevel!
      rowCount = counts[row]
      withinCell = nil
      for k in graph.levels.indices { ofRow.append(Self.climb(graph, counts, up, from: row, to: k)!) }
    case .crossed(let cross):
      let cells = try Self.cells(cross, plan.crossed.map { counts[$0] }, from: &stream)
      rowCount = cells.count * cross.perCell
      try Self.check(Double(cells.count) * Double(cross.perCell), nil)
      let codes = Self.codes(cells, plan.crossed.map { counts[$0] }, perCell: cross.perCell)
      withinCell = (0..<rowCount).map { $0 % cross.perCell }
      for k in graph.levels.indices {
        let source = plan.source[k]!
        let way = Self.climb(graph, counts, up, from: plan.crossed[source], to: k)!
        ofRow.append(plan.crossed[source] == k ? codes[source] : codes[source].map { way[$0] })
      }
    }
    self.ofRow = ofRow
  }

  private init(counts: [Int], up: [[[Int]]], rowCount: Int, ofRow: [[Int]], withinCell: [Int]?) {
    (self.counts, self.up, self.rowCount) = (counts, up, rowCount)
    (self.ofRow, self.withinCell) = (ofRow, withinCell)
  }

  /// The same units, some of the rows.
  func sampling(_ rows: [Int]) -> DesignUnits {
    DesignUnits(
      counts: counts, up: up, rowCount: rows.count, ofRow: ofRow.map { own in rows.map { own[$0] } },
      withinCell: withinCell.map { own in rows.map { own[$0] } })
  }

  /// The unit of an upper level to which each unit of a lower one belongs; nil where it is not above.
  func units(of upper: Int, for lower: Int, in graph: LevelGraph) -> [Int]? {
    Self.climb(graph, counts, up, from: lower, to: upper)
  }

  private static func climb(
    _ graph: LevelGraph, _ counts: [Int], _ up: [[[Int]]], from lower: Int, to upper: Int
  ) -> [Int]? {
    if lower == upper { return Array(0..<counts[lower]) }
    guard let edge = graph.above[lower].firstIndex(where: { graph.isAbove(upper, $0) }) else { return nil }
    let next = graph.above[lower][edge]
    if next == upper { return up[lower][edge] }
    let rest = climb(graph, counts, up, from: next, to: upper)!
    return up[lower][edge].map { rest[$0] }
  }

  private static func check(_ rows: Double, _ name: String?) throws(DesignFault) {
    let most = DesignError.largestTable
    if rows > Double(most) {
      throw DesignFault(
        name.map { ["levels", $0] } ?? ["response", "level"],
        "\(Int(min(rows, 1e18))) \(name.map { "units of '\($0)'" } ?? "rows") in this draw; one data set has at most \(most) rows"
      )
    }
  }

  private static func repeated(_ sizes: [Int], total: Int) -> [Int] {
    var parents: [Int] = []
    parents.reserveCapacity(total)
    for (parent, size) in sizes.enumerated() {
      parents.append(contentsOf: repeatElement(parent, count: size))
    }
    return parents
  }

  /// One uniform number a unit: its place among the cumulative weights.
  private static func members<Stream: VariateStream>(
    _ count: Int, of upper: Int, weights: [Double]?, from stream: inout Stream
  ) -> [Int] {
    guard let weights else {
      return (0..<count).map { _ in min(Int(stream.uniform() * Double(upper)), upper - 1) }
    }
    let bounds = CumulativeWeights(weights)
    return (0..<count).map { _ in bounds.place(of: stream.uniform()) }
  }

  /// The numbers of the cells that have rows, rising; cell number = Σ code·(cells of the levels behind).
  private static func cells<Stream: VariateStream>(
    _ cross: CrossedRows, _ counts: [Int], from stream: inout Stream
  ) throws(DesignFault) -> [Int] {
    try check(counts.reduce(1.0) { $0 * Double($1) }, nil)
    let all = counts.reduce(1, *)
    switch cross.cells {
    case .all: return Array(0..<all)
    case .fraction(let share):
      let kept = Int((Double(all) * share).rounded(.toNearestOrEven))
      guard kept > 0 else {
        throw DesignFault(
          ["response", "level", "fraction"], "\(shortestText(share)) of \(all) cells is none in this draw")
      }
      return chosen(kept, of: all, from: &stream)
    case .sees(let each, let seen):
      let first = cross.levels[0] == each
      let (units, others) = first ? (counts[0], counts[1]) : (counts[1], counts[0])
      guard seen <= others else {
        throw DesignFault(["response", "level", "sees"], "\(seen) of \(others) units in this draw")
      }
      var cells: [Int] = []
      for unit in 0..<units {
        for other in chosen(seen, of: others, from: &stream) {
          cells.append(first ? unit * others + other : other * units + unit)
        }
      }
      return first ? cells : cells.sorted()
    }
  }

  /// The places of the smallest of so many uniform numbers, rising: R's `sort(order(runif(n))[1:k])`.
  private static func chosen<Stream: VariateStream>(
    _ kept: Int, of count: Int, from stream: inout Stream
  ) -> [Int] {
    let keys = (0..<count).map { _ in stream.uniform() }
    let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    return order.prefix(kept).sorted()
  }

  private static func codes(_ cells: [Int], _ counts: [Int], perCell: Int) -> [[Int]] {
    var after = 1
    var codes: [[Int]] = []
    for count in counts.reversed() {
      let step = after
      var own: [Int] = []
      own.reserveCapacity(cells.count * perCell)
      for cell in cells { own.append(contentsOf: repeatElement(cell / step % count, count: perCell)) }
      codes.append(own)
      after *= count
    }
    return codes.reversed()
  }
}

/// Weights as bounds of a uniform number.
struct CumulativeWeights: Sendable {
  /// Σ of the first k weights over the sum of all, the last left out.
  let bounds: [Double]

  /// Bounds from weights of any positive sum, summed in order.
  init(_ weights: [Double]) {
    var sums: [Double] = []
    for w in weights { sums.append((sums.last ?? 0) + w) }
    bounds = sums.dropLast().map { $0 / sums[sums.count - 1] }
  }

  /// How many bounds are at or below u: the place, from 0, that a weighted choice by u gives (R's
  /// `findInterval(u, bounds)`).
  func place(of u: Double) -> Int {
    var (low, high) = (0, bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= u { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
