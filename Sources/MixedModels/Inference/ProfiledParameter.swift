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
    profiledCovariances + [.sigma] + fixedEffects.indices.map { .fixed($0) }
  }

  /// For each effect a standard deviation with which it is nothing beside σ.
  var deviationFloors: [Double] { deviationFloors(scale: sigma) }
}
