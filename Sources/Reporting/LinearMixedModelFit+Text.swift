import LinearAlgebra
import MixedModels

extension LinearMixedModelFit {
  /// The fit as R prints it, line by line.
  ///
  /// R appends the optimizer's messages to fits on the boundary; here `diagnostics` says what stands there, outside the text.
  /// - Parameters:
  ///   - style: which of R's texts; `display` costs a refit by ML when this is a REML fit.
  ///   - dataName: the name of the data in the call.
  ///   - tests: tests of the fixed effects, which `summary` then shows as lmerTest prints them.
  public func text(_ style: HouseStyle, dataName: String = "df", tests: FixedEffectTests? = nil) -> String {
    switch style {
    case .print: printedText(dataName)
    case .summary: summaryText(dataName, tests)
    case .display: displayText(dataName)
    }
  }

  /// `print(VarCorr(fit))`: standard deviations and correlations of the random effects.
  public var varianceComponentsText: String {
    table(digits: 5).text(showingVariances: false)
  }

  private func table(digits: Int) -> VarianceComponentsText {
    VarianceComponentsText(components: varianceComponents, sigma: sigma, digits: digits)
  }

  private func heading(_ dataName: String, _ tests: DegreesOfFreedomMethod? = nil) -> String {
    var title = method == .reml ? "REML ['lmerMod']" : "maximum likelihood  ['lmerMod']"
    if let tests {
      title =
        method == .reml
        ? "REML. t-tests use \(tests.possessive) method [\nlmerModLmerTest]"
        : "maximum likelihood . t-tests use \(tests.possessive)\n  method [lmerModLmerTest]"
    }
    return "Linear mixed model fit by \(title)\n"
      + PrintedLayout.filled(["Formula:"] + CallText.formulaLines(model.formulaText))
      + "   Data: \(dataName)\n" + (model.frame.roles.weights.map { "Weights: \(RCode.name($0))\n" } ?? "")
      + (model.frame.roles.offset.map { " Offset: \(RCode.name($0))\n" } ?? "")
  }

  private func printedText(_ dataName: String) -> String {
    return heading(dataName) + criterionText(decimals: 4) + "Random effects:\n"
      + table(digits: 4).text(showingVariances: false)
      + countsText
      + printedFixedEffects + droppedColumnsText
  }

  /// The criterion under REML, the table of likelihood measures under ML; rounded to some decimals before it is formatted.
  private func criterionText(decimals: Int) -> String {
    if method == .reml {
      let rounded = DecimalText.rounded(criterion, decimals: decimals)
      return "REML criterion at convergence: \(CommonFormat.text(rounded))\n"
    }
    return PrintedLayout.likelihoods(
      [aic, bic, logLikelihood, criterion], residualDegreesOfFreedom: observationCount - parameterCount,
      decimals: decimals)
  }

  private func summaryText(_ dataName: String, _ tests: FixedEffectTests?) -> String {
    let standardErrors = tests?.coefficients.map(\.standardError) ?? fixedEffectStandardErrors
    let coefficients = CoefficientTableText(
      names: model.fixedEffectNames, estimates: fixedEffects, standardErrors: standardErrors,
      degreesOfFreedom: tests?.coefficients.map(\.degreesOfFreedom),
      statistics: zip(fixedEffects, standardErrors).map { $0 / $1 },
      pValues: tests?.coefficients.map(\.pValue))
    return heading(dataName, tests?.method) + "\n" + criterionText(decimals: 1) + "\nScaled residuals: \n"
      + Quantiles.printedFiveNumbers(scaledResiduals)
      + "\nRandom effects:\n" + table(digits: 4).text(showingVariances: true) + countsText
      + (fixedEffects.isEmpty ? "" : "\nFixed effects:\n" + coefficients.text + fixedCorrelationsText)
      + droppedColumnsText
  }

  private func displayText(_ dataName: String) -> String {
    var arguments = ["data = \(dataName)"]
    if method == .ml { arguments.append("REML = FALSE") }
    arguments += model.frame.roles.callArguments
    let table = DisplayedCoefficients(
      names: model.fixedEffectNames, estimates: fixedEffects, standardErrors: fixedEffectStandardErrors)
    let deviance = mlDeviance
    let dic = method == .reml ? 2 * deviance - criterion : deviance
    func short(_ x: Double) -> String { CommonFormat.text(DecimalText.rounded(x, decimals: 1)) }
    return CallText.call("lmer", formula: model.formulaText, arguments: arguments) + "\n"
      + (fixedEffects.count == 1 ? table.singleText : table.matrixText)
      + "\nError terms:\n"
      + VarianceComponentsText(components: varianceComponents, sigma: sigma, digits: nil).text(
        showingVariances: false)
      + "---\nnumber of obs: \(observationCount), groups: \(groupsText)\n"
      + "AIC = \(short(aic)), DIC = \(short(dic))\ndeviance = \(CommonFormat.rounded([deviance], decimals: 1)[0]) \n"
  }
}

extension DegreesOfFreedomMethod {
  /// Whose method it is.
  var possessive: String {
    switch self {
    case .satterthwaite: "Satterthwaite's"
    case .kenwardRoger: "Kenward-Roger's"
    }
  }
}
