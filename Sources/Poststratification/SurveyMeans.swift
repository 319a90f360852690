import Distributions
import ModelFormula

/// The survey's own means, for the comparison: of groups, of cells, and of the model without the census.
struct SurveyMeans {
  /// Responses of the used rows; shares of binomial ones.
  let response: [Double]
  /// How much each counts: trials, prior weights, or 1.
  let weights: [Double]
  /// The respondents of each: trials of binomial responses, otherwise 1.
  let respondents: [Double]
  /// Whether a row stands for as many people with 0 or 1 as it has trials.
  let isBinomial: Bool
  /// The model's means of the used rows.
  var fitted: [Double]

  init(_ frame: ModelFrame, fitted rows: CellRows, _ effects: FittedEffects) {
    response = frame.response
    isBinomial = frame.binomial != nil
    respondents = frame.binomial?.trials ?? response.map { _ in 1 }
    weights = frame.binomial?.trials ?? frame.weights ?? response.map { _ in 1 }
    var eta = [Double](repeating: 0, count: rows.count)
    rows.predictors(effects.beta, effects.factors.map { $0.modes.transposed.storage }, into: &eta)
    fitted = eta.map(effects.mean)
  }

  /// What a row adds to the sum of squares about a mean: Σ w²(y − m)²; of a share y of w people with 0 or 1
  /// each person's (0 or 1 − m)², so that aggregated data have the errors of the people themselves.
  private func square(_ i: Int, about mean: Double) -> Double {
    let (w, y) = (weights[i], response[i])
    let e = y - mean
    return isBinomial ? w * (e * e + y * (1 - y)) : w * w * e * e
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
    var (n, weight, sum, squares, model) = (zeros, zeros, zeros, zeros, zeros)
    let cellCount = (cells.ofCell.max() ?? -1) + 1
    var cellWeight = [Double](repeating: 0, count: cellCount)
    var (cellSum, cellSquares, cellRespondents) = (cellWeight, cellWeight, cellWeight)
    for (i, row) in usedRows.enumerated() {
      let cell = cells.ofRow[row]
      if cell >= 0 {
        cellWeight[cell] += weights[i]
        cellSum[cell] += weights[i] * response[i]
        cellRespondents[cell] += respondents[i]
      }
      guard let g = group.ofRow?[row], g >= 0 else { continue }
      n[g] += respondents[i]
      weight[g] += weights[i]
      sum[g] += weights[i] * response[i]
      model[g] += weights[i] * fitted[i]
    }
    for (i, row) in usedRows.enumerated() {
      let cell = cells.ofRow[row]
      if cell >= 0 { cellSquares[cell] += square(i, about: cellSum[cell] / cellWeight[cell]) }
      guard let g = group.ofRow?[row], g >= 0 else { continue }
      squares[g] += square(i, about: sum[g] / weight[g])
    }
    var (people, estimate, cellwise, cellVariance, known) = (zeros, zeros, zeros, zeros, zeros)
    var living = [Int](repeating: 0, count: count)
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
        let asked = cellRespondents[own]
        let share = size / cellWeight[own]
        cellVariance[g] += asked > 1 ? share * share * cellSquares[own] * asked / (asked - 1) : .nan
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
        level: group.levels[g],
        sampleCount: group.ofRow == nil ? nil : Int(exactly: n[g]) ?? Int.max, populationCount: people[g],
        share: people[g] / census.total, rawMean: sum[g] / weight[g],
        rawStandardError: n[g] > 1
          ? (squares[g] * n[g] / (n[g] - 1)).squareRoot() / weight[g] : .nan,
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
