import Glibc
import LinearAlgebra

/// The ML deviance as a function of standard deviations, correlations and σ, one of them held.
///
///     D = Σ log|V_j| + n log 2πσ² + r²(Ψ)/σ²,   Ψ = Σ/σ²
///
/// β is profiled out. Coordinates x are free of bounds: log sd for each effect, the canonical partial correlations' atanh by terms, log σ; a variance
/// of zero and a correlation of ±1 are reached in the limit. A correlation is held as the first partial correlation of its term, whose
/// effects are then taken in another order.
///
/// Reference for the coordinates: Lewandowski, Kurowicka & Joe (2009), doi:10.1016/j.jmva.2009.04.008.
final class CovarianceProfile {
  /// The effects of each term, by their columns of Z, in the order of its partial correlations.
  let orders: [[Int]]
  /// Number of coordinates; the last one is log σ.
  let count: Int
  private let workspace: CovarianceCriterion
  private let scale: Matrix
  private let responseScale: Double

  /// - Parameter first: two effects of one term whose correlation is to be a coordinate of its own.
  init(_ data: ReducedData, first: (Int, Int)? = nil) {
    workspace = data.criterion(.ml)
    scale = data.design.effectScale
    responseScale = data.design.responseScale
    orders = workspace.blocks.map { block in
      let own = Array(block)
      guard let first, own.contains(first.0) else { return own }
      return [first.0, first.1] + own.filter { $0 != first.0 && $0 != first.1 }
    }
    count = orders.reduce(1) { $0 + $1.count * ($1.count + 1) / 2 }
  }

  /// The coordinate of log σ.
  var sigmaIndex: Int { count - 1 }

  /// The coordinate of an effect's log sd.
  func deviationIndex(of effect: Int) -> Int {
    var start = 0
    for order in orders {
      if let place = order.firstIndex(of: effect) { return start + place }
      start += order.count * (order.count + 1) / 2
    }
    preconditionFailure("no effect \(effect)")
  }

  /// The coordinate of the correlation of the first two effects of the term that begins with an effect.
  func correlationIndex(of first: Int) -> Int {
    deviationIndex(of: first) + orders.first { $0.contains(first) }!.count
  }

  /// The coordinates of partial correlations.
  var partialCorrelations: [Int] {
    var start = 0
    return orders.flatMap { order -> [Int] in
      let d = order.count
      defer { start += d * (d + 1) / 2 }
      return Array(start + d..<start + d * (d + 1) / 2)
    }
  }

  /// The coordinates of covariances (q×q, in squared units of the response) and σ; zeros and ones are moved inside a little.
  func coordinates(covariance: Matrix, sigma: Double, floors: [Double]) -> [Double] {
    var x: [Double] = []
    for order in orders {
      let sd = order.map { max(covariance[$0, $0].squareRoot(), floors[$0]) }
      x += sd.map { log($0) }
      var factor = [[Double]]()
      for (i, a) in order.enumerated() {
        var row: [Double] = []
        var left = 1.0
        for (j, b) in order.enumerated() where j <= i {
          if j == i {
            row.append(left.squareRoot())
            break
          }
          let correlation = covariance[a, b] / (sd[i] * sd[j])
          var entry = correlation
          for k in 0..<j { entry -= row[k] * factor[j][k] }
          entry /= max(factor[j][j], 1e-8)
          let partial = max(-0.99999, min(0.99999, entry / max(left.squareRoot(), 1e-8)))
          x.append(atanh(partial))
          row.append(partial * left.squareRoot())
          left *= 1 - partial * partial
        }
        factor.append(row)
      }
    }
    return x + [log(sigma)]
  }

  /// Ψ̃ (q×q) at x.
  private func psi(_ x: [Double]) -> Matrix {
    let q = scale.rows
    let sigma = exp(x[sigmaIndex])
    var lambda = Matrix(rows: q, columns: q)
    var start = 0
    for order in orders {
      let d = order.count
      var next = start + d
      for i in 0..<d {
        let sd = exp(x[start + i]) / sigma
        var left = 1.0
        for j in 0..<i {
          let partial = tanh(x[next])
          lambda[order[i], order[j]] = sd * partial * left
          left *= (1 - partial * partial).squareRoot()
          next += 1
        }
        lambda[order[i], order[i]] = sd * left
      }
      start = next
    }
    let turned = scale * lambda
    return turned * turned.transposed
  }

