import Glibc
import LinearAlgebra

/// Kenward and Roger's corrected covariance of the fixed effects and their scaled F.
///
/// V = Σ γ_rG_r is linear in its parameters: the entries of σ²Ψ, G = ZEZ', and σ², G = I. With Φ = (X'V⁻¹X)⁻¹,
///
///     P_r = −X'V⁻¹G_rV⁻¹X     Q_rs = X'V⁻¹G_rV⁻¹G_sV⁻¹X
///     2(W⁻¹)_rs = tr(V⁻¹G_rV⁻¹G_s) − 2tr(ΦQ_rs) + tr(ΦP_rΦP_s)      Φ_A = Φ + 2Φ Σ W_rs(Q_rs − P_rΦP_s) Φ
///
/// all from the groups' R_j and z_j, for V⁻ᵏ is H_jᵏ on the columns of Z_j and the identity beside them. Units of σ² = 1, and the coordinates of
/// `GroupReduction`, in which V is linear as well.
struct KenwardRogerApproximation: DenominatorApproximation {
  let covariance: Matrix
  /// Φ, P_r and W in the reduction's coordinates; R_x⁻¹.
  private let inverse: Matrix
  private let information: [Matrix]
  private let weights: Matrix
  private let unscaleFixed: Matrix

  /// - Precondition: the fit is by REML.
  init(_ fit: LinearMixedModelFit) {
    let data = fit.model.reduction
    let (q, p) = (data.effectCount, data.fixedCount)
    let lambda = fit.posteriors.lambda
    let directions = data.blocks.flatMap { block in
      block.flatMap { b in (block.lowerBound...b).map { (a: $0, b: b) } }
    }
    let parts = directions.map { a, b in
      var part = Matrix(rows: q, columns: q)
      part[a, b] = 1
      part[b, a] = 1
      return part
    }
    let d = parts.count
    let count = d + 1

    var fixed = Matrix(rows: p, columns: p)
    for j in 0..<p { for i in 0..<p { fixed[i, j] = data.within[i + j * (p + 1)] } }
    // X'V⁻¹X, X'V⁻²X, X'V⁻³X
    var powers = [fixed, fixed, fixed]
    var p1 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count)
    var q2 = [Matrix](repeating: Matrix(rows: p, columns: p), count: count * count)
    var traces = Matrix(rows: count, columns: count)
    traces[d, d] = Double(data.rowCount - data.groupCount * q)
    for j in 0..<data.groupCount {
      let start = j * q * q
      let r = Matrix(rows: q, columns: q, storage: Array(data.triangles[start..<start + q * q]))
      let first = j * q * (p + 1)
      let z = Matrix(rows: q, columns: p, storage: Array(data.projections[first..<first + q * p]))
      let h = KenwardRogerApproximation.inverse(r * lambda)
      let (hr, hz) = (h * r, h * z)
      let square = h * h
      let (g, c) = (r.transposed * hr, r.transposed * hz)
      let (g2, c2) = (hr.transposed * hr, hr.transposed * hz)
      powers[0] = powers[0] + z.transposed * hz
      powers[1] = powers[1] + hz.transposed * hz
      powers[2] = powers[2] + hz.transposed * (h * hz)
      for e in 0..<d {
        let ec = parts[e] * c
        p1[e] = p1[e] - c.transposed * ec
        for f in 0..<d {
          q2[e + f * count] = q2[e + f * count] + ec.transposed * (g * (parts[f] * c))
          traces[e, f] += trace(g * parts[e] * g * parts[f])
        }
        q2[e + d * count] = q2[e + d * count] + ec.transposed * c2
        traces[e, d] += trace(parts[e] * g2)
      }
      traces[d, d] += square.diagonal.reduce(0, +)
    }
    p1[d] = powers[1] * -1
    q2[d + d * count] = powers[2]
    for e in 0..<d {
      q2[d + e * count] = q2[e + d * count].transposed
      traces[d, e] = traces[e, d]
    }

