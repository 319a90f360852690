import LinearAlgebra

/// The minimizer of a quadratic model g's + ½s'Hs within a ball, for an indefinite or singular H too.
///
/// In H's eigenvectors the step is s_i = −g_i/(λ_i + μ) with the smallest μ ≥ 0 that makes H + μI positive semidefinite and |s| ≤ radius; where the
/// gradient has no part along the most negative curvature (the hard case), the step goes along that eigenvector.
/// Reference: Moré & Sorensen (1983), doi:10.1137/0904038.
enum TrustRegionStep {
  /// - Returns: the step and how much the quadratic model falls.
  static func solve(
    gradient: [Double], hessian: Matrix, radius: Double
  ) -> (step: [Double], predicted: Double) {
    let n = gradient.count
    let scratch = ScratchBlock(count: 2 * n * n)
    defer { withExtendedLifetime(scratch) {} }
    let a = scratch.take(n * n)
    let v = scratch.take(n * n)
    for i in 0..<n * n { a[i] = hessian.storage[i] }
    SmallKernels.symmetricEigen(a, n, vectors: v)
    let values = (0..<n).map { a[$0 + $0 * n] }
    // Numbers that are none give no step.
    guard values.allSatisfy(\.isFinite), gradient.allSatisfy(\.isFinite) else {
      return ([Double](repeating: 0, count: n), .nan)
    }
    let rotated = (0..<n).map { k in (0..<n).reduce(0.0) { $0 + v[$1 + k * n] * gradient[$1] } }
    let largest = values.map(abs).max() ?? 0
    let floor = 1e-12 * max(largest, 1e-300)
    let least = values.min() ?? 0

    func coordinates(_ mu: Double) -> [Double] {
      (0..<n).map { rotated[$0] == 0 ? 0 : -rotated[$0] / max(values[$0] + mu, floor) }
    }
    func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    var y: [Double]
    if least >= -floor {
      y = coordinates(0)
    } else {
      y = coordinates(-least)
      if length(y) <= min(radius, 0.5) {
        // The hard case: leave along the direction in which the criterion bends down.
        let k = values.firstIndex(of: least)!
        let room = min(radius, 0.5)
        y[k] += (rotated[k] > 0 ? -1 : 1) * (room * room - length(y) * length(y)).squareRoot()
      }
    }
    if length(y) > radius {
      var low = max(0, -least)
      var high = low + length(rotated) / radius + largest
      for _ in 0..<100 {
        let middle = (low + high) / 2
        if length(coordinates(middle)) > radius { low = middle } else { high = middle }
        if high - low <= 1e-10 * high { break }
      }
      y = coordinates(high)
    }
    var predicted = 0.0
    for k in 0..<n { predicted -= y[k] * (rotated[k] + 0.5 * values[k] * y[k]) }
    let step = (0..<n).map { i in (0..<n).reduce(0.0) { $0 + v[i + $1 * n] * y[$1] } }
    return (step, predicted)
  }
}
