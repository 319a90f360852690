import LinearAlgebra

/// Variances, or variances and covariances, of the draws of one warmup window, updated draw by draw.
///
/// With n draws and their covariance S it gives
///
///     Σ = n/(n + 5)·S + 5/(n + 5)·10⁻³·I,
///
/// which is positive definite even where S is not: the regularization of Stan (its reference manual, chapter
/// "MCMC Sampling", section on the metric).
///
/// - Reference: Welford (1962), doi:10.1080/00401706.1962.10490022.
package final class CovarianceEstimate {
  private let form: MetricForm
  private let dimension: Int
  private let mean: UnsafeMutablePointer<Double>
  /// The last draw minus the mean before it.
  private let deviation: UnsafeMutablePointer<Double>
  /// Sums of squares, or of squares and products by columns, about the mean.
  private let squares: UnsafeMutablePointer<Double>
  private let block: ScratchBlock
  /// The number of draws.
  package private(set) var count = 0

  /// An estimate without draws.
  package init(_ form: MetricForm, dimension: Int) {
    self.form = form
    self.dimension = dimension
    let size = form == .dense ? dimension * dimension : dimension
    block = ScratchBlock(count: 2 * dimension + size)
    mean = block.take(dimension)
    deviation = block.take(dimension)
    squares = block.take(size)
  }

  /// Forgets all draws.
  package func reset() {
    count = 0
    mean.update(repeating: 0, count: dimension)
    squares.update(repeating: 0, count: form == .dense ? dimension * dimension : dimension)
  }

  /// Adds a draw.
  package func add(_ draw: UnsafeMutablePointer<Double>) {
    let d = dimension
    count += 1
    let share = 1 / Double(count)
    for i in 0..<d {
      deviation[i] = draw[i] - mean[i]
      mean[i] += deviation[i] * share
    }
    switch form {
    case .diagonal:
      for i in 0..<d { squares[i] += deviation[i] * (draw[i] - mean[i]) }
    case .dense:
      // draw − new mean = (1 − 1/n)·deviation: written so, the products are symmetric.
      let rest = 1 - share
      for j in 0..<d {
        let column = squares + j * d
        let factor = rest * deviation[j]
        for i in 0..<d { column[i] += deviation[i] * factor }
      }
    }
  }

  /// Writes Σ in the form of `EuclideanMetric`.
  /// - Returns: false, nothing written, with fewer than two draws.
  func write(to covariance: UnsafeMutablePointer<Double>) -> Bool {
    guard count >= 2 else { return false }
    let d = dimension
    let n = Double(count)
    let scale = n / ((n + 5) * (n - 1))
    let ridge = 1e-3 * 5 / (n + 5)
    for i in 0..<(form == .dense ? d * d : d) { covariance[i] = scale * squares[i] }
    let stride = form == .dense ? d + 1 : 1
    for i in 0..<d { covariance[i * stride] += ridge }
    return true
  }
}
