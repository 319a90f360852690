import LinearAlgebra

/// On the boundary: a trust region in the entries of Λ, where an empty column keeps its place or leaves by negative curvature.
extension CovarianceOptimizer {
  /// Trust-region Newton in the lower triangle of Λ, ΛΛ' = Ψ, from the Ψ in `psi`.
  func descendOnFace(_ start: Double) -> End? {
    var value = start
    RelativeCovarianceFactor.fillLowerFactor(lambda, of: psi, order: q)
    var radius = 1.0
    for _ in 0..<500 {
      _ = evaluate(psi)
      criterion.differentiate()
      fillFactorDerivatives()
      let predicted = trustRegion.solve(chart, chartHessian, radius: radius, into: step)
      // Where D is singular too, f is of fourth order in the empty column and Newton's steps shrink only linearly: so the limit is tight.
      if !(predicted >= 1e-14) { return End(value: value, converged: predicted.isFinite) }
      for i in 0..<q * q { nextLambda[i] = lambda[i] }
      var squares = 0.0
      for e in 0..<s {
        let (a, b) = criterion.directions[e]
        nextLambda[b + a * q] += step[e]
        squares += step[e] * step[e]
      }
      setTrial(from: nextLambda)
      let found = evaluate(trial)
      let noise = predicted < 1e-7 ? 1e-11 * max(1, abs(value)) : 0
      if found.isFinite, found <= value - 1e-4 * predicted + noise {
        let good = value - found > 0.75 * predicted
        value = found
        for i in 0..<q * q {
          lambda[i] = nextLambda[i]
          psi[i] = trial[i]
        }
        if good { radius = min(radius * 2, 1e4) }
      } else {
        radius = min(radius, squares.squareRoot()) * 0.25
        // Steps that rounding rejects end at an optimum if they promise nothing more.
        if radius < 1e-12 { return End(value: value, converged: predicted < 1e-9) }
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

  /// Gradient 2(DΛ)_ik (in `chart`) and Hessian J'HJ + 2D_ij for the same column (in `chartHessian`) over the entries λ_ba of `directions`.
  private func fillFactorDerivatives() {
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
        chartHessian[f + e * s] = column == otherColumn ? sum + 2 * d[row + otherRow * q] : sum
      }
    }
  }
}
