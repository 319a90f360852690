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
    let n = observationCount
    let linear = model.fixedMatrix * fixedEffects
    let mean = linear.reduce(0, +) / Double(n)
    let constant = model.fixedEffectNames.allSatisfy { $0 == "(Intercept)" }
    let spread = constant ? 0 : linear.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)
    var random = 0.0
    for (term, component) in zip(model.terms, varianceComponents) {
      for (b, j) in term.columns.enumerated() {
        for (a, i) in term.columns.enumerated() {
          var product = 0.0
          for row in 0..<n {
            product += model.randomMatrix.storage[row + i * n] * model.randomMatrix.storage[row + j * n]
          }
          random += component.covariance[a, b] * product / Double(n)
        }
      }
    }
    return VarianceDecomposition(fixed: spread, random: max(0, random), residual: sigma * sigma)
  }
}
