import LinearAlgebra

/// In the factor Λ: a trust region over its entries, unconstrained, where an empty column keeps its place or leaves by negative curvature. The
/// criterion is even in each column, so a variance of 0 is an ordinary minimum here. It serves on the boundary, and everywhere where the Hessian is
/// average information.
extension CovarianceOptimizer {
  /// Trust-region Newton in the lower triangle of Λ, ΛΛ' = Ψ, from the Ψ in `psi`.
  func descendOnFace(_ start: Double) -> End? {
    let exact = criterion.hasExactHessian
    var value = start
    RelativeCovarianceFactor.fillLowerFactor(lambda, of: psi, order: q)
    var radius = exact ? 1.0 : 1e3
    var isAtPsi = false
    var lastPrediction = Double.infinity
    var damping = 1.0
    for _ in 0..<500 {
      if !isAtPsi { _ = evaluate(psi) }
      criterion.differentiate()
      if !exact { fillPositivePart() }
      fillFactorDerivatives(bend: exact ? criterion.gradient : work2)
      var predicted = trustRegion.solve(chart, chartHessian, radius: radius, into: step)
      // With average information steps shrink by a factor, so the step after the last one of this size moves nothing any more.
      var isLast =
        !exact && predicted < (criterion.valueError > 0 ? 1e-6 : criterion.isExpensive ? 1e-8 : 1e-12)
      // Nor does it if the factor of the last two steps says so: what would be left is less than 1e-6 standard errors.
      if !exact, criterion.isExpensive, criterion.valueError == 0, predicted < 1e-6, lastPrediction < 1 {
        isLast = isLast || predicted * (predicted / lastPrediction) < 2e-13
      }
      if isLast {
        // The positive part of D keeps an empty column from leaving: all of it must agree that it stays.
        fillFactorDerivatives(bend: criterion.gradient)
        let whole = trustRegion.solve(chart, chartHessian, radius: radius, into: eigenvalues)
        if whole > max(1e-8, 2 * predicted) {
          predicted = whole
          for e in 0..<s { step[e] = eigenvalues[e] }
          isLast = false
        }
      }
      // Where D is singular too, f is of fourth order in the empty column and Newton's steps shrink only linearly: so the limit is tight.
      if !(predicted >= 1e-14) { return End(value: value, converged: predicted.isFinite) }
      // Below the value's noise only the gradient tells: steps that overshoot its root, which average information allows, are shortened.
      if criterion.valueError > 0, predicted < 0.1, predicted > 0.5 * lastPrediction { damping /= 2 }
      lastPrediction = predicted
      for i in 0..<q * q { nextLambda[i] = lambda[i] }
      var squares = 0.0
      for e in 0..<s {
        let (a, b) = criterion.directions[e]
        nextLambda[b + a * q] += damping * step[e]
        squares += step[e] * step[e]
      }
      setTrial(from: nextLambda)
      let found = evaluate(trial)
      let noise = (predicted < 1e-7 ? 1e-11 * max(1, abs(value)) : 0) + criterion.valueError
      isAtPsi = found.isFinite && found <= value - 1e-4 * predicted + noise
      if isAtPsi {
        let good = value - found > 0.75 * predicted
        value = found
        for i in 0..<q * q {
          lambda[i] = nextLambda[i]
          psi[i] = trial[i]
        }
        if isLast { return End(value: value, converged: true) }
        if good { radius = min(radius * 2, 1e4) }
      } else {
        radius = min(radius, squares.squareRoot()) * 0.25
        // Steps that rounding rejects end at an optimum if they promise nothing more.
        if radius < 1e-12 || isLast { return End(value: value, converged: predicted < 1e-9) }
      }
    }
    return End(value: value, converged: false)
  }

  private func setTrial(from lambda: Pointer) {
    for j in 0..<q {
      for i in 0...j {
        var sum = 0.0
        for k in 0...i { sum += lambda[i + k * q] * lambda[j + k * q] }
        trial[i + j * q] = sum
        trial[j + i * q] = sum
      }
    }
  }

  /// Each term's block of D with its negative eigenvalues set to 0 (in `work2`).
  private func fillPositivePart() {
    let d = criterion.gradient
    for i in 0..<q * q { work2[i] = 0 }
    for block in criterion.blocks {
      let (first, n) = (block.lowerBound, block.count)
      for j in 0..<n { for i in 0..<n { work[i + j * n] = d[first + i + (first + j) * q] } }
      SmallKernels.symmetricEigen(work, n, vectors: vectors)
      for k in 0..<n where work[k + k * n] > 0 {
        for j in 0..<n {
          for i in 0..<n {
            work2[first + i + (first + j) * q] += work[k + k * n] * vectors[i + k * n] * vectors[j + k * n]
          }
        }
      }
    }
  }

  /// Gradient 2(DΛ)_ik (in `chart`) and Hessian J'HJ + 2B_ij for the same column, B = D or its positive part (in `chartHessian`), over the entries
  /// λ_ba of `directions`.
  private func fillFactorDerivatives(bend: Pointer) {
    let d = criterion.gradient
    for e in 0..<s {
      let (column, row) = criterion.directions[e]
      var sum = 0.0
      for k in 0..<q { sum += 2 * d[row + k * q] * lambda[k + column * q] }
      chart[e] = sum
      for f in 0..<s {
        let (x, y) = criterion.directions[f]
        map[f + e * s] =
          (x == row ? lambda[y + column * q] : 0) + (y == row ? lambda[x + column * q] : 0)
      }
    }
    for e in 0..<s {
      for f in 0..<s {
        var sum = 0.0
        for k in 0..<s { sum += criterion.hessian[f + k * s] * map[k + e * s] }
        work[f + e * s] = sum
      }
    }
    for e in 0..<s {
      let (column, row) = criterion.directions[e]
      for f in 0..<s {
        let (otherColumn, otherRow) = criterion.directions[f]
        var sum = 0.0
        for k in 0..<s { sum += map[k + f * s] * work[k + e * s] }
        chartHessian[f + e * s] = column == otherColumn ? sum + 2 * bend[row + otherRow * q] : sum
      }
    }
  }
}
