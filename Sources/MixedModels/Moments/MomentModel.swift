/// The models that can be fitted from the moments of groups: one grouping factor, at most one predictor.
public enum MomentModel: String, Sendable, CaseIterable {
  /// `y ~ 1 + (1 | g)`
  case varyingMeans
  /// `y ~ x + (1 | g)`
  case varyingIntercepts
  /// `y ~ x + (1 + x | g)`
  case varyingSlopes

  /// The formula.
  public var formula: String {
    switch self {
    case .varyingMeans: "y ~ 1 + (1 | g)"
    case .varyingIntercepts: "y ~ x + (1 | g)"
    case .varyingSlopes: "y ~ x + (1 + x | g)"
    }
  }

  /// Number of coefficients that vary over groups (q): the constant, and the slope.
  @inlinable
  public var varyingCount: Int { self == .varyingSlopes ? 2 : 1 }
  /// Number of fixed effects (p): the constant, and the slope.
  @inlinable
  public var fixedCount: Int { self == .varyingMeans ? 1 : 2 }
}

/// How one strategy fared on one data set.
public enum FitStatus: UInt8, Sendable, CaseIterable {
  /// Fitted.
  case ok
  /// Fitted, with an estimate on the boundary of the covariance matrices (see `FitDiagnostics`).
  case boundary
  /// The best point that was found is no optimum to full precision.
  case notConverged
  /// The data do not determine the model: nothing left for a variance, x the same everywhere, one group.
  case unidentified
  /// Numbers that are none, or no start that leads anywhere.
  case error
}
