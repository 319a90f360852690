/// How the random effects of a generalized linear mixed model are integrated out of its likelihood.
public enum LikelihoodApproximation: Sendable, Hashable {
  /// Laplace's: a normal density at the mode. Any number of grouping factors.
  case laplace
  /// Adaptive Gauss–Hermite quadrature with so many nodes for each random effect of a group; one node is Laplace's approximation. One grouping factor.
  case quadrature(nodes: Int)
  /// Quadrature whose nodes are doubled until −2 log L moves by less than 10⁻⁹ a group. One grouping factor.
  case automatic
  /// Laplace's with the fixed effects at the mode together with the random ones instead of at the maximum, lme4's nAGQ = 0: a quick guess. Families
  /// without a dispersion parameter.
  case jointMode

  /// Quadrature with so many nodes, Laplace's approximation for one, the joint mode for none.
  public init(nodes: Int) {
    self = nodes == 0 ? .jointMode : nodes == 1 ? .laplace : .quadrature(nodes: nodes)
  }
}

/// How −2 log L moved as nodes of quadrature were doubled.
public struct QuadratureConvergence: Sendable, Equatable {
  /// Nodes of each fit, 1 first.
  public let nodes: [Int]
  /// −2 log L of each.
  public let values: [Double]
  /// Whether the last doubling moved it by less than 10⁻⁹ a group.
  public let isReached: Bool
  /// How far the last doubling moved it.
  public var lastMove: Double {
    values.count < 2 ? .nan : abs(values[values.count - 1] - values[values.count - 2])
  }
}
