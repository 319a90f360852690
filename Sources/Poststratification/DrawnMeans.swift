/// The means of groups over draws of all effects, and what cells and rows are on average.
struct DrawnMeans {
  /// By column of groups, each group's mean in every draw.
  private(set) var groupMeans: [[[Double]]] = []
  /// The mean of each cell over the draws, where rows were asked for too.
  private(set) var cellMeans: [Double] = []
  /// The mean of each row over the draws, where rows were asked for.
  private(set) var rowMeans: [Double] = []
  /// Number of draws.
  private(set) var count = 0

  private let cells: CellRows
  private let census: Census
  private let mean: (Double) -> Double
  private let groupCounts: [Int]
  /// Cell by cell what it adds to everyone and to which group: flat, for this is the inner loop.
  private let adding: [[(cell: Int, group: Int)]]

  /// - Parameter mean: the mean at a linear predictor.
  init(
    _ groups: [AreaGroups], of cells: CellRows, census: Census, mean: @escaping (Double) -> Double
  ) {
    self.cells = cells
    self.census = census
    self.mean = mean
    groupCounts = groups.map(\.levels.count)
    adding = groups.map { group in
      group.ofCell.indices.compactMap { cell in
        group.ofCell[cell] < 0 ? nil : (cell: cell, group: group.ofCell[cell])
      }
    }
  }

  /// Takes draws.
  /// - Parameter rows: the survey's rows, whose means are wanted too; nil where neither they nor the cells' are.
  mutating func take(_ draws: Int, from source: inout some EffectDraws, rows: CellRows?) {
    count = draws
    groupMeans = groupCounts.map {
      [[Double]](repeating: [Double](repeating: 0, count: draws), count: $0)
    }
    var eta = [Double](repeating: 0, count: cells.count)
    var rowEta = [Double](repeating: 0, count: rows?.count ?? 0)
    if rows != nil {
      cellMeans = eta
      rowMeans = rowEta
    }
    for d in 0..<draws {
      let (beta, effects) = source.next()
      cells.predictors(beta, effects, into: &eta)
      for cell in eta.indices { eta[cell] = mean(eta[cell]) }
      for g in adding.indices {
        var sums = [Double](repeating: 0, count: groupCounts[g])
        var sizes = sums
        for (cell, group) in adding[g] {
          sums[group] += census.counts[cell] * eta[cell]
          sizes[group] += census.counts[cell]
        }
        for k in sums.indices { groupMeans[g][k][d] = sums[k] / sizes[k] }
      }
      guard let rows else { continue }
      rows.predictors(beta, effects, into: &rowEta)
      for cell in eta.indices { cellMeans[cell] += eta[cell] / Double(draws) }
      for row in rowEta.indices { rowMeans[row] += mean(rowEta[row]) / Double(draws) }
    }
  }
}
