import LinearAlgebra

/// On the boundary: a trust region in the entries of Λ, where an empty column keeps its place or leaves by negative curvature.
extension CovarianceOptimizer {
  /// Trust-region Newton in the lower triangle of Λ, ΛΛ' = Ψ, from the Ψ in `psi`.
  func descendOnFace(_ start: Double) -> Outcome? {
    var value = start
    var lambda = RelativeCovarianceFactor.lowerFactor(
      of: Array(UnsafeBufferPointer(start: psi, count: q * q)), order: q)
    var radius = 1.0
    for _ in 0..<500 {
      _ = evaluate(psi)
      criterion.differentiate()
      let (gradient, hessian) = factorDerivatives(lambda)
      let (direction, predicted) = TrustRegionStep.solve(gradient: gradient, hessian: hessian, radius: radius)
      // Where D is singular too, f is of fourth order in the empty column and Newton's steps shrink only linearly: so the limit is tight.
      if !(predicted >= 1e-14) { return outcome(value, converged: predicted.isFinite) }
      var next = lambda
      for (e, (a, b)) in criterion.directions.enumerated() { next[b + a * q] += direction[e] }
      setTrial(from: next)
      let found = evaluate(trial)
      let noise = predicted < 1e-7 ? 1e-11 * max(1, abs(value)) : 0
      if found.isFinite, found <= value - 1e-4 * predicted + noise {
        let good = value - found > 0.75 * predicted
        value = found
        lambda = next
        for i in 0..<q * q { psi[i] = trial[i] }
        if good { radius = min(radius * 2, 1e4) }
      } else {
        radius = min(radius, direction.reduce(0) { $0 + $1 * $1 }.squareRoot()) * 0.25
        // Steps that rounding rejects end at an optimum if they promise nothing more.
        if radius < 1e-12 { return outcome(value, converged: predicted < 1e-9) }
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

  /// Gradient 2(DΛ)_ik and Hessian J'HJ + 2D_ij (same column) over the entries λ_ba of `directions`.
  private func factorDerivatives(_ lambda: [Double]) -> ([Double], Matrix) {
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
        hessian[e, f] += 2 * d[row + otherRow * q]
      }
    }
    return (gradient, hessian)
  }
}
