import Distributions
import LinearAlgebra

/// The likelihood of a linear mixed model with one grouping factor, fixed and group effects integrated out, as a function of their covariance and σ:
///
///     L(Σ, σ) = log ∫∫ N(y; Xβ + Zb, σ²W⁻¹) N(b; 0, Σ) N(β; m, P⁻¹) db dβ
///
/// with exact gradient; then draws of β and b from their normal distribution given Σ, σ and the data. The prior precision P may be singular or 0, for
/// flat priors; the integral then leaves out their constants. Σ is the covariance matrix (q×q) of one group's effects in the units of the data, entries between
/// terms 0.
///
/// A workspace for one task: it owns its memory, and evaluations and draws allocate nothing.
/// - Reference: Lindley & Smith (1972), doi:10.1111/j.2517-6161.1972.tb00885.x.
/// - Complexity: O(J·q²(q + p)); no observation is touched.
package final class IntegratedLikelihood {
  package typealias Pointer = UnsafeMutablePointer<Double>

  /// q, p and J.
  package let effectCount, fixedCount, groupCount: Int
  /// ∂L/∂Σ (q×q, symmetric: dL = tr(G dΣ)) and ∂L/∂σ at the last evaluation.
  package let gradient: Pointer
  package private(set) var sigmaSlope = 0.0
  private let criterion: ProfiledCriterion
  private let scale, constant: Double
  // R_b (q×q), R_x⁻¹ (p×p), R_b⁻¹, the pooled β; Ψ̃, Λ̃ and scratch.
  private let effectScale, fixedUnscale, effectUnscale, pooled: Pointer
  private let psi, lambda, work, factor, drawn, noise: Pointer
  private let block: ScratchBlock

  /// - Parameters:
  ///   - mean: m (p), of no meaning where the precision is 0.
  ///   - precision: the prior precision of each coefficient, 1/variance; 0 for a flat prior.
  /// - Returns: nil for models of several grouping factors.
  package init?(_ model: LinearMixedModel, mean: [Double], precision: [Double]) {
    guard case .single(let data) = model.reducedData else { return nil }
    let (q, p) = (data.effectCount, data.fixedCount)
    precondition(mean.count == p && precision.count == p, "\(mean.count), \(precision.count) of \(p)")
    (effectCount, fixedCount, groupCount) = (q, p, data.groupCount)
    criterion = ProfiledCriterion(data, method: .reml)
    let design = data.design
    scale = design.responseScale
    let unscale = design.fixedScale.upperInverse
    // β = pooled + s·R_x⁻¹β̃: the precision of β̃, and with the response's column what observations would add.
    let inner = unscale * scale
    var products = Matrix(rows: p + 1, columns: p + 1)
    let distance = zip(mean, design.pooledCoefficients).map(-)
    for l in 0...p {
      for k in 0...p {
        products[k, l] = (0..<p).reduce(0) { sum, i in
          let left = k < p ? inner[i, k] : distance[i]
          let right = l < p ? inner[i, l] : distance[i]
          return sum + precision[i] * left * right
        }
      }
    }
    criterion.priorProducts = precision.contains { $0 > 0 } ? products.storage : []
    constant =
      -Double(data.rowCount) * (Portable.log(2 * .pi) + 2 * Portable.log(scale)) + design.logWeights
      + precision.reduce(0) { $1 > 0 ? $0 + Portable.log($1) : $0 } - 2
      * design.fixedScale.diagonal.reduce(0) {
        $0 + Portable.log(abs($1))
      } + 2 * Double(p) * Portable.log(scale)
    let block = ScratchBlock(count: 7 * q * q + p * p + 3 * p + 4 * q)
    self.block = block
    func keep(_ values: [Double]) -> Pointer {
      let place = block.take(values.count)
      for (i, value) in values.enumerated() { place[i] = value }
      return place
    }
    effectScale = keep(design.effectScale.storage)
    effectUnscale = keep(design.effectScale.upperInverse.storage)
    fixedUnscale = keep(unscale.storage)
    pooled = keep(design.pooledCoefficients)
    gradient = block.take(q * q)
    psi = block.take(q * q)
    lambda = block.take(q * q)
    factor = block.take(q * q)
    work = block.take(q * q)
    drawn = block.take(p + q)
    noise = block.take(p + q)
  }

  /// L at Σ (q×q, symmetric) and σ; −∞ where it cannot be computed. Fills `gradient` and `sigmaSlope`.
  package func evaluate(covariance: Pointer, sigma: Double) -> Double {
    let (q, p) = (effectCount, fixedCount)
    let white = sigma / scale
    let variance = white * white
    guard variance > 0, variance.isFinite else { return -.infinity }
    // Ψ̃ = R_bΣR_b'/σ².
    transform(covariance, by: effectScale, to: psi, factor: 1 / (sigma * sigma))
    criterion.priorScale = variance
    guard criterion.evaluate(at: psi).isFinite else { return -.infinity }
    criterion.differentiate(precision: 1 / variance)
    var logFixed = 0.0
    for k in 0..<p { logFixed += Portable.log(criterion.fixedFactor[k + k * p]) }
    let n = Double(criterion.data.rowCount)
    let residual = criterion.residualSquares
    let value =
      criterion.logDeterminant + (n - Double(p)) * Portable.log(variance) + residual / variance + 2 * logFixed

    // ∂L/∂Σ = −½R_b'DR_b/σ².
    transformBack(criterion.gradient, by: effectScale, to: gradient, factor: -0.5 / (sigma * sigma))
    var along = 0.0
    for k in 0..<q * q { along += criterion.gradient[k] * psi[k] }
    var slope = (n - Double(p)) / variance - residual / (variance * variance)
    if !criterion.priorProducts.isEmpty { slope += priorSlope(variance) }
    // dσ̃² = 2σ̃·dσ/s.
    sigmaSlope = along / sigma - slope * white / scale
    return 0.5 * (constant - value)
  }

  /// What the prior adds to the derivative of r²/σ̃² + log|X̃'V⁻¹X̃ + σ̃²P| in σ̃²: a'P̄a/σ̃² + tr((X̃'V⁻¹X̃ + σ̃²P)⁻¹P).
  private func priorSlope(_ variance: Double) -> Double {
    let p = fixedCount
    let order = p + 1
    return criterion.priorProducts.withUnsafeBufferPointer { products in
      var sum = products[p + p * order]
      for k in 0..<p {
        sum -= 2 * criterion.beta[k] * products[k + p * order]
        for l in 0..<p { sum += criterion.beta[k] * criterion.beta[l] * products[l + k * order] }
      }
      sum /= variance
      for k in 0..<p {
        for i in 0..<p { noise[i] = products[i + k * order] }
        SmallKernels.solveLower(criterion.fixedFactor, p, noise)
        SmallKernels.solveLowerTransposed(criterion.fixedFactor, p, noise)
        sum += noise[k]
      }
      return sum
    }
  }

  /// Draws β and the groups' effects given the Σ and σ of the last evaluation.
  /// - Parameters:
  ///   - fixed: receives β (p).
  ///   - effects: receives b (q×J), group after group.
  ///   - normal: standard normal numbers.
  package func draw(sigma: Double, fixed: Pointer, effects: Pointer, normal: () -> Double) {
    let (q, p) = (effectCount, fixedCount)
    let white = sigma / scale
    // β̃ = β̂ + σ̃L⁻ᵀz.
    for k in 0..<p { drawn[k] = white * normal() }
    SmallKernels.solveLowerTransposed(criterion.fixedFactor, p, drawn)
    for k in 0..<p { drawn[k] += criterion.beta[k] }
    for i in 0..<p {
      var sum = 0.0
      for k in i..<p { sum += fixedUnscale[i + k * p] * drawn[k] }
      fixed[i] = pooled[i] + scale * sum
    }
    // b̃_j = Ψ̃c_j + σ̃Λ̃(I + Λ̃'A_jΛ̃)^(−½)z, c_j = C_j(−β̃, 1).
    RelativeCovarianceFactor.fillLowerFactor(lambda, of: psi, order: q)
    let b = drawn + p
    for j in 0..<groupCount {
      // I + (RΛ)'RΛ.
      for k in 0..<q {
        for i in 0..<q {
          var sum = 0.0
          for l in max(i, k)..<q { sum += criterion.triangles[j, i + l * q] * lambda[l + k * q] }
          work[i + k * q] = sum
        }
      }
      for k in 0..<q {
        for i in k..<q {
          var sum = i == k ? 1.0 : 0
          for l in 0..<q { sum += work[l + i * q] * work[l + k * q] }
          factor[i + k * q] = sum
        }
      }
      guard SmallKernels.cholesky(factor, q) else { preconditionFailure("I + a square") }
      for i in 0..<q { b[i] = white * normal() }
      SmallKernels.solveLowerTransposed(factor, q, b)
      SmallMatrices.multiply(lambda, b, q)
      for i in 0..<q {
        var c = criterion.groupCross[j, i + p * q]
        for k in 0..<p { c -= criterion.groupCross[j, i + k * q] * drawn[k] }
        noise[i] = c
      }
      for k in 0..<q { for i in 0..<q { b[i] += psi[i + k * q] * noise[k] } }
      let out = effects + j * q
      for i in 0..<q {
        var sum = 0.0
        for k in i..<q { sum += effectUnscale[i + k * q] * b[k] }
        out[i] = scale * sum
      }
    }
  }

  /// out ← factor·RAR'.
  private func transform(_ a: Pointer, by r: Pointer, to out: Pointer, factor: Double) {
    let q = effectCount
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in i..<q { sum += r[i + l * q] * a[l + k * q] }
        work[i + k * q] = factor * sum
      }
    }
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in k..<q { sum += work[i + l * q] * r[k + l * q] }
        out[i + k * q] = sum
      }
    }
  }

  /// out ← factor·R'AR.
  private func transformBack(_ a: Pointer, by r: Pointer, to out: Pointer, factor: Double) {
    let q = effectCount
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in 0...i { sum += r[l + i * q] * a[l + k * q] }
        work[i + k * q] = factor * sum
      }
    }
    for k in 0..<q {
      for i in 0..<q {
        var sum = 0.0
        for l in 0...k { sum += work[i + l * q] * r[l + k * q] }
        out[i + k * q] = sum
      }
    }
  }
}
