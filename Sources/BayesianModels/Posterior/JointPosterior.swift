import Glibc
import LinearAlgebra
import MixedModels

/// The posterior of all parameters of a mixed model: fixed effects, standard deviations and correlations, and the effects of every level.
///
///     log p = ℓ(β, b, φ) + log p(β) + log p(σ, Σ) + Σ_j log N(b_j; 0, Σ) + Jacobians
///
/// in the coordinates of `JointCoordinates`: first u (p), then those of `CovarianceTransform`, then the effects. A workspace for one chain.
/// - Complexity: O(n·(p + q)) a value with its gradient.
final class JointPosterior: PosteriorWorkspace {
  typealias Pointer = UnsafeMutablePointer<Double>

  let coordinates: CovarianceTransform
  private let likelihood: ConditionalLikelihood
  private let units: JointCoordinates
  private let priors: [Prior]
  private let isScaled: Bool
  private let fixedCount, covarianceCount, effectCount: Int
  private let fixed, effects, fixedSlope, covarianceRoot, factorSlope, root, scales, centres: Pointer
  private let level, levelSlope: Pointer
  private let block: ScratchBlock

  init(_ bayesian: BayesianMixedModel, _ units: JointCoordinates) {
    switch bayesian.likelihood {
    case .linear(let model), .knownVariances(let model): likelihood = ConditionalLikelihood(model)
    case .generalized(let model): likelihood = ConditionalLikelihood(model)
    }
    self.units = units
    priors = bayesian.priors.fixedEffects
    isScaled = bayesian.likelihood.hasSigma
    coordinates = CovarianceTransform(bayesian.priors, blocks: bayesian.model.terms.map(\.columns))
    let (p, q) = (likelihood.fixedCount, coordinates.effectCount)
    (fixedCount, covarianceCount, effectCount) = (p, coordinates.count, likelihood.effectCount)
    block = ScratchBlock(count: 2 * p + p * p + 2 * q * q + 3 * effectCount + 2 * q)
    fixed = block.take(p)
    fixedSlope = block.take(p)
    root = block.take(p * p)
    effects = block.take(effectCount)
    scales = block.take(effectCount)
    centres = block.take(effectCount)
    covarianceRoot = block.take(q * q)
    factorSlope = block.take(q * q)
    level = block.take(q)
    levelSlope = block.take(q)
    for (i, value) in units.root.storage.enumerated() { root[i] = value }
    for i in 0..<effectCount { (scales[i], centres[i]) = (units.scales[i], units.centres[i]) }
  }

  var dimension: Int { fixedCount + covarianceCount + effectCount }

  func evaluate(at point: Pointer, gradient: Pointer) -> Double {
    let (covariancePart, effectPart) = (point + fixedCount, point + fixedCount + covarianceCount)
    var density = coordinates.fill(covariancePart)
    guard density.isFinite else { return -.infinity }
    density += fillFixed(point)
    guard density.isFinite else { return -.infinity }
    fillRoot()
    density += fillEffects(effectPart)
    guard density.isFinite else { return -.infinity }
    let scale = isScaled ? coordinates.sigma : coordinates.dispersion
    let value = likelihood.evaluate(fixed: fixed, effects: effects, scale: scale)
    guard value.isFinite else { return -.infinity }
    for i in 0..<fixedCount { fixedSlope[i] = likelihood.fixedGradient[i] + priors[i].logDensity(fixed[i]).slope }
    let q = coordinates.effectCount
    for i in 0..<q * q { factorSlope[i] = 0 }
    fillEffectGradient(effectPart, gradient + fixedCount + covarianceCount)
    fillFixedGradient(point, gradient)
    coordinates.fillGradient(
      gradient + fixedCount, at: covariancePart, sigmaSlope: isScaled ? likelihood.scaleSlope : 0,
      dispersionSlope: isScaled ? 0 : likelihood.scaleSlope, factorSlope: factorSlope)
    return density + value
  }

  func complete(_ point: Pointer, fixed: Pointer, effects: Pointer, normal: () -> Double) {
    fixed.update(from: self.fixed, count: fixedCount)
    effects.update(from: self.effects, count: effectCount)
  }

  /// β from u.
  /// - Returns: its log prior and Jacobians.
  private func fillFixed(_ u: Pointer) -> Double {
    let p = fixedCount
    var density = 0.0
    for i in 0..<p {
      if let bounds = units.bounds[i] {
        let found = bounds.value(u[i])
        fixed[i] = found.x
        density += found.logSlope
      } else {
        var sum = units.centre[i]
        for k in 0...i { sum += root[i + k * p] * u[k] }
        fixed[i] = sum
      }
      density += priors[i].logDensity(fixed[i]).value
    }
    return density
  }