    let phi = KenwardRogerApproximation.symmetricInverse(powers[0])
    var expected = Matrix(rows: count, columns: count)
    for e in 0..<count {
      for f in 0..<count {
        expected[e, f] =
          traces[e, f] - 2 * trace(phi * q2[e + f * count]) + trace(phi * p1[e] * phi * p1[f])
      }
    }
    let w = expected.symmetricPseudoInverse(tolerance: 1e-12) * 2
    var sum = Matrix(rows: p, columns: p)
    for e in 0..<count {
      for f in 0..<count { sum = sum + (q2[e + f * count] - p1[e] * phi * p1[f]) * w[e, f] }
    }
    let adjusted = phi + phi * sum * phi * 2
    let unscale = data.fixedScale.upperInverse
    let symmetric = (adjusted + adjusted.transposed) * 0.5
    covariance = unscale * symmetric * unscale.transposed * (fit.sigma * fit.sigma)
    inverse = phi
    information = p1
    weights = w
    unscaleFixed = unscale
  }

  func degreesOfFreedom(of contrast: [Double]) -> Double {
    denominator(Matrix([contrast])).value
  }

  func test(_ hypothesis: Matrix, of beta: [Double]) -> FTest {
    let (df, scale) = denominator(hypothesis)
    let estimates = hypothesis * beta
    let inner = KenwardRogerApproximation.symmetricInverse(
      hypothesis * covariance * hypothesis.transposed)
    let wald = zip(estimates, inner * estimates).reduce(0) { $0 + $1.0 * $1.1 }
    let q = hypothesis.rows
    let unscaled = wald / Double(q)
    return FTest(value: scale * unscaled, unscaled: unscaled, numerator: q, denominator: df)
  }

  /// Degrees of freedom and the factor of F, by matching mean and variance.
  private func denominator(_ hypothesis: Matrix) -> (value: Double, scale: Double) {
    let l = hypothesis * unscaleFixed
    let q = Double(l.rows)
    let middle = KenwardRogerApproximation.symmetricInverse(l * inverse * l.transposed)
    let theta = inverse * (l.transposed * middle * l) * inverse
    let moved = information.map { theta * $0 }
    let traces = moved.map { trace($0) }
    var (a1, a2) = (0.0, 0.0)
    for e in moved.indices {
      for f in moved.indices {
        a1 += weights[e, f] * traces[e] * traces[f]
        a2 += weights[e, f] * trace(moved[e] * moved[f])
      }
    }
    // No uncertainty of the covariance parameters reaches this hypothesis.
    guard a2 > 1e-14 else { return (.infinity, 1) }
    let b = (a1 + 6 * a2) / (2 * q)
    let g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    let base = 3 * q + 2 * (1 - g)
    let v0 = 1 + g / base * b
    let v1 = 1 - (q - g) / base * b
    let v2 = 1 - (q + 2 - g) / base * b
    let mean = 1 - a2 / q
    // Both vanish together where the moments do not exist.
    let ratio = abs(mean) < 1e-14 && abs(v1) < 1e-14 ? 1 : mean / v1
    let rho = ratio * ratio * (abs(v0) < 1e-10 ? 0 : v0) / v2 / q
    let df = 4 + (q + 2) / (q * rho - 1)
    return (df, abs(df - 2) < 0.01 ? 1 : df * mean / (df - 2))
  }

  /// (I + AA')⁻¹.
  private static func inverse(_ a: Matrix) -> Matrix {
    symmetricInverse(Matrix.identity(a.rows) + a * a.transposed)
  }

  /// The inverse of a positive definite matrix.
  private static func symmetricInverse(_ a: Matrix) -> Matrix {
    let n = a.rows
    var factor = a.storage
    var result = Matrix.identity(n)
    factor.withUnsafeMutableBufferPointer { l in
      guard let l = l.baseAddress, SmallKernels.cholesky(l, n) else {
        result = a.symmetricPseudoInverse(tolerance: 1e-14)
        return
      }
      result.storage.withUnsafeMutableBufferPointer { columns in
        for k in 0..<n {
          SmallKernels.solveLower(l, n, columns.baseAddress! + k * n)
          SmallKernels.solveLowerTransposed(l, n, columns.baseAddress! + k * n)
        }
      }
    }
    return result
  }
}

private func trace(_ a: Matrix) -> Double { a.diagonal.reduce(0, +) }
