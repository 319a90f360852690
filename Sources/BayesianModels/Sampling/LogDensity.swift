/// The logarithm of a density on ℝᵈ, up to a constant, with its gradient: what a sampler asks of a posterior.
///
/// An object is the workspace of one chain: it may keep memory of its own between calls and is never called
/// from two threads at once. Parameters with bounds come here transformed, their log Jacobian added.
package protocol LogDensity: AnyObject {
  /// The number d ≥ 1 of unconstrained parameters.
  var dimension: Int { get }

  /// The log density at a point.
  ///
  /// - Parameters:
  ///   - point: d coordinates. They may be far from any sensible value, infinite included; the answer is then
  ///     −∞ or NaN, never a trap.
  ///   - gradient: receives the d derivatives; what it holds is ignored where the answer is not finite.
  /// - Returns: log density + constant; −∞ or NaN outside the support.
  func evaluate(
    at point: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>
  ) -> Double
}
