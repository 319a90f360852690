import LinearAlgebra

/// The minimizer of a quadratic model g's + ½s'Hs within a ball, for an indefinite or singular H too.
///
/// In H's eigenvectors the step is s_i = −g_i/(λ_i + μ) with the smallest μ ≥ 0 that makes H + μI positive semidefinite and |s| ≤ radius; where the
/// gradient has no part along the most negative curvature (the hard case), the step goes along that eigenvector.
/// Reference: Moré & Sorensen (1983), doi:10.1137/0904038.
final class TrustRegionStep {
  typealias Pointer = UnsafeMutablePointer<Double>

  private let n: Int
  private let block: ScratchBlock
  private let a, v, values, rotated, y: Pointer

  /// Memory for steps of n entries.
  init(order n: Int) {
    self.n = n
    block = ScratchBlock(count: 2 * n * n + 3 * n)
    a = block.take(n * n)
    v = block.take(n * n)
    values = block.take(n)
    rotated = block.take(n)
    y = block.take(n)
  }

  /// - Returns: the step and how much the quadratic model falls.
  static func solve(
    gradient: [Double], hessian: Matrix, radius: Double
  ) -> (step: [Double], predicted: Double) {
    var step = gradient
    let predicted = gradient.withPointer { g in
      hessian.storage.withPointer { h in
        step.withUnsafeMutableBufferPointer {
          TrustRegionStep(order: gradient.count).solve(g, h, radius: radius, into: $0.baseAddress!)
        }
      }
    }
    return (step, predicted)
  }

  /// Fills the step (n) for a gradient (n) and a Hessian (n×n). Allocates nothing.
  /// - Returns: how much the quadratic model falls; NaN, with a step of 0, for numbers that are none.
  func solve(_ gradient: Pointer, _ hessian: Pointer, radius: Double, into step: Pointer) -> Double {
    for i in 0..<n * n { a[i] = hessian[i] }
    SmallKernels.symmetricEigen(a, n, vectors: v)
    var isFinite = true
    var (largest, least, place) = (0.0, Double.infinity, 0)
    for k in 0..<n {
      values[k] = a[k + k * n]
      if !values[k].isFinite || !gradient[k].isFinite { isFinite = false }
      largest = max(largest, abs(values[k]))
      if values[k] < least { (least, place) = (values[k], k) }
      var sum = 0.0
      for i in 0..<n { sum += v[i + k * n] * gradient[i] }
      rotated[k] = sum
    }
    guard isFinite else {
      for k in 0..<n { step[k] = 0 }
      return .nan
    }
    let floor = 1e-12 * max(largest, 1e-300)
    if least >= -floor {
      setCoordinates(0, floor)
    } else {
      setCoordinates(-least, floor)
      if length(y) <= min(radius, 0.5) {
        // The hard case: leave along the direction in which the criterion bends down.
        let room = min(radius, 0.5)
        y[place] += (rotated[place] > 0 ? -1 : 1) * (room * room - length(y) * length(y)).squareRoot()
      }
    }
    if length(y) > radius {
      var low = max(0, -least)
      var high = low + length(rotated) / radius + largest
      for _ in 0..<100 {
        let middle = (low + high) / 2
        setCoordinates(middle, floor)
        if length(y) > radius { low = middle } else { high = middle }
        if high - low <= 1e-10 * high { break }
      }
      setCoordinates(high, floor)
    }
    var predicted = 0.0
    for k in 0..<n { predicted -= y[k] * (rotated[k] + 0.5 * values[k] * y[k]) }
    for i in 0..<n {
      var sum = 0.0
      for k in 0..<n { sum += v[i + k * n] * y[k] }
      step[i] = sum
    }
    return predicted
  }

  private func setCoordinates(_ mu: Double, _ floor: Double) {
    for k in 0..<n { y[k] = rotated[k] == 0 ? 0 : -rotated[k] / max(values[k] + mu, floor) }
  }

  private func length(_ x: Pointer) -> Double {
    var sum = 0.0
    for k in 0..<n { sum += x[k] * x[k] }
    return sum.squareRoot()
  }
}
