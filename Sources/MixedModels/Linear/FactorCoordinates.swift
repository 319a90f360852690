import LinearAlgebra

/// One of several grouping factors between the coordinates of the reduced data and the user's.
struct FactorCoordinates: Sendable {
  private let data: LevelCrossProducts
  private let factor: Int
  /// R_b, R_b⁻¹ and Λ of the factor (q_f×q_f).
  private let scale: Matrix
  private let unscale: Matrix
  private let lambda: Matrix

  /// - Parameter lambda: Λ of the factor (q_f×q_f, by columns).
  init(_ data: LevelCrossProducts, factor f: Int, lambda: UnsafeMutablePointer<Double>) {
    self.data = data
    factor = f
    let columns = data.factors[f].columns
    let q = columns.count
    var scale = Matrix(rows: q, columns: q)
    for (b, j) in columns.enumerated() {
      for (a, i) in columns.enumerated() { scale[a, b] = data.design.effectScale[i, j] }
    }
    self.scale = scale
    unscale = scale.upperInverse
    self.lambda = Matrix(
      rows: q, columns: q, storage: Array(UnsafeBufferPointer(start: lambda, count: q * q)))
  }

  /// Modes of all levels (J×q_f) in the user's coordinates, in the unit of the response.
  /// - Parameter mode: a level's effect in those of the reduced data.
  func modes(_ mode: (_ level: Int, _ effect: Int) -> Double) -> Matrix {
    let q = scale.rows
    var result = Matrix(rows: data.factors[factor].levelCount, columns: q)
    for j in 0..<result.rows {
      for b in 0..<q {
        let value = mode(j, b) * data.design.responseScale
        for a in 0..<q { result[j, a] += unscale[a, b] * value }
      }
    }
    return result
  }

  /// R_b⁻¹MR_b⁻ᵀ for a matrix over the factor's effects (q_f×q_f).
  func turned(_ covariance: Matrix) -> Matrix { unscale * covariance * unscale.transposed }

  /// MR_b⁻ᵀ for a matrix of as many columns as the factor has effects.
  func turnedColumns(_ covariance: Matrix) -> Matrix { covariance * unscale.transposed }

  /// W_j = Σ(Σ + V_j)⁻¹ of a level: Λ(I + Λ'AΛ)⁻¹Λ'A, A = Z̃_j'Z̃_j.
  func jointWeights(of j: Int) -> Matrix {
    let gram = data.square(ofFactor: factor, level: j)
    let inner = Matrix.identity(gram.rows) + lambda.transposed * gram * lambda
    return unscale * lambda * inner.symmetricPseudoInverse(tolerance: 0) * lambda.transposed * gram * scale
  }

  /// The weight of each effect in a level.
  func weights(of j: Int) -> [Double] {
    let gram = data.square(ofFactor: factor, level: j)
    return LevelInformation.weights(
      sampling: LevelInformation.samplingVariances(gram: gram, unscale: unscale),
      turnedLambda: unscale * lambda)
  }
}
