import Distributions
import Glibc
import LinearAlgebra
import ModelFormula
import Tables

/// A linear model with independent errors: y = o + Xβ + ε, Var(ε_i) = σ²/w_i, with an offset o (0) and prior weights w (1) where `ColumnRoles`
/// or the formula name them.
///
/// Complete pooling is this model without the grouping factor, no pooling one such model a group (`fit(by:)`), and LSDV this model with the
/// factor's dummy variables.
public struct LinearModel: Sendable {
  /// The formula.
  public let formula: ModelFormula
  /// Response and design matrix.
  public let frame: ModelFrame

  /// Applies a formula without bars to data.
  /// - Throws: `FormulaError`; `FitError.unexpectedBar` for a formula with random effects.
  public init(_ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles()) throws {
    if !formula.randomTerms.isEmpty { throw FitError.unexpectedBar(formula: formula.source) }
    self.formula = formula
    frame = try ModelFrame(formula, data: data, roles: roles)
  }

  /// Applies formula text to data.
  /// - Throws: as `init(_:data:roles:)` for a parsed formula.
  public init(_ formula: String, data: DataTable, roles: ColumnRoles = ColumnRoles()) throws {
    try self.init(try ModelFormula(formula), data: data, roles: roles)
  }

  init(frame: ModelFrame) {
    formula = frame.formula
    self.frame = frame
  }

  /// Least squares by Householder QR. Aliased columns get NaN and do not count in the rank.
  public func fit() -> LinearModelFit {
    let x = frame.fixed
    let n = frame.response.count
    let p = x.columns
    let roots = frame.rowFactors
    let qr = PivotedQR(x, rowFactors: roots)
    // Squares of very large or small responses overflow or vanish: those are divided by a power of two, which rounds nothing.
    let response = frame.responseBesideOffset
    let size = response.reduce(0) { max($0, abs($1)) }
    let unit = size > 0 && !(1e-100...1e100).contains(size) ? scalbn(1.0, Int(ilogb(size))) : 1.0
    let y = unit == 1 ? response : response.map { $0 / unit }
    var effects = roots.map { zip(y, $0).map(*) } ?? y
    qr.applyTransposedQ(to: &effects)
    let coefficients = qr.coefficients(fromEffects: effects)
    var residuals = effects
    for i in 0..<qr.rank { residuals[i] = 0 }
    qr.applyQ(to: &residuals)
    if let roots { for i in 0..<n { residuals[i] /= roots[i] } }
    var rss = 0.0
    for i in qr.rank..<max(n, qr.rank) { rss += effects[i] * effects[i] }
    let fitted = zip(y, residuals).map { $0 - $1 }

    let df = n - qr.rank
    let variance = df > 0 ? rss / Double(df) : .nan
    let covariance = qr.inverseGram * variance
    let errors = covariance.diagonal.map { $0.squareRoot() }
    let statistics = zip(coefficients, errors).map { $0 / $1 }
    let t = df > 0 ? StudentTDistribution(degreesOfFreedom: Double(df)) : nil
    let pValues = statistics.map { s in
      s.isNaN ? .nan : t.map { $0.twoSided(s) } ?? .nan
    }

    let hasIntercept = frame.fixedCoding.columnNames.first == "(Intercept)"
    let constant = hasIntercept ? 1 : 0
    let weights = frame.weights
    let total = weights?.reduce(0, +) ?? Double(n)
    let sum = weights.map { zip(fitted, $0).reduce(0) { $0 + $1.0 * $1.1 } } ?? fitted.reduce(0, +)
    let mean = hasIntercept ? sum / total : 0
    var modelSquares = 0.0
    for i in 0..<n { modelSquares += (weights?[i] ?? 1) * (fitted[i] - mean) * (fitted[i] - mean) }
    let rSquared = modelSquares / (modelSquares + rss)
    let slopes = qr.rank - constant
    let logVariance = log(rss / Double(n)) + 2 * log(unit)
    let logWeights = weights?.reduce(0) { $0 + log($1) } ?? 0
    let logLikelihood = (logWeights - Double(n) * (log(2 * .pi) + logVariance + 1)) / 2
    let parameters = Double(qr.rank + 1)
    var fTest: (value: Double, numerator: Int, denominator: Int, pValue: Double)?
    if slopes > 0, df == 0 {
      fTest = (.nan, slopes, 0, .nan)
    } else if slopes > 0 {
      let f = modelSquares / Double(slopes) / variance
      let tail = FDistribution(numerator: Double(slopes), denominator: Double(df)).cumulative(f, tail: .upper)
      fTest = (f, slopes, df, tail)
    }
    return LinearModelFit(
      formulaText: formula.text, roles: frame.roles, coefficientNames: frame.fixedCoding.columnNames,
      coefficients: coefficients.map { $0 * unit }, standardErrors: errors.map { $0 * unit },
      statistics: statistics, pValues: pValues, covariance: covariance * unit * unit,
      sigma: variance.squareRoot() * unit, residualDegreesOfFreedom: df, rank: qr.rank,
      usedRows: frame.usedRows,
      omittedCount: frame.omittedCount, hasIntercept: hasIntercept, rSquared: p == constant ? 0 : rSquared,
      adjustedRSquared: p == constant
        ? 0 : 1 - (1 - rSquared) * Double(n - constant) / Double(df), fStatistic: fTest,
      logLikelihood: logLikelihood, aic: -2 * logLikelihood + 2 * parameters,
      bic: -2 * logLikelihood + log(Double(n)) * parameters, deviance: rss * unit * unit,
      isEssentiallyPerfect: df > 0 && rss <= 1e-24 * fitted.reduce(0) { $0 + $1 * $1 } * (total / Double(n)),
      fitted: frame.offset.map { zip(fitted, $0).map { $0 * unit + $1 } } ?? fitted.map { $0 * unit },
      residuals: residuals.map { $0 * unit },
      weightedResiduals: roots.map { zip(residuals, $0).map { $0 * unit * $1 } }
        ?? residuals.map { $0 * unit })
  }
}
