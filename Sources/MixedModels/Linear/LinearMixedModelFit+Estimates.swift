import Estimates

extension LinearMixedModelFit {
  /// All reported numbers with their addresses:
  ///
  ///     fixed.TERM(.se .statistic)                     random.GROUP.TERM.sd, .variance      random.GROUP.TERM.TERM (correlation), .covariance
  ///     residual.sd, .variance                         mode.GROUP.LEVEL.TERM(.se)           coef.GROUP.LEVEL.TERM(.se)
  ///     weight.GROUP.LEVEL.TERM(.joint_weight)         criterion, loglik, aic, bic, deviance, n, df, groups.GROUP
  ///
  /// Terms of one grouping factor share GROUP; `department.1` is addressed under its own label.
  public var estimates: Estimates {
    var all = Estimates()
    for (i, name) in model.fixedEffectNames.enumerated() {
      let error = fixedEffectStandardErrors[i]
      all.append(
        EstimateRow(
          ["fixed", name], effect: .fixed, term: name,
          [
            .init("estimate", fixedEffects[i]), .init("std.error", error),
            .init("statistic", fixedEffects[i] / error),
          ]))
    }
    for component in varianceComponents {
      let sd = component.standardDeviations
      let correlations = component.correlations
      for (i, name) in component.names.enumerated() {
        all.append(
          EstimateRow(
            ["random", component.label, name], effect: .variance, group: component.label, term: name,
            [.init("sd", sd[i]), .init("variance", component.covariance[i, i])]))
      }
      for i in component.names.indices {
        for j in component.names.indices where j != i {
          all.append(
            EstimateRow(
              ["random", component.label, component.names[i], component.names[j]], effect: .variance,
              group: component.label, term: component.names[i] + "." + component.names[j],
              [.init("corr", correlations[i, j]), .init("covariance", component.covariance[i, j])]))
        }
      }
    }
    all.append(
      EstimateRow(
        ["residual"], effect: .variance, group: "Residual",
        [.init("sd", sigma), .init("variance", sigma * sigma)]))
    for effects in randomEffects { LinearMixedModelFit.append(effects, to: &all) }
    all.append(scalar: "criterion", value: criterion)
    all.append(scalar: "loglik", value: logLikelihood)
    all.append(scalar: "aic", value: aic)
    all.append(scalar: "bic", value: bic)
    all.append(scalar: "deviance", value: mlDeviance)
    all.append(scalar: "df", value: Double(parameterCount))
    all.append(scalar: "n", value: Double(observationCount))
    for factor in model.factors {
      all.append(scalar: "groups", factor.name, value: Double(factor.levels.count))
    }
    return all
  }

  private static func append(_ effects: FactorEffects, to all: inout Estimates) {
    let group = effects.factor.name
    let (modes, deviations) = (effects.modes, effects.conditionalStandardDeviations)
    let (coefficients, errors) = (effects.coefficients, effects.coefficientErrors)
    for (j, level) in effects.factor.levels.enumerated() {
      let weights = effects.weights(ofLevel: j)
      let joint = effects.jointWeights(ofLevel: j)
      for (i, name) in effects.factor.effectNames.enumerated() {
        all.append(
          EstimateRow(
            ["mode", group, level, name], effect: .mode, group: group, level: level, term: name,
            [.init("estimate", modes[j, i]), .init("std.error", deviations[j, i])]))
        all.append(
          EstimateRow(
            ["weight", group, level, name], effect: .pooling, group: group, level: level, term: name,
            [.init("weight", weights[i]), .init("joint_weight", joint[i, i])]))
      }
      for (k, name) in effects.coefficientNames.enumerated() {
        all.append(
          EstimateRow(
            ["coef", group, level, name], effect: .coefficient, group: group, level: level, term: name,
            [.init("estimate", coefficients[j, k]), .init("std.error", errors[j, k])]))
      }
    }
  }
}
