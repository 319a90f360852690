import Estimates

extension MixedModelFit {
  /// Appends `random.GROUP.TERM.sd`, `.variance`, `random.GROUP.TERM.TERM` (correlation) and `.covariance`.
  func appendVariances(to all: inout Estimates) {
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
  }

  /// Appends `mode.GROUP.LEVEL.TERM`, `weight.GROUP.LEVEL.TERM` and `coef.GROUP.LEVEL.TERM`.
  func appendEffects(to all: inout Estimates) {
    for effects in randomEffects {
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
}
