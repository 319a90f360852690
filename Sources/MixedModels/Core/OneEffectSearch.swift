import Distributions
import Glibc
import LinearAlgebra

/// The optimum of a model with one random effect for one response after another: a grid over eleven decades of ψ or more whose every local minimum is
/// followed by Newton's method in log(1 + ψ).
///
/// Groups with the same R_j enter together: S(ψ) = W + Σ_s h_sB_s with h_s = 1/(1 + w_sψ), w_s = R_j², B_s = Σ z_jz_j'. On the grid all but the
/// response's part is the same for every response, c(ψ) + m log r²(ψ), and its smallest value is found without a logarithm as that of
/// exp(c/m)·r². Newton's steps stay between the neighbours of the grid's minimum.
final class OneEffectSearch {
  typealias Pointer = UnsafeMutablePointer<Double>
  private typealias Lanes = SIMD4<Double>

  /// More different R_j than this are left to `CovarianceOptimizer`.
  static let mostKinds = 256

  /// The optimum of the last response: ψ, the criterion without its constant, r² and β (p), all in the coordinates of `ResponseReduction`.
  private(set) var psi = 0.0
  private(set) var value = 0.0
  private(set) var residualSquares = 0.0
  let beta: Pointer
  private(set) var evaluationCount = 0

  private let data: GroupConstants
  private let p, groupCount, mostKinds: Int
  private var kinds = 0
  private var m = 0.0
  private let restricted: Bool
  /// The kind of each group.
  private var kindOf: [Int]
  /// w_s and number of groups by kind.
  private let squares, counts: Pointer
  /// B_s ((p+1)²), kind after kind, and W.
  private let between, within: Pointer
  /// The grid: ψ, and by whole vectors h_s, L_x⁻¹ (its lower triangle) and exp((c − c₀)/m).
  private let grid: [Double]
  private let size: Int
  private let lanes: UnsafeMutablePointer<Lanes>
  private let shares, inverses, levels, found, cross, triangle: UnsafeMutablePointer<Lanes>
  private let block: ScratchBlock
  private let s, first, second, l, work, work2, best: Pointer

  /// A search for the design that constants hold now; nil where its groups are too different.
  convenience init?(_ data: GroupConstants, _ criterion: ProfiledCriterion) {
    var squares: [Double] = []
    for j in 0..<data.groupCount {
      let w = data.triangles[j] * data.triangles[j]
      if squares.contains(where: { Self.areAlike($0, w) }) { continue }
      if squares.count == Self.mostKinds { return nil }
      squares.append(w)
    }
    self.init(
      data, method: criterion.method, inflation: criterion.inflations[0], mostKinds: squares.count)
    guard prepare(degreesOfFreedom: criterion.degreesOfFreedom) else { return nil }
  }

  /// A search for designs that are still to come, each to be prepared.
  /// - Parameter inflation: how far beyond the usual decades a variance can lie (`WhitenedDesign.Coordinates.inflations`).
  init(_ data: GroupConstants, method: EstimationMethod, inflation: Double, mostKinds: Int) {
    let p = data.fixedCount
    self.data = data
    self.p = p
    self.mostKinds = mostKinds
    groupCount = data.groupCount
    restricted = method == .reml
    let order = p + 1
    kindOf = [Int](repeating: 0, count: groupCount)
    block = ScratchBlock(count: (mostKinds + 4) * order * order + p * p + 4 * p + 2 * mostKinds)
    between = block.take(mostKinds * order * order)
    within = block.take(order * order)
    s = block.take(order * order)
    first = block.take(order * order)
    second = block.take(order * order)
    l = block.take(p * p)
    work = block.take(p)
    work2 = block.take(p)
    best = block.take(p)
    beta = block.take(p)
    squares = block.take(mostKinds)
    counts = block.take(mostKinds)

    // As far as `CovarianceOptimizer` looks, in whole vectors.
    let reach = (Int(4 * log10(inflation)) + 3) / 4 * 4
    grid = [0] + (-12...34 + reach).map { Portable.pow(10, Double($0) / 4) }
    size = grid.count
    let vectors = size / 4
    let corner = p * (p + 1) / 2
    let total = vectors * (mostKinds + corner + 2) + p + p * p
    lanes = .allocate(capacity: total)
    lanes.initialize(repeating: .zero, count: total)
    shares = lanes
    inverses = shares + mostKinds * vectors
    levels = inverses + corner * vectors
    found = levels + vectors
    cross = found + vectors
    triangle = cross + p
  }

