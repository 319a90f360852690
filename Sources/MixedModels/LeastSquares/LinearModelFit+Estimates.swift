import Estimates

extension LinearModelFit {
  /// All reported numbers with their addresses: `fixed.TERM(.se .statistic .p)`, `residual.sd`, `r_squared`, `adjusted_r_squared`, `loglik`, `aic`, `bic`,
  /// `deviance`, `n`, `df`.
  public var estimates: Estimates {
    var all = Estimates(coefficientRows)
    all.append(
      EstimateRow(
        ["residual"], effect: .variance, group: "Residual",
        [.init("sd", sigma), .init("variance", sigma * sigma)]))
    all.append(scalar: "r_squared", value: rSquared)
    all.append(scalar: "adjusted_r_squared", value: adjustedRSquared)
    all.append(scalar: "loglik", value: logLikelihood)
    all.append(scalar: "aic", value: aic)
    all.append(scalar: "bic", value: bic)
    all.append(scalar: "deviance", value: deviance)
    all.append(scalar: "df", value: Double(residualDegreesOfFreedom))
    all.append(scalar: "n", value: Double(observationCount))
    return all
  }
}
