import LinearAlgebra

/// The effects of one grouping factor's levels given the data, at one Ψ, in the user's coordinates; q effects a level, p fixed effects.
///
/// Reference: Henderson (1975), doi:10.2307/2529430.
protocol FactorPosteriors: Sendable {
  /// Conditional modes (J×q).
  var modes: Matrix { get }
  /// The square roots of `conditionalCovariance`'s diagonal, for all levels (J×q).
  var conditionalStandardDeviations: Matrix { get }
  /// Whether the covariances of all levels are at hand; if not, each takes a solution of its own.
  var knowsAllCovariances: Bool { get }
  /// Var(b_j | y), β held (q×q).
  func conditionalCovariance(of j: Int) -> Matrix
  /// Var(b̂_j − b_j) (q×q).
  func predictionCovariance(of j: Int) -> Matrix
  /// Cov(β̂, b̂_j − b_j) (p×q).
  func crossCovariance(of j: Int) -> Matrix
  /// W_j = Σ(Σ + V_j)⁻¹, V_j = σ²(Z_j'Z_j)⁻¹ (q×q).
  func jointWeights(of j: Int) -> Matrix
  /// Ψ_kk/(Ψ_kk + v_kk) for each effect, v = (Z_j'Z_j)⁻¹; 0 where the level's rows do not determine the effect.
  func weights(of j: Int) -> [Double]
}

extension FactorPosteriors {
  var knowsAllCovariances: Bool { true }
}

/// What a level's own rows say about its effects.
enum LevelInformation {
  /// Ψ_kk/(Ψ_kk + v_kk), v the sampling variances in units of σ².
  static func weights(sampling: [Double], turnedLambda: Matrix) -> [Double] {
    sampling.indices.map { k in
      let own = turnedLambda.row(k).reduce(0) { $0 + $1 * $1 }
      return own == 0 ? 0 : own / (own + sampling[k])
    }
  }

  /// The diagonal of (Z_j'Z_j)⁻¹ in the user's coordinates: sampling variances of the level's own least squares in units of σ²; infinite where
  /// its rows do not determine the effect.
  /// - Parameters:
  ///   - gram: Z̃_j'Z̃_j (q×q).
  ///   - unscale: R_b⁻¹ (q×q).
  static func samplingVariances(gram: Matrix, unscale: Matrix) -> [Double] {
    let q = gram.rows
    // c'(Z'Z)⁺c for the row c of R_b⁻¹ that belongs to an effect; c must have no part where Z'Z vanishes.
    let (values, vectors) = gram.symmetricEigen
    let trace = gram.diagonal.reduce(0, +)
    return (0..<q).map { k in
      let c = unscale.row(k)
      let size = c.reduce(0) { $0 + $1 * $1 }
      var variance = 0.0
      for i in 0..<q {
        var along = 0.0
        for l in 0..<q { along += c[l] * vectors[l, i] }
        if values[i] > 1e-12 * trace {
          variance += along * along / values[i]
        } else if along * along > 1e-10 * size {
          return .infinity
        }
      }
      return variance
    }
  }
}
