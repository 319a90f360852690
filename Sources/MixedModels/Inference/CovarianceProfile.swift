import Glibc
import LinearAlgebra

/// The ML deviance as a function of standard deviations, correlations and σ, some of them held.
///
///     D = Σ log|V_j| + n log 2πσ² + r²(Ψ)/σ²,   Ψ = Σ/σ²
///
/// β is profiled out. Coordinates x are those of `CovarianceCoordinates`, and log σ.
final class CovarianceProfile {
  typealias Pointer = UnsafeMutablePointer<Double>

  private let coordinates: CovarianceCoordinates
  /// The effects of each term, by their columns of Z, in the order of its partial correlations.
  var orders: [[Int]] { coordinates.orders }
  /// Number of coordinates; the last one is log σ.
  let count: Int
  private var workspace: CovarianceCriterion
  private var responseScale: Double
  private let q: Int
  private let block: ScratchBlock
  /// R_b, Λ, R_bΛ, Ψ̃ and scratch (q×q).
  private let scale, lambda, turned, psi, work, work2, k, n: Pointer
  /// Λ_a (q×q) and Ψ̃_a over the free entries, coordinate after coordinate.
  private let first, moved: Pointer
  /// Gradient and Hessian of D at the last call of `differentiate`, all coordinates included.
  let gradient, hessian: Pointer
  /// tanh of the partial correlations' coordinates; scratch (count or count²).
  private let tangents, kept, step, eigen, vectors: Pointer

  /// - Parameter leading: for each term at most one list of effects to be taken first: the first one's correlations are coordinates.
  convenience init(_ data: ReducedData, leading: [[Int]] = []) {
    self.init(
      data.criterion(.ml), effectScale: data.design.effectScale, responseScale: data.design.responseScale,
      leading: leading)
  }

  /// The same of a criterion of which the scales of its data are known.
  init(
    _ workspace: CovarianceCriterion, effectScale: Matrix, responseScale: Double, leading: [[Int]] = []
  ) {
    precondition(workspace.method == .ml, "profiles are of the ML deviance")
    self.workspace = workspace
    self.responseScale = responseScale
    let q = workspace.effectCount
    self.q = q
    coordinates = CovarianceCoordinates(blocks: workspace.blocks, leading: leading)
    count = coordinates.count + 1
    let entries = workspace.directions.count
    block = ScratchBlock(count: (8 + count) * q * q + count * (entries + 4) + 3 * count * count)
    scale = block.take(q * q)
    lambda = block.take(q * q)
    turned = block.take(q * q)
    psi = block.take(q * q)
    work = block.take(q * q)
    work2 = block.take(q * q)
    k = block.take(q * q)
    n = block.take(q * q)
    self.first = block.take(count * q * q)
    moved = block.take(count * entries)
    gradient = block.take(count)
    hessian = block.take(count * count)
    tangents = block.take(count)
    kept = block.take(count)
    step = block.take(count)
    eigen = block.take(count * count)
    vectors = block.take(count * count)
    for i in 0..<q * q { scale[i] = effectScale.storage[i] }
  }

  /// Goes on with the criterion of another response, effects and scales of Z the same.
  func use(_ criterion: CovarianceCriterion, responseScale: Double) {
    workspace = criterion
    self.responseScale = responseScale
  }

  /// The coordinate of log σ.
  var sigmaIndex: Int { count - 1 }

  /// The coordinate of an effect's log sd.
  func deviationIndex(of effect: Int) -> Int { coordinates.deviationIndex(of: effect) }

  /// The coordinate of the correlation of the first effect of a term with another.
  func correlationIndex(of first: Int, with other: Int) -> Int {
    coordinates.correlationIndex(of: first, with: other)
  }

  /// The coordinates of partial correlations.
  var partialCorrelations: [Int] { coordinates.partialCorrelations }

  /// The coordinates of covariances (q×q, in squared units of the response) and σ; zeros and ones are moved inside a little.
  func coordinates(covariance: Matrix, sigma: Double, floors: [Double]) -> [Double] {
    coordinates.coordinates(covariance: covariance, floors: floors) + [log(sigma)]
  }

  /// Fills Λ and Ψ̃ (q×q) at x.
  private func setPsi(_ x: [Double]) {
    let sigma = exp(x[sigmaIndex])
    for i in 0..<q * q { lambda[i] = 0 }
    var start = 0
    for order in orders {
      let d = order.count
      var next = start + d
      for i in 0..<d {
        let row = order[i]
        var left = exp(x[start + i]) / sigma
        for j in 0..<i {
          // tanh and 1/cosh of the coordinate.
          let partial = tanh(x[next])
          tangents[next] = partial
          lambda[row + order[j] * q] = partial * left
          left *= (1 - partial * partial).squareRoot()
          next += 1
        }
        lambda[row + row * q] = left
      }
      start = next
    }
    multiply(scale, lambda, into: turned)
    multiplyTransposed(turned, turned, into: psi)
  }

