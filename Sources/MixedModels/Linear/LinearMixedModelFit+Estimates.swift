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
    appendVariances(to: &all)
    all.append(
      EstimateRow(
        ["residual"], effect: .variance, group: "Residual",
        [.init("sd", sigma), .init("variance", sigma * sigma)]))
    appendEffects(to: &all)
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
}
