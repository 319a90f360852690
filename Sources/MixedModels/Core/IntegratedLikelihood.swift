import Distributions
import LinearAlgebra

/// The likelihood of a linear mixed model, fixed and random effects integrated out, as a function of their covariance and σ:
///
///     L(Σ, σ) = log ∫∫ N(y; Xβ + Zb, σ²W⁻¹) N(b; 0, Σ) N(β; m, P⁻¹) db dβ
///
/// with exact gradient; then draws of β and b from their normal distribution given Σ, σ and the data. The prior precision P may be singular or 0, for
/// flat priors; the integral then leaves out their constants. Σ is the covariance matrix (q×q) of one level's effects, all factors' beside each other, in the
/// units of the data, entries between terms 0.
///
/// A workspace for one task: it owns its memory, and evaluations and draws allocate nothing.
/// - Reference: Lindley & Smith (1972), doi:10.1111/j.2517-6161.1972.tb00885.x.
/// - Complexity: that of the criterion and its gradient: O(J·q²(q + p)) for one grouping factor; no observation is touched.
package final class IntegratedLikelihood {
  package typealias Pointer = UnsafeMutablePointer<Double>

  /// q, p, and the number of effects of all levels of all factors.
  package let effectCount, fixedCount, levelEffectCount: Int
  /// ∂L/∂Σ (q×q, symmetric: dL = tr(G dΣ)) and ∂L/∂σ at the last evaluation.
  package let gradient: Pointer
  package private(set) var sigmaSlope = 0.0
  /// A coefficient whose prior is so narrow, or so far from the data for its width, that sums of both keep too few digits of the data.
  package let drownedBy: Int?
  private let criterion: any IntegrableCriterion
  private let scale, constant: Double
  // R_b (q×q), R_x⁻¹ (p×p), the pooled β; Ψ̃ and scratch.
  private let effectScale, fixedUnscale, pooled: Pointer
  private let psi, work, drawn, noise: Pointer
  /// R_b⁻¹ of each factor (q_f×q_f).
  private let factors: [(width: Int, levelCount: Int, unscale: Pointer)]
  private let block: ScratchBlock

  /// The largest square of a distance in prior standard deviations that leaves four digits.
  private static let mostPrior = 1e12

  /// - Parameters:
  ///   - mean: m (p), of no meaning where the precision is 0.
  ///   - precision: the prior precision of each coefficient, 1/variance; 0 for a flat prior.
  /// - Returns: nil for models of so many levels that no exact factorization is sensible.
  package init?(_ model: LinearMixedModel, mean: [Double], precision: [Double]) {
    guard let criterion = model.reducedData.integrableCriterion else { return nil }
    self.criterion = criterion
    let (q, p, design) = (criterion.effectCount, criterion.fixedCount, criterion.design)
    precondition(mean.count == p && precision.count == p, "\(mean.count), \(precision.count) of \(p)")
    (effectCount, fixedCount) = (q, p)
    scale = design.responseScale
    let unscale = design.fixedScale.upperInverse
    let (inner, distance) = (unscale * scale, zip(mean, design.pooledCoefficients).map(-))
    if precision.contains(where: { $0 > 0 }) {
      criterion.priorProducts = Self.priorProducts(inner: inner, distance: distance, precision)
    }
    drownedBy = (0..<p).first { i in
      let most = (0..<p).reduce(abs(distance[i])) { max($0, abs(inner[i, $1])) }
      return precision[i] * most * most > Self.mostPrior
    }
    let logFixed = design.fixedScale.diagonal.reduce(0) { $0 + Portable.log(abs($1)) }
    constant =
      -Double(criterion.rowCount) * (Portable.log(2 * .pi) + 2 * Portable.log(scale)) + design.logWeights
      + precision.reduce(0) { $1 > 0 ? $0 + Portable.log($1) : $0 } - 2 * logFixed + 2 * Double(p)
      * Portable.log(scale)
    let shapes = criterion.factorShapes
    levelEffectCount = shapes.reduce(0) { $0 + $1.levelCount * $1.columns.count }
    let block = ScratchBlock(count: 5 * q * q + p * p + 3 * p)
    self.block = block
    func keep(_ values: [Double]) -> Pointer {
      let place = block.take(values.count)
      for (i, value) in values.enumerated() { place[i] = value }
      return place
    }
    effectScale = keep(design.effectScale.storage)
    let effectUnscale = design.effectScale.upperInverse
    // Entries between terms are 0, so blocks of the inverse are inverses of blocks.
    factors = shapes.map { columns, levelCount in
      let own = columns.flatMap { l in columns.map { effectUnscale[$0, l] } }
      return (columns.count, levelCount, keep(own))
    }
    fixedUnscale = keep(unscale.storage)
    pooled = keep(design.pooledCoefficients)
    gradient = block.take(q * q)
    psi = block.take(q * q)
    work = block.take(q * q)
    drawn = block.take(p)
    noise = block.take(p)
  }

  /// The prior as products of observations with the response's column ((p+1)²): β = pooled + s·R_x⁻¹β̃ has the precision of β̃.
  /// - Parameters:
  ///   - inner: s·R_x⁻¹.
  ///   - distance: from the pooled β to the prior's mean.
  private static func priorProducts(inner: Matrix, distance: [Double], _ precision: [Double]) -> [Double] {
    let p = distance.count
    var products = Matrix(rows: p + 1, columns: p + 1)
    for l in 0...p {
      for k in 0...p {
        products[k, l] = (0..<p).reduce(0) { sum, i in
          let left = k < p ? inner[i, k] : distance[i]
          let right = l < p ? inner[i, l] : distance[i]
          return sum + precision[i] * left * right
        }
      }
    }
    return products.storage
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
    criterion.fillGradient(1 / variance)
    var logFixed = 0.0
    for k in 0..<p { logFixed += Portable.log(criterion.fixedFactor[k + k * p]) }
    let n = Double(criterion.rowCount)
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

  /// Draws β and the effects given the Σ and σ of the last evaluation.
  /// - Parameters:
  ///   - fixed: receives β (p).
  ///   - effects: receives b, factor after factor, level after level.
  ///   - normal: standard normal numbers.
  package func draw(sigma: Double, fixed: Pointer, effects: Pointer, normal: () -> Double) {
    let p = fixedCount
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
    criterion.drawEffects(psi: psi, fixed: drawn, sigma: white, into: effects, normal: normal)
    // b = s·R_b⁻¹b̃, in place: row i needs entries from i on.
    var b = effects
    for (q, levelCount, unscale) in factors {
      for _ in 0..<levelCount {
        for i in 0..<q {
          var sum = 0.0
          for k in i..<q { sum += unscale[i + k * q] * b[k] }
          b[i] = scale * sum
        }
        b += q
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
