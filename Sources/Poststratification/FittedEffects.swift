import LinearAlgebra
import MixedModels
import ModelFormula
import Tables

/// A fit as poststratification sees it: effects with their estimates, how rows become columns, and how much each row of the
/// survey says of its linear predictor.
///
///     μ = g⁻¹(o + Xβ + Σ_f Z_f b_f),   b_fj ~ N(0, Σ_f)
struct FittedEffects: Sendable {
  let frame: ModelFrame
  /// The fixed effects that are estimated.
  let fixedNames: [String]
  let beta: [Double]
  let factors: [Factor]
  /// −d² log-likelihood/dη² of each used row at the estimates: 1/σ² times its weight, of a generalized model the expected one.
  let information: [Double]
  let link: LinkFunction?

  /// A grouping factor with its effects, terms side by side.
  struct Factor: Sendable {
    let name: String
    let levels: [String]
    /// The names of each term's effects.
    let terms: [[String]]
    /// Conditional modes, levels × effects.
    let modes: Matrix
    /// Σ_f.
    let covariance: Matrix
  }

  /// The mean at a linear predictor.
  func mean(_ eta: Double) -> Double { link?.mean(predictor: eta) ?? eta }

  init(_ fit: SurveyFit) {
    switch fit {
    case .linear(let model, let fit):
      let known = fit.coefficients.indices.filter { !fit.coefficients[$0].isNaN }
      self.init(
        model.frame, names: known.map { fit.coefficientNames[$0] }, beta: known.map { fit.coefficients[$0] },
        factors: [],
        information: FittedEffects.gaussian(model.frame, sigma: fit.sigma), link: nil)
    case .generalized(let model, let fit):
      let known = fit.coefficients.indices.filter { !fit.coefficients[$0].isNaN }
      self.init(
        model.frame, names: known.map { fit.coefficientNames[$0] }, beta: known.map { fit.coefficients[$0] },
        factors: [],
        information: FittedEffects.generalized(
          model.frame, fit.linearPredictors, fit.family, fit.link, dispersion: fit.dispersion),
        link: fit.link)
    case .linearMixed(let fit):
      self.init(
        fit.model.frame, names: fit.model.fixedEffectNames, beta: fit.fixedEffects,
        factors: FittedEffects.factors(of: fit),
        information: FittedEffects.gaussian(fit.model.frame, sigma: fit.sigma), link: nil)
    case .generalizedMixed(let fit):
      let dispersion = if case .gamma(let shape) = fit.family { 1 / shape } else { 1.0 }
      self.init(
        fit.model.frame, names: fit.model.fixedEffectNames, beta: fit.fixedEffects,
        factors: FittedEffects.factors(of: fit),
        information: FittedEffects.generalized(
          fit.model.frame, fit.linearPredictors, fit.family, fit.link, dispersion: dispersion),
        link: fit.link)
    }
  }

  private init(
    _ frame: ModelFrame, names: [String], beta: [Double], factors: [Factor], information: [Double],
    link: LinkFunction?
  ) {
    self.frame = frame
    fixedNames = names
    self.beta = beta
    self.factors = factors
    self.information = information
    self.link = link
  }

  private static func factors(of fit: some MixedModelFit) -> [Factor] {
    fit.model.factors.indices.map { f in
      let factor = fit.model.factors[f]
      let terms = fit.model.terms.indices.filter { fit.model.terms[$0].factor == f }
      var covariance = Matrix(rows: factor.columns.count, columns: factor.columns.count)
      var first = 0
      for t in terms {
        let own = fit.varianceComponents[t].covariance
        for j in 0..<own.columns { for i in 0..<own.rows { covariance[first + i, first + j] = own[i, j] } }
        first += own.rows
      }
      return Factor(
        name: factor.name, levels: factor.levels, terms: terms.map { fit.model.terms[$0].names },
        modes: fit.randomEffects[f].modes, covariance: covariance)
    }
  }

  private static func gaussian(_ frame: ModelFrame, sigma: Double) -> [Double] {
    let scale = 1 / (sigma * sigma)
    return frame.weights?.map { $0 * scale } ?? frame.response.map { _ in scale }
  }

  private static func generalized(
    _ frame: ModelFrame, _ eta: [Double], _ family: ResponseFamily, _ link: LinkFunction, dispersion: Double
  ) -> [Double] {
    eta.indices.map { i in
      let slope = link.meanDerivative(predictor: eta[i])
      let variance = family.variance(mean: link.mean(predictor: eta[i]))
      let weight = (frame.weights?[i] ?? 1) * (frame.binomial?.trials[i] ?? 1)
      return variance > 0 ? weight * slope * slope / (variance * dispersion) : 0
    }
  }
}
