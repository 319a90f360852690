import Glibc
import LinearAlgebra
import MixedModels

/// Where and in which units the sampler of all parameters moves: in the units of the likelihood's normal approximation at its maximum, so that what the sampler
/// sees is nearly a standard normal distribution.
///
///     β = β̂ + Cu,  CC' = Var β̂                                   (a coefficient with bounds by itself)
///     b_j = F[A_j⁻¹F'h_j + L_j⁻ᵀz_j],  FF' = Σ,  A_j = I + F'H_jF = L_jL_j',  h_j = H_jb̂_j + s_j − G_j(β − β̂)
///
/// with s_j = Z_j's and H_j = Z_j'WZ_j, G_j = Z_j'WX the slope and curvature of the level's rows at the maximum. Of levels that say nothing (H_j = 0) this is
/// b_j = Fz_j, the non-centred form; of levels that say much it is b_j = b̂_j + H_j^(−½)z_j, the centred one; and each level is as far between them as its
/// information tells. It is exact whatever the approximation: a change of variables, whose volume is 1/|L_j|·|F|.
///
/// Several terms come one after the other, those with the fewest levels first: a later term's target depends on the effects drawn before,
/// h_j − C_j(b − b̂), and of an earlier term H and G are what remains with later effects integrated out (`SharedRows`).
///
/// - Reference: Papaspiliopoulos, Roberts & Sköld (2003), "Non-centered parameterisations for hierarchical models and data augmentation", Bayesian
///   Statistics 7, 307–326; (2007), doi:10.1214/088342307000000014.
struct JointCoordinates: Sendable {
  /// One term's levels.
  struct Term: Sendable {
    /// Which of the model's terms it is, and its columns of Z.
    let index: Int
    let columns: Range<Int>
    /// Number of levels.
    let levelCount: Int
    /// Where the effect k of level j stands among all effects: first + j·stride + k.
    let first, stride: Int
    /// H_j (q×q), h_j where β = β̂ and other effects are 0 (q), and G_j (q×p) by columns, level after level.
    var information, target, cross: [Double]
    /// C: what rows tell of the effects of earlier terms.
    var couplings = EffectCouplings()

    /// p.
    var fixedCount: Int { target.isEmpty ? 0 : cross.count / target.count }
  }

  /// Centre β̂ (p) and C (p×p, lower triangular) of the coefficients; of those with bounds, which stand alone, nothing.
  var centre: [Double]
  var root: Matrix
  /// The bounds of coefficients that have some.
  let bounds: [BoundedParameter?]
  /// The terms, those with the fewest levels first.
  var terms: [Term]
  /// σ, dispersion and Σ where chains begin.
  let start: CovarianceStart

  /// Coordinates of a model: from its fit, or where there is none from the priors.
  init(_ bayesian: BayesianMixedModel) { self.init(bayesian, CovarianceStart.fit(bayesian.likelihood)) }

  /// - Parameter fit: a fit of the likelihood, nil where there is none.
  init(_ bayesian: BayesianMixedModel, _ fit: (any MixedModelFit)?) {
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
    let order = model.terms.indices.sorted {
      (model.factors[model.terms[$0].factor].levels.count, $0)
        < (model.factors[model.terms[$1].factor].levels.count, $1)
    }
    terms = order.map { index in
      let term = model.terms[index]
      let factor = model.factors[term.factor]
      let (q, count) = (term.columns.count, factor.levels.count)
      return Term(
        index: index, columns: term.columns, levelCount: count,
        first: offsets[term.factor] + (factor.columns.firstIndex(of: term.columns.lowerBound) ?? 0),
        stride: factor.columns.count, information: Array(repeating: 0, count: count * q * q),
        target: Array(repeating: 0, count: count * q), cross: Array(repeating: 0, count: count * q * p))
    }
    centre = [Double](repeating: 0, count: p)
    root = Matrix(rows: p, columns: p)
    start = CovarianceStart(bayesian, fit)
    for (k, prior) in ModelPriors.weaklyInformative(bayesian.likelihood).fixedEffects.enumerated() {
      if case .normal(let mean, let sd) = prior {
        centre[k] = mean
        root[k, k] = 0.1 * sd
      }
    }
    switch fit {
    case let fit as LinearMixedModelFit: adopt(fit, fit.rowCurvature)
    case let fit as GeneralizedLinearMixedModelFit: adopt(fit, fit.rowCurvature)
    default: break
    }
  }

  /// Units of a fit.
  private mutating func adopt(_ fit: some MixedModelFit, _ rows: RowCurvature) {
    let model = fit.model
    guard fit.fixedEffects.allSatisfy(\.isFinite),
      zip(rows.score, rows.information).allSatisfy({ $0.isFinite && $1.isFinite })
    else { return }
    setFixed(fit.fixedEffects, fit.fixedEffectCovariance)
    var modes: [Double] = []
    for (f, factor) in model.factors.enumerated() {
      let found = fit.randomEffects[f].modes
      for j in factor.levels.indices { for k in factor.columns.indices { modes.append(found[j, k]) } }
    }
    for t in terms.indices {
      terms[t].add(
        rows, codes: model.factors[model.terms[terms[t].index].factor].codes, x: model.fixedMatrix,
        z: model.randomMatrix)
    }
    var shared = SharedRows(terms, model, information: rows.information)
    shared.integrateOut(&terms, covariance: start.covariance)
    for t in terms.indices {
      terms[t].couplings = shared.couplings(of: t, order: terms[t].columns.count)
      terms[t].aim(at: modes)
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

extension JointCoordinates.Term {
  /// Sums what the levels' rows say: slopes, in place of targets, and curvatures.
  fileprivate mutating func add(_ rows: RowCurvature, codes: [Int], x: Matrix, z: Matrix) {
    let (q, p) = (columns.count, x.columns)
    for (i, j) in codes.enumerated() {
      let w = rows.information[i]
      for a in 0..<q {
        let own = z[i, columns.lowerBound + a]
        target[j * q + a] += own * rows.score[i]
        for b in 0..<q { information[j * q * q + a + b * q] += w * own * z[i, columns.lowerBound + b] }
        for c in 0..<p { cross[j * q * p + a + c * q] += w * own * x[i, c] }
      }
    }
  }

  /// Makes targets of the slopes: the conditional mean at β̂ and the other effects' modes is the mode.
  fileprivate mutating func aim(at modes: [Double]) {
    let q = columns.count
    for j in 0..<levelCount {
      for a in 0..<q {
        let row = j * q + a
        for b in 0..<q { target[row] += information[j * q * q + a + b * q] * modes[first + j * stride + b] }
        target[row] += couplings.product(row, modes)
      }
    }
  }
}
