import Distributions
import ModelFormula

/// The survey's own means, for the comparison: of groups, of cells, and of the model without the census.
struct SurveyMeans {
  /// Responses of the used rows; shares of binomial ones.
  let response: [Double]
  /// How much each counts: trials, prior weights, or 1.
  let weights: [Double]
  /// The model's means of the used rows.
  let fitted: [Double]

  init(_ frame: ModelFrame, fitted rows: CellRows, _ effects: FittedEffects) {
    response = frame.response
    weights = frame.binomial?.trials ?? frame.weights ?? response.map { _ in 1 }
    var eta = [Double](repeating: 0, count: rows.count)
    rows.predictors(effects.beta, effects.factors.map { $0.modes.transposed.storage }, into: &eta)
    fitted = eta.map(effects.mean)
  }

  /// The rows of a table of groups.
  /// - Parameters:
  ///   - usedRows: the survey's rows behind the used ones.
  ///   - cells: the cell of each row of census and survey.
  ///   - means: the model's mean of each cell of the census.
  ///   - draws: each group's means over the draws.
  func rows(
    of group: AreaGroups, usedRows: [Int], cells: (ofCell: [Int], ofRow: [Int]), census: Census,
    means: [Double], truth: [Double]?, draws: [[Double]]?, level: Double
  ) -> [AreaEstimate] {
    let count = group.levels.count
    let zeros = [Double](repeating: 0, count: count)
    var (n, weight, sum, squares, model) = (
      [Int](repeating: 0, count: count), zeros, zeros, zeros, zeros
    )
    let cellCount = (cells.ofCell.max() ?? -1) + 1
    var cellWeight = [Double](repeating: 0, count: cellCount)
    var (cellSum, cellSquares) = (cellWeight, cellWeight)
    var cellRows = [Int](repeating: 0, count: cellCount)
    for (i, row) in usedRows.enumerated() {
      let cell = cells.ofRow[row]
      if cell >= 0 {
        cellWeight[cell] += weights[i]
        cellSum[cell] += weights[i] * response[i]
        cellRows[cell] += 1
      }
      guard let g = group.ofRow?[row], g >= 0 else { continue }
      n[g] += 1
      weight[g] += weights[i]
      sum[g] += weights[i] * response[i]
      model[g] += weights[i] * fitted[i]
    }
    for (i, row) in usedRows.enumerated() {
      let cell = cells.ofRow[row]
      if cell >= 0 {
        let e = weights[i] * (response[i] - cellSum[cell] / cellWeight[cell])
        cellSquares[cell] += e * e
      }
      guard let g = group.ofRow?[row], g >= 0 else { continue }
      let e = response[i] - sum[g] / weight[g]
      squares[g] += weights[i] * weights[i] * e * e
    }
    var (people, estimate, cellwise, cellVariance, known) = (zeros, zeros, zeros, zeros, zeros)
    var living = n.map { _ in 0 }
    var seen = living
    for (cell, g) in group.ofCell.enumerated() where g >= 0 {
      let size = census.counts[cell]
      people[g] += size
      estimate[g] += size * means[cell]
      living[g] += 1
      let own = cells.ofCell[cell]
      if own >= 0, cellWeight[own] > 0 {
        seen[g] += 1
        cellwise[g] += size * cellSum[own] / cellWeight[own]
        let rows = Double(cellRows[own])
        let share = size / cellWeight[own]
        cellVariance[g] += rows > 1 ? share * share * cellSquares[own] * rows / (rows - 1) : .nan
      }
      if let truth { known[g] += size * truth[cell] }
    }
    return (0..<count).map { g in
      let sorted = draws?[g].sorted()
      let isCounted = people[g] > 0
      func quantile(_ p: Double) -> Double {
        sorted.map { isCounted ? sampleQuantile($0, p) : .nan } ?? .nan
      }
      return AreaEstimate(
        level: group.levels[g], sampleCount: group.ofRow == nil ? nil : n[g], populationCount: people[g],
        share: people[g] / census.total, rawMean: sum[g] / weight[g],
        rawStandardError: n[g] > 1
          ? (squares[g] * Double(n[g]) / Double(n[g] - 1)).squareRoot() / weight[g] : .nan,
        cellwiseMean: seen[g] == living[g] ? cellwise[g] / people[g] : .nan,
        cellwiseStandardError: seen[g] == living[g] ? cellVariance[g].squareRoot() / people[g] : .nan,
        unweightedMean: model[g] / weight[g], estimate: estimate[g] / people[g],
        standardError: sorted.map(SurveyMeans.deviation) ?? .nan, lower: quantile((1 - level) / 2),
        upper: quantile((1 + level) / 2), truth: truth.map { _ in known[g] / people[g] },
        cellCount: living[g], seenCellCount: seen[g])
    }
  }

  private static func deviation(_ x: [Double]) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, x.count - 1))).squareRoot()
  }
}
