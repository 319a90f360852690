import Glibc
import LinearAlgebra
import MixedModels

/// Where and in which units the sampler of all parameters moves: about the maximum of the likelihood, in the standard errors found there, so that a sampler that
/// knows nothing yet takes steps of the right size.
///
///     β = β̂ + Cu,  CC' = Var β̂        (a coefficient with bounds by itself)
///     b_j = DLz_j                       where a level says little beside its distribution (not centred)
///     b_j = a_j + s_jv_j − β            where it says much (centred about the fixed effect of its own name, or about 0)
///
/// Each level of each term is centred or not by the share of its variance that its own rows explain at the maximum, half or more.
///
/// - Reference: Papaspiliopoulos, Roberts & Sköld (2007), doi:10.1214/088342307000000014; Betancourt & Girolami (2015), doi:10.1201/b18502-5.
struct JointCoordinates: Sendable {
  /// One term's levels.
  struct Term: Sendable {
    /// The term's columns of Z.
    let columns: Range<Int>
    /// Number of levels.
    let levelCount: Int
    /// Where the effect k of level j stands among all effects: first + j·stride + k.
    let first, stride: Int
    /// Whether each level is centred.
    var isCentred: [Bool]
    /// The fixed effect about which each effect's centred levels stand; −1 for 0.
    var shifts: [Int]
  }

  /// Centre β̂ (p) and C (p×p, lower triangular) of the coefficients; of those with bounds, which stand alone, nothing.
  var centre: [Double]
  var root: Matrix
  /// The bounds of coefficients that have some.
  let bounds: [BoundedParameter?]
  /// The terms.
  var terms: [Term]
  /// a and s of all effects, in the order of `MixedModel.factors`, by levels.
  var centres, scales: [Double]
  /// Where chains begin: β, σ, dispersion, Σ and the effects at the maximum.
  var start: (sigma: Double, dispersion: Double, covariance: Matrix, effects: [Double])

  /// Coordinates of a model: from its fit, or where there is none from the priors.
  init(_ bayesian: BayesianMixedModel) {
    let model = bayesian.model
    let p = model.fixedEffectNames.count
    bounds = bayesian.priors.fixedEffects.map { prior in
      if case .uniform(let lower, let upper) = prior { return BoundedParameter((lower, upper)) }
      return nil
    }
    var offsets: [Int] = []
    var effectCount = 0
    for factor in model.factors {
      offsets.append(effectCount)
      effectCount += factor.columns.count * factor.levels.count
    }
    terms = model.terms.map { term in
      let factor = model.factors[term.factor]
      return Term(
        columns: term.columns, levelCount: factor.levels.count,
        first: offsets[term.factor] + (factor.columns.firstIndex(of: term.columns.lowerBound) ?? 0),
        stride: factor.columns.count, isCentred: Array(repeating: false, count: factor.levels.count),
        shifts: term.columns.map { _ in -1 })
    }
    centre = [Double](repeating: 0, count: p)
    root = Matrix(rows: p, columns: p)
    centres = [Double](repeating: 0, count: effectCount)
    scales = [Double](repeating: 1, count: effectCount)
    let q = model.randomEffectNames.count
    start = (1, 1, Matrix(rows: q, columns: q), centres)
    setFromPriors(bayesian)
    switch bayesian.likelihood {
    case .linear(let model):
      if let fit = try? model.fit() {
        start.sigma = fit.sigma
        adopt(fit, bayesian)
      }
    case .knownVariances: break
    case .generalized(let model):
      if let fit = try? model.fit(), fit.diagnostics.hasMaximum {
        if let found = fit.family.dispersionParameter, found.isFinite { start.dispersion = min(found, 1e3) }
        adopt(fit, bayesian)
      }
    }
  }

