import Distributions
import Glibc
import LinearAlgebra

/// Minimizes a `CovarianceCriterion` over the cone of covariance matrices Ψ.
///
/// Inside the cone: Newton's method in the chart I + Ψ = LL', Ψ ↦ L(I − E)⁻¹L' − I, with the exact Hessian. A step that leaves the cone is
/// projected by setting negative eigenvalues to 0. On the boundary: a trust region in the entries of Ψ's Cholesky factor, unconstrained, with
/// the exact Hessian. A zero column stays zero while its curvature is positive and leaves otherwise, which is the optimality test D ⪰ 0 there.
///
/// Several starts, because the criterion can have more than one minimum (even a strict one at Ψ = 0). The best wins.
/// Reference: Moré & Sorensen (1983), doi:10.1137/0904038; the moment start follows Rao (1971), doi:10.1016/0047-259X(71)90001-7.
final class CovarianceOptimizer {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Where one start ended.
  struct Outcome {
    var psi: [Double]
    var value: Double
    var converged: Bool
  }

  /// The same without the place, which is in `psi` or `best`.
  struct End {
    var value: Double
    var converged: Bool
  }

  let criterion: CovarianceCriterion
  /// Where the criterion was evaluated last (q×q).
  private let lastPoint: Pointer
  /// Whether the criterion was evaluated last at a point: at the very point, or up to rounding where an evaluation is expensive.
  func endedAt(_ point: [Double]) -> Bool {
    let tolerance = criterion.isExpensive ? 1e-12 : 0
    return evaluationCount > 0
      && point.indices.allSatisfy { abs(lastPoint[$0] - point[$0]) <= tolerance * max(1, abs(point[$0])) }
  }

  /// The smallest eigenvalue of the last Hessian with a unit diagonal: near 0 where data do not tell all parameters apart.
  func flattestInformation() -> Double {
    let h = Matrix(
      rows: s, columns: s, storage: Array(UnsafeBufferPointer(start: criterion.hessian, count: s * s)))
    var scaled = h
    for e in 0..<s {
      for f in 0..<s { scaled[e, f] /= max(h[e, e] * h[f, f], .leastNormalMagnitude).squareRoot() }
    }
    return scaled.symmetricEigen.values.min() ?? 1
  }

  /// Further starts of the caller's (q×q each), and how many there are now.
  let furtherStarts: Pointer
  static let mostFurtherStarts = 6
  var furtherCount = 0

  /// Evaluations of the criterion so far.
  var evaluationCount = 0

  /// Effects a group (q), and free entries of Ψ (s).
  let q: Int
  let s: Int
  private let block: ScratchBlock
  /// The point Ψ, the one tried next, L = chol(I + Ψ), and the best optimum so far (q×q).
  let psi, trial, factor, best: Pointer
  private let limitPsi: Pointer
  /// Λ on the boundary, and the one tried next (q×q).
  let lambda, nextLambda: Pointer
  let trustRegion: TrustRegionStep
  /// Scratch of at least q×q.
  let work, work2, vectors: Pointer
  /// Gradient (s), Hessian (s×s) and step (s) in the chart, and the map from its directions to Ψ's (s×s).
  let chart, chartHessian, step, map: Pointer
  /// Scratch (q or s).
  let eigenvalues: Pointer

  /// An optimizer with memory of its own.
  init(_ criterion: CovarianceCriterion) {
    self.criterion = criterion
    q = criterion.effectCount
    s = criterion.directions.count
    let sizes = [
      q * q, q * q, q * q, q * q, q * q, q * q, q * q, q * q, q * q, q * q, q * q, s, s * s, s, s * s,
    ]
    let wide = max(s * s, q * q)
    block = ScratchBlock(
      count: sizes.reduce(0, +) + 2 * wide + max(q, s) + Self.mostFurtherStarts * q * q)
    lastPoint = block.take(q * q)
    limitPsi = block.take(q * q)
    psi = block.take(q * q)
    trial = block.take(q * q)
    factor = block.take(q * q)
    best = block.take(q * q)
    lambda = block.take(q * q)
    nextLambda = block.take(q * q)
    trustRegion = TrustRegionStep(order: s)
    work = block.take(wide)
    work2 = block.take(q * q)
    vectors = block.take(wide)
    chart = block.take(s)
    chartHessian = block.take(s * s)
    step = block.take(s)
    map = block.take(s * s)
    eigenvalues = block.take(max(q, s))
    furtherStarts = block.take(Self.mostFurtherStarts * q * q)
  }

  /// The best optimum over the starts that are right for q: the moment estimate, Ψ = I and Ψ = 100·I; for one effect the best point of a grid
  /// over eleven decades or more; for three effects or more, and for very few groups, four more; a search over decades
  /// where minima far apart are likely.
  func minimize() -> Outcome? {
    minimizeInPlace().map {
      Outcome(
        psi: Array(UnsafeBufferPointer(start: best, count: q * q)), value: $0.value, converged: $0.converged)
    }
  }

