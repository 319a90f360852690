import Distributions
import LinearAlgebra

/// A stretch of consecutive points of a trajectory: what is kept of it, instead of its points.
///
/// "First" and "last" follow the order in which the points were made, forward or backward in time. One of the
/// points is selected, with probability proportional to exp(−energy).
struct TrajectoryPiece {
  /// Momentum and velocity Σp at the first point.
  var firstMomentum, firstVelocity: UnsafeMutablePointer<Double>
  /// Momentum and velocity at the last point.
  var lastMomentum, lastVelocity: UnsafeMutablePointer<Double>
  /// The sum ρ of the momenta of all points.
  var momentumSum: UnsafeMutablePointer<Double>
  /// Position of the selected point, and the gradient there.
  var position, gradient: UnsafeMutablePointer<Double>
  /// Log density and energy of the selected point.
  var logDensity = 0.0
  var energy = 0.0
  /// The logarithm of the sum of exp(initial energy − energy) over the points.
  var logWeight = 0.0

  /// Numbers of memory a piece takes.
  static func size(dimension: Int) -> Int { 7 * dimension }

  /// A piece on a block of memory.
  init(of block: ScratchBlock, dimension: Int) {
    firstMomentum = block.take(dimension)
    firstVelocity = block.take(dimension)
    lastMomentum = block.take(dimension)
    lastVelocity = block.take(dimension)
    momentumSum = block.take(dimension)
    position = block.take(dimension)
    gradient = block.take(dimension)
  }

  /// Becomes the piece of one point, whose velocity is already in `firstVelocity`.
  @inline(__always)
  mutating func become(
    _ point: PhasePoint, logDensity: Double, energy: Double, logWeight: Double, dimension: Int
  ) {
    for i in 0..<dimension {
      firstMomentum[i] = point.momentum[i]
      lastMomentum[i] = point.momentum[i]
      momentumSum[i] = point.momentum[i]
      lastVelocity[i] = firstVelocity[i]
      position[i] = point.position[i]
      gradient[i] = point.gradient[i]
    }
    self.logDensity = logDensity
    self.energy = energy
    self.logWeight = logWeight
  }

  /// Takes the other piece's selected point for its own, which the other gets.
  @inline(__always)
  mutating func exchangeSelection(with other: inout TrajectoryPiece) {
    swap(&position, &other.position)
    swap(&gradient, &other.gradient)
    swap(&logDensity, &other.logDensity)
    swap(&energy, &other.energy)
  }

  /// Becomes the union with the piece that begins where this one ends. The selected point stays.
  @inline(__always)
  mutating func append(_ next: inout TrajectoryPiece, logWeight: Double, dimension: Int) {
    swap(&lastMomentum, &next.lastMomentum)
    swap(&lastVelocity, &next.lastVelocity)
    for i in 0..<dimension { momentumSum[i] += next.momentumSum[i] }
    self.logWeight = logWeight
  }

  /// Exchanges first and last.
  @inline(__always)
  mutating func turnRound() {
    swap(&firstMomentum, &lastMomentum)
    swap(&firstVelocity, &lastVelocity)
  }

  /// Whether the union of two adjacent pieces (the second begins where the first ends) turns back on itself.
  ///
  /// A stretch of points goes on while the velocities Σp at both of its ends have positive products with the
  /// sum ρ of its momenta. This is asked of the union and, because a turn between the pieces would escape it
  /// (as in nearly Gaussian densities, where a trajectory can close its orbit), of each piece with the nearest
  /// point of the other.
  ///
  /// - Reference: Betancourt (2017), arXiv:1701.02434, appendix A.4.2; the additional questions: Stan 2.21,
  ///   https://github.com/stan-dev/stan/pull/2800.
  @inline(__always)
  static func turns(_ a: TrajectoryPiece, _ b: TrajectoryPiece, dimension: Int) -> Bool {
    var whole = (first: 0.0, last: 0.0)
    var left = (first: 0.0, last: 0.0)
    var right = (first: 0.0, last: 0.0)
    for i in 0..<dimension {
      let sum = a.momentumSum[i] + b.momentumSum[i]
      whole.first += a.firstVelocity[i] * sum
      whole.last += b.lastVelocity[i] * sum
      let withNext = a.momentumSum[i] + b.firstMomentum[i]
      left.first += a.firstVelocity[i] * withNext
      left.last += b.firstVelocity[i] * withNext
      let withPrevious = b.momentumSum[i] + a.lastMomentum[i]
      right.first += a.lastVelocity[i] * withPrevious
      right.last += b.lastVelocity[i] * withPrevious
    }
    // Written so that a product that is not a number counts as a turn.
    let goesOn =
      whole.first > 0 && whole.last > 0 && left.first > 0 && left.last > 0 && right.first > 0
      && right.last > 0
    return !goesOn
  }
}

/// log(eᵃ + eᵇ), and the share of eᵇ in the sum, from one exponential function.
@inline(__always)
func jointWeight(_ a: Double, _ b: Double) -> (logSum: Double, shareOfB: Double) {
  let ratio = Portable.exp(-abs(a - b))
  let small = ratio / (1 + ratio)
  return (max(a, b) + Portable.log1p(ratio), b < a ? small : 1 - small)
}
