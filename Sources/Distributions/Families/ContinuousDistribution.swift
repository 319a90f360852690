/// A continuous distribution on the real line.
///
/// The three functions answer in the tail that is asked for and, with `log`, in log scale; each keeps its relative
/// precision there, so ask for the tail that is small: `cumulative(x, tail: .upper)`, not `1 - cumulative(x)`.
/// A NaN argument gives NaN.
public protocol ContinuousDistribution: Sendable, Hashable {
  /// P(X ≤ x), or P(X > x) for the upper tail, or its logarithm.
  func cumulative(_ x: Double, tail: Tail, log: Bool) -> Double

  /// The x at which `cumulative(x, tail:log:)` is p; NaN where p is no probability (or no logarithm of one).
  func quantile(_ p: Double, tail: Tail, log: Bool) -> Double

  /// The density at x, or its logarithm, per unit of x.
  func density(_ x: Double, log: Bool) -> Double
}
