/// Summaries of one quantity's draws with all that says how far to trust them. Units are those of the draws;
/// sizes are in independent draws. Members are nil where `ChainDraws` says so.
public struct ChainDiagnostics: Sendable, Equatable {
  /// Number of chains.
  public let chainCount: Int
  /// Draws of each chain.
  public let drawCount: Int
  /// Whether all draws are finite.
  public let isFinite: Bool
  /// Whether all draws are equal: a quantity that is held, or chains that never moved.
  public let isConstant: Bool
  /// The posterior mean's estimate.
  public let mean: Double
  /// The posterior standard deviation's estimate.
  public let standardDeviation: Double?
  /// The posterior median's estimate.
  public let median: Double?
  /// The rank-normalized split R-hat (`ChainDraws.rHat`).
  public let rHat: Double?
  /// The split R-hat without ranks.
  public let splitRHat: Double?
  /// Effective sample size of the middle of the distribution.
  public let bulkEffectiveSampleSize: Double?
  /// Effective sample size of the tails.
  public let tailEffectiveSampleSize: Double?
  /// Effective sample size of the mean.
  public let effectiveSampleSizeOfMean: Double?
  /// Effective sample size of the standard deviation.
  public let effectiveSampleSizeOfStandardDeviation: Double?
  /// Effective sample size of the median.
  public let effectiveSampleSizeOfMedian: Double?
  /// Monte Carlo standard error of the mean.
  public let monteCarloErrorOfMean: Double?
  /// Monte Carlo standard error of the standard deviation.
  public let monteCarloErrorOfStandardDeviation: Double?
  /// Monte Carlo standard error of the median.
  public let monteCarloErrorOfMedian: Double?

  /// All diagnostics of a quantity.
  /// - Complexity: O(N log N) in the number of draws; seven Fourier transforms of each chain.
  public init(_ draws: ChainDraws) {
    chainCount = draws.layout.chainCount
    drawCount = draws.layout.drawCount
    isFinite = draws.isFinite
    isConstant = draws.isFinite && !draws.varies
    mean = draws.mean
    standardDeviation = draws.standardDeviation
    median = draws.quantile(0.5)
    let scores = draws.varies && draws.layout.halfCount > 1 ? draws.normalScores() : nil
    rHat = scores.flatMap(draws.rHat(bulk:))
    splitRHat = draws.splitRHat()
    bulkEffectiveSampleSize = scores.flatMap(draws.effectiveSampleSize(of:))
    tailEffectiveSampleSize = draws.tailEffectiveSampleSize()
    effectiveSampleSizeOfMean = draws.effectiveSampleSizeOfMean()
    effectiveSampleSizeOfStandardDeviation = draws.effectiveSampleSizeOfStandardDeviation()
    effectiveSampleSizeOfMedian = draws.effectiveSampleSizeOfMedian()
    monteCarloErrorOfMean = draws.monteCarloErrorOfMean(size: effectiveSampleSizeOfMean)
    monteCarloErrorOfStandardDeviation = draws.monteCarloErrorOfStandardDeviation()
    monteCarloErrorOfMedian = draws.monteCarloError(ofQuantile: 0.5, size: effectiveSampleSizeOfMedian)
  }
}