  @inline(__always)
  private static func areAlike(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-14 * b }

  /// Reads the design's part of the constants; false where the groups are too different.
  func prepare(degreesOfFreedom: Double) -> Bool {
    m = degreesOfFreedom
    let order = p + 1
    kinds = 0
    for j in 0..<groupCount {
      let w = data.triangles[j] * data.triangles[j]
      var kind = 0
      while kind < kinds, !Self.areAlike(squares[kind], w) { kind += 1 }
      if kind == kinds {
        if kinds == mostKinds { return false }
        squares[kind] = w
        counts[kind] = 0
        let b = between + kind * order * order
        for k in 0..<order * order { b[k] = 0 }
        kinds += 1
      }
      counts[kind] += 1
      kindOf[j] = kind
      let x = data.crossX + j * p
      let b = between + kind * order * order
      for k in 0..<p { for i in 0..<p { b[i + k * order] += x[i] * x[k] } }
    }
    for k in 0..<order * order { within[k] = data.within[k] }
    let vectors = size / 4
    let logs = UnsafeMutableRawPointer(levels).assumingMemoryBound(to: Double.self)
    for v in 0..<vectors { levels[v] = constant(at: v) }
    var least = Double.infinity
    for k in 0..<size where logs[k] < least { least = logs[k] }
    for k in 0..<size { logs[k] = Portable.exp((logs[k] - least) / m) }
    return true
  }

  /// Σ log|V_j| [+ log|S_xx|] at four points of the grid, whose h_s and L_x⁻¹ are kept; infinite where rounding makes S_xx
  /// indefinite.
  private func constant(at v: Int) -> Lanes {
    let order = p + 1
    let vectors = size / 4
    let one = Lanes(repeating: 1)
    let psi = Lanes(grid[4 * v], grid[4 * v + 1], grid[4 * v + 2], grid[4 * v + 3])
    func logarithm(_ x: Lanes) -> Lanes {
      Lanes(Portable.log(x[0]), Portable.log(x[1]), Portable.log(x[2]), Portable.log(x[3]))
    }
    var logSum = Lanes.zero
    var product = one
    var factors = 0.0
    for k in 0..<p { for i in k..<p { triangle[i + k * p] = Lanes(repeating: within[i + k * order]) } }
    for kind in 0..<kinds {
      let d = one + psi * squares[kind]
      let h = one / d
      shares[kind * vectors + v] = h
      let b = between + kind * order * order
      for k in 0..<p { for i in k..<p { triangle[i + k * p] += h * b[i + k * order] } }
      if counts[kind] > 8 {
        logSum += counts[kind] * logarithm(d)
        continue
      }
      // Products of eight do not overflow.
      if factors + counts[kind] > 8 {
        logSum += logarithm(product)
        (product, factors) = (one, 0)
      }
      factors += counts[kind]
      for _ in 0..<Int(counts[kind]) { product *= d }
    }
    logSum += logarithm(product)
    // L, its diagonal inverted.
    var size = one
    for k in 0..<p {
      var pivot = triangle[k + k * p]
      for i in 0..<k { pivot -= triangle[k + i * p] * triangle[k + i * p] }
      size *= pivot
      let inverse = one / pivot.squareRoot()
      triangle[k + k * p] = inverse
      for i in k + 1..<max(p, k + 1) {
        var sum = triangle[i + k * p]
        for a in 0..<k { sum -= triangle[i + a * p] * triangle[k + a * p] }
        triangle[i + k * p] = sum * inverse
      }
    }
    for column in 0..<p {
      for i in column..<p {
        var sum = i == column ? one : .zero
        for k in column..<i {
          sum -= triangle[i + k * p] * inverses[(k * (k + 1) / 2 + column) * vectors + v]
        }
        inverses[(i * (i + 1) / 2 + column) * vectors + v] = sum * triangle[i + i * p]
      }
    }
    if restricted, p > 0 { logSum += logarithm(size) }
    for i in 0..<4 where !(size[i] > 0) { logSum[i] = .infinity }
    return logSum
  }