  /// Σ (q×q, in squared units of the response) at x.
  func covariance(at x: [Double]) -> Matrix {
    setPsi(x)
    let relative = Matrix(rows: q, columns: q, storage: (0..<q * q).map { lambda[$0] })
    return relative * relative.transposed * exp(2 * x[sigmaIndex])
  }

  /// D at x.
  func value(_ x: [Double]) -> Double {
    setPsi(x)
    let total = workspace.evaluate(at: psi)
    guard total.isFinite else { return .infinity }
    let m = workspace.degreesOfFreedom
    let s = exp(x[sigmaIndex]) / responseScale
    let r = workspace.residualSquares
    return total - m * (1 + log(2 * .pi * r / m)) + m * log(2 * .pi * s * s) + r / (s * s)
  }

  /// Gradient (count) and Hessian (count²) of D at x, where `value` was called last.
  func differentiate(_ x: [Double]) {
    if workspace.hasExactHessian { fillDerivatives(x) } else { fillByDifferences(x) }
  }

  /// The Hessian by differences of gradients.
  private func fillByDifferences(_ x: [Double]) {
    let h = 1e-4
    var columns = Matrix(rows: count, columns: count)
    for b in 0..<count {
      for sign in [1.0, -1] {
        var moved = x
        moved[b] += sign * h
        guard value(moved).isFinite else { continue }
        fillDerivatives(moved)
        for a in 0..<count { columns[a, b] += sign * gradient[a] / (2 * h) }
      }
    }
    _ = value(x)
    fillDerivatives(x)
    for b in 0..<count { for a in 0..<count { hessian[a + b * count] = (columns[a, b] + columns[b, a]) / 2 } }
  }

  /// Gradient, and Hessian where the criterion's is exact, by the chain rule.
  ///
  /// With D over Ψ̃ and log s known, W its gradient and H its Hessian, K = R_b'WR_b and N = KΛ, the chain rule over Λ(x) is
  ///
  ///     ∂_a D = 2⟨N, Λ_a⟩          ∂_a∂_b D = H(Ψ̃_a, Ψ̃_b) + 2⟨KΛ_a, Λ_b⟩ + 2⟨N, Λ_ab⟩
  ///
  /// and for log σ what s itself adds: 2m − 2r²/s², its derivative 4r²/s², and 2t_E/s² beside each entry of Ψ̃.
  private func fillDerivatives(_ x: [Double]) {
    let m = workspace.degreesOfFreedom
    let s = exp(x[sigmaIndex]) / responseScale
    let precision = 1 / (s * s)
    let squares = workspace.residualSquares * precision
    workspace.differentiate(precision: precision)
    multiply(workspace.gradient, scale, into: work)
    multiplyFirstTransposed(scale, work, into: k)
    multiply(k, lambda, into: n)
    fillFirstDerivatives(x)
    let entries = workspace.directions.count
    for a in 0..<count {
      let own = first + a * q * q
      gradient[a] = 2 * inner(n, own)
      // Ψ̃_a = R_bΛ_a(R_bΛ)' and its transpose.
      multiply(scale, own, into: work)
      multiplyTransposed(work, turned, into: work2)
      for e in 0..<entries {
        let (i, j) = workspace.directions[e]
        moved[e + a * entries] = work2[i + j * q] + (i == j ? work2[i + j * q] : work2[j + i * q])
      }
    }
    for a in 0..<count {
      multiply(k, first + a * q * q, into: work)
      for b in 0...a {
        var sum = 2 * inner(work, first + b * q * q)
        for e in 0..<entries {
          var along = 0.0
          for f in 0..<entries { along += workspace.hessian[e + f * entries] * moved[f + b * entries] }
          sum += moved[e + a * entries] * along
        }
        hessian[a + b * count] = sum
      }
    }
    addSecondDerivatives(x)
    let last = sigmaIndex
    for a in 0..<count {
      var along = 0.0
      for e in 0..<entries { along += workspace.tSums[e] * moved[e + a * entries] }
      hessian[last + a * count] += 2 * precision * along * (a == last ? 2 : 1)
    }
    gradient[last] += 2 * m - 2 * squares
    hessian[last + last * count] += 4 * squares
    for a in 0..<count { for b in 0..<a { hessian[b + a * count] = hessian[a + b * count] } }
  }