  /// Units of the weakly informative priors.
  private mutating func setFromPriors(_ bayesian: BayesianMixedModel) {
    let weak = ModelPriors.weaklyInformative(bayesian.likelihood)
    for (k, prior) in weak.fixedEffects.enumerated() {
      if case .normal(let mean, let sd) = prior {
        centre[k] = mean
        root[k, k] = 0.1 * sd
      }
    }
    if case .halfT(_, let scale) = weak.sigma { start.sigma = scale }
    for (k, prior) in weak.deviations.enumerated() {
      if case .halfT(_, let scale) = prior { start.covariance[k, k] = 0.25 * scale * scale }
    }
  }

  /// Units of a fit.
  private mutating func adopt(_ fit: some MixedModelFit, _ bayesian: BayesianMixedModel) {
    let model = fit.model
    guard fit.fixedEffects.allSatisfy(\.isFinite) else { return }
    setFixed(fit.fixedEffects, fit.fixedEffectCovariance)
    for (term, component) in zip(model.terms, fit.varianceComponents) {
      for (b, j) in term.columns.enumerated() {
        for (a, i) in term.columns.enumerated() where component.covariance[a, b].isFinite {
          start.covariance[i, j] = component.covariance[a, b]
        }
      }
    }
    // A variance of nearly 0 is where the posterior is wide; chains begin a little above.
    let weak = ModelPriors.weaklyInformative(bayesian.likelihood)
    for k in 0..<start.covariance.rows {
      if case .halfT(_, let scale) = weak.deviations[k] {
        let least = 0.05 * scale
        start.covariance[k, k] = max(start.covariance[k, k] * 1.0001, least * least)
      }
    }
    let names = model.fixedEffectNames
    // The factor through which the fixed effects are known worst is the one they stand in for.
    let spread = model.factors.map { factor in
      factor.columns.reduce(0) { $0 + start.covariance[$1, $1] } / Double(factor.levels.count)
    }
    let main = spread.indices.max { spread[$0] < spread[$1] } ?? 0
    for (t, term) in model.terms.enumerated() {
      let effects = fit.randomEffects[term.factor]
      let deviations = effects.conditionalStandardDeviations
      let own = terms[t]
      let base = model.factors[term.factor].columns.firstIndex(of: term.columns.lowerBound) ?? 0
      let shifts = term.names.map { term.factor == main ? names.firstIndex(of: $0) ?? -1 : -1 }
      terms[t].shifts = shifts
      for j in 0..<own.levelCount {
        var share = 0.0
        for (k, column) in term.columns.enumerated() {
          let (mode, sd) = (effects.modes[j, base + k], deviations[j, base + k])
          let variance = start.covariance[column, column]
          share += max(0, 1 - sd * sd / variance) / Double(term.columns.count)
          let place = own.first + j * own.stride + k
          start.effects[place] = mode.isFinite ? mode : 0
          if sd > 0, sd.isFinite { scales[place] = sd }
          centres[place] = start.effects[place] + (shifts[k] >= 0 ? fit.fixedEffects[shifts[k]] : 0)
        }
        terms[t].isCentred[j] = share >= 0.5
        if share < 0.5 {
          for k in 0..<term.columns.count {
            let place = own.first + j * own.stride + k
            (centres[place], scales[place]) = (0, 1)
          }
        }
      }
    }
  }

  /// The Cholesky factor of the covariance of the coefficients without bounds.
  private mutating func setFixed(_ estimates: [Double], _ covariance: Matrix) {
    let p = estimates.count
    centre = estimates
    let free = (0..<p).filter { bounds[$0] == nil }
    var factor = Matrix(rows: p, columns: p)
    for j in free {
      for i in free where i >= j {
        var sum = covariance[i, j]
        for k in free where k < j { sum -= factor[i, k] * factor[j, k] }
        if i == j {
          guard sum > 1e-12 * covariance[j, j], sum.isFinite else { return }
          factor[j, j] = sum.squareRoot()
        } else {
          factor[i, j] = sum / factor[j, j]
        }
      }
    }
    root = factor
  }
}