  private func fillFixedGradient(_ u: Pointer, _ gradient: Pointer) {
    let p = fixedCount
    for k in 0..<p {
      if let bounds = units.bounds[k] {
        let found = bounds.value(u[k])
        gradient[k] = fixedSlope[k] * found.slope + found.logSlopeSlope
      } else {
        var sum = 0.0
        for i in k..<p where units.bounds[i] == nil { sum += root[i + k * p] * fixedSlope[i] }
        gradient[k] = sum
      }
    }
  }

  /// F = DL.
  private func fillRoot() {
    let q = coordinates.effectCount
    for k in 0..<q {
      for i in 0..<q {
        covarianceRoot[i + k * q] = coordinates.deviations[i] * coordinates.factor[i + k * q]
      }
    }
  }

  /// b from its coordinates.
  /// - Returns: its log density given Σ, with Jacobians.
  private func fillEffects(_ v: Pointer) -> Double {
    let q = coordinates.effectCount
    var density = 0.0
    for term in units.terms {
      let (columns, width) = (term.columns, term.columns.count)
      let f = covarianceRoot + columns.lowerBound * (q + 1)
      var centredCount = 0.0
      var squares = 0.0
      for j in 0..<term.levelCount {
        let place = term.first + j * term.stride
        let (own, b) = (v + place, effects + place)
        if term.isCentred[j] {
          centredCount += 1
          for k in 0..<width {
            let shift = term.shifts[k] >= 0 ? fixed[term.shifts[k]] : 0
            b[k] = centres[place + k] + scales[place + k] * own[k] - shift
            level[k] = b[k]
          }
          for k in 0..<width {
            for l in 0..<k { level[k] -= f[k + l * q] * level[l] }
            level[k] /= f[k + k * q]
            squares += level[k] * level[k]
          }
        } else {
          for k in 0..<width {
            var sum = 0.0
            for l in 0...k { sum += f[k + l * q] * own[l] }
            b[k] = sum
            squares += own[k] * own[k]
          }
        }
      }
      density -= 0.5 * squares
      if centredCount > 0 { for k in 0..<width { density -= centredCount * log(f[k + k * q]) } }
    }
    return density
  }

  /// The derivatives in the effects' coordinates; adds to those in F and β.
  private func fillEffectGradient(_ v: Pointer, _ gradient: Pointer) {
    let q = coordinates.effectCount
    for term in units.terms {
      let (columns, width) = (term.columns, term.columns.count)
      let f = covarianceRoot + columns.lowerBound * (q + 1)
      let slope = factorSlope + columns.lowerBound * (q + 1)
      var centredCount = 0.0
      for j in 0..<term.levelCount {
        let place = term.first + j * term.stride
        let (own, out, g) = (v + place, gradient + place, likelihood.effectGradient + place)
        if term.isCentred[j] {
          centredCount += 1
          // u = F⁻¹b and t = F⁻ᵀu.
          for k in 0..<width {
            var sum = effects[place + k]
            for l in 0..<k { sum -= f[k + l * q] * level[l] }
            level[k] = sum / f[k + k * q]
          }
          var k = width - 1
          while k >= 0 {
            var sum = level[k]
            for l in k + 1..<max(width, k + 1) { sum -= f[l + k * q] * levelSlope[l] }
            levelSlope[k] = sum / f[k + k * q]
            k -= 1
          }
          for k in 0..<width {
            for l in 0...k { slope[k + l * q] += levelSlope[k] * level[l] }
            let total = g[k] - levelSlope[k]
            out[k] = scales[place + k] * total
            if term.shifts[k] >= 0 { fixedSlope[term.shifts[k]] -= total }
          }
        } else {
          for k in 0..<width {
            var sum = -own[k]
            for l in k..<width { sum += f[l + k * q] * g[l] }
            out[k] = sum
            for l in 0...k { slope[k + l * q] += g[k] * own[l] }
          }
        }
      }
      if centredCount > 0 { for k in 0..<width { slope[k + k * q] -= centredCount / f[k + k * q] } }
    }
  }

  /// The point of β̂, σ, Σ and the effects where chains begin.
  var start: [Double] {
    var point = units.bounds.indices.map { k in units.bounds[k]?.unbounded(units.centre[k]) ?? 0 }
    point += coordinates.unbounded(
      sigma: units.start.sigma, covariance: units.start.covariance, dispersion: units.start.dispersion)
    var own = [Double](repeating: 0, count: effectCount)
    let q = coordinates.effectCount
    _ = point.withUnsafeMutableBufferPointer { coordinates.fill($0.baseAddress! + fixedCount) }
    fillRoot()
    for term in units.terms {
      let f = covarianceRoot + term.columns.lowerBound * (q + 1)
      for j in 0..<term.levelCount where !term.isCentred[j] {
        let place = term.first + j * term.stride
        for k in term.columns.indices.map({ $0 - term.columns.lowerBound }) {
          var sum = units.start.effects[place + k]
          for l in 0..<k { sum -= f[k + l * q] * own[place + l] }
          own[place + k] = min(max(sum / f[k + k * q], -3), 3)
        }
      }
    }
    return point + own
  }
}