  /// Λ_a for every coordinate: a row of Λ for its log sd, −Λ for log σ, and for a partial correlation t = tanh x, with c = 1/cosh x, c² in place of t in its own
  /// column and −t times what stands behind it.
  private func fillFirstDerivatives(_ x: [Double]) {
    for i in 0..<count * q * q { first[i] = 0 }
    let last = first + sigmaIndex * q * q
    for i in 0..<q * q { last[i] = -lambda[i] }
    var start = 0
    for order in orders {
      let d = order.count
      var next = start + d
      for i in 0..<d {
        let row = order[i]
        let own = first + (start + i) * q * q
        for j in 0...i { own[row + order[j] * q] = lambda[row + order[j] * q] }
        var left = exp(x[start + i] - x[sigmaIndex])
        for l in 0..<i {
          let t = tangents[next + l]
          let c = 1 - t * t
          let part = first + (next + l) * q * q
          part[row + order[l] * q] = left * c
          for j in l + 1...i { part[row + order[j] * q] = -t * lambda[row + order[j] * q] }
          left *= c.squareRoot()
        }
        next += i
      }
      start = next
    }
  }

  /// Adds 2⟨N, Λ_ab⟩ to the lower triangle of the Hessian.
  private func addSecondDerivatives(_ x: [Double]) {
    let last = sigmaIndex
    // Λ_σa = −Λ_a, Λ_σσ = Λ.
    for a in 0..<count { hessian[last + a * count] -= 2 * inner(n, first + a * q * q) }
    var start = 0
    for order in orders {
      let d = order.count
      var next = start + d
      for i in 0..<d {
        let row = order[i]
        let deviation = start + i
        hessian[deviation + deviation * count] += 2 * inner(n, first + deviation * q * q)
        var left = exp(x[deviation] - x[last])
        for l in 0..<i {
          let t = tangents[next + l]
          let c = 1 - t * t
          let place = next + l
          hessian[place + deviation * count] += 2 * inner(n, first + place * q * q)
          var sum = n[row + order[l] * q] * left * (-2 * t * c)
          for j in l + 1...i { sum += n[row + order[j] * q] * (2 * t * t - 1) * lambda[row + order[j] * q] }
          hessian[place + place * count] += 2 * sum
          // A partial correlation behind: −t times what that one does.
          for k in l + 1..<max(i, l + 1) {
            hessian[next + k + place * count] -= 2 * t * inner(n, first + (next + k) * q * q)
          }
          left *= c.squareRoot()
        }
        next += i
      }
      start = next
    }
  }

  /// The least D over all coordinates but those held, from x; x is moved there.
  func minimize(holding held: [Int], from x: inout [Double]) -> Double {
    let places = (0..<count).filter { !held.contains($0) }
    let free = places.count
    var value = value(x)
    if free == 0 || !value.isFinite { return value }
    func place(_ k: Int) -> Int { places[k] }
    for _ in 0..<60 {
      differentiate(x)
      for j in 0..<free {
        for i in 0..<free { eigen[i + j * free] = hessian[place(i) + place(j) * count] }
      }
      SmallKernels.symmetricEigen(eigen, free, vectors: vectors)
      var largest = 0.0
      for k in 0..<free { largest = max(largest, abs(eigen[k + k * free])) }
      var decrement = 0.0
      for i in 0..<free { step[i] = 0 }
      for k in 0..<free {
        var slope = 0.0
        for i in 0..<free { slope += vectors[i + k * free] * gradient[place(i)] }
        let curvature = max(abs(eigen[k + k * free]), 1e-9 * largest, 1e-12)
        let along = max(-2, min(2, -slope / curvature))
        decrement -= along * slope
        for i in 0..<free { step[i] += vectors[i + k * free] * along }
      }
      if !(decrement >= 1e-11) { break }
      var t = 1.0
      var moved = false
      for i in 0..<count { kept[i] = x[i] }
      while t > 1e-6 {
        for i in 0..<free { x[place(i)] = kept[place(i)] + t * step[i] }
        let next = self.value(x)
        if next < value - 1e-4 * t * decrement || decrement < 1e-7 && next <= value {
          value = next
          moved = true
          break
        }
        t /= 4
      }
      if !moved {
        for i in 0..<count { x[i] = kept[i] }
        break
      }
      // Newton's last step squares what is left: nothing more to gain.
      if decrement < 1e-6, t == 1 { break }
    }
    return value
  }

  private func multiply(_ a: Pointer, _ b: Pointer, into c: Pointer) {
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in 0..<q { sum += a[i + l * q] * b[l + j * q] }
        c[i + j * q] = sum
      }
    }
  }

  /// ab'.
  private func multiplyTransposed(_ a: Pointer, _ b: Pointer, into c: Pointer) {
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in 0..<q { sum += a[i + l * q] * b[j + l * q] }
        c[i + j * q] = sum
      }
    }
  }

  /// a'b.
  private func multiplyFirstTransposed(_ a: Pointer, _ b: Pointer, into c: Pointer) {
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in 0..<q { sum += a[l + i * q] * b[l + j * q] }
        c[i + j * q] = sum
      }
    }
  }

  private func inner(_ a: Pointer, _ b: Pointer) -> Double {
    var sum = 0.0
    for i in 0..<q * q { sum += a[i] * b[i] }
    return sum
  }
}
