import LinearAlgebra

/// A point of phase space on memory of its owner: d coordinates, d momenta, and the gradient there.
package struct PhasePoint {
  /// The parameters q.
  package let position: UnsafeMutablePointer<Double>
  /// The momenta p.
  package let momentum: UnsafeMutablePointer<Double>
  /// The gradient of the log density at q.
  package let gradient: UnsafeMutablePointer<Double>

  /// A point on a block of memory.
  package init(of block: ScratchBlock, dimension: Int) {
    position = block.take(dimension)
    momentum = block.take(dimension)
    gradient = block.take(dimension)
  }
}

/// The mechanics whose energy is H(q, p) = −log density(q) + ½·p'Σp, and its numerical solution.
///
/// - Reference: Neal (2011), "MCMC using Hamiltonian dynamics", doi:10.1201/b10905.
package final class HamiltonianSystem {
  /// The density.
  package let density: any LogDensity
  /// The metric of the kinetic energy.
  package let metric: EuclideanMetric
  /// The number d of parameters.
  package let dimension: Int
  private let velocity: UnsafeMutablePointer<Double>
  private let block: ScratchBlock

  /// A system at rest, its metric the identity.
  package init(_ density: any LogDensity, metric form: MetricForm) {
    self.density = density
    dimension = density.dimension
    metric = EuclideanMetric(form, dimension: dimension)
    block = ScratchBlock(count: dimension)
    velocity = block.take(dimension)
  }

  /// The log density at the point's position, whose gradient is left in the point; −∞ where it is not finite.
  package func evaluate(_ point: PhasePoint) -> Double {
    let value = density.evaluate(at: point.position, gradient: point.gradient)
    return value.isFinite ? value : -.infinity
  }

  /// Half a step for the momenta, one for the coordinates, half a step for the momenta.
  ///
  /// It is reversible (the same with −step leads back), preserves volume, and its error of the energy is
  /// O(step²).
  ///
  /// - Parameters:
  ///   - point: is moved; its gradient must be that of its position.
  ///   - step: the step size ε; negative for the way back in time.
  /// - Returns: the log density at the new position.
  package func leapfrog(_ point: PhasePoint, step: Double) -> Double {
    let (q, p, g, v) = (point.position, point.momentum, point.gradient, velocity)
    let half = 0.5 * step
    for i in 0..<dimension { p[i] += half * g[i] }
    metric.velocity(of: p, into: v)
    for i in 0..<dimension { q[i] += step * v[i] }
    let logDensity = evaluate(point)
    for i in 0..<dimension { p[i] += half * g[i] }
    return logDensity
  }

  /// ½·p'v, the kinetic energy from a momentum and its velocity v = Σp.
  @inline(__always)
  func kineticEnergy(_ p: UnsafeMutablePointer<Double>, velocity v: UnsafeMutablePointer<Double>) -> Double {
    var sum = 0.0
    for i in 0..<dimension { sum += p[i] * v[i] }
    return 0.5 * sum
  }

  /// The energy at a point whose log density is known; ∞ where it is not a number.
  package func energy(_ point: PhasePoint, logDensity: Double) -> Double {
    metric.velocity(of: point.momentum, into: velocity)
    let energy = kineticEnergy(point.momentum, velocity: velocity) - logDensity
    return energy.isNaN ? .infinity : energy
  }
}
