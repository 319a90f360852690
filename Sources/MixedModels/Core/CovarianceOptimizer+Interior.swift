import Glibc
import LinearAlgebra

/// Inside the cone: Newton's method at I + Ψ = LL', with gradient and Hessian of Ψ ↦ Lexp(E)L' − I; a step leads to L(I − E)⁻¹L' − I, which agrees to
/// first order, and in equal groups ends at the optimum from anywhere.
extension CovarianceOptimizer {
  /// Runs from the Ψ in `psi` to an optimum, which is then there; nil where there is none, or where it is about to end at an optimum that is known.
  func descend(known: End?) -> End? {
    var value = evaluate(psi)
    guard value.isFinite else { return nil }
    if !criterion.hasExactHessian { return descendOnFace(value) }
    for _ in 0..<60 {
      criterion.differentiate()
      guard prepareChart() else { return descendOnFace(value) }
      let full = solveNewton()
      var decrement = 0.0
      for e in 0..<s { decrement -= chart[e] * step[e] }
      let last = full && decrement < 1e-9
      // Up to a tenth of a standard error, or a step of three percent where groups are many.
      if let known, full, decrement < max(1e-2, 1e-3 * Double(criterion.leastGroupCount)), !last,
        isHeading(for: known, value: value, decrement: decrement)
      {
        return nil
      }
      var t = 1.0
      var accepted = false
      var clipped = false
      for _ in 0..<40 {
        clipped = moveInChart(by: t)
        let next = evaluate(trial)
        let needed = clipped ? value : value - 1e-4 * t * decrement
        // Near the optimum rounding, not failure, makes the value rise.
        let noise = decrement < 1e-7 ? 1e-11 * max(1, abs(value)) : 0
        if next.isFinite, clipped ? next < value : next <= needed + noise {
          value = next
          accepted = true
          break
        }
        t *= clipped ? 0.25 : 0.3
      }
      if !accepted {
        // No step falls any more: the best reachable point, or a boundary that the chart cannot follow.
        _ = evaluate(psi)
        return descendOnFace(criterion.value)
      }
      for i in 0..<q * q { psi[i] = trial[i] }
      if clipped { return descendOnFace(value) }
      if last { return End(value: value, converged: true) }
    }
    return descendOnFace(value)
  }

  /// Whether the full step from a point close to an optimum leads to a known one: Newton's model then tells both the optimum's value,
  /// f − decrement/2, and its place.
  private func isHeading(for known: End, value: Double, decrement: Double) -> Bool {
    guard known.converged, abs(value - decrement / 2 - known.value) < 0.05 * decrement + 1e-11 * abs(value),
      !moveInChart(by: 1)
    else { return false }
    for i in 0..<q {
      for j in 0...i {
        let scale = ((1 + best[i + i * q]) * (1 + best[j + j * q])).squareRoot()
        if abs(trial[i + j * q] - best[i + j * q]) > 0.01 * scale { return false }
      }
    }
    return true
  }