  /// D at x.
  func value(_ x: [Double]) -> Double {
    var p = psi(x).storage
    let total = p.withUnsafeMutableBufferPointer { workspace.evaluate(at: $0.baseAddress!) }
    guard total.isFinite else { return .infinity }
    let m = workspace.degreesOfFreedom
    let s = exp(x[sigmaIndex]) / responseScale
    let r = workspace.residualSquares
    return total - m * (1 + log(2 * .pi * r / m)) + m * log(2 * .pi * s * s) + r / (s * s)
  }

  /// D and its gradient at x.
  func valueAndGradient(_ x: [Double]) -> (Double, [Double]) {
    let value = value(x)
    guard value.isFinite else { return (value, x) }
    workspace.differentiate()
    let q = scale.rows
    let m = workspace.degreesOfFreedom
    let s = exp(x[sigmaIndex]) / responseScale
    let r = workspace.residualSquares
    let shift = m / r - 1 / (s * s)
    var weight = Matrix(rows: q, columns: q)
    for j in 0..<q { for i in 0..<q { weight[i, j] = workspace.gradient[i + j * q] } }
    for (e, (a, b)) in workspace.directions.enumerated() {
      let own = workspace.tSums[e] * shift * (a == b ? 1 : 0.5)
      weight[a, b] += own
      if a != b { weight[b, a] += own }
    }
    var gradient = [Double](repeating: 0, count: count)
    for k in 0..<count {
      let h = 1e-5
      var (up, down) = (x, x)
      up[k] += h
      down[k] -= h
      let (high, low) = (psi(up), psi(down))
      var sum = 0.0
      for i in weight.storage.indices {
        sum += weight.storage[i] * (high.storage[i] - low.storage[i]) / (2 * h)
      }
      gradient[k] = sum
    }
    gradient[sigmaIndex] += 2 * m - 2 * r / (s * s)
    return (value, gradient)
  }

  /// The least D over all coordinates but one, from x; x is moved there.
  func minimize(holding held: Int, from x: inout [Double]) -> Double {
    let free = (0..<count).filter { $0 != held }
    var (value, gradient) = valueAndGradient(x)
    if free.isEmpty { return value }
    for _ in 0..<60 {
      // The Hessian by differences of gradients.
      var hessian = Matrix(rows: free.count, columns: free.count)
      for (j, b) in free.enumerated() {
        let h = 1e-4
        var (up, down) = (x, x)
        up[b] += h
        down[b] -= h
        let (high, low) = (valueAndGradient(up).1, valueAndGradient(down).1)
        for (i, a) in free.enumerated() {
          let entry = (high[a] - low[a]) / (2 * h)
          hessian[i, j] += entry / 2
          hessian[j, i] += entry / 2
        }
      }
      let (values, vectors) = hessian.symmetricEigen
      let slope = vectors.transposed * free.map { gradient[$0] }
      var decrement = 0.0
      var along = [Double](repeating: 0, count: free.count)
      let largest = values.reduce(0) { max($0, abs($1)) }
      for k in along.indices {
        let curvature = max(abs(values[k]), 1e-9 * largest, 1e-12)
        along[k] = max(-2, min(2, -slope[k] / curvature))
        decrement -= along[k] * slope[k]
      }
      if decrement < 1e-11 { break }
      let step = vectors * along
      var t = 1.0
      var moved = false
      while t > 1e-6 {
        var trial = x
        for (k, a) in free.enumerated() { trial[a] += t * step[k] }
        let next = self.value(trial)
        if next < value - 1e-4 * t * decrement || decrement < 1e-7 && next <= value {
          x = trial
          moved = true
          break
        }
        t /= 4
      }
      if !moved { break }
      (value, gradient) = valueAndGradient(x)
    }
    return value
  }
}
