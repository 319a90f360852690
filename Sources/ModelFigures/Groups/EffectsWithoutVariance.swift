import MixedModels

extension MixedModelFit {
  /// Which effects of a factor have an estimated variance of 0, up to the tolerance of the fit's own boundary test. What is left of their modes is rounding.
  /// - Parameter f: the place of the grouping factor.
  /// - Returns: one value for each of the factor's effects, term after term.
  func effectsWithoutVariance(ofFactor f: Int) -> [Bool] {
    model.terms.filter { $0.factor == f }.flatMap { term in
      term.names.map { name in
        boundaries.contains {
          $0.term == term.label && $0.kind == .zeroVariance && $0.effects == [name]
        }
      }
    }
  }
}

/// How the estimate of a covariance parameter stands to the boundary.
enum ParameterStanding {
  /// It is a number like any other.
  case inside
  /// A standard deviation estimated as 0.
  case zero
  /// A correlation with an effect whose standard deviation is estimated as 0.
  case undefined

  /// The estimate without what is rounding alone.
  func cleaned(_ estimate: Double) -> Double {
    switch self {
    case .inside: estimate
    case .zero: 0
    case .undefined: .nan
    }
  }
}

extension LinearMixedModelFit {
  /// The standing of every parameter, in the order of `ParameterLabel.all(of:)`.
  var parameterStandings: [ParameterStanding] {
    var standings: [ParameterStanding] = []
    for component in varianceComponents {
      let still = component.names.map { name in
        diagnostics.boundaries.contains {
          $0.term == component.label && $0.kind == .zeroVariance && $0.effects == [name]
        }
      }
      for j in still.indices {
        standings.append(still[j] ? .zero : .inside)
        for i in still.indices where i > j { standings.append(still[i] || still[j] ? .undefined : .inside) }
      }
    }
    return standings + [ParameterStanding](repeating: .inside, count: 1 + model.fixedEffectNames.count)
  }
}
