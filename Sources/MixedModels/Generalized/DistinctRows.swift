import LinearAlgebra

/// The rows of a generalized model with equal predictors, offset and levels summed into one: log-densities are linear in the response, so their sum over such
/// rows is that of one row with all their trials or weights, up to the constant.
///
/// Surveys have thousands of rows in a few cells; everything after this costs as many rows as there are cells.
struct DistinctRows {
  /// The model with summed rows; `ungrouped` keeps the responses for the constant.
  let data: GeneralizedData
  /// For each given row the one in which it is.
  let place: [Int]

  /// Rows looked at before all are.
  private static let sampleCount = 256

  /// - Returns: nil where few rows would be saved, or a dispersion is estimated, whose first guess needs the rows.
  /// - Complexity: O(n·(p + q + factors)); nearly nothing where the first look finds rows that differ.
  init?(_ given: GeneralizedData) {
    let n = given.response.count
    guard !given.estimatesDispersion, n > 1 else { return nil }
    let sampled = min(n, DistinctRows.sampleCount)
    let sample = (0..<sampled).map { $0 * n / sampled }
    guard DistinctRows.group(given, sample).first.count * 2 <= sampled else { return nil }
    let (first, place) = DistinctRows.group(given, Array(0..<n))
    guard Double(first.count) <= 0.6 * Double(n) else { return nil }
    var (sums, weights) = (
      [Double](repeating: 0, count: first.count), [Double](repeating: 0, count: first.count)
    )
    let isBinomial = given.model.family == .binomial
    for i in 0..<n {
      let m = given.trials?[i] ?? 1
      sums[place[i]] += isBinomial ? given.response[i] : m * given.response[i]
      weights[place[i]] += m
    }
    var data = given
    data.ungrouped = (given.response, given.trials)
    data.response =
      isBinomial
      ? sums
      : sums.indices.map { weights[$0] > 0 ? sums[$0] / weights[$0] : given.response[first[$0]] }
    data.trials = weights
    data.offset = given.offset.map { offset in first.map { offset[$0] } }
    data.fixed = DistinctRows.rows(given.fixed, first)
    data.random = DistinctRows.rows(given.random, first)
    data.factors = given.factors.map { factor in (first.map { factor.codes[$0] }, factor.levelCount) }
    self.data = data
    self.place = place
  }

  private static func rows(_ matrix: Matrix, _ rows: [Int]) -> Matrix {
    var result = Matrix(rows: rows.count, columns: matrix.columns)
    for c in 0..<matrix.columns {
      for (i, row) in rows.enumerated() { result[i, c] = matrix[row, c] }
    }
    return result
  }

  /// For each of some rows the number of its kind, kinds in the order in which they appear, and the first row of each.
  private static func group(_ data: GeneralizedData, _ rows: [Int]) -> (first: [Int], place: [Int]) {
    let n = data.response.count
    var hashes = [UInt64](repeating: 0xcbf2_9ce4_8422_2325, count: rows.count)
    func mix(_ k: Int, _ bits: UInt64) {
      let value = (hashes[k] ^ bits) &* 0x9e37_79b9_7f4a_7c15
      hashes[k] = value ^ (value >> 29)
    }
    for matrix in [data.fixed, data.random] {
      for c in 0..<matrix.columns {
        for (k, i) in rows.enumerated() { mix(k, matrix.storage[i + c * n].bitPattern) }
      }
    }
    for (k, i) in rows.enumerated() {
      if let offset = data.offset { mix(k, offset[i].bitPattern) }
      for factor in data.factors { mix(k, UInt64(factor.codes[i])) }
    }
    func areEqual(_ i: Int, _ j: Int) -> Bool {
      for factor in data.factors where factor.codes[i] != factor.codes[j] { return false }
      if let offset = data.offset, offset[i] != offset[j] { return false }
      for c in 0..<data.fixed.columns where data.fixed[i, c] != data.fixed[j, c] { return false }
      for c in 0..<data.random.columns where data.random[i, c] != data.random[j, c] { return false }
      return true
    }
    var size = 16
    while size < 2 * rows.count { size *= 2 }
    var table = [Int32](repeating: -1, count: size)
    var first: [Int] = []
    var place = [Int](repeating: 0, count: rows.count)
    for (k, i) in rows.enumerated() {
      var slot = Int(truncatingIfNeeded: hashes[k] >> 17) & (size - 1)
      while true {
        let kind = Int(table[slot])
        if kind < 0 {
          table[slot] = Int32(first.count)
          place[k] = first.count
          first.append(i)
          break
        }
        if areEqual(first[kind], i) {
          place[k] = kind
          break
        }
        slot = (slot + 1) & (size - 1)
      }
    }
    return (first, place)
  }
}
