import LinearAlgebra

/// How much the effects of one grouping factor vary in each direction: the principal components of the relative covariance ΛΛ'.
public struct PrincipalComponents: Sendable, Equatable {
  /// The grouping factor.
  public let group: String
  /// Standard deviations along the components, in units of σ per unit of the effects' columns, largest first; one near 0 is a direction
  /// that the data do not support.
  public let standardDeviations: [Double]
  /// The share of each in the sum of variances; NaN where nothing varies.
  public var proportions: [Double] {
    let squares = standardDeviations.map { $0 * $0 }
    let total = squares.reduce(0, +)
    return squares.map { $0 / total }
  }
}

extension LinearMixedModelFit {
  /// The principal components of the random effects of each grouping factor.
  ///
  /// Reference: Bates, Kliegl, Vasishth & Baayen (2015), arXiv:1506.04967.
  public var principalComponents: [PrincipalComponents] {
    model.factors.indices.map { f in
      let (values, _) = covariance(ofFactor: f).symmetricEigen
      return PrincipalComponents(
        group: model.factors[f].name,
        standardDeviations: values.map { max(0, $0).squareRoot() / sigma }.sorted(by: >))
    }
  }

  /// The largest entry of the criterion's gradient in θ at the estimate: 0 but for rounding, at an optimum inside the parameter space or on its boundary.
  public var largestGradient: Double {
    (try? model.criterionGradient(at: theta, method: method).map(abs).max()) ?? .nan
  }

  /// The smallest eigenvalue of the criterion's second derivatives at the estimate, Λ in coordinates without units: positive at a strict optimum, near 0 where
  /// the data do not tell some combination of the variances. NaN where derivatives have a Monte Carlo error.
  public var leastCurvature: Double {
    if model.isIterative { return .nan }
    let workspace = model.reducedData.criterion(method)
    let q = workspace.effectCount
    let entries = workspace.blocks.flatMap { block in
      block.flatMap { j in (j..<block.upperBound).map { (i: $0, j: j) } }
    }
    let changes = entries.map { entry in
      var change = Matrix(rows: q, columns: q)
      for k in 0..<q {
        change[entry.i, k] += whiteLambda[k, entry.j]
        change[k, entry.i] += whiteLambda[k, entry.j]
      }
      return change
    }
    _ = (whiteLambda * whiteLambda.transposed).storage.withPointer { workspace.evaluate(at: $0) }
    workspace.differentiate()
    let curvature = SatterthwaiteApproximation.curvature(workspace, whiteLambda, entries, changes)
    return curvature.symmetricEigen.values.min() ?? .nan
  }
}
