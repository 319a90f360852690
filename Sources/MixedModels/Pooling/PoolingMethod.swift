/// The ways of pooling groups, always under these names.
public enum PoolingMethod: String, Sendable, CaseIterable {
  /// One regression for all rows.
  case complete
  /// One regression a group.
  case none
  /// Least squares with dummy variables: own coefficients a group for what varies, one residual variance.
  case lsdv
  /// Partial pooling by restricted maximum likelihood.
  case reml
  /// Partial pooling by maximum likelihood.
  case ml
  /// The lecture's weighted mean with known variances.
  case oracle
  /// Partial pooling by the posterior of a Bayesian model: means, and standard deviations as standard errors.
  case bayes
}
