import Distributions
import LinearAlgebra

/// The metric of the kinetic energy K(p) = ½·p'Σp: an estimate Σ of the posterior's covariance, diagonal or full.
///
/// Momenta are N(0, Σ⁻¹), and the velocity that belongs to a momentum p is Σp. A posterior whose covariance is
/// Σ looks to the sampler like one of independent parameters of variance 1. A new metric is the identity.
///
/// - Reference: Neal (2011), "MCMC using Hamiltonian dynamics", section 5.4.2.4, doi:10.1201/b10905.
package final class EuclideanMetric {
  /// Whether Σ is diagonal or full.
  package let form: MetricForm
  /// The number d of parameters.
  package let dimension: Int
  /// Σ: d variances, or d×d covariances by columns, both triangles.
  private let covariance: UnsafeMutablePointer<Double>
  /// What makes momenta: 1/√ of the variances, or the Cholesky factor L of Σ.
  private let factor: UnsafeMutablePointer<Double>
  /// Room for an estimate and its factor until it has proved positive definite.
  private let trial: (covariance: UnsafeMutablePointer<Double>, factor: UnsafeMutablePointer<Double>)
  private let block: ScratchBlock

  /// The identity.
  package init(_ form: MetricForm, dimension: Int) {
    precondition(dimension >= 1, "a density of \(dimension) parameters")
    self.form = form
    self.dimension = dimension
    let count = form == .dense ? dimension * dimension : dimension
    block = ScratchBlock(count: 4 * count)
    covariance = block.take(count)
    factor = block.take(count)
    trial = (block.take(count), block.take(count))
    let stride = form == .dense ? dimension + 1 : 1
    for i in 0..<dimension {
      covariance[i * stride] = 1
      factor[i * stride] = 1
    }
  }

  /// v ← Σp.
  @inline(__always)
  func velocity(
    of momentum: UnsafeMutablePointer<Double>, into v: UnsafeMutablePointer<Double>
  ) {
    let d = dimension
    switch form {
    case .diagonal:
      for i in 0..<d { v[i] = covariance[i] * momentum[i] }
    case .dense:
      for i in 0..<d { v[i] = covariance[i] * momentum[0] }
      var j = 1
      while j < d {
        let column = covariance + j * d
        let p = momentum[j]
        for i in 0..<d { v[i] += column[i] * p }
        j += 1
      }
    }
  }

  /// Draws a momentum from N(0, Σ⁻¹).
  func draw(into momentum: UnsafeMutablePointer<Double>, from stream: inout KeyedStream) {
    for i in 0..<dimension { momentum[i] = stream.normal() }
    switch form {
    case .diagonal:
      for i in 0..<dimension { momentum[i] *= factor[i] }
    case .dense:
      // Σ = LL', and L⁻ᵀz has the variance Σ⁻¹.
      SmallKernels.solveLowerTransposed(factor, dimension, momentum)
    }
  }

  /// Takes an estimate of the covariance over.
  /// - Returns: false, with the metric as it was, when there is none yet or it is not positive definite.
  func adopt(_ estimate: CovarianceEstimate) -> Bool {
    guard estimate.write(to: trial.covariance) else { return false }
    for i in 0..<count where !trial.covariance[i].isFinite { return false }
    switch form {
    case .diagonal:
      for i in 0..<dimension {
        guard trial.covariance[i] > 0 else { return false }
        trial.factor[i] = 1 / trial.covariance[i].squareRoot()
      }
    case .dense:
      trial.factor.update(from: trial.covariance, count: count)
      guard SmallKernels.cholesky(trial.factor, dimension) else { return false }
    }
    covariance.update(from: trial.covariance, count: count)
    factor.update(from: trial.factor, count: count)
    return true
  }

  /// The number of entries of Σ that are kept.
  private var count: Int { form == .dense ? dimension * dimension : dimension }

  /// Σ as values: d variances, or d×d covariances by columns.
  package var values: [Double] { Array(UnsafeBufferPointer(start: covariance, count: count)) }
}
