/// Means and variances of chains of equal length, one behind another in memory.
///
/// Between and within, in the paper's letters: B/n is the variance of the chains' means, W the mean of their
/// variances.
struct ChainMoments {
  /// n, the draws of each chain.
  let drawCount: Int
  /// The mean of each chain.
  let means: [Double]
  /// The variance of each chain, with denominator n − 1.
  let variances: [Double]

  /// The moments of chains of `drawCount` draws, at least two.
  init(_ values: Span<Double>, drawCount n: Int) {
    drawCount = n
    means = (0..<values.count / n).map { Self.mean(values, from: $0 * n, count: n) }
    variances = means.indices.map { [means] chain in
      var sum = 0.0
      for i in chain * n..<(chain + 1) * n {
        let gap = values[unchecked: i] - means[chain]
        sum += gap * gap
      }
      return sum / Double(n - 1)
    }
  }

  /// W, the mean of the chains' variances.
  var within: Double { variances.reduce(0, +) / Double(variances.count) }

  /// B/n, the variance of the chains' means; 0 for one chain.
  var betweenMeans: Double {
    if means.count < 2 { return 0 }
    let centre = means.reduce(0, +) / Double(means.count)
    return means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(means.count - 1)
  }

  /// The mean of part of the values: the sum, then once more of what is left, so that a large constant costs
  /// no digits.
  static func mean(_ values: Span<Double>, from start: Int, count n: Int) -> Double {
    precondition(
      n > 0 && start >= 0 && start + n <= values.count, "a chain of \(n) at \(start) of \(values.count)")
    var sum = 0.0
    for i in start..<start + n { sum += values[unchecked: i] }
    let first = sum / Double(n)
    var rest = 0.0
    for i in start..<start + n { rest += values[unchecked: i] - first }
    return first + rest / Double(n)
  }
}