  /// Gradient and Hessian in the chart at `psi`; false if I + Ψ cannot be factored.
  func prepareChart() -> Bool {
    for i in 0..<q * q { factor[i] = psi[i] }
    for i in 0..<q { factor[i + i * q] += 1 }
    guard SmallKernels.cholesky(factor, q) else { return false }
    for j in 0..<q { for i in 0..<j { factor[i + j * q] = 0 } }
    // work2 = L'DL
    let d = criterion.gradient
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for k in j..<q { sum += d[i + k * q] * factor[k + j * q] }
        work[i + j * q] = sum
      }
    }
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for k in i..<q { sum += factor[k + i * q] * work[k + j * q] }
        work2[i + j * q] = sum
      }
    }
    let directions = criterion.directions
    for e in 0..<s {
      let (a, b) = directions[e]
      chart[e] = (a == b ? 1 : 2) * work2[a + b * q]
      for f in 0..<s {
        let (c, d) = directions[f]
        map[f + e * s] =
          a == b
          ? factor[c + a * q] * factor[d + a * q]
          : factor[c + a * q] * factor[d + b * q] + factor[c + b * q] * factor[d + a * q]
      }
    }
    // T'HT, then the curvature of the chart tr(L'DL·EF).
    for e in 0..<s {
      for f in 0..<s {
        var sum = 0.0
        for k in 0..<s { sum += criterion.hessian[f + k * s] * map[k + e * s] }
        work[f + e * s] = sum
      }
    }
    for e in 0..<s {
      let (a, b) = directions[e]
      for f in 0...e {
        let (c, d) = directions[f]
        var sum = 0.0
        for k in 0..<s { sum += map[k + f * s] * work[k + e * s] }
        var bend = b == c ? work2[d + a * q] : 0
        if a != b { bend += a == c ? work2[d + b * q] : 0 }
        if c != d {
          bend += b == d ? work2[c + a * q] : 0
          if a != b { bend += a == d ? work2[c + b * q] : 0 }
        }
        chartHessian[f + e * s] = sum + bend
        chartHessian[e + f * s] = sum + bend
      }
    }
    return true
  }

  /// step ← −(H + μI)⁻¹g; true when μ = 0 sufficed.
  private func solveNewton() -> Bool {
    var largest = 0.0
    for e in 0..<s { largest = max(largest, abs(chartHessian[e + e * s])) }
    var mu = 0.0
    // With finite numbers μ soon suffices; the limit is for others.
    for _ in 0..<60 {
      for i in 0..<s * s { work[i] = chartHessian[i] }
      for e in 0..<s { work[e + e * s] += mu }
      if SmallKernels.cholesky(work, s) { break }
      mu = mu == 0 ? 0.3 * max(largest, 1e-300) : 3 * mu
    }
    for e in 0..<s { step[e] = -chart[e] }
    SmallKernels.solveLower(work, s, step)
    SmallKernels.solveLowerTransposed(work, s, step)
    return mu == 0
  }

  /// trial ← L(I − tE)⁻¹L' − I, projected on the cone; true if that moved it.
  func moveInChart(by t: Double) -> Bool {
    for i in 0..<q * q { work2[i] = 0 }
    for e in 0..<s {
      let (a, b) = criterion.directions[e]
      work2[a + b * q] = t * step[e]
      work2[b + a * q] = t * step[e]
    }
    // The inverse, its long stretches curbed.
    SmallKernels.symmetricEigen(work2, q, vectors: vectors)
    for k in 0..<q { eigenvalues[k] = Self.stretch(work2[k + k * q]) }
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for k in 0..<q { sum += vectors[i + k * q] * eigenvalues[k] * vectors[j + k * q] }
        work[i + j * q] = sum
      }
    }
    for j in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for k in 0...i { sum += factor[i + k * q] * work[k + j * q] }
        vectors[i + j * q] = sum
      }
    }
    for j in 0..<q {
      for i in 0...j {
        var sum = i == j ? -1.0 : 0.0
        for k in 0...j { sum += vectors[i + k * q] * factor[j + k * q] }
        trial[i + j * q] = sum
        trial[j + i * q] = sum
      }
    }
    if isPositiveDefinite(trial) { return false }
    for i in 0..<q * q { work[i] = trial[i] }
    rebuild(trial, from: work, smallest: 0)
    return true
  }

  /// 1/(1 − λ), from 6/7 on its tangent, and no more than at 1.
  private static func stretch(_ lambda: Double) -> Double {
    lambda < 6.0 / 7 ? 1 / (1 - lambda) : 7 + 49 * (min(lambda, 1) - 6.0 / 7)
  }

  private func isPositiveDefinite(_ a: Pointer) -> Bool {
    for i in 0..<q * q { work[i] = a[i] }
    return SmallKernels.cholesky(work, q)
  }
}
