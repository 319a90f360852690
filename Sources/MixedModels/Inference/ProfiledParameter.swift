import Glibc
import LinearAlgebra

/// A parameter that a profile of the likelihood holds at values.
enum ProfiledParameter: Equatable {
  /// The standard deviation of an effect, by its column of Z.
  case deviation(Int)
  /// The correlation of two effects of one term.
  case correlation(Int, Int)
  /// The residual standard deviation.
  case sigma
  /// A fixed effect, by its column of X.
  case fixed(Int)

  /// The values that it may have.
  var bounds: (low: Double, high: Double) {
    switch self {
    case .deviation, .sigma: (0, .infinity)
    case .correlation: (-1, 1)
    case .fixed: (-.infinity, .infinity)
    }
  }
}

extension LinearMixedModelFit {
  /// The parameters in the order of `parameterNames`.
  var profiledParameters: [ProfiledParameter] {
    var parameters: [ProfiledParameter] = []
    for term in model.terms {
      for j in term.columns {
        parameters.append(.deviation(j))
        for i in term.columns where i > j { parameters.append(.correlation(j, i)) }
      }
    }
    parameters.append(.sigma)
    return parameters + fixedEffects.indices.map { .fixed($0) }
  }

  /// The covariance of all effects (q×q), 0 between terms.
  var effectCovariance: Matrix {
    let q = model.randomEffectNames.count
    var covariance = Matrix(rows: q, columns: q)
    for (term, component) in zip(model.terms, varianceComponents) {
      for (j, b) in term.columns.enumerated() {
        for (i, a) in term.columns.enumerated() { covariance[a, b] = component.covariance[i, j] }
      }
    }
    return covariance
  }

  /// For each effect a standard deviation with which it is nothing beside σ.
  var deviationFloors: [Double] {
    let n = Double(observationCount)
    return model.randomEffectNames.indices.map { k in
      let squares = model.randomMatrix.column(k).reduce(0) { $0 + $1 * $1 }
      return 1e-3 * sigma / (squares / n).squareRoot()
    }
  }
}
