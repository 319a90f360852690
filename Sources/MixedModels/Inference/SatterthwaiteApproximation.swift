import LinearAlgebra

/// Satterthwaite's degrees of freedom, df(c) = 2v²/Var(v̂) for v = c'V(β̂)c, exact in every derivative.
///
/// The covariance parameters are Λ̃ (whitened, lower triangular) and s = σ/scale of y; with the deviance d(Λ̃, s) before σ is profiled out,
///
///     Var(v̂) = g'(2H⁻¹)g,  g = ∂v/∂(Λ̃, s),  H = ∂²d/∂(Λ̃, s)²
///     ∂v/∂Ψ·E = s² Σ a_j'Ea_j, a_j = C_jS⁻¹c;  ∂v/∂s = 2v/s;  H_ΛΛ = f'' + r'r''/(ms⁴),  H_Λs = −2r'/s³,  H_ss = 4m/s²
///
/// f'' is the profiled criterion's, r' = −Σ c_j'Ec_j. Directions in which a boundary fit has no variance change neither V nor d at first order
/// and drop out.
struct SatterthwaiteApproximation: DenominatorApproximation {
  let covariance: Matrix
  /// R_x⁻¹ (p×p), S⁻¹ and the inverse of H.
  private let unscaleFixed: Matrix
  private let inverse: Matrix
  private let information: Matrix
  private let sigma: Double
  private let scale: Double
  /// C_j (q_f×p) of all levels by factors, and for each parameter dΨ.
  private let cross: [(columns: [Int], levels: [Matrix])]
  private let changes: [Matrix]

  init(_ fit: LinearMixedModelFit) {
    let design = fit.model.reducedData.design
    let workspace = fit.model.reducedData.criterion(fit.method)
    let (q, p) = (workspace.effectCount, workspace.fixedCount)
    let lambda = fit.whiteLambda
    _ = (lambda * lambda.transposed).storage.withPointer { workspace.evaluate(at: $0) }
    covariance = fit.fixedEffectCovariance
    unscaleFixed = design.fixedScale.upperInverse
    sigma = workspace.sigmaSquared.squareRoot()
    scale = design.responseScale
    var upper = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in j..<p { upper[j, i] = workspace.fixedFactor[i + j * p] } }
    let half = upper.upperInverse
    inverse = half * half.transposed
    cross = workspace.fixedProducts
    workspace.differentiate()

