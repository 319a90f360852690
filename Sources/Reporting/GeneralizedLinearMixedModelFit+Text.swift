import MixedModels

extension GeneralizedLinearMixedModelFit {
  /// The fit as R prints it, line by line.
  ///
  /// R's likelihoods of quadrature leave out that of the saturated model, and its `display` their sum with the deviance; here all have full constants, so
  /// that they compare with Laplace's. R appends the optimizer's messages; here `diagnostics` says what there is to say, outside the text.
  /// - Parameters:
  ///   - style: which of R's texts.
  ///   - dataName: the name of the data in the call.
  public func text(_ style: HouseStyle, dataName: String = "df") -> String {
    switch style {
    case .print:
      heading(dataName) + likelihoods(decimals: 4) + "Random effects:\n"
        + table(digits: 4).text(showingVariances: false) + countsText + printedFixedEffects
        + droppedColumnsText
    case .summary: summaryText(dataName)
    case .display: displayText(dataName)
    }
  }

  /// `print(VarCorr(fit))`: standard deviations and correlations of the random effects.
  public var varianceComponentsText: String { table(digits: 5).text(showingVariances: false) }

  private func table(digits: Int) -> VarianceComponentsText {
    VarianceComponentsText(components: varianceComponents, sigma: residualDeviation, digits: digits)
  }

  /// 1/√shape of Gamma, the coefficient of variation; nil for families without a free scale.
  private var residualDeviation: Double? {
    if case .gamma(let shape) = family { 1 / shape.squareRoot() } else { nil }
  }

  private func heading(_ dataName: String) -> String {
    let method =
      nodeCount == 0
      ? "(Adaptive\n  Gauss-Hermite Quadrature, nAGQ = 0)"
      : nodeCount == 1
        ? "(Laplace\n  Approximation)"
        : "(Adaptive\n  Gauss-Hermite Quadrature, nAGQ = \(nodeCount))"
    return "Generalized linear mixed model fit by maximum likelihood \(method) [glmerMod]\n"
      + " Family: \(family.printedName)  ( \(link.rawValue) )\n"
      + PrintedLayout.filled(["Formula:"] + CallText.formulaLines(model.formulaText))
      + "   Data: \(dataName)\n" + (model.frame.roles.weights.map { "Weights: \(RCode.name($0))\n" } ?? "")
      + (model.frame.roles.offset.map { " Offset: \(RCode.name($0))\n" } ?? "")
  }

  private func likelihoods(decimals: Int) -> String {
    PrintedLayout.likelihoods(
      [aic, bic, logLikelihood, criterion], residualDegreesOfFreedom: observationCount - parameterCount,
      decimals: decimals)
  }

  private func summaryText(_ dataName: String) -> String {
    var coefficients = CoefficientTableText(
      names: model.fixedEffectNames, estimates: fixedEffects, standardErrors: fixedEffectStandardErrors,
      statistics: statistics, pValues: pValues)
    coefficients.statistic = "z"
    return heading(dataName) + "\n" + likelihoods(decimals: 1) + "\nScaled residuals: \n"
      + Quantiles.printedFiveNumbers(residuals(.pearson))
      + "\nRandom effects:\n" + table(digits: 4).text(showingVariances: true) + countsText
      + (fixedEffects.isEmpty ? "" : "\nFixed effects:\n" + coefficients.text + fixedCorrelationsText)
      + droppedColumnsText
  }

  private func displayText(_ dataName: String) -> String {
    var function = "glmer"
    var arguments = ["data = \(dataName)"]
    if case .negativeBinomial = family {
      function = "glmer.nb"
    } else {
      arguments.append("family = \(family.rCall(link))")
    }
    if nodeCount != 1 { arguments.append("nAGQ = \(nodeCount)") }
    arguments += model.frame.roles.callArguments
    let table = DisplayedCoefficients(
      names: model.fixedEffectNames, estimates: fixedEffects, standardErrors: fixedEffectStandardErrors)
    func short(_ x: Double) -> String { CommonFormat.text(DecimalText.rounded(x, decimals: 1)) }
    return CallText.call(function, formula: model.formulaText, arguments: arguments) + "\n"
      + (fixedEffects.count == 1 ? table.singleText : table.matrixText) + "\nError terms:\n"
      + VarianceComponentsText(components: varianceComponents, sigma: residualDeviation ?? 1, digits: nil)
      .text(showingVariances: false)
      + "---\nnumber of obs: \(observationCount), groups: \(groupsText)\n"
      + "AIC = \(short(aic)), DIC = \(short(displayedDIC))\n"
      + "deviance = \(CommonFormat.rounded([conditionalDeviance], decimals: 1)[0]) \n"
  }

  /// What `arm::display` calls DIC: twice the conditional deviance and twice the log-likelihood.
  var displayedDIC: Double { 2 * conditionalDeviance - criterion }
}
