import Glibc
import LinearAlgebra

/// Minimization of a smooth function of a few parameters by BFGS with Powell's damping and Armijo's rule, from a given first Hessian.
///
/// Value and gradient come from one call. Memory is made once.
///
/// - References: Nocedal & Wright (2006), *Numerical Optimization*, 2nd ed., algorithm 18.2 (damping) and section 3.5 (quadratic backtracking).
final class DampedBFGS {
  typealias Pointer = UnsafeMutablePointer<Double>

  /// Number of parameters.
  let count: Int
  /// The point, the gradient there, and the approximate Hessian (full).
  let point, gradient, hessian: Pointer
  /// The value at the point.
  private(set) var value = Double.infinity
  /// g'B⁻¹g at the point: twice the fall of the value that the approximation expects.
  private(set) var decrement = Double.infinity
  private let trial, step, factor, change, image: Pointer
  private let block: ScratchBlock

  /// Memory for problems of a size.
  init(count: Int) {
    self.count = count
    block = ScratchBlock(count: 2 * count * count + 6 * count)
    point = block.take(count)
    gradient = block.take(count)
    trial = block.take(count)
    step = block.take(count)
    change = block.take(count)
    image = block.take(count)
    hessian = block.take(count * count)
    factor = block.take(count * count)
  }

  /// How a search ended.
  enum End { case converged, stalled, exhausted }

  /// Minimizes from `point`, whose value is given and whose gradient and first Hessian have been filled in.
  ///
  /// - Parameters:
  ///   - tolerance: the decrement below which a last step is taken.
  ///   - evaluate: value at a point, ∞ where there is none; fills the gradient (its second argument).
  ///   - accepted: called when the point has moved.
  ///   - rejected: called after a trial point that was not taken.
  func minimize(
    from first: Double, tolerance: Double, mostEvaluations: Int,
    evaluate: (Pointer, Pointer) -> Double, accepted: () -> Void, rejected: () -> Void
  ) -> End {
    value = first
    var left = mostEvaluations
    while true {
      guard solve() else { return .stalled }
      let isLast = decrement < tolerance
      var length = 1.0
      var taken = false
      for _ in 0..<30 {
        guard left > 0 else { return .exhausted }
        left -= 1
        for i in 0..<count { trial[i] = point[i] + length * step[i] }
        let next = evaluate(trial, image)
        let rounding = 1e-12 * max(1, abs(value))
        let fall = length * decrement
        if next <= value - 1e-4 * fall + (fall < 1e-6 ? rounding : 0) {
          accept(next, length)
          accepted()
          taken = true
          break
        }
        rejected()
        // The minimum of the parabola through both values with the slope at the point.
        let parabola = next.isFinite ? 0.5 * length * fall / (next - value + fall) : 0
        length = min(max(parabola, 0.1 * length), 0.5 * length)
      }
      if isLast { return .converged }
      if !taken { return decrement < 1e-5 ? .converged : .stalled }
    }
  }

  /// step ← −B⁻¹g, with B's diagonal raised where B is not positive definite.
  private func solve() -> Bool {
    var ridge = 0.0
    for _ in 0..<40 {
      for i in 0..<count * count { factor[i] = hessian[i] }
      for i in 0..<count { factor[i + i * count] += ridge * max(abs(hessian[i + i * count]), 1e-8) }
      if SmallKernels.cholesky(factor, count) {
        for i in 0..<count { step[i] = -gradient[i] }
        SmallKernels.solveLower(factor, count, step)
        SmallKernels.solveLowerTransposed(factor, count, step)
        decrement = 0
        for i in 0..<count { decrement -= gradient[i] * step[i] }
        if decrement.isFinite && decrement >= 0 { return true }
      }
      ridge = ridge == 0 ? 1e-12 : ridge * 10
    }
    return false
  }

  /// Moves to the trial point and updates the Hessian.
  private func accept(_ next: Double, _ length: Double) {
    var (curvature, slope) = (0.0, 0.0)
    for i in 0..<count {
      change[i] = length * step[i]
      let difference = image[i] - gradient[i]
      gradient[i] = image[i]
      image[i] = difference
      point[i] = trial[i]
    }
    value = next
    // trial ← Bs.
    for i in 0..<count {
      var sum = 0.0
      for k in 0..<count { sum += hessian[i + k * count] * change[k] }
      trial[i] = sum
    }
    for i in 0..<count {
      curvature += change[i] * trial[i]
      slope += change[i] * image[i]
    }
    guard curvature > 0, curvature.isFinite, slope.isFinite else { return }
    if slope < 0.2 * curvature {
      let mix = 0.8 * curvature / (curvature - slope)
      for i in 0..<count { image[i] = mix * image[i] + (1 - mix) * trial[i] }
      slope = 0.2 * curvature
    }
    for k in 0..<count {
      for i in 0..<count {
        hessian[i + k * count] += image[i] * image[k] / slope - trial[i] * trial[k] / curvature
      }
    }
  }
}
