/// How a no-U-turn sampler works.
public struct NoUTurnOptions: Sendable, Equatable {
  /// What is learnt about the shape of the posterior.
  public var metric: MetricForm
  /// The acceptance statistic that the step size is adapted to, in (0, 1). Larger: smaller steps, fewer
  /// divergences, more work.
  public var targetAcceptance: Double
  /// How often a trajectory may be doubled: it has at most 2^maxDepth − 1 steps.
  public var maxDepth: Int

  /// Options; those of Stan unless told.
  public init(metric: MetricForm = .diagonal, targetAcceptance: Double = 0.8, maxDepth: Int = 10) {
    self.metric = metric
    self.targetAcceptance = targetAcceptance
    self.maxDepth = maxDepth
  }
}
