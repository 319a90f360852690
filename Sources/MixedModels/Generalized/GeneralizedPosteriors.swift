import LinearAlgebra
import Tables

/// The effects of one grouping factor of a generalized mixed model given the data, at the estimates: normal around the modes to the order of Laplace's
/// approximation.
struct GeneralizedPosteriors: FactorPosteriors {
  /// b̂ (J×q).
  let modes: Matrix
  /// Var(b_j | y), β held (q×q each).
  private let conditional: [Matrix]
  private let factor: Int
  private let shared: Shared

  /// What the factors of a model have in common.
  final class Shared: Sendable {
    let model: GeneralizedLinearMixedModel
    let lambda: Matrix
    /// The weights of the determinant, row by row.
    let weights: [Double]
    private let joint = MadeOnce<JointPrecision>()

    init(_ model: GeneralizedLinearMixedModel, lambda: Matrix, weights: [Double]) {
      self.model = model
      self.lambda = lambda
      self.weights = weights
    }

    /// The joint distribution of all effects, made when it is first asked for.
    var jointPrecision: JointPrecision {
      joint.value {
        JointPrecision(
          fixed: model.fixedMatrix, random: model.randomMatrix, blocks: model.terms.map(\.columns),
          factors: model.factors.map { ($0.codes, $0.levels.count) },
          factorOfBlock: model.terms.map(\.factor), lambda: lambda, weights: weights)
      }
    }
  }

  init(_ factor: Int, _ solution: GeneralizedSolution, _ shared: Shared) {
    modes = solution.modes[factor].transposed
    conditional = solution.conditionalCovariances[factor]
    self.factor = factor
    self.shared = shared
  }

  var conditionalStandardDeviations: Matrix {
    var result = modes
    for j in 0..<modes.rows {
      for k in 0..<modes.columns { result[j, k] = max(0, conditional[j][k, k]).squareRoot() }
    }
    return result
  }

  func conditionalCovariance(of j: Int) -> Matrix { conditional[j] }

  func predictionCovariance(of j: Int) -> Matrix {
    shared.jointPrecision.predictionCovariance(factor: factor, level: j)
  }

  func crossCovariance(of j: Int) -> Matrix {
    shared.jointPrecision.crossCovariance(factor: factor, level: j)
  }

  /// Λ of the factor (q×q), and Z_j'WZ_j of a level.
  private func own(_ j: Int) -> (lambda: Matrix, information: Matrix) {
    let columns = shared.model.factors[factor].columns
    let codes = shared.model.factors[factor].codes
    let z = shared.model.randomMatrix
    let q = columns.count
    var (lambda, information) = (Matrix(rows: q, columns: q), Matrix(rows: q, columns: q))
    for (b, c) in columns.enumerated() {
      for (a, r) in columns.enumerated() { lambda[a, b] = shared.lambda[r, c] }
    }
    for i in codes.indices where codes[i] == j {
      for (b, c) in columns.enumerated() {
        for (a, r) in columns.enumerated() { information[a, b] += shared.weights[i] * z[i, r] * z[i, c] }
      }
    }
    return (lambda, information)
  }

  func jointWeights(of j: Int) -> Matrix {
    let (lambda, information) = own(j)
    let inner = Matrix.identity(lambda.rows) + lambda.transposed * information * lambda
    return lambda * inner.symmetricPseudoInverse(tolerance: 0) * lambda.transposed * information
  }

  func weights(of j: Int) -> [Double] {
    let (lambda, information) = own(j)
    return LevelInformation.weights(
      sampling: LevelInformation.samplingVariances(
        gram: information, unscale: Matrix.identity(lambda.rows)),
      turnedLambda: lambda)
  }
}
