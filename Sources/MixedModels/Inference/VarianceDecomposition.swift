import LinearAlgebra

/// The variance of the response in three parts, and the shares made of them.
///
/// Random slopes count by the mean over rows of z'Σz. Without a fixed slope the marginal R² is 0; where no effect varies the conditional R² equals the
/// marginal. Reference: Nakagawa, Johnson & Schielzeth (2017), doi:10.1098/rsif.2017.0213; Johnson (2014), doi:10.1111/2041-210X.12225.
public struct VarianceDecomposition: Sendable, Equatable {
  /// Variance of Xβ̂ over the rows, in squared units of the response.
  public let fixed: Double
  /// Mean over the rows of z'Σ̂z.
  public let random: Double
  /// σ̂².
  public let residual: Double
  /// The share of the fixed effects.
  public var marginalRSquared: Double { fixed / (fixed + random + residual) }
  /// The share of fixed and random effects together.
  public var conditionalRSquared: Double { (fixed + random) / (fixed + random + residual) }
  /// The share of the random effects in what the fixed effects leave: the intraclass correlation.
  public var adjustedICC: Double { random / (random + residual) }
  /// The share of the random effects in the whole.
  public var unadjustedICC: Double { random / (fixed + random + residual) }
}

extension LinearMixedModelFit {
  /// The variance of the response in three parts.
  public var varianceDecomposition: VarianceDecomposition {
    let random = model.terms.indices.reduce(0) { $0 + meanVariance(ofTerm: $1) }
    return VarianceDecomposition(
      fixed: varianceOfFixedPart, random: max(0, random), residual: sigma * sigma)
  }
}

extension MixedModelFit {
  /// Variance of Xβ̂ over the rows; 0 where the constant is the only fixed effect.
  var varianceOfFixedPart: Double {
    if model.fixedEffectNames.allSatisfy({ $0 == "(Intercept)" }) { return 0 }
    let n = observationCount
    let linear = model.fixedMatrix * fixedEffects
    let mean = linear.reduce(0, +) / Double(n)
    return linear.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
  }

  /// Mean over the rows of z'Σ̂z of a term.
  func meanVariance(ofTerm t: Int) -> Double {
    let n = observationCount
    let (columns, covariance) = (model.terms[t].columns, varianceComponents[t].covariance)
    let z = model.randomMatrix.storage
    var sum = 0.0
    for (b, j) in columns.enumerated() {
      for (a, i) in columns.enumerated() {
        var product = 0.0
        for row in 0..<n { product += z[row + i * n] * z[row + j * n] }
        sum += covariance[a, b] * product / Double(n)
      }
    }
    return sum
  }
}