  deinit { lanes.deallocate() }

  /// Minimizes for the response that was reduced last; false where the criterion has no minimum on the grid or rounding gets in the way.
  func minimize() -> Bool {
    let order = p + 1
    for kind in 0..<kinds {
      let b = between + kind * order * order + p * order
      for k in 0..<order { b[k] = 0 }
    }
    for j in 0..<groupCount {
      let b = between + kindOf[j] * order * order + p * order
      let y = data.crossY[j]
      let x = data.crossX + j * p
      for k in 0..<p { b[k] += x[k] * y }
      b[p] += y * y
    }
    for k in 0..<p { within[k + p * order] = data.withinXY[k] }
    within[p + p * order] = data.withinYY
    scan()
    evaluationCount = size
    value = .infinity
    let values = UnsafeRawPointer(found).assumingMemoryBound(to: Double.self)
    var regular = true
    for k in 0..<size {
      let own = values[k]
      if k > 0, !(own <= values[k - 1]) { continue }
      if k + 1 < size, !(own <= values[k + 1]) { continue }
      // Falling to the end: the search is at its limits.
      guard k + 1 < size, own.isFinite else { return false }
      if !follow(from: k) { regular = false }
    }
    guard regular, value.isFinite else { return false }
    for k in 0..<p { beta[k] = best[k] }
    return true
  }

  /// exp((c − c₀)/m)·r² on the grid.
  private func scan() {
    let order = p + 1
    let vectors = size / 4
    for v in 0..<vectors {
      var yy = Lanes(repeating: within[p + p * order])
      for k in 0..<p { cross[k] = Lanes(repeating: within[k + p * order]) }
      for kind in 0..<kinds {
        let h = shares[kind * vectors + v]
        let b = between + kind * order * order + p * order
        for k in 0..<p { cross[k] += h * b[k] }
        yy += h * b[p]
      }
      var place = inverses + v
      for i in 0..<p {
        var sum = Lanes.zero
        for k in 0...i {
          sum += place.pointee * cross[k]
          place += vectors
        }
        yy -= sum * sum
      }
      found[v] = levels[v] * yy
    }
  }

  /// Newton's method from a minimum of the grid; keeps the optimum if it is the best so far.
  private func follow(from start: Int) -> Bool {
    var (low, high) = (start == 0 ? 0 : grid[start - 1], grid[start + 1])
    var psi = grid[start]
    for _ in 0..<60 {
      guard let (slope, curvature) = derivatives(at: psi) else { return false }
      evaluationCount += 1
      if psi == 0, slope >= 0 { break }
      if slope > 0 { high = psi } else { low = psi }
      var next = (1 + psi) * Self.exponential(-slope / curvature) - 1
      let isNewton = curvature > 0 && next > low && next < high
      if !isNewton { next = low > 0 ? (low * high).squareRoot() : high / 2 }
      let last = isNewton && slope * slope < 1e-9 * curvature || high - low <= 1e-15 * high
      psi = next
      if last { break }
    }
    let order = p + 1
    fillSum(at: psi)
    guard factor() else { return false }
    solve()
    var total = 0.0
    for kind in 0..<kinds { total += counts[kind] * Portable.log1p(squares[kind] * psi) }
    var product = 1.0
    if restricted { for i in 0..<p { product *= l[i + i * p] } }
    let r = s[p + p * order] - dot(work2)
    guard r > 0 else { return false }
    total += m * (1 + Portable.log(2 * .pi * r / m)) + 2 * Portable.log(product)
    if total < value {
      value = total
      residualSquares = r
      self.psi = psi
      for k in 0..<p { best[k] = work[k] }
    }
    return true
  }

