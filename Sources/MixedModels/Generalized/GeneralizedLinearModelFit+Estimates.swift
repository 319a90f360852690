import Estimates

extension GeneralizedLinearModelFit {
  /// All reported numbers with their addresses: `fixed.TERM(.se .statistic .p)`, `dispersion`, `theta`
  /// (negative binomial), `deviance`, `null_deviance`, `loglik`, `aic`, `bic`, `n`, `df`.
  public var estimates: Estimates {
    var all = Estimates(coefficientRows)
    all.append(scalar: "dispersion", value: dispersion)
    if case .negativeBinomial(let theta) = family {
      all.append(
        EstimateRow(
          ["theta"], effect: .scalar, [.init("estimate", theta), .init("std.error", thetaStandardError)]))
    }
    all.append(scalar: "deviance", value: deviance)
    all.append(scalar: "null_deviance", value: nullDeviance)
    all.append(scalar: "loglik", value: logLikelihood)
    all.append(scalar: "aic", value: aic)
    all.append(scalar: "bic", value: bic)
    all.append(scalar: "df", value: Double(residualDegreesOfFreedom))
    all.append(scalar: "n", value: Double(observationCount))
    return all
  }
}
