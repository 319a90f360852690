/// What a sampler learns about the shape of the posterior while it warms up.
public enum MetricForm: String, Sendable, CaseIterable {
  /// The variance of each parameter: d numbers, a step costs O(d).
  case diagonal
  /// All variances and covariances: a step costs O(d²). Pays with few, correlated parameters.
  case dense
}
