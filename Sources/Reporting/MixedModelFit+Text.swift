import LinearAlgebra
import MixedModels

/// What R prints of linear and generalized mixed models alike.
extension MixedModelFit {
  var groupsText: String {
    model.factors.map { "\($0.name), \($0.levels.count)" }.joined(separator: "; ")
  }

  var countsText: String { "Number of obs: \(observationCount), groups:  \(groupsText)\n" }

  /// The fixed effects as `print` shows them.
  var printedFixedEffects: String {
    fixedEffects.isEmpty
      ? "No fixed effect coefficients\n"
      : "Fixed Effects:\n"
        + PrintedLayout.namedVector(
          model.fixedEffectNames, CommonFormat.texts(fixedEffects, digits: 4), gap: 2)
  }

  /// What R says of columns that it left out.
  var droppedColumnsText: String {
    let count = model.droppedColumns.count
    if count == 0 { return "" }
    return "fit warnings:\nfixed-effect model matrix is rank deficient so dropping \(count) "
      + (count == 1 ? "column / coefficient\n" : "columns / coefficients\n")
  }

  /// Correlations of the estimates of the fixed effects; R leaves them out beyond twelve.
  var fixedCorrelationsText: String {
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
}

extension PrintedLayout {
  /// AIC, BIC, log-likelihood and deviance, rounded to some decimals before they are formatted, and the residual degrees of freedom.
  static func likelihoods(_ values: [Double], residualDegreesOfFreedom df: Int, decimals: Int) -> String {
    let rounded = values.map { DecimalText.rounded($0, decimals: decimals) }
    return namedVector(
      ["AIC", "BIC", "logLik", "deviance", "df.resid"], CommonFormat.texts(rounded) + [String(df)])
  }
}
