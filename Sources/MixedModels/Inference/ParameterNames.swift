extension LinearMixedModelFit {
  /// lme4's names of all parameters: `sd_(Intercept)|group`, `cor_x.(Intercept)|group`, `sigma`, and the fixed effects.
  var parameterNames: [String] {
    varianceComponents.flatMap { component in
      component.names.indices.flatMap { j in
        ["sd_\(component.names[j])|\(component.group)"]
          + component.names.indices.filter { $0 > j }.map {
            "cor_\(component.names[$0]).\(component.names[j])|\(component.group)"
          }
      }
    } + ["sigma"] + model.fixedEffectNames
  }

  /// Their estimates.
  var parameterValues: [Double] {
    varianceComponents.flatMap { component in
      let (sd, correlations) = (component.standardDeviations, component.correlations)
      return sd.indices.flatMap { j in
        [sd[j]] + sd.indices.filter { $0 > j }.map { correlations[$0, j] }
      }
    } + [sigma] + fixedEffects
  }
}
