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
  private let fixed, effects, fixedSlope, covarianceRoot, factorSlope, root, target, targetSlope: Pointer
  private let distances, effectSlope: Pointer
  private let parts: [Part]
  private let block: ScratchBlock

  /// One term: `JointCoordinates.Term` on memory of this workspace.
  private struct Part {
    let order, levelCount, first, stride, firstColumn: Int
    let information, target, cross: Pointer
    let couplings: EffectCouplings
    let level: LevelCoordinates
  }

  init(_ bayesian: BayesianMixedModel, _ units: JointCoordinates) {
    switch bayesian.likelihood {
    case .linear(let model), .knownVariances(let model): likelihood = ConditionalLikelihood(model)
    case .generalized(let model): likelihood = ConditionalLikelihood(model)
    }
    self.units = units
    priors = bayesian.priors.fixedEffects
    isScaled = bayesian.likelihood.hasSigma
    coordinates = CovarianceTransform(
      bayesian.priors, blocks: bayesian.model.terms.map(\.columns), units: units.start.units)
    let (p, q) = (likelihood.fixedCount, coordinates.effectCount)
    (fixedCount, covarianceCount, effectCount) = (p, coordinates.count, likelihood.effectCount)
    let sizes = units.terms.map { term in
      term.information.count + term.target.count + term.cross.count
        + LevelCoordinates.size(order: term.columns.count, levels: term.levelCount)
    }
    let block = ScratchBlock(
      count: 3 * p + p * p + 2 * q * q + 2 * effectCount + 2 * q + sizes.reduce(0, +))
    self.block = block
    func keep(_ values: [Double]) -> Pointer {
      let place = block.take(values.count)
      for (i, value) in values.enumerated() { place[i] = value }
      return place
    }
    fixed = block.take(p)
    fixedSlope = block.take(p)
    root = keep(units.root.storage)
    effects = block.take(effectCount)
    covarianceRoot = block.take(q * q)
    factorSlope = block.take(q * q)
    target = block.take(q)
    targetSlope = block.take(q)
    distances = block.take(p)
    effectSlope = block.take(effectCount)
    parts = units.terms.map { term in
      Part(
        order: term.columns.count, levelCount: term.levelCount, first: term.first, stride: term.stride,
        firstColumn: term.columns.lowerBound, information: keep(term.information), target: keep(term.target),
        cross: keep(term.cross), couplings: term.couplings,
        level: LevelCoordinates(order: term.columns.count, levels: term.levelCount, of: block))
    }
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
    for i in 0..<fixedCount {
      fixedSlope[i] = likelihood.fixedGradient[i] + priors[i].logDensity(fixed[i]).slope
    }
    let q = coordinates.effectCount
    for i in 0..<q * q { factorSlope[i] = 0 }
    fillEffectGradient(gradient + fixedCount + covarianceCount)
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

  /// h_j of a level at the β and the earlier terms' effects of this point.
  @inline(__always)
  private func fillTarget(_ part: Part, level j: Int) {
    let (q, p) = (part.order, fixedCount)
    let (own, cross) = (part.target + j * q, part.cross + j * q * p)
    for k in 0..<q { target[k] = own[k] }
    for c in 0..<p {
      let distance = distances[c]
      for k in 0..<q { target[k] -= cross[k + c * q] * distance }
    }
    for k in 0..<q { target[k] -= part.couplings.product(j * q + k, effects) }
  }

  /// b from its coordinates.
  /// - Returns: the log density of the coordinates given Σ and β.
  private func fillEffects(_ z: Pointer) -> Double {
    let stride = coordinates.effectCount
    var density = 0.0
    for c in 0..<fixedCount { distances[c] = fixed[c] - units.centre[c] }
    for part in parts {
      let q = part.order
      let f = covarianceRoot + part.firstColumn * (stride + 1)
      for j in 0..<part.levelCount {
        let place = part.first + j * part.stride
        fillTarget(part, level: j)
        density += part.level.fill(
          level: j, effects + place, z + place, f: f, stride: stride, h: target,
          information: part.information + j * q * q)
      }
    }
    return density
  }

  /// The derivatives in the effects' coordinates, the last term's first, for they depend on the earlier; adds to those in F and β.
  private func fillEffectGradient(_ gradient: Pointer) {
    let (stride, p) = (coordinates.effectCount, fixedCount)
    effectSlope.update(from: likelihood.effectGradient, count: effectCount)
    for part in parts.reversed() {
      let q = part.order
      let f = covarianceRoot + part.firstColumn * (stride + 1)
      let slope = factorSlope + part.firstColumn * (stride + 1)
      for j in 0..<part.levelCount {
        let place = part.first + j * part.stride
        fillTarget(part, level: j)
        part.level.fillGradient(
          level: j, gradient + place, g: effectSlope + place, f: f, stride: stride, h: target,
          factorSlope: slope, targetSlope: targetSlope)
        let cross = part.cross + j * q * p
        for c in 0..<p {
          var sum = 0.0
          for k in 0..<q { sum += cross[k + c * q] * targetSlope[k] }
          fixedSlope[c] -= sum
        }
        for k in 0..<q { part.couplings.subtract(targetSlope[k], j * q + k, from: effectSlope) }
      }
    }
  }

  /// The point where chains begin: β̂, σ and Σ of the fit, and effects at their conditional means.
  var start: [Double] {
    units.bounds.indices.map { k in units.bounds[k]?.unbounded(units.centre[k]) ?? 0 }
      + coordinates.unbounded(units.start)
      + [Double](repeating: 0, count: effectCount)
  }
}
