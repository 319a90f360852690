import Glibc
import LinearAlgebra

/// σ, a dispersion parameter, and the covariance matrix of one level's effects as a function of unbounded numbers, with log priors and Jacobians:
///
///     z = (z_σ or z_θ where there is one, one for each effect's standard deviation τ_k, then each term's correlations row after row)
///     Σ = DRD by terms, D = diag(x), τ = |x|, R = LL'
///
/// with x of `DeviationCoordinate`. A workspace for one task.
final class CovarianceTransform {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Number of z's.
  let count: Int
  /// q.
  let effectCount: Int
  /// The columns of each random-effects term.
  let blocks: [Range<Int>]
  /// σ (1 where it is known or there is none) and the dispersion parameter at the last `fill`.
  private(set) var sigma = 1.0
  private(set) var dispersion = 1.0
  /// x (q), L by terms in one q×q matrix, and Σ (q×q) at the last `fill`.
  let deviations, factor, covariance: Pointer
  private let priors: ModelPriors
  private let sigmaBounds, dispersionBounds: BoundedParameter?
  private let deviationCoordinates: [DeviationCoordinate]
  private let correlations: [CorrelationFactor]
  private var slopes: [(x: Double, slope: Double, logSlope: Double, logSlopeSlope: Double)] = []
  private let along, small, smallSlope: Pointer
  private let block: ScratchBlock
  /// Places of σ's and the dispersion's z, and of the first τ's.
  private let sigmaPlace, dispersionPlace: Int?
  private let firstDeviation: Int

  /// - Parameters:
  ///   - blocks: the columns of each random-effects term.
  ///   - units: of the standard deviations (q).
  init(_ priors: ModelPriors, blocks: [Range<Int>], units: [Double]) {
    let q = blocks.last?.upperBound ?? 0
    effectCount = q
    self.priors = priors
    self.blocks = blocks
    sigmaBounds = priors.sigma.map { BoundedParameter($0.support(isPositive: true)) }
    dispersionBounds = priors.dispersion.map { BoundedParameter($0.support(isPositive: true)) }
    deviationCoordinates = zip(priors.deviations, units).map {
      DeviationCoordinate($0.support(isPositive: true), unit: $1)
    }
    correlations = zip(blocks, priors.correlationShapes).map { CorrelationFactor(order: $0.count, shape: $1) }
    sigmaPlace = sigmaBounds == nil ? nil : 0
    dispersionPlace = dispersionBounds == nil ? nil : (sigmaBounds == nil ? 0 : 1)
    firstDeviation = (sigmaBounds == nil ? 0 : 1) + (dispersionBounds == nil ? 0 : 1)
    count = firstDeviation + q + correlations.reduce(0) { $0 + $1.count }
    block = ScratchBlock(count: q + 5 * q * q)
    deviations = block.take(q)
    factor = block.take(q * q)
    covariance = block.take(q * q)
    along = block.take(q * q)
    small = block.take(q * q)
    smallSlope = block.take(q * q)
    slopes = Array(repeating: (0, 0, 0, 0), count: firstDeviation + q)
  }