  /// eᵗ, of small t by a fraction that is as good for Newton's steps: it agrees to fourth order.
  @inline(__always)
  private static func exponential(_ t: Double) -> Double {
    let square = t * t
    return square < 0.25 ? (12 + 6 * t + square) / (12 - 6 * t + square) : Portable.exp(t)
  }

  /// s ← S(ψ).
  private func fillSum(at psi: Double) {
    let count = (p + 1) * (p + 1)
    for k in 0..<count { s[k] = within[k] }
    for kind in 0..<kinds {
      let h = 1 / (1 + squares[kind] * psi)
      let b = between + kind * count
      for k in 0..<count { s[k] += h * b[k] }
    }
  }

  /// l ← chol(S_xx).
  private func factor() -> Bool {
    for k in 0..<p { for i in k..<p { l[i + k * p] = s[i + k * (p + 1)] } }
    return SmallKernels.cholesky(l, p)
  }

  /// work2 ← L⁻¹s_xy, work ← β.
  private func solve() {
    for k in 0..<p { work2[k] = s[k + p * (p + 1)] }
    SmallKernels.solveLower(l, p, work2)
    for k in 0..<p { work[k] = work2[k] }
    SmallKernels.solveLowerTransposed(l, p, work)
  }

  private func dot(_ a: Pointer) -> Double {
    var sum = 0.0
    for k in 0..<p { sum += a[k] * a[k] }
    return sum
  }

  /// First and second derivative in u = log(1 + ψ).
  private func derivatives(at psi: Double) -> (Double, Double)? {
    let order = p + 1
    let count = order * order
    for k in 0..<count {
      s[k] = within[k]
      first[k] = 0
      second[k] = 0
    }
    var (slope, bend) = (0.0, 0.0)
    for kind in 0..<kinds {
      let w = squares[kind]
      let h = 1 / (1 + w * psi)
      let g = w * h
      let (one, two) = (-g * h, 2 * g * g * h)
      let b = between + kind * count
      for k in 0..<count {
        s[k] += h * b[k]
        first[k] += one * b[k]
        second[k] += two * b[k]
      }
      slope += counts[kind] * g
      bend -= counts[kind] * g * g
    }
    guard factor() else { return nil }
    solve()
    let r = s[p + p * order] - dot(work2)
    guard r > 0 else { return nil }
    // S′a and S″a with a = (−β, 1): x-parts and the forms a'S′a, a'S″a.
    var (r1, r2) = (first[p + p * order], second[p + p * order])
    for k in 0..<p {
      var moved = first[k + p * order]
      var bent = 2 * second[k + p * order]
      for i in 0..<p {
        // Only the upper triangle holds the response's column.
        moved -= first[i + k * order] * work[i]
        bent -= second[i + k * order] * work[i]
      }
      work2[k] = moved
      r1 -= work[k] * (moved + first[k + p * order])
      r2 -= work[k] * bent
    }
    SmallKernels.solveLower(l, p, work2)
    r2 -= 2 * dot(work2)
    slope += m * r1 / r
    bend += m * (r2 / r - (r1 / r) * (r1 / r))
    if restricted {
      // N = L⁻¹S′L⁻ᵀ, in place.
      for k in 0..<p { SmallKernels.solveLower(l, p, first + k * order) }
      for i in 0..<p {
        for k in 0..<p { work2[k] = first[i + k * order] }
        SmallKernels.solveLower(l, p, work2)
        for k in 0..<p { bend -= work2[k] * work2[k] }
        slope += work2[i]
      }
      // tr(S⁻¹S″).
      for k in 0..<p {
        SmallKernels.solveLower(l, p, second + k * order)
        SmallKernels.solveLowerTransposed(l, p, second + k * order)
        bend += second[k + k * order]
      }
    }
    let scale = 1 + psi
    return (slope * scale, bend * scale * scale + slope * scale)
  }
}
