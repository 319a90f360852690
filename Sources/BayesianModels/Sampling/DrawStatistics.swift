/// How a sampler came to one draw.
public struct DrawStatistics: Sendable, Equatable {
  /// The log density of the draw, in unconstrained parameters, up to the constant its density leaves out.
  public let logDensity: Double
  /// The energy H of the draw with its momentum, on the scale of −log density.
  public let energy: Double
  /// The mean over the trajectory of min(1, exp(initial energy − energy)), in 0...1.
  public let acceptStatistic: Double
  /// The step size.
  public let stepSize: Double
  /// How often the trajectory was doubled.
  public let depth: Int
  /// The number of leapfrog steps, which is that of gradients.
  public let leapfrogSteps: Int
  /// Whether the energy left its initial value by more than 1,000: the steps were too long for the density's
  /// curvature there, and draws near that place may be missing.
  public let isDivergent: Bool
}
