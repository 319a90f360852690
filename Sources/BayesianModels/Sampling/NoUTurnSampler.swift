import Distributions
import LinearAlgebra

/// The no-U-turn sampler: Hamiltonian trajectories that end by themselves, from which points are drawn with
/// weights.
///
/// From the current point a momentum is drawn and the trajectory doubled, forward or backward in time at
/// random, until it turns back (`TrajectoryPiece.turns`), diverges, or has been doubled `maxDepth` times. Within
/// a doubling a point is selected with probability proportional to exp(−H); a doubling's point replaces that of
/// the trajectory before with probability min(1, ratio of their weights), which favours distant points. A
/// doubling that turns within itself is dropped.
///
/// A doubling of 2ᵏ points is not built by recursion: points go to a stack of at most k + 1 pieces, and two
/// pieces of one length become one, as carries do in binary counting. A draw allocates nothing.
///
/// - Reference: Hoffman & Gelman (2014), https://jmlr.org/papers/v15/hoffman14a.html; Betancourt (2017), "A
///   conceptual introduction to Hamiltonian Monte Carlo", arXiv:1701.02434, appendix A.
package final class NoUTurnSampler {
  /// An energy above the initial one by more than this is a divergence.
  package static let greatestEnergyError = 1_000.0

  /// The density with the metric.
  package let system: HamiltonianSystem
  /// The step size ε.
  package var stepSize = 1.0
  /// The current point's position; after `advance`, the draw.
  package var position: UnsafeMutablePointer<Double> { trajectory.position }

  private let maxDepth: Int
  private var stream: KeyedStream
  private let dimension: Int
  /// The ends of the trajectory in time.
  private let forward, backward: PhasePoint
  /// The trajectory, its first point the earliest. Its selected point is the current point of the chain.
  private var trajectory: TrajectoryPiece
  /// The stack.
  private let pieces: UnsafeMutablePointer<TrajectoryPiece>
  private let block: ScratchBlock

  /// A sampler at the origin; `move(to:)` has to follow.
  ///
  /// - Parameters:
  ///   - density: the chain's own workspace.
  ///   - stream: the chain's own stream.
  package init(_ density: any LogDensity, options: NoUTurnOptions = .init(), stream: KeyedStream) {
    precondition((1...30).contains(options.maxDepth), "a depth of \(options.maxDepth) is outside 1...30")
    system = HamiltonianSystem(density, metric: options.metric)
    maxDepth = options.maxDepth
    self.stream = stream
    dimension = system.dimension
    let size = TrajectoryPiece.size(dimension: dimension)
    block = ScratchBlock(count: 6 * dimension + (maxDepth + 1) * size)
    forward = PhasePoint(of: block, dimension: dimension)
    backward = PhasePoint(of: block, dimension: dimension)
    trajectory = TrajectoryPiece(of: block, dimension: dimension)
    pieces = .allocate(capacity: maxDepth)
    for i in 0..<maxDepth {
      (pieces + i).initialize(to: TrajectoryPiece(of: block, dimension: dimension))
    }
  }

  deinit { pieces.deallocate() }

  /// Makes a point the current one.
  /// - Returns: whether log density and gradient are finite there; else the sampler must not go on from it.
  package func move(to point: [Double]) -> Bool {
    precondition(point.count == dimension, "\(point.count) coordinates, \(dimension) parameters")
    for i in 0..<dimension { forward.position[i] = point[i] }
    let logDensity = system.evaluate(forward)
    guard logDensity.isFinite else { return false }
    for i in 0..<dimension where !forward.gradient[i].isFinite { return false }
    trajectory.position.update(from: forward.position, count: dimension)
    trajectory.gradient.update(from: forward.gradient, count: dimension)
    trajectory.logDensity = logDensity
    return true
  }

  /// The next uniform number of the chain's stream.
  package func uniform() -> Double { stream.uniform() }

  /// The next draw, at `position`.
  package func advance() -> DrawStatistics {
    begin()
    let initialEnergy = trajectory.energy
    var walk = Walk(initialEnergy: initialEnergy)
    var depth = 0
    while depth < maxDepth {
      let isForward = stream.next() >> 63 == 1
      let end = isForward ? forward : backward
      let step = isForward ? stepSize : -stepSize
      guard grow(from: end, step: step, depth: depth, &walk) else { break }
      depth += 1
      // The order of the pieces is that of their making: seen from its far end when it grows backward.
      if !isForward { trajectory.turnRound() }
      let doubling = pieces[0].logWeight
      if doubling >= trajectory.logWeight
        || stream.uniform() < Portable.exp(doubling - trajectory.logWeight)
      {
        trajectory.exchangeSelection(with: &pieces[0])
      }
      let isOver = TrajectoryPiece.turns(trajectory, pieces[0], dimension: dimension)
      let weight = jointWeight(trajectory.logWeight, doubling).logSum
      trajectory.append(&pieces[0], logWeight: weight, dimension: dimension)
      if !isForward { trajectory.turnRound() }
      if isOver { break }
    }
    return DrawStatistics(
      logDensity: trajectory.logDensity, energy: trajectory.energy,
      acceptStatistic: walk.acceptance / Double(walk.steps), stepSize: stepSize, depth: depth,
      leapfrogSteps: walk.steps, isDivergent: walk.isDivergent)
  }

  /// Initial energy − energy after a single step with a new momentum; −∞ where it is not a number.
  func trialGain() -> Double {
    begin()
    let logDensity = system.leapfrog(forward, step: stepSize)
    return trajectory.energy - system.energy(forward, logDensity: logDensity)
  }

  /// What is counted along a trajectory.
  private struct Walk {
    let initialEnergy: Double
    var steps = 0
    var acceptance = 0.0
    var isDivergent = false
  }

  /// Makes the trajectory the current point with a new momentum, and both ends with it.
  private func begin() {
    system.metric.draw(into: forward.momentum, from: &stream)
    forward.position.update(from: trajectory.position, count: dimension)
    forward.gradient.update(from: trajectory.gradient, count: dimension)
    system.metric.velocity(of: forward.momentum, into: trajectory.firstVelocity)
    let kinetic = system.kineticEnergy(forward.momentum, velocity: trajectory.firstVelocity)
    trajectory.become(
      forward, logDensity: trajectory.logDensity, energy: kinetic - trajectory.logDensity, logWeight: 0,
      dimension: dimension)
    backward.position.update(from: forward.position, count: dimension)
    backward.momentum.update(from: forward.momentum, count: dimension)
    backward.gradient.update(from: forward.gradient, count: dimension)
  }

  /// Moves an end of the trajectory by 2^depth steps and leaves their piece at the bottom of the stack.
  /// - Returns: false if a part turned back or a step diverged: there is no piece then.
  private func grow(from end: PhasePoint, step: Double, depth: Int, _ walk: inout Walk) -> Bool {
    var top = 0
    for made in 1...(1 << depth) {
      guard makePoint(end, step: step, at: top, &walk) else { return false }
      // After `made` points the pieces are the binary digits of `made`: each trailing zero is a carry.
      for _ in 0..<made.trailingZeroBitCount {
        let (first, second) = (pieces + (top - 1), pieces + top)
        if TrajectoryPiece.turns(first.pointee, second.pointee, dimension: dimension) { return false }
        let (weight, share) = jointWeight(first.pointee.logWeight, second.pointee.logWeight)
        if stream.uniform() < share { first.pointee.exchangeSelection(with: &second.pointee) }
        first.pointee.append(&second.pointee, logWeight: weight, dimension: dimension)
        top -= 1
      }
      top += 1
    }
    return true
  }

  /// One step; the piece of its point goes to a place of the stack.
  /// - Returns: false if it diverged.
  private func makePoint(_ end: PhasePoint, step: Double, at place: Int, _ walk: inout Walk) -> Bool {
    let logDensity = system.leapfrog(end, step: step)
    let velocity = pieces[place].firstVelocity
    system.metric.velocity(of: end.momentum, into: velocity)
    let energy = system.kineticEnergy(end.momentum, velocity: velocity) - logDensity
    let gain = walk.initialEnergy - energy
    walk.steps += 1
    // A gain that is not a number is a divergence, too.
    guard gain >= -Self.greatestEnergyError else {
      walk.isDivergent = true
      return false
    }
    walk.acceptance += gain >= 0 ? 1 : Portable.exp(gain)
    pieces[place].become(
      end, logDensity: logDensity, energy: energy, logWeight: gain, dimension: dimension)
    return true
  }
}
