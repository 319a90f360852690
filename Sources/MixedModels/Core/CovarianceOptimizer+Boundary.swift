import LinearAlgebra

/// In the factor Λ: a trust region over its entries, unconstrained, where an empty column keeps its place or leaves by negative curvature. The
/// criterion is even in each column, so a variance of 0 is an ordinary minimum here. It serves on the boundary, and everywhere where the Hessian is
/// average information.
extension CovarianceOptimizer {
  /// Trust-region Newton in the lower triangle of Λ, ΛΛ' = Ψ, from the Ψ in `psi`.
  func descendOnFace(_ start: Double) -> Outcome? {
    let exact = criterion.hasExactHessian
    var value = start
    var lambda = RelativeCovarianceFactor.lowerFactor(
      of: Array(UnsafeBufferPointer(start: psi, count: q * q)), order: q)
    var radius = exact ? 1.0 : 1e3
    var isAtPsi = false
    var lastPrediction = Double.infinity
    var damping = 1.0
    for _ in 0..<500 {
      if !isAtPsi { _ = evaluate(psi) }
      criterion.differentiate()
      let d = Array(UnsafeBufferPointer(start: criterion.gradient, count: q * q))
      let (gradient, hessian) = factorDerivatives(lambda, bend: exact ? d : positivePart(of: d))
      var (direction, predicted) = TrustRegionStep.solve(gradient: gradient, hessian: hessian, radius: radius)
      // With average information steps shrink by a factor, so the step after the last one of this size moves nothing any more.
      var isLast =
        !exact && predicted < (criterion.valueError > 0 ? 1e-6 : criterion.isExpensive ? 1e-8 : 1e-12)
      if isLast {
        // The positive part of D keeps an empty column from leaving: all of it must agree that it stays.
        let whole = TrustRegionStep.solve(
          gradient: gradient, hessian: factorDerivatives(lambda, bend: d).hessian, radius: radius)
        if whole.predicted > 1e-8 {
          (direction, predicted) = whole
          isLast = false
        }
      }
      // Where D is singular too, f is of fourth order in the empty column and Newton's steps shrink only linearly: so the limit is tight.
      if !(predicted >= 1e-14) { return outcome(value, converged: predicted.isFinite) }
      // Below the value's noise only the gradient tells: steps that overshoot its root, which average information allows, are shortened.
      if criterion.valueError > 0, predicted < 0.1, predicted > 0.5 * lastPrediction { damping /= 2 }
      lastPrediction = predicted
      var next = lambda
      for (e, (a, b)) in criterion.directions.enumerated() { next[b + a * q] += damping * direction[e] }
      setTrial(from: next)
      let found = evaluate(trial)
      let noise = (predicted < 1e-7 ? 1e-11 * max(1, abs(value)) : 0) + criterion.valueError
      isAtPsi = found.isFinite && found <= value - 1e-4 * predicted + noise
      if isAtPsi {
        let good = value - found > 0.75 * predicted
        value = found
        lambda = next
        for i in 0..<q * q { psi[i] = trial[i] }
        if isLast { return outcome(value, converged: true) }
        if good { radius = min(radius * 2, 1e4) }
      } else {
        radius = min(radius, direction.reduce(0) { $0 + $1 * $1 }.squareRoot()) * 0.25
        // Steps that rounding rejects end at an optimum if they promise nothing more.
        if radius < 1e-12 || isLast { return outcome(value, converged: predicted < 1e-9) }
      }
    }
    return outcome(value, converged: false)
  }

  private func setTrial(from lambda: [Double]) {
    for j in 0..<q {
      for i in 0...j {
        var sum = 0.0
        for k in 0...i { sum += lambda[i + k * q] * lambda[j + k * q] }
        trial[i + j * q] = sum
        trial[j + i * q] = sum
      }
    }
  }

  /// Each term's block of a symmetric matrix with its negative eigenvalues set to 0.
  private func positivePart(of d: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: q * q)
    for block in criterion.blocks {
      var own = Matrix(rows: block.count, columns: block.count)
      for j in block { for i in block { own[i - block.lowerBound, j - block.lowerBound] = d[i + j * q] } }
      let (values, vectors) = own.symmetricEigen
      for (k, value) in values.enumerated() where value > 0 {
        for j in block {
          for i in block {
            result[i + j * q] += value * vectors[i - block.lowerBound, k] * vectors[j - block.lowerBound, k]
          }
        }
      }
    }
    return result
  }

  /// Gradient 2(DΛ)_ik and Hessian J'HJ + 2B_ij (same column), B = D or its positive part, over the entries λ_ba of `directions`.
  private func factorDerivatives(
    _ lambda: [Double], bend: [Double]
  ) -> (gradient: [Double], hessian: Matrix) {
    let directions = criterion.directions
    let d = criterion.gradient
    var gradient = [Double](repeating: 0, count: s)
    var jacobian = Matrix(rows: s, columns: s)
    for (e, (column, row)) in directions.enumerated() {
      for k in 0..<q { gradient[e] += 2 * d[row + k * q] * lambda[k + column * q] }
      for (f, (x, y)) in directions.enumerated() {
        jacobian[f, e] =
          (x == row ? lambda[y + column * q] : 0) + (y == row ? lambda[x + column * q] : 0)
      }
    }
    let h = Matrix(
      rows: s, columns: s, storage: Array(UnsafeBufferPointer(start: criterion.hessian, count: s * s)))
    var hessian = jacobian.transposed * h * jacobian
    for (e, (column, row)) in directions.enumerated() {
      for (f, (otherColumn, otherRow)) in directions.enumerated() where column == otherColumn {
        hessian[e, f] += 2 * bend[row + otherRow * q]
      }
    }
    return (gradient, hessian)
  }
}