  /// The same, the optimum left in `best`. Allocates nothing but for a wide search.
  func minimizeInPlace() -> End? {
    sawRunaway = false
    limit = nil
    let end = bestOfStarts()
    // Where the criterion falls without end, a place with residuals of nothing is on the way; else σ = 0 may be its limit.
    guard let limit, !sawRunaway, limit.value < end?.value ?? .infinity else { return end }
    for i in 0..<q * q { best[i] = limitPsi[i] }
    return limit
  }

  private func bestOfStarts() -> End? {
    var end: End?
    fillMomentStart()
    keepIfBetter(&end)
    if criterion.isExpensive, let end, end.converged { return end }
    keepIfBetter(&end, even: 1, odd: 1)
    if criterion.isExpensive, let end, end.converged { return end }
    // Minima far apart were met with few groups only, up to a dozen or two.
    if q > 2 || criterion.leastGroupCount < 1000 || end?.converged != true {
      keepIfBetter(&end, even: 100, odd: 100)
    }
    if q == 1 {
      fillBestOfGrid()
      keepIfBetter(&end)
    }
    // With more effects, or few groups, more minima are worth looking for.
    if q >= 3 || q == 2 && criterion.leastGroupCount <= (criterion.hasSeveralFactors ? 20 : 4) {
      keepIfBetter(&end, even: 0.01, odd: 0.01)
      keepIfBetter(&end, even: 10, odd: 0.01)
      keepIfBetter(&end, even: 0.01, odd: 10)
      keepIfBetter(&end, even: 1e4, odd: 1e4)
    }
    for k in 0..<furtherCount {
      for i in 0..<q * q { psi[i] = furtherStarts[k * q * q + i] }
      keepIfBetter(&end)
    }
    if Self.needsWideSearch(criterion) {
      for start in wideStarts() {
        for i in 0..<q * q { psi[i] = start[i] }
        keepIfBetter(&end)
      }
    }
    if end == nil, sawRunaway {
      // All ways led off: one effect at a time is more cautious.
      for k in 0..<q {
        for size in [0.01, 0.3, 3] {
          for i in 0..<q * q { psi[i] = 0 }
          psi[k + k * q] = size
          keepIfBetter(&end)
        }
      }
    }
    return end
  }

  private func keepIfBetter(_ known: inout End?, even: Double, odd: Double) {
    fillDiagonal(even, odd)
    keepIfBetter(&known)
  }

  /// Descends from `psi` and keeps where that ends, if it is better than what is known.
  private func keepIfBetter(_ known: inout End?) {
    guard let end = descend(known: known) else { return }
    if mayVanish {
      let vanishes = criterion.hasNoResiduals
      if isRunaway(end.value) {
        sawRunaway = true
        return
      }
      if vanishes {
        if end.value < limit?.value ?? .infinity {
          limit = end
          for i in 0..<q * q { limitPsi[i] = psi[i] }
        }
        return
      }
    }
    if let found = known {
      let noise = 1e-10 * abs(end.value)
      guard
        end.value < found.value - noise
          || end.converged && !found.converged && end.value < found.value + noise
      else { return }
    }
    known = end
    for i in 0..<q * q { best[i] = psi[i] }
  }

  /// Whether some start led to where the criterion falls without end as effects grow beside the residuals.
  private(set) var sawRunaway = false

  /// The best place with residuals of nothing from where the criterion falls no further, in `limitPsi`.
  private var limit: End?

  /// How much larger than the residuals the effects of `psi` are, as a ratio of variances.
  private var excess: Double {
    (0..<q).reduce(0) { max($0, psi[$1 + $1 * q] / max(1, criterion.inflations[$1])) }
  }

  /// Whether the effects of the Ψ in `psi` are thousands of times the residuals, and can fit y exactly; the criterion is then evaluated there.
  private var mayVanish: Bool {
    excess > 1e6 && evaluate(psi).isFinite && criterion.mayFallWithoutEnd
  }

  /// Whether the Ψ in `psi`, with residuals of nothing, is on a way without end: effects ten times as large are better by more than an optimum near it
  /// could be. Where rounding decides already, what lies behind tells. A limit that is neared ever more slowly is none.
  private func isRunaway(_ value: Double) -> Bool {
    if criterion.levelsOff { return false }
    if criterion.residualSquares < criterion.leastResidualSquares { return true }
    let excess = excess
    if excess < 1e12 { return valueWithLargeEffects(times: 10) < value - 1 }
    // Further out rounding decides, and what lies behind tells. A fall without end is even, decade by decade; to an optimum or toward a limit it is not.
    let (far, middle, near) = (
      valueWithLargeEffects(times: 0.01), valueWithLargeEffects(times: 1e-3),
      valueWithLargeEffects(times: 1e-4)
    )
    return middle - far > 1 && abs(near - middle - (middle - far)) < 0.2 * (middle - far)
  }

