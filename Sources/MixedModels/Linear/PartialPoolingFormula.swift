/// The lecture's closed form for a group mean when both variances are known: a weighted mean of the group's own mean and the overall mean.
///
///     α̂_j = (n_j/σ²_y · ȳ_j + 1/σ²_α · μ) / (n_j/σ²_y + 1/σ²_α) = w·ȳ_j + (1 − w)·μ,   w = n_j/(n_j + σ²_y/σ²_α)
///
/// n_j = 0 gives μ. With estimated variances and the estimated constant in place of μ it is REML's answer for `y ~ 1 + (1 | group)`; the lecture's ȳ_all
/// equals that constant for balanced groups only, and is otherwise an approximation.
/// Reference: Gelman & Hill (2007), equation 12.1.
public struct PartialPoolingFormula: Sendable, Equatable {
  /// Standard deviation within groups, in the unit of y.
  public let sigmaY: Double
  /// Standard deviation between groups, in the unit of y.
  public let sigmaAlpha: Double

  /// The formula for two known standard deviations.
  /// - Precondition: both are finite and not negative, and they are not both zero.
  public init(sigmaY: Double, sigmaAlpha: Double) {
    precondition(
      sigmaY >= 0 && sigmaAlpha >= 0 && max(sigmaY, sigmaAlpha) > 0 && sigmaY.isFinite && sigmaAlpha.isFinite,
      "σ_y = \(sigmaY), σ_α = \(sigmaAlpha)")
    self.sigmaY = sigmaY
    self.sigmaAlpha = sigmaAlpha
  }

  /// The weight of a group's own mean: 1 is no pooling, 0 complete pooling.
  public func weight(count n: Int) -> Double {
    n == 0 ? 0 : 1 / (1 + ratio * ratio / Double(n))
  }

  /// The share of the overall mean, 1 − `weight`, without cancellation when it is small.
  public func shrinkage(count n: Int) -> Double {
    n == 0 ? 1 : 1 / (1 + Double(n) / (ratio * ratio))
  }

  /// σ_y/σ_α, so that no square of a standard deviation overflows or vanishes; infinite for σ_α = 0.
  private var ratio: Double { sigmaY / sigmaAlpha }

  /// The partially pooled mean of a group of n rows with mean `groupMean` (ignored when n = 0).
  public func estimate(count n: Int, groupMean: Double, overallMean: Double) -> Double {
    n == 0 ? overallMean : weight(count: n) * groupMean + shrinkage(count: n) * overallMean
  }
}
