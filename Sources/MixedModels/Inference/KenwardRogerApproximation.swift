import Glibc
import LinearAlgebra

/// Kenward and Roger's corrected covariance of the fixed effects and their scaled F.
///
/// V = Σ γ_rG_r is linear in its parameters: the entries of σ²Ψ, G = ZEZ', and σ², G = I. With Φ = (X'V⁻¹X)⁻¹,
///
///     P_r = −X'V⁻¹G_rV⁻¹X     Q_rs = X'V⁻¹G_rV⁻¹G_sV⁻¹X
///     2(W⁻¹)_rs = tr(V⁻¹G_rV⁻¹G_s) − 2tr(ΦQ_rs) + tr(ΦP_rΦP_s)      Φ_A = Φ + 2Φ Σ W_rs(Q_rs − P_rΦP_s) Φ
///
/// (see `KenwardRogerMoments`). Units of σ² = 1, and the coordinates of the reduced data, in which V is linear as well.
struct KenwardRogerApproximation: DenominatorApproximation {
  let covariance: Matrix
  /// Φ, P_r and W in the reduction's coordinates; R_x⁻¹.
  private let inverse: Matrix
  private let information: [Matrix]
  private let weights: Matrix
  private let unscaleFixed: Matrix

  /// - Precondition: the fit is by REML.
  init(_ fit: LinearMixedModelFit) {
    let moments =
      switch fit.model.reducedData {
      case .single(let data): KenwardRogerMoments(data, lambda: fit.whiteLambda)
      case .several(let data), .iterative(let data): KenwardRogerMoments(data, lambda: fit.whiteLambda)
      }
    let (p1, q2, traces) = (moments.first, moments.second, moments.traces)
    let count = p1.count
    let p = fit.fixedEffects.count
    let phi = KenwardRogerApproximation.symmetricInverse(moments.information)
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
    let unscale = fit.model.reducedData.design.fixedScale.upperInverse
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

  /// The inverse of a positive definite matrix.
  static func symmetricInverse(_ a: Matrix) -> Matrix {
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

/// The sum of a matrix's diagonal.
func trace(_ a: Matrix) -> Double { a.diagonal.reduce(0, +) }