  /// Takes over z.
  /// - Returns: log priors and Jacobians, up to a constant.
  func fill(_ z: Pointer) -> Double {
    let q = effectCount
    var density = 0.0
    if let place = sigmaPlace, let bounds = sigmaBounds, let prior = priors.sigma {
      slopes[place] = bounds.value(z[place])
      sigma = slopes[place].x
      density += slopes[place].logSlope + prior.logDensity(sigma).value
    }
    if let place = dispersionPlace, let bounds = dispersionBounds, let prior = priors.dispersion {
      slopes[place] = bounds.value(z[place])
      dispersion = slopes[place].x
      density += slopes[place].logSlope + prior.logDensity(dispersion).value
    }
    for k in 0..<q {
      let place = firstDeviation + k
      slopes[place] = deviationCoordinates[k].value(z[place])
      deviations[k] = slopes[place].x
      density += slopes[place].logSlope + priors.deviations[k].logDensity(deviation(k)).value
    }
    for i in 0..<q * q { (factor[i], covariance[i]) = (0, 0) }
    var next = firstDeviation + q
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

  /// τ_k at the last `fill`.
  @inline(__always)
  func deviation(_ k: Int) -> Double { abs(deviations[k]) }

  /// The correlation of two effects of a term at the last `fill`.
  func correlation(_ i: Int, _ j: Int) -> Double {
    let q = effectCount
    let sum = (0...min(i, j)).reduce(0) { $0 + factor[i + $1 * q] * factor[j + $1 * q] }
    return (deviations[i] < 0) == (deviations[j] < 0) ? sum : -sum
  }

  /// The derivatives in z of log priors, Jacobians and of a function whose derivatives in σ and Σ (q×q, symmetric: df = tr(G dΣ)) are given.
  func fillGradient(_ gradient: Pointer, at z: Pointer, sigmaSlope: Double, covarianceSlope g: Pointer) {
    let q = effectCount
    // With F = DL: dtr(G FF') = 2tr(F'G dF).
    for columns in blocks {
      for j in columns {
        for i in j..<columns.upperBound {
          var sum = 0.0
          for k in j..<columns.upperBound { sum += g[i + k * q] * deviations[k] * factor[k + j * q] }
          along[i + j * q] = 2 * sum
        }
      }
    }
    fillGradient(gradient, at: z, sigmaSlope: sigmaSlope, dispersionSlope: 0, factorSlope: along)
  }

  /// The same from the derivatives in σ, the dispersion parameter and F = DL (lower triangles by terms in a q×q matrix), Σ = FF'.
  func fillGradient(
    _ gradient: Pointer, at z: Pointer, sigmaSlope: Double, dispersionSlope: Double, factorSlope: Pointer
  ) {
    let q = effectCount
    if let place = sigmaPlace, let prior = priors.sigma {
      gradient[place] =
        (sigmaSlope + prior.logDensity(sigma).slope) * slopes[place].slope + slopes[place].logSlopeSlope
    }
    if let place = dispersionPlace, let prior = priors.dispersion {
      gradient[place] =
        (dispersionSlope + prior.logDensity(dispersion).slope) * slopes[place].slope
        + slopes[place].logSlopeSlope
    }
    for k in firstDeviation + q..<max(count, firstDeviation + q) { gradient[k] = 0 }
    var next = firstDeviation + q
    for (columns, correlation) in zip(blocks, correlations) {
      let (order, first) = (columns.count, columns.lowerBound)
      for k in columns {
        let place = firstDeviation + k
        var slope = priors.deviations[k].logDensity(deviation(k)).slope
        if deviations[k] < 0 { slope = -slope }
        for j in first...k { slope += factorSlope[k + j * q] * factor[k + j * q] }
        gradient[place] = slope * slopes[place].slope + slopes[place].logSlopeSlope
      }
      if order > 1 {
        for j in 0..<order {
          for i in 0..<order {
            smallSlope[i + j * order] =
              i >= j ? factorSlope[first + i + (first + j) * q] * deviations[first + i] : 0
          }
        }
        correlation.addGradient(gradient + next, z + next, along: smallSlope)
      }
      next += correlation.count
    }
  }

  /// z of σ, a dispersion parameter and Σ.
  func unbounded(_ start: CovarianceStart) -> [Double] {
    let covariance = start.covariance
    var z: [Double] = []
    if let bounds = sigmaBounds { z.append(bounds.unbounded(start.sigma)) }
    if let bounds = dispersionBounds { z.append(bounds.unbounded(start.dispersion)) }
    for (k, coordinate) in deviationCoordinates.enumerated() {
      z.append(coordinate.unbounded(covariance[k, k].squareRoot()))
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