  /// The criterion with the large effects of `psi` scaled.
  private func valueWithLargeEffects(times scale: Double) -> Double {
    func factor(_ k: Int) -> Double { psi[k + k * q] > 1e6 * max(1, criterion.inflations[k]) ? scale : 1 }
    for j in 0..<q { for i in 0..<q { trial[i + j * q] = factor(i) * factor(j) * psi[i + j * q] } }
    return evaluate(trial)
  }

  private func fillDiagonal(_ even: Double, _ odd: Double) {
    for i in 0..<q * q { psi[i] = 0 }
    for i in 0..<q { psi[i + i * q] = i % 2 == 0 ? even : odd }
  }

  /// For q = 1, the Ψ of a logarithmic grid with the smallest criterion.
  private func fillBestOfGrid() {
    var best = (value: Double.infinity, psi: 1.0)
    let reach = Int(4 * log10(criterion.inflations[0]))
    for k in -12...32 + reach {
      trial[0] = Portable.pow(10, Double(k) / 4)
      let value = evaluate(trial)
      if value < best.value { best = (value, trial[0]) }
    }
    psi[0] = best.psi
  }

  /// Sets an effect's variance and covariances to 0 where that leaves the criterion as it is; false if it does not.
  func removeUnseen(effect k: Int, from optimum: inout Outcome) -> Bool {
    for i in 0..<q * q { best[i] = optimum.psi[i] }
    guard removeUnseen(effect: k, at: optimum.value) else { return false }
    optimum = Outcome(
      psi: Array(UnsafeBufferPointer(start: best, count: q * q)), value: criterion.value,
      converged: optimum.converged)
    return true
  }

  /// The same for the optimum in `best`.
  func removeUnseen(effect k: Int, at value: Double) -> Bool {
    for i in 0..<q * q { psi[i] = best[i] }
    for i in 0..<q {
      psi[i + k * q] = 0
      psi[k + i * q] = 0
    }
    guard abs(evaluate(psi) - value) <= 1e-9 * max(1, abs(value)) else { return false }
    for i in 0..<q * q { best[i] = psi[i] }
    return true
  }

  /// The smallest eigenvalue of the criterion's Hessian in the chart around a regular Ψ: curvature for a relative change of I + Ψ.
  func flattestCurvature(at point: [Double]) -> Double {
    for i in 0..<q * q { psi[i] = point[i] }
    guard evaluate(psi).isFinite else { return 0 }
    criterion.differentiate()
    guard prepareChart() else { return 0 }
    let scratch = ScratchBlock(count: s * s)
    defer { withExtendedLifetime(scratch) {} }
    let unused = scratch.take(s * s)
    for i in 0..<s * s { work[i] = chartHessian[i] }
    SmallKernels.symmetricEigen(work, s, vectors: unused)
    return (0..<s).map { work[$0 + $0 * s] }.min() ?? 0
  }

  /// One scoring step from Ψ = 0, eigenvalues at least 0.01.
  private func fillMomentStart() {
    guard criterion.fillMomentStart(psi) else { return fillDiagonal(1, 1) }
    keepBlocks(psi)
    for i in 0..<q * q { work[i] = psi[i] }
    rebuild(psi, from: work, smallest: 0.01)
  }

  /// Zeroes the entries between terms.
  private func keepBlocks(_ a: Pointer) {
    for i in 0..<q * q { work2[i] = 0 }
    for e in 0..<s {
      let (x, y) = criterion.directions[e]
      work2[x + y * q] = a[x + y * q]
      work2[y + x * q] = a[y + x * q]
    }
    for i in 0..<q * q { a[i] = work2[i] }
  }

  /// target ← V max(λ, smallest) V' of a symmetric matrix, which is destroyed. Returns its smallest eigenvalue.
  @discardableResult
  func rebuild(_ target: Pointer, from a: Pointer, smallest: Double) -> Double {
    SmallKernels.symmetricEigen(a, q, vectors: vectors)
    var least = Double.infinity
    for k in 0..<q {
      least = min(least, a[k + k * q])
      eigenvalues[k] = max(a[k + k * q], smallest)
    }
    for j in 0..<q {
      for i in 0...j {
        var sum = 0.0
        for k in 0..<q { sum += vectors[i + k * q] * eigenvalues[k] * vectors[j + k * q] }
        target[i + j * q] = sum
        target[j + i * q] = sum
      }
    }
    return least
  }

  func evaluate(_ at: Pointer) -> Double {
    evaluationCount += 1
    for i in 0..<q * q { lastPoint[i] = at[i] }
    return criterion.evaluate(at: at)
  }
}
