/// How an optimization went, and what stands on the boundary of the parameter space. A value, not an error.
public struct FitDiagnostics: Sendable, Equatable {
  /// Whether the optimum was reached to the tolerance of Newton's method.
  public let converged: Bool
  /// Evaluations of the criterion, over all starts.
  public let evaluationCount: Int
  /// Terms whose covariance is singular, with the effect it concerns; empty for a fit inside the cone.
  public let boundaries: [Boundary]
  /// Effects of whose variance the REML criterion says nothing, because the fixed effects fit them in every group where they occur; their
  /// variances are set to 0.
  public let unseenEffects: [String]
  /// Whether the criterion is flat along some direction inside the cone: the data do not determine all covariance parameters, and those
  /// reported are one choice of many.
  public let isFlat: Bool
  /// Whether the criterion falls without end as σ goes to 0, because effects and predictors together can fit every row; the fit is then a local
  /// optimum.
  public let isUnbounded: Bool
  /// Whether σ is as good as 0, because effects and predictors together fit every row: the criterion levels off on the way there, and the variances shown
  /// are one choice of many.
  public let hasNoResiduals: Bool
  /// Whether the residuals are so small beside the response that sums of products have lost digits of what is shown.
  public let isImprecise: Bool
  /// The Monte Carlo standard error of the criterion; 0 where it is exact.
  public let criterionError: Double
  /// Fixed-effects columns that were left out because others span them.
  public let droppedColumns: [String]
  /// Rows left out for missing values.
  public let omittedRows: Int

  /// Whether some term is on the boundary (lme4's "singular fit").
  public var isSingular: Bool { !boundaries.isEmpty }

  /// One direction in which a term has no variance.
  public struct Boundary: Sendable, Equatable {
    /// The term's label, e.g. `department`.
    public let term: String
    /// The effects that make up the direction.
    public let effects: [String]
    /// What it is.
    public let kind: Kind

    /// The ways of standing on the boundary.
    public enum Kind: Sendable, Equatable {
      /// One effect's variance is zero.
      case zeroVariance
      /// Two effects have a correlation of +1 or −1.
      case perfectCorrelation(Double)
      /// Combinations of more than two effects have no variance; the groups vary in so many dimensions.
      case combination(dimensions: Int)
    }
  }
}
