import LinearAlgebra
import MixedModels

/// The posterior of σ, standard deviations and correlations of a linear mixed model with one grouping factor, fixed and group effects integrated out: a
/// handful of dimensions whatever the number of groups, without the funnel that effects and their standard deviation make.
///
/// A workspace for one chain.
/// - Reference: Gelman, Carlin, Stern, Dunson, Vehtari & Rubin (2013), Bayesian Data Analysis, 3rd ed., section 5.4 (marginal, then conditional draws).
final class CollapsedPosterior: PosteriorWorkspace {
  let likelihood: IntegratedLikelihood
  let coordinates: CovarianceTransform

  let start: [Double]

  /// - Precondition: the model's fixed and group effects can be integrated out.
  init(_ bayesian: BayesianMixedModel, _ start: CovarianceStart) {
    let moments = bayesian.priors.fixedEffects.map { prior -> (mean: Double, precision: Double) in
      if case .normal(let mean, let sd) = prior { return (mean, 1 / (sd * sd)) }
      return (0, 0)
    }
    guard let model = bayesian.model as? LinearMixedModel,
      let integrated = IntegratedLikelihood(
        model, mean: moments.map(\.mean), precision: moments.map(\.precision))
    else { preconditionFailure("refused where it is made") }
    likelihood = integrated
    coordinates = CovarianceTransform(
      bayesian.priors, blocks: model.terms.map(\.columns), units: start.units)
    self.start = coordinates.unbounded(start)
  }

  var dimension: Int { coordinates.count }

  func evaluate(
    at point: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double {
    let prior = coordinates.fill(point)
    guard prior.isFinite, coordinates.sigma > 0, coordinates.sigma.isFinite else { return -.infinity }
    let value = likelihood.evaluate(covariance: coordinates.covariance, sigma: coordinates.sigma)
    guard value.isFinite else { return -.infinity }
    coordinates.fillGradient(
      gradient, at: point, sigmaSlope: likelihood.sigmaSlope, covarianceSlope: likelihood.gradient)
    return prior + value
  }

  func complete(
    _ point: UnsafeMutablePointer<Double>, fixed: UnsafeMutablePointer<Double>,
    effects: UnsafeMutablePointer<Double>, normal: () -> Double
  ) {
    likelihood.draw(sigma: coordinates.sigma, fixed: fixed, effects: effects, normal: normal)
  }
}
