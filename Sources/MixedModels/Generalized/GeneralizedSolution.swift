import LinearAlgebra

/// Where the search for the parameters of a generalized linear mixed model ended, in the coordinates of the given columns.
struct GeneralizedSolution: Sendable {
  /// How it ended.
  enum Status: Sendable, Equatable {
    /// At an optimum inside the parameter space.
    case converged
    /// At an optimum where some combination of a term's effects has variance 0.
    case boundary
    /// The likelihood rises without end along a direction of β, given here (its largest entry ±1): predictors separate responses.
    case separated(direction: [Double])
    /// A standard deviation of effects has grown beyond what data can tell, e.g. where every group has one kind of response.
    case divergentVariance
    /// No further progress, or too many steps, with the expected further fall of −2 log L.
    case notConverged(decrement: Double)
  }

  /// How it ended.
  let status: Status
  /// −2 log L with all constants of the density.
  let minus2LogLikelihood: Double
  /// β (p).
  let beta: [Double]
  /// Λ (q×q), lower triangular within blocks, with a diagonal that is not negative.
  let lambda: Matrix
  /// Its free elements, by columns, one term after another.
  let theta: [Double]
  /// The negative binomial's θ, or Gamma's shape; nil for families without one. θ above 1e8 says that counts vary no more than Poisson's; it is then held
  /// in the Hessian.
  let dispersionParameter: Double?
  /// Whether some term's covariance matrix is singular.
  let isSingular: Bool
  /// Conditional modes b_j = Λû_j of each grouping factor (q_f×J_f); rows are the effects of the factor's terms in their order.
  let modes: [Matrix]
  /// Conditional covariance matrices of each factor's levels, blocks of ΛH⁻¹Λ' (q_f×q_f each).
  let conditionalCovariances: [[Matrix]]
  /// Covariance matrix of β from the exact Hessian over (β, θ), zero variances held; nil where that is not positive definite.
  let fixedCovariance: Matrix?
  /// The same of β and θ together, and of the logarithm of an estimated dispersion parameter; nil also for singular fits.
  let parameterCovariance: Matrix?
  /// Covariance matrix of β with θ held, lme4's RX variant: (X'WX − X'WZΛH⁻¹Λ'Z'WX)⁻¹; nil where it has no inverse.
  let fixedCovarianceRX: Matrix?
  /// −2 log L of each group, without the constants of the density; empty where there are several grouping factors.
  let groupValues: [Double]
  /// η at the modes, by rows in the given order (n).
  let linearPredictors: [Double]
  /// w, the expected value of −d²ℓ/dη², at these predictors (n).
  let weights: [Double]
  /// wₒ = −d²ℓ/dη² (n).
  let observedWeights: [Double]
  /// Evaluations of the criterion with its gradient, without those for the Hessian.
  let evaluations: Int
}
