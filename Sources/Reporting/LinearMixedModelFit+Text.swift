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

  private var groupsText: String {
    model.factors.map { "\($0.name), \($0.levels.count)" }.joined(separator: "; ")
  }

  private var countsText: String { "Number of obs: \(observationCount), groups:  \(groupsText)\n" }

  private func printedText(_ dataName: String) -> String {
    return heading(dataName) + criterionText(decimals: 4) + "Random effects:\n"
      + table(digits: 4).text(showingVariances: false)
      + countsText
      + (fixedEffects.isEmpty
        ? "No fixed effect coefficients\n"
        : "Fixed Effects:\n"
          + PrintedLayout.namedVector(
            model.fixedEffectNames, CommonFormat.texts(fixedEffects, digits: 4), gap: 2))
      + droppedColumnsText
  }

  /// What R says of columns that it left out.
  private var droppedColumnsText: String {
    let count = model.droppedColumns.count
    if count == 0 { return "" }
    return "fit warnings:\nfixed-effect model matrix is rank deficient so dropping \(count) "
      + (count == 1 ? "column / coefficient\n" : "columns / coefficients\n")
  }

  /// The criterion under REML, the table of likelihood measures under ML; rounded to some decimals before it is formatted.
  private func criterionText(decimals: Int) -> String {
    if method == .reml {
      let rounded = DecimalText.rounded(criterion, decimals: decimals)
      return "REML criterion at convergence: \(CommonFormat.text(rounded))\n"
    }
    let rounded = [aic, bic, logLikelihood, criterion].map { DecimalText.rounded($0, decimals: decimals) }
    return PrintedLayout.namedVector(
      ["AIC", "BIC", "logLik", "deviance", "df.resid"],
      CommonFormat.texts(rounded) + [String(observationCount - parameterCount)])
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

  /// Correlations of the estimates of the fixed effects; R leaves them out beyond twelve.
  private var fixedCorrelationsText: String {
    let names = model.fixedEffectNames
    let p = names.count
    guard p > 1 else { return "" }
    if p > 12 {
      return "\nCorrelation matrix not shown by default, as p = \(p) > 12.\n"
        + "Use print(x, correlation=TRUE)  or\n    vcov(x)        if you need it\n\n"
    }
    let errors = fixedEffectStandardErrors
    var lower: [Double] = []
    for i in 1..<p {
      for j in 0..<i { lower.append(fixedEffectCovariance[i, j] / (errors[i] * errors[j])) }
    }
    // The diagonal takes part in the common format.
    let texts = CommonFormat.rounded(lower + [1], decimals: 3)
    var cells: [[String]] = []
    var next = 0
    for i in 1..<p {
      cells.append((0..<p - 1).map { $0 < i ? texts[next + $0] : "" })
      next += i
    }
    return "\nCorrelation of Fixed Effects:\n"
      + PrintedLayout.matrix(
        rowNames: Array(Abbreviation.abbreviated(names, to: 11).dropFirst()),
        columnNames: Array(Abbreviation.abbreviated(names, to: 6).dropLast()), cells: cells, alignment: .left)
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
