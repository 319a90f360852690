/// What a study reports about a strategy's estimates of an estimand.
///
/// With r replicates that have the quantity, e_r the mean error over the estimand's members in replicate r, and so on. Every measure has its Monte Carlo
/// standard error: of a mean the standard deviation over replicates / √r; of roots and ratios by the delta method.
///
/// - Reference: Morris, White & Crowther (2019), doi:10.1002/sim.8086 (measures and their errors); Gelman & Carlin (2014),
///   doi:10.1177/1745691614551642 (type S and M).
public enum Measure: String, Sendable, CaseIterable {
  /// Mean of estimate − truth.
  case bias
  /// √ of the mean squared error.
  case rmse
  /// Standard deviation of the error over replicates (parameters only).
  case empiricalSE = "empirical_se"
  /// √ of the mean squared standard error.
  case modelSE = "model_se"
  /// Share of intervals that cover the truth.
  case coverage
  /// Mean width of the intervals.
  case width
  /// Mean squared error divided by complete pooling's on the same replicates and groups.
  case mseVersusComplete = "mse_vs_complete"
  /// Mean squared error divided by no pooling's on the same replicates and groups.
  case mseVersusNone = "mse_vs_none"
  /// Share of replicates with a smaller squared error than complete pooling.
  case nearerThanComplete = "nearer_than_complete"
  /// Share of replicates with a smaller squared error than no pooling.
  case nearerThanNone = "nearer_than_none"
  /// Mean share of the group's own information.
  case weight
  /// Mean of weight − weight of the true variances.
  case weightExcess = "weight_excess"
  /// Mean of 1 − weight.
  case shrinkage
  /// Mean |estimate − no pooling's estimate|.
  case movement
  /// Mean share of a replicate's groups that have an estimate: the others' rows do not determine the coefficient. Every other measure is of those that have.
  case estimated
  /// Share of intervals that exclude 0.
  case power
  /// Share, among intervals that exclude 0, of those on the wrong side.
  case typeS = "type_s"
  /// Mean |estimate / truth| among intervals that exclude 0.
  case typeM = "type_m"

  /// One sentence for the codebook.
  public var meaning: String {
    switch self {
    case .bias: "mean of estimate - truth"
    case .rmse: "square root of the mean of (estimate - truth)^2"
    case .empiricalSE:
      "standard deviation of estimate - truth over replicates; parameters and new groups only"
    case .modelSE: "square root of the mean squared standard error"
    case .coverage: "share of intervals that cover the truth"
    case .width: "mean width of intervals"
    case .mseVersusComplete: "mean squared error / that of complete pooling, same replicates and groups"
    case .mseVersusNone: "mean squared error / that of no pooling, same replicates and groups"
    case .nearerThanComplete: "share of replicates with a smaller squared error than complete pooling"
    case .nearerThanNone: "share of replicates with a smaller squared error than no pooling"
    case .weight: "mean share of the group's own information; 1 is no pooling"
    case .weightExcess: "mean of weight - weight of the true variances"
    case .shrinkage: "mean of 1 - weight"
    case .movement: "mean distance from no pooling's estimate"
    case .estimated: "mean share of the groups that have an estimate; the other measures are of those"
    case .power: "share of intervals that exclude 0"
    case .typeS: "among intervals that exclude 0, share on the wrong side of 0"
    case .typeM: "mean of |estimate / truth| among intervals that exclude 0"
    }
  }

  /// Whether the measure is the share of something: replicates and groups without a result then bound it (all of them counted as 0, or as
  /// 1).
  public var isRate: Bool {
    switch self {
    case .coverage, .power, .nearerThanComplete, .nearerThanNone: true
    default: false
    }
  }
}

/// A measure's value with its Monte Carlo standard error.
public struct MeasuredValue: Sendable, Equatable {
  /// The value.
  public let value: Double
  /// Its Monte Carlo standard error; NaN with a single replicate.
  public let error: Double
  /// Replicates behind it.
  public let count: Int

  /// A value.
  public init(_ value: Double, error: Double, count: Int) {
    self.value = value
    self.error = error
    self.count = count
  }
}
