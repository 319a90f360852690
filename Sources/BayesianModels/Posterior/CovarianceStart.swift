import LinearAlgebra
import MixedModels

/// Where chains begin among σ, a dispersion parameter and Σ, and in which units they measure standard deviations.
struct CovarianceStart: Sendable {
  /// σ and the dispersion parameter.
  private(set) var sigma = 1.0
  private(set) var dispersion = 1.0
  /// Σ (q×q), entries between terms 0.
  private(set) var covariance: Matrix
  /// s_k of `DeviationCoordinate`: the standard error that the rows of a level of average information alone give its effect k.
  private(set) var units: [Double]

  /// The estimates of a fit, variances of nearly 0 somewhat larger; where there is no fit, the scales of the weakly informative priors.
  init(_ bayesian: BayesianMixedModel) {
    self.init(bayesian, Self.fit(bayesian.likelihood))
  }

  /// - Parameter fit: a fit of the likelihood, nil where there is none.
  init(_ bayesian: BayesianMixedModel, _ fit: (any MixedModelFit)?) {
    let model = bayesian.model
    let weak = ModelPriors.weaklyInformative(bayesian.likelihood)
    func scale(_ prior: Prior?) -> Double {
      if case .halfT(_, let unit) = prior { return unit }
      return 1
    }
    let scales = weak.deviations.map(scale)
    if weak.sigma != nil { sigma = scale(weak.sigma) }
    units = scales.map { 0.5 * $0 }
    covariance = Matrix(rows: scales.count, columns: scales.count)
    for (k, unit) in units.enumerated() { covariance[k, k] = unit * unit }
    if let fit { adopt(fit) }
    if case .knownVariances = bayesian.likelihood {
      setUnits(
        model, information: model.frame.weights ?? Array(repeating: 1, count: model.frame.response.count))
    }
    // A variance of nearly 0 is where the posterior is wide; chains begin a little above.
    for (k, scale) in scales.enumerated() {
      covariance[k, k] = max(covariance[k, k] * 1.0001, 0.0025 * scale * scale)
    }
    for (k, prior) in bayesian.priors.deviations.enumerated() {
      if let size = prior.typicalSize { keep(k, below: size) }
    }
  }

  /// The fit from which chains begin; nil where there is none, or its estimates are no maximum.
  static func fit(_ likelihood: BayesianMixedModel.Likelihood) -> (any MixedModelFit)? {
    switch likelihood {
    case .linear(let model): return try? model.fit()
    case .knownVariances: return nil
    case .generalized(let model):
      guard let fit = try? model.fit(), fit.diagnostics.hasMaximum else { return nil }
      return fit
    }
  }

  private mutating func adopt(_ fit: any MixedModelFit) {
    let model = fit.model
    for (term, component) in zip(model.terms, fit.varianceComponents) {
      for (b, j) in term.columns.enumerated() {
        for (a, i) in term.columns.enumerated() where component.covariance[a, b].isFinite {
          covariance[i, j] = component.covariance[a, b]
        }
      }
    }
    switch fit {
    case let fit as LinearMixedModelFit:
      sigma = fit.sigma
      setUnits(model, information: fit.rowCurvature.information)
    case let fit as GeneralizedLinearMixedModelFit:
      if let found = fit.family.dispersionParameter, found.isFinite { dispersion = min(found, 1e3) }
      setUnits(model, information: fit.rowCurvature.information)
    default: break
    }
  }

  /// Keeps a standard deviation that the prior holds near 0 where the prior has it, correlations as they are.
  private mutating func keep(_ k: Int, below size: Double) {
    units[k] = min(units[k], size)
    let factor = size / covariance[k, k].squareRoot()
    guard factor < 0.1 else { return }
    for i in 0..<covariance.rows {
      covariance[i, k] *= factor
      covariance[k, i] *= factor
    }
  }

  /// - Parameter information: of each row about its linear predictor.
  private mutating func setUnits(_ model: any MixedModel, information: [Double]) {
    let z = model.randomMatrix
    for term in model.terms {
      let levels = Double(model.factors[term.factor].levels.count)
      for k in term.columns {
        var sum = 0.0
        for (i, w) in information.enumerated() {
          sum += w * z[i, k] * z[i, k]
        }
        let unit = (levels / sum).squareRoot()
        if unit > 0, unit.isFinite { units[k] = unit }
      }
    }
  }
}
