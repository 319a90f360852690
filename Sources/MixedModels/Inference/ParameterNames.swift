import LinearAlgebra

extension MixedModelFit {
  /// lme4's names of standard deviations and correlations: `sd_(Intercept)|group`, `cor_x.(Intercept)|group`.
  var covarianceNames: [String] {
    varianceComponents.flatMap { component in
      component.names.indices.flatMap { j in
        ["sd_\(component.names[j])|\(component.group)"]
          + component.names.indices.filter { $0 > j }.map {
            "cor_\(component.names[$0]).\(component.names[j])|\(component.group)"
          }
      }
    }
  }

  /// Their estimates.
  var covarianceValues: [Double] { varianceComponents.flatMap(\.deviationsAndCorrelations) }

  /// What they are.
  var profiledCovariances: [ProfiledParameter] {
    model.terms.flatMap { term in
      term.columns.flatMap { j in
        [ProfiledParameter.deviation(j)] + term.columns.filter { $0 > j }.map { .correlation(j, $0) }
      }
    }
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

  /// For each effect a standard deviation with which it is nothing beside a scale of the predictor.
  func deviationFloors(scale: Double) -> [Double] {
    let n = Double(observationCount)
    return model.randomEffectNames.indices.map { k in
      let squares = model.randomMatrix.column(k).reduce(0) { $0 + $1 * $1 }
      return 1e-3 * scale / (squares / n).squareRoot()
    }
  }
}

extension VarianceComponent {
  /// Each standard deviation, and behind it the correlations with the effects after it.
  var deviationsAndCorrelations: [Double] {
    let (sd, correlations) = (standardDeviations, correlations)
    return sd.indices.flatMap { j in [sd[j]] + sd.indices.filter { $0 > j }.map { correlations[$0, j] } }
  }
}

extension LinearMixedModelFit {
  /// lme4's names of all parameters: standard deviations and correlations, `sigma`, and the fixed effects.
  var parameterNames: [String] { covarianceNames + ["sigma"] + model.fixedEffectNames }

  /// Their estimates.
  var parameterValues: [Double] { covarianceValues + [sigma] + fixedEffects }
}
