import Estimates

extension GeneralizedLinearMixedModelFit {
  /// All reported numbers with their addresses:
  ///
  ///     fixed.TERM(.se .statistic .p)                  random.GROUP.TERM.sd, .variance      random.GROUP.TERM.TERM (correlation), .covariance
  ///     mode.GROUP.LEVEL.TERM(.se)                     coef.GROUP.LEVEL.TERM(.se)           weight.GROUP.LEVEL.TERM(.joint_weight)
  ///     criterion, loglik, aic, bic, deviance, df, n, groups.GROUP, dispersion_parameter (θ of the negative binomial, shape of Gamma)
  ///
  /// Everything is on the scale of the link; `deviance` is that of the conditional modes.
  public var estimates: Estimates {
    var all = Estimates()
    let (errors, statistics, pValues) = (fixedEffectStandardErrors, statistics, pValues)
    for (i, name) in model.fixedEffectNames.enumerated() {
      all.append(
        EstimateRow(
          ["fixed", name], effect: .fixed, term: name,
          [
            .init("estimate", fixedEffects[i]), .init("std.error", errors[i]),
            .init("statistic", statistics[i]), .init("p.value", pValues[i]),
          ]))
    }
    appendVariances(to: &all)
    appendEffects(to: &all)
    all.append(scalar: "criterion", value: criterion)
    all.append(scalar: "loglik", value: logLikelihood)
    all.append(scalar: "aic", value: aic)
    all.append(scalar: "bic", value: bic)
    all.append(scalar: "deviance", value: conditionalDeviance)
    all.append(scalar: "df", value: Double(parameterCount))
    all.append(scalar: "n", value: Double(observationCount))
    if let parameter = family.dispersionParameter {
      all.append(scalar: "dispersion_parameter", value: parameter)
    }
    for factor in model.factors {
      all.append(scalar: "groups", factor.name, value: Double(factor.levels.count))
    }
    return all
  }
}
