import LinearAlgebra
import ModelFormula

/// The result of least squares: complete pooling, one group's own regression, or LSDV.
public struct LinearModelFit: Sendable {
  /// The formula as R deparses it, e.g. `salary ~ experience`.
  public let formulaText: String
  /// What columns are beside the formula.
  public let roles: ColumnRoles
  /// Names of all coefficients, in R's order; aliased ones included.
  public let coefficientNames: [String]
  /// Estimates; NaN for an aliased coefficient (a column that the columns before it already span).
  public let coefficients: [Double]
  /// Standard errors; NaN for an aliased coefficient.
  public let standardErrors: [Double]
  /// t statistics on `residualDegreesOfFreedom`.
  public let statistics: [Double]
  /// Two-sided p values.
  public let pValues: [Double]
  /// Covariance matrix of all coefficients; rows and columns of aliased ones are NaN.
  public let covariance: Matrix
  /// Residual standard deviation, in the unit of the response; of a row with weight w it is σ/√w.
  public let sigma: Double
  /// n − rank.
  public let residualDegreesOfFreedom: Int
  /// Number of estimable coefficients.
  public let rank: Int
  /// The rows used, from 0.
  public let usedRows: [Int]
  /// Number of rows used.
  public var observationCount: Int { usedRows.count }
  /// Rows left out for missing values.
  public let omittedCount: Int
  /// Whether the model has an intercept column.
  public let hasIntercept: Bool
  /// Multiple R².
  public let rSquared: Double
  /// Adjusted R².
  public let adjustedRSquared: Double
  /// F statistic of all slopes, with its two degrees of freedom; nil without slopes, NaN without residual degrees of freedom.
  public let fStatistic: (value: Double, numerator: Int, denominator: Int, pValue: Double)?
  /// Log-likelihood at the ML variance.
  public let logLikelihood: Double
  /// Akaike's criterion; the variance counts as a parameter.
  public let aic: Double
  /// Schwarz's criterion; the variance counts as a parameter.
  public let bic: Double
  /// Residual sum of squares, weighted.
  public let deviance: Double
  /// Whether residuals are nothing but rounding beside the fitted values.
  public let isEssentiallyPerfect: Bool
  /// Fitted values of the rows used, offset included.
  public let fitted: [Double]
  /// Residuals of the rows used.
  public let residuals: [Double]
  /// Residuals times √w; the residuals themselves where all weights are 1.
  public let weightedResiduals: [Double]
}