    let entries = workspace.blocks.flatMap { block in
      block.flatMap { j in (j..<block.upperBound).map { (i: $0, j: j) } }
    }
    changes = entries.map { entry in
      var change = Matrix(rows: q, columns: q)
      for k in 0..<q {
        change[entry.i, k] += lambda[k, entry.j]
        change[k, entry.i] += lambda[k, entry.j]
      }
      return change
    }
    let d = entries.count
    let m = workspace.degreesOfFreedom
    let squares = workspace.residualSquares
    var h = Matrix(rows: d + 1, columns: d + 1)
    var falls = [Double](repeating: 0, count: d)
    for a in 0..<d {
      for (e, (i, k)) in workspace.directions.enumerated() {
        falls[a] -= changes[a][i, k] * workspace.tSums[e]
      }
    }
    let curvature = SatterthwaiteApproximation.curvature(workspace, lambda, entries, changes)
    for b in 0..<d {
      for a in 0...b {
        let sum = falls[a] * falls[b] * m / (squares * squares) + curvature[a, b]
        h[a, b] = sum
        h[b, a] = sum
      }
    }
    let s = sigma
    for a in 0..<d {
      h[a, d] = -2 * falls[a] / (s * s * s)
      h[d, a] = h[a, d]
    }
    h[d, d] = 4 * m / (s * s)
    information = h.symmetricPseudoInverse(tolerance: 1e-10)
  }

  /// f'' over the entries of Λ̃, from the criterion's Hessian; by differences of gradients where that is not exact.
  static func curvature(
    _ workspace: CovarianceCriterion, _ lambda: Matrix, _ entries: [(i: Int, j: Int)], _ changes: [Matrix]
  ) -> Matrix {
    let (d, q) = (entries.count, workspace.effectCount)
    var result = Matrix(rows: d, columns: d)
    guard workspace.hasExactHessian else {
      func gradient(_ lambda: Matrix) -> [Double] {
        _ = (lambda * lambda.transposed).storage.withPointer { workspace.evaluate(at: $0) }
        workspace.differentiate()
        return entries.map { i, j in
          2 * (0..<q).reduce(0) { $0 + workspace.gradient[i + $1 * q] * lambda[$1, j] }
        }
      }
      for (b, (i, j)) in entries.enumerated() {
        let h = 1e-4 * max(1, abs(lambda[i, j]))
        var (up, down) = (lambda, lambda)
        up[i, j] += h
        down[i, j] -= h
        let (high, low) = (gradient(up), gradient(down))
        for a in 0..<d {
          let entry = (high[a] - low[a]) / (2 * h)
          result[a, b] += entry / 2
          result[b, a] += entry / 2
        }
      }
      return result
    }
    let count = workspace.directions.count
    for b in 0..<d {
      for a in 0..<d {
        var sum = 0.0
        for (e, (i, k)) in workspace.directions.enumerated() {
          for (f, (l, o)) in workspace.directions.enumerated() {
            sum += changes[a][i, k] * changes[b][l, o] * workspace.hessian[e + f * count]
          }
        }
        if entries[a].j == entries[b].j { sum += 2 * workspace.gradient[entries[a].i + entries[b].i * q] }
        result[a, b] = sum
      }
    }
    return result
  }

  func degreesOfFreedom(of contrast: [Double]) -> Double {
    let c = inverse * (unscaleFixed.transposed * contrast)
    let scaled = unscaleFixed.transposed * contrast
    let variance = sigma * sigma * zip(scaled, c).reduce(0) { $0 + $1.0 * $1.1 }
    var gradient = [Double](repeating: 0, count: changes.count + 1)
    for (columns, levels) in cross {
      for level in levels {
        let a = level * c
        for (k, change) in changes.enumerated() {
          for (i, row) in columns.enumerated() {
            for (l, column) in columns.enumerated() {
              gradient[k] += sigma * sigma * a[i] * change[row, column] * a[l]
            }
          }
        }
      }
    }
    gradient[changes.count] = 2 * variance / sigma
    let spread = zip(gradient, information * gradient).reduce(0) { $0 + $1.0 * $1.1 }
    return spread > 0 ? variance * variance / spread : .infinity
  }

  func test(_ hypothesis: Matrix, of beta: [Double]) -> FTest {
    let (values, vectors) = (hypothesis * covariance * hypothesis.transposed).symmetricEigen
    let directions = vectors.transposed * hypothesis
    let estimates = directions * beta
    let q = values.count
    let value = (0..<q).reduce(0) { $0 + estimates[$1] * estimates[$1] / values[$1] } / Double(q)
    let own = (0..<q).map { degreesOfFreedom(of: directions.row($0)) }
    return FTest(
      value: value, unscaled: value, numerator: q, denominator: SatterthwaiteApproximation.denominator(own))
  }

  /// The denominator's degrees of freedom of a mean of squared t statistics, from their own: that of an F with the same mean.
  private static func denominator(_ own: [Double]) -> Double {
    if own.allSatisfy({ abs($0 - own[0]) < 1e-8 }) { return own.reduce(0, +) / Double(own.count) }
    if own.contains(where: { $0 <= 2 }) { return 2 }
    let mean = own.reduce(0) { $0 + ($1.isInfinite ? 1 : $1 / ($1 - 2)) }
    let q = Double(own.count)
    return mean > q ? 2 * mean / (mean - q) : .infinity
  }
}
