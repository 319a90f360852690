import Glibc

/// Means of observed responses of a generalized model in bins of one predictor: shares of successes, rates Σy/Σexp(o), or means.
struct ObservedMeans {
  /// The number of bins; nil where each row stands by itself.
  let binCount: Int?
  private let x: [Double]
  private let lines: [Int]
  private let bins: [Int]
  /// w·y, w·exposure and what counts, row by row.
  private let sums: [Double], exposures: [Double], counts: [Double]

  /// Fewer rows a line than these stand by themselves, unless each is 0 or 1.
  private static let mostSingleRows = 15.0
  /// Numbers with more values than these are cut into bins.
  private static let mostValues = 7

  /// - Parameters:
  ///   - isFactor: whether x are places of levels.
  ///   - rowsPerLine: how many rows a line of a panel has in the mean.
  ///   - isRate: whether responses are divided by exp of the offset.
  init(
    _ fit: GeneralizedLinearMixedModelFit, x: [Double], isFactor: Bool, lines: [Int], rowsPerLine: Double,
    isRate: Bool
  ) {
    let model = fit.model
    self.x = x
    self.lines = lines
    let isBinomial = model.frame.binomial != nil
    let weights = model.trials ?? [Double](repeating: 1, count: x.count)
    sums = zip(weights, model.frame.response).map(*)
    exposures = isRate ? zip(weights, model.frame.offset ?? []).map { $0 * exp($1) } : weights
    counts = isBinomial ? weights : weights.map { _ in 1 }
    let values = Set(x).sorted()
    if isFactor || values.count <= ObservedMeans.mostValues {
      let place = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
      bins = x.map { place[$0]! }
      binCount = values.count
    } else if rowsPerLine <= ObservedMeans.mostSingleRows, !(isBinomial && model.trials == nil) {
      bins = Array(x.indices)
      binCount = nil
    } else {
      let count = min(8, max(3, Int(rowsPerLine / 8)))
      let sorted = x.sorted()
      let edges = (1..<count).map { sorted[$0 * sorted.count / count] }
      bins = x.map { value in edges.count { $0 <= value } }
      binCount = count
    }
  }

  /// The means of some rows, line after line and bin after bin.
  func dots(_ rows: [Int]) -> [GroupResponses.Dot] {
    var members: [[Int]: [Int]] = [:]
    for i in rows { members[[lines[i], bins[i]], default: []].append(i) }
    return members.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, rows in
      func total(_ values: [Double]) -> Double { rows.reduce(0) { $0 + values[$1] } }
      let count = total(counts)
      return GroupResponses.Dot(
        line: key[0], place: rows.reduce(0) { $0 + counts[$1] * x[$1] } / count,
        mean: total(sums) / total(exposures), count: count)
    }
  }
}
