import MixedModels

extension LinearModelFit {
  /// The fit as R prints it, line by line.
  /// - Parameters:
  ///   - style: which of R's texts.
  ///   - dataName: the name of the data in the call.
  public func text(_ style: HouseStyle, dataName: String = "df") -> String {
    let call = CallText.call(
      "lm", formula: formulaText, arguments: ["data = \(dataName)"] + roles.callArguments)
    return switch style {
    case .print:
      "\nCall:\n\(call)\n\n"
        + (coefficients.isEmpty ? "No coefficients\n\n" : "Coefficients:\n\(printedCoefficients)\n")
    case .summary: "\nCall:\n\(call)\n\n\(residualText)\n\(summaryCoefficients)\n\(qualityText)\n"
    case .display: call + "\n" + displayText
    }
  }

  private var printedCoefficients: String {
    PrintedLayout.namedVector(
      coefficientNames, CommonFormat.texts(coefficients, digits: 4, nanText: "NA"), gap: 2)
  }

  /// Quartiles of the residuals; all of them when there are few, as R does.
  private var residualText: String {
    let df = residualDegreesOfFreedom
    let heading = roles.weights == nil ? "Residuals:\n" : "Weighted Residuals:\n"
    if df == 0 {
      return heading + "ALL \(observationCount) residuals are 0: no residual degrees of freedom!\n"
    }
    guard df > 5 else {
      let texts = CommonFormat.texts(weightedResiduals, digits: 4)
      return heading + PrintedLayout.namedVector(usedRows.map { String($0 + 1) }, texts)
    }
    return heading + Quantiles.printedFiveNumbers(weightedResiduals)
  }

  private var summaryCoefficients: String {
    if coefficients.isEmpty { return "No Coefficients\n" }
    let aliased = coefficients.filter(\.isNaN).count
    let heading =
      aliased == 0 ? "Coefficients:\n" : "Coefficients: (\(aliased) not defined because of singularities)\n"
    let table = CoefficientTableText(
      names: coefficientNames, estimates: coefficients, standardErrors: standardErrors,
      statistics: statistics,
      pValues: pValues)
    return heading + table.text
  }

  private var qualityText: String {
    let df = residualDegreesOfFreedom
    let sd = CommonFormat.text(DecimalText.significant(sigma, digits: 4))
    var out = "Residual standard error: \(sd) on \(df) degrees of freedom\n"
    if omittedCount > 0 {
      out += "  (\(omittedCount) observation\(omittedCount == 1 ? "" : "s") deleted due to missingness)\n"
    }
    if let f = fStatistic {
      let r2 = DecimalText.general(rSquared, digits: 4)
      let adjusted = DecimalText.general(adjustedRSquared, digits: 4)
      out += "Multiple R-squared:  \(r2),\tAdjusted R-squared:  \(adjusted) \n"
      let p = f.pValue.isNaN ? "NA" : PValueText.text(f.pValue, digits: 4)
      out +=
        "F-statistic: \(DecimalText.general(f.value, digits: 4)) on \(f.numerator) and \(f.denominator) DF,  "
      out += "p-value: \(p)\n"
    }
    return out
  }

  private var displayText: String {
    let kept = coefficients.indices.filter { !coefficients[$0].isNaN }
    let table = DisplayedCoefficients(
      names: kept.map { coefficientNames[$0] }, estimates: kept.map { coefficients[$0] },
      standardErrors: kept.map { standardErrors[$0] })
    return table.matrixText + "---\nn = \(observationCount), k = \(rank)\n"
      + "residual sd = \(CommonFormat.rounded([sigma], decimals: 2)[0]), "
      + "R-Squared = \(CommonFormat.rounded([rSquared], decimals: 2)[0])\n"
  }
}
