import Glibc
import LinearAlgebra

/// σ and the covariance matrix of one group's effects as a function of unbounded numbers, with log priors and Jacobians:
///
///     z = (z_σ, one for each effect's standard deviation τ_k, then each term's correlations row after row)
///     Σ = DRD by terms, D = diag(τ), R = LL'
///
/// A workspace for one task.
final class CovarianceTransform {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Number of z's.
  let count: Int
  /// q.
  let effectCount: Int
  /// σ, τ (q), L by terms in one q×q matrix, and Σ (q×q) at the last `fill`.
  private(set) var sigma = 1.0
  let deviations, factor, covariance: Pointer
  private let priors: ModelPriors
  private let sigmaBounds: BoundedParameter
  private let deviationBounds: [BoundedParameter]
  private let blocks: [Range<Int>]
  private let correlations: [CorrelationFactor]
  private var slopes: [(x: Double, slope: Double, logSlope: Double, logSlopeSlope: Double)] = []
  private let scaled, along, small, smallSlope: Pointer
  private let block: ScratchBlock

  /// - Parameter blocks: the columns of each random-effects term.
  init(_ priors: ModelPriors, blocks: [Range<Int>]) {
    let q = blocks.last?.upperBound ?? 0
    effectCount = q
    self.priors = priors
    self.blocks = blocks
    sigmaBounds = BoundedParameter(priors.sigma.support(isPositive: true))
    deviationBounds = priors.deviations.map { BoundedParameter($0.support(isPositive: true)) }
    correlations = zip(blocks, priors.correlationShapes).map { CorrelationFactor(order: $0.count, shape: $1) }
    count = 1 + q + correlations.reduce(0) { $0 + $1.count }
    block = ScratchBlock(count: q + 6 * q * q)
    deviations = block.take(q)
    factor = block.take(q * q)
    covariance = block.take(q * q)
    scaled = block.take(q * q)
    along = block.take(q * q)
    small = block.take(q * q)
    smallSlope = block.take(q * q)
    slopes = Array(repeating: (0, 0, 0, 0), count: q + 1)
  }

  /// Takes over z.
  /// - Returns: log priors and Jacobians, up to a constant.
  func fill(_ z: Pointer) -> Double {
    let q = effectCount
    slopes[0] = sigmaBounds.value(z[0])
    sigma = slopes[0].x
    var density = slopes[0].logSlope + priors.sigma.logDensity(sigma).value
    for k in 0..<q {
      slopes[k + 1] = deviationBounds[k].value(z[k + 1])
      deviations[k] = slopes[k + 1].x
      density += slopes[k + 1].logSlope + priors.deviations[k].logDensity(deviations[k]).value
    }
    for i in 0..<q * q { (factor[i], covariance[i]) = (0, 0) }
    var next = 1 + q
    for (columns, correlation) in zip(blocks, correlations) {
      let (order, first) = (columns.count, columns.lowerBound)
      density += correlation.fill(small, z + next)
      next += correlation.count
      for j in 0..<order { for i in j..<order { factor[first + i + (first + j) * q] = small[i + j * order] } }
      for j in 0..<order {
        for i in j..<order {
          var sum = 0.0
          for k in 0...j { sum += small[i + k * order] * small[j + k * order] }
          sum *= deviations[first + i] * deviations[first + j]
          covariance[first + i + (first + j) * q] = sum
          covariance[first + j + (first + i) * q] = sum
        }
      }
    }
    return density
  }

  /// The correlation of two effects of a term at the last `fill`.
  func correlation(_ i: Int, _ j: Int) -> Double {
    covariance[i + j * effectCount] / (deviations[i] * deviations[j])
  }

  /// The derivatives in z of log priors, Jacobians and of a function whose derivatives in σ and Σ (q×q, symmetric: df = tr(G dΣ)) are given.
  func fillGradient(_ gradient: Pointer, at z: Pointer, sigmaSlope: Double, covarianceSlope g: Pointer) {
    let q = effectCount
    gradient[0] =
      (sigmaSlope + priors.sigma.logDensity(sigma).slope) * slopes[0].slope + slopes[0].logSlopeSlope
    for k in 1 + q..<count { gradient[k] = 0 }
    var next = 1 + q
    for (columns, correlation) in zip(blocks, correlations) {
      let (order, first) = (columns.count, columns.lowerBound)
      // With F = DL: dtr(G FF') = 2tr(F'G dF).
      for j in 0..<order {
        for i in 0..<order {
          var sum = 0.0
          for k in j..<order {
            sum +=
              g[first + i + (first + k) * q] * deviations[first + k] * factor[first + k + (first + j) * q]
          }
          along[i + j * order] = 2 * sum
        }
      }
      for i in 0..<order {
        let k = first + i
        var slope = priors.deviations[k].logDensity(deviations[k]).slope
        for j in 0...i { slope += along[i + j * order] * factor[k + (first + j) * q] }
        gradient[k + 1] = slope * slopes[k + 1].slope + slopes[k + 1].logSlopeSlope
      }
      if order > 1 {
        for j in 0..<order {
          for i in 0..<order {
            smallSlope[i + j * order] = i >= j ? along[i + j * order] * deviations[first + i] : 0
          }
        }
        correlation.addGradient(gradient + next, z + next, along: smallSlope)
      }
      next += correlation.count
    }
  }

  /// z of σ and Σ.
  func unbounded(sigma: Double, covariance: Matrix) -> [Double] {
    var z = [sigmaBounds.unbounded(sigma)]
    for (k, bounds) in deviationBounds.enumerated() {
      z.append(bounds.unbounded(covariance[k, k].squareRoot()))
    }
    for (columns, correlation) in zip(blocks, correlations) {
      let order = columns.count
      var l = Matrix(rows: order, columns: order)
      for j in 0..<order {
        for i in j..<order {
          let (a, b) = (columns.lowerBound + i, columns.lowerBound + j)
          var sum = covariance[a, b] / (covariance[a, a] * covariance[b, b]).squareRoot()
          for k in 0..<j { sum -= l[i, k] * l[j, k] }
          l[i, j] = i == j ? max(sum, 1e-4).squareRoot() : sum / l[j, j]
        }
      }
      z += correlation.unbounded(l)
    }
    return z
  }
}
