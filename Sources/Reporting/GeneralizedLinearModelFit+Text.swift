import Glibc
import MixedModels

extension GeneralizedLinearModelFit {
  /// The fit as R prints it, line by line.
  /// - Parameters:
  ///   - style: which of R's texts.
  ///   - dataName: the name of the data in the call.
  public func text(_ style: HouseStyle, dataName: String = "df") -> String {
    switch style {
    case .print: "\nCall:  \(callText(dataName))\n\n\(printedCoefficients)\n\(printedQuality)"
    case .summary:
      "\nCall:\n\(callText(dataName))\n\n\(residualText)\n\(summaryCoefficients)\n\(qualityText)\n\(thetaText)"
    case .display: callText(dataName) + "\n" + displayText
    }
  }

  private func callText(_ dataName: String) -> String {
    let data = "data = \(dataName)"
    guard case .negativeBinomial(let theta) = family else {
      return CallText.call(
        "glm", formula: formulaText,
        arguments: ["family = \(family.rCall(link))", data] + roles.callArguments)
    }
    let start = CommonFormat.text(DecimalText.significant(theta, digits: 10), digits: 15)
    return CallText.call(
      "glm.nb", formula: formulaText,
      arguments: [data] + roles.callArguments + ["init.theta = \(start)", "link = \(link.rawValue)"])
  }

  private var printedCoefficients: String {
    if coefficients.isEmpty { return "No coefficients\n\n" }
    return "Coefficients:\n"
      + PrintedLayout.namedVector(
        coefficientNames, CommonFormat.texts(coefficients, digits: 4, nanText: "NA"), gap: 2)
  }

  private var omissionText: String {
    guard omittedCount > 0 else { return "" }
    return "  (\(omittedCount) observation\(omittedCount == 1 ? "" : "s") deleted due to missingness)\n"
  }

  private var printedQuality: String {
    func four(_ x: Double) -> String { CommonFormat.text(DecimalText.significant(x, digits: 4)) }
    return
      "Degrees of Freedom: \(nullDegreesOfFreedom) Total (i.e. Null);  \(residualDegreesOfFreedom) Residual\n"
      + omissionText + "Null Deviance:\t    \(four(nullDeviance)) \n"
      + "Residual Deviance: \(four(deviance)) \tAIC: \(four(aic))\n"
  }

  /// Quartiles of the deviance residuals; all of them when there are few, as R does.
  private var residualText: String {
    if residualDegreesOfFreedom == 0 {
      return "Deviance Residuals: \n"
        + PrintedLayout.vector([String](repeating: "0", count: observationCount), gap: 2)
    }
    let residuals = residuals(.deviance)
    let isMany = residualDegreesOfFreedom > 5
    let shown = DecimalText.zapped(isMany ? Quantiles.fiveNumbers(residuals) : residuals, digits: 5)
    let names = isMany ? ["Min", "1Q", "Median", "3Q", "Max"] : usedRows.map { String($0 + 1) }
    return "Deviance Residuals: \n"
      + PrintedLayout.namedVector(names, CommonFormat.texts(shown, digits: 4), gap: 2)
  }

  private var summaryCoefficients: String {
    if coefficients.isEmpty { return "No Coefficients\n" }
    let aliased = coefficients.filter(\.isNaN).count
    let heading =
      aliased == 0 ? "Coefficients:\n" : "Coefficients: (\(aliased) not defined because of singularities)\n"
    var table = CoefficientTableText(
      names: coefficientNames, estimates: coefficients, standardErrors: standardErrors,
      statistics: statistics, pValues: pValues)
    if case .gamma = family {} else { table.statistic = "z" }
    return heading + table.text
  }

  private var qualityText: String {
    let deviances = CommonFormat.texts(
      [nullDeviance, deviance].map { DecimalText.significant($0, digits: 5) })
    return
      "(Dispersion parameter for \(family.printedName) family taken to be \(CommonFormat.text(dispersion)))\n\n"
      + "    Null deviance: \(deviances[0])  on \(nullDegreesOfFreedom)  degrees of freedom\n"
      + "Residual deviance: \(deviances[1])  on \(residualDegreesOfFreedom)  degrees of freedom\n"
      + omissionText
      + "AIC: \(CommonFormat.text(DecimalText.significant(aic, digits: 5)))\n\n"
      + "Number of Fisher Scoring iterations: \(iterationCount)\n"
  }

  /// What R adds for a negative binomial model: θ with two digits of its standard error.
  private var thetaText: String {
    guard case .negativeBinomial(let theta) = family else { return "" }
    let error = thetaStandardError
    let decimals = error.isFinite && error > 0 ? max(2 - Int(floor(log10(error))), 0) : 2
    func text(_ x: Double, _ rounding: Int) -> String {
      CommonFormat.text(DecimalText.rounded(x, decimals: rounding), minimumDecimals: decimals)
    }
    return "\n              Theta:  \(text(theta, decimals)) \n"
      + "          Std. Err.:  \(text(error, decimals)) \n\n"
      + " 2 x log-likelihood:  \(text(2 * logLikelihood, 3)) \n"
  }

  private var displayText: String {
    let kept = coefficients.indices.filter { !coefficients[$0].isNaN }
    let table = DisplayedCoefficients(
      names: kept.map { coefficientNames[$0] }, estimates: kept.map { coefficients[$0] },
      standardErrors: kept.map { standardErrors[$0] })
    func one(_ x: Double) -> String { CommonFormat.rounded([x], decimals: 1)[0] }
    var out =
      table.matrixText + "---\n  n = \(observationCount), k = \(rank)\n"
      + "  residual deviance = \(one(deviance)), null deviance = \(one(nullDeviance)) "
      + "(difference = \(one(nullDeviance - deviance)))\n"
    if case .gamma = family { out += "  overdispersion parameter = \(one(dispersion))\n" }
    if case .negativeBinomial(let theta) = family { out += "  theta = \(one(theta))\n" }
    return out
  }
}

extension ResponseFamily {
  /// The argument `family` of R's calls.
  func rCall(_ link: LinkFunction) -> String {
    // Gamma's default in R is the inverse link.
    if case .gamma = self { return "\(name)(link = \"\(link.rawValue)\")" }
    return link == defaultLink ? name : "\(name)(link = \"\(link.rawValue)\")"
  }

  /// The name in R's summaries, where θ has four decimals at most.
  var printedName: String {
    guard case .negativeBinomial(let theta) = self else { return name }
    return "Negative Binomial(\(CommonFormat.text(DecimalText.rounded(theta, decimals: 4))))"
  }
}
