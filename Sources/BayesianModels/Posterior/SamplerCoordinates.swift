import MixedModels

/// Where chains begin and in which coordinates they move, made once for all chains.
enum SamplerCoordinates: Sendable {
  /// σ, a dispersion parameter and Σ alone; fixed and group effects are integrated out.
  case collapsed(CovarianceStart)
  /// All parameters.
  case joint(JointCoordinates)

  /// Those of a model.
  init(_ bayesian: BayesianMixedModel) { self.init(bayesian, CovarianceStart.fit(bayesian.likelihood)) }

  /// - Parameter fit: a fit of the likelihood, nil where there is none.
  init(_ bayesian: BayesianMixedModel, _ fit: (any MixedModelFit)?) {
    self =
      bayesian.isCollapsed
      ? .collapsed(CovarianceStart(bayesian, fit)) : .joint(JointCoordinates(bayesian, fit))
  }
}

extension BayesianMixedModel {
  /// The posterior, a workspace for one chain.
  func posterior(_ coordinates: SamplerCoordinates) -> any PosteriorWorkspace {
    switch coordinates {
    case .collapsed(let start): CollapsedPosterior(self, start)
    case .joint(let joint): JointPosterior(self, joint)
    }
  }
}
