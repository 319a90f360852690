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

  private let data: ResponseReduction
  private let p, groupCount, kinds: Int
  private let m: Double
  private let restricted: Bool
  /// The kind of each group; w_s and number of groups by kind.
  private let kindOf: [Int]
  private let squares, counts: [Double]
  /// B_s ((p+1)²), kind after kind, and W.
  private let between, within: Pointer
  /// The grid: ψ, and by whole vectors h_s, L_x⁻¹ (its lower triangle) and exp((c − c₀)/m).
  private let grid: [Double]
  private let size: Int
  private let lanes: UnsafeMutablePointer<Lanes>
  private let shares, inverses, levels, found, cross: UnsafeMutablePointer<Lanes>
  private let block: ScratchBlock
  private let s, first, second, l, work, work2, best: Pointer

  /// Nil where the groups are too different.
  init?(_ data: ResponseReduction, _ criterion: ProfiledCriterion) {
    let p = criterion.fixedCount
    let groups = criterion.data.groupCount
    self.data = data
    self.p = p
    groupCount = groups
    m = criterion.degreesOfFreedom
    restricted = criterion.method == .reml
    let order = p + 1
    var kindOf: [Int] = []
    var squares: [Double] = []
    var counts: [Double] = []
    for j in 0..<groups {
      let w = data.triangles[j] * data.triangles[j]
      if let k = squares.firstIndex(where: { abs($0 - w) <= 1e-14 * w }) {
        kindOf.append(k)
        counts[k] += 1
      } else {
        if squares.count == Self.mostKinds { return nil }
        kindOf.append(squares.count)
        squares.append(w)
        counts.append(1)
      }
    }
    self.kindOf = kindOf
    self.squares = squares
    self.counts = counts
    kinds = squares.count
    block = ScratchBlock(count: (kinds + 4) * order * order + p * p + 4 * p)
    between = block.take(kinds * order * order)
    within = block.take(order * order)
    s = block.take(order * order)
    first = block.take(order * order)
    second = block.take(order * order)
    l = block.take(p * p)
    work = block.take(p)
    work2 = block.take(p)
    best = block.take(p)
    beta = block.take(p)
    for k in 0..<order * order { within[k] = data.within[k] }
    for (j, kind) in kindOf.enumerated() {
      let x = data.crossX + j * p
      let b = between + kind * order * order
      for k in 0..<p { for i in 0..<p { b[i + k * order] += x[i] * x[k] } }
    }

    // As far as `CovarianceOptimizer` looks, in whole vectors.
    let reach = (Int(4 * log10(criterion.inflations[0])) + 3) / 4 * 4
    grid = [0] + (-12...34 + reach).map { pow(10, Double($0) / 4) }
    size = grid.count
    let vectors = size / 4
    let triangle = p * (p + 1) / 2
    let total = vectors * (kinds + triangle + 2 + p)
    lanes = .allocate(capacity: total)
    lanes.initialize(repeating: .zero, count: total)
    shares = lanes
    inverses = shares + kinds * vectors
    levels = inverses + triangle * vectors
    found = levels + vectors
    cross = found + vectors
    var constants: [Double] = []
    for (k, psi) in grid.enumerated() {
      let (v, lane) = (k / 4, k % 4)
      fillSum(at: psi)
      var constant = 0.0
      for kind in 0..<kinds {
        shares[kind * vectors + v][lane] = 1 / (1 + squares[kind] * psi)
        constant += counts[kind] * log1p(squares[kind] * psi)
      }
      let regular = factor()
      if restricted { for i in 0..<p { constant += 2 * log(l[i + i * p]) } }
      constants.append(regular ? constant : .infinity)
      // Columns of L⁻¹.
      for column in 0..<p {
        for i in 0..<p { work[i] = i == column ? 1 : 0 }
        SmallKernels.solveLower(l, p, work)
        for i in column..<p { inverses[(i * (i + 1) / 2 + column) * vectors + v][lane] = work[i] }
      }
    }
    let least = constants.min() ?? 0
    for (k, constant) in constants.enumerated() { levels[k / 4][k % 4] = exp((constant - least) / m) }
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
      var next = (1 + psi) * exp(-slope / curvature) - 1
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
    for kind in 0..<kinds { total += counts[kind] * log1p(squares[kind] * psi) }
    var product = 1.0
    if restricted { for i in 0..<p { product *= l[i + i * p] } }
    let r = s[p + p * order] - dot(work2)
    guard r > 0 else { return false }
    total += m * (1 + log(2 * .pi * r / m)) + 2 * log(product)
    if total < value {
      value = total
      residualSquares = r
      self.psi = psi
      for k in 0..<p { best[k] = work[k] }
    }
    return true
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
