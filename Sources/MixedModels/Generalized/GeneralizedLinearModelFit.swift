import LinearAlgebra
import ModelFormula

/// The result of fitting a generalized linear model: complete pooling, one group's own model, or LSDV.
public struct GeneralizedLinearModelFit: Sendable {
  /// The formula as R deparses it, e.g. `cbind(incidence, size - incidence) ~ period`.
  public let formulaText: String
  /// What columns are beside the formula.
  public let roles: ColumnRoles
  /// The distribution of the response, with θ or the shape by maximum likelihood; θ is ∞ where counts vary no
  /// more than Poisson's.
  public let family: ResponseFamily
  /// The link.
  public let link: LinkFunction
  /// Names of all coefficients, in R's order; aliased ones included.
  public let coefficientNames: [String]
  /// Estimates on the scale of the link; NaN for an aliased coefficient.
  public let coefficients: [Double]
  /// Standard errors from the expected information, times √dispersion; NaN for an aliased coefficient.
  public let standardErrors: [Double]
  /// z statistics; for Gamma t statistics on `residualDegreesOfFreedom`.
  public let statistics: [Double]
  /// Two-sided p values.
  public let pValues: [Double]
  /// Covariance matrix of all coefficients; rows and columns of aliased ones are NaN.
  public let covariance: Matrix
  /// φ: 1, for Gamma Pearson's statistic over its degrees of freedom.
  public let dispersion: Double
  /// Standard error of θ, the coefficients held; NaN for other families.
  public let thetaStandardError: Double
  /// Twice the log-likelihood lost against the saturated model, not divided by φ.
  public let deviance: Double
  /// The deviance of the constant and the offset alone.
  public let nullDeviance: Double
  /// n − rank.
  public let residualDegreesOfFreedom: Int
  /// Degrees of freedom of `nullDeviance`.
  public let nullDegreesOfFreedom: Int
  /// Number of estimable coefficients.
  public let rank: Int
  /// Log-likelihood with all constants; for Gamma, as in R, at the shape that the deviance gives.
  public let logLikelihood: Double
  /// Log-likelihood at the maximum, which differs for Gamma only; the number to compare with mixed models.
  public let maximumLogLikelihood: Double
  /// Akaike's criterion of `logLikelihood`; θ and the shape count as parameters.
  public let aic: Double
  /// Schwarz's criterion of `logLikelihood`.
  public let bic: Double
  /// The rows used, from 0.
  public let usedRows: [Int]
  /// Number of rows used.
  public var observationCount: Int { usedRows.count }
  /// Number of estimated parameters: coefficients, and θ or the shape.
  public var parameterCount: Int { rank + (family.hasDispersion ? 1 : 0) }
  /// Rows left out for missing values.
  public let omittedCount: Int
  /// Whether the model has an intercept column.
  public let hasIntercept: Bool
  /// Failure and success, where the response is a column of two levels.
  public let successLevels: SuccessLevels?
  /// Means of the rows used; of binomial responses probabilities.
  public let fitted: [Double]
  /// Linear predictors of the rows used, offset included.
  public let linearPredictors: [Double]
  /// Leverages, the diagonal of the hat matrix of the last weighted least squares.
  public let leverages: [Double]
  /// Prior weights of the rows used, for binomial responses times the numbers of trials.
  public let priorWeights: [Double]
  let deviances: [Double]
  let responseResiduals: [Double]
  let pearsonResiduals: [Double]
  let workingResiduals: [Double]
  /// After how many steps the deviance moved by less than 10⁻⁸ of itself, the number that R reports; the
  /// iteration goes on from there.
  public let iterationCount: Int
  /// Whether the iteration ended with steps that are rounding, or with separation.
  public let converged: Bool
  /// Set where the likelihood has no maximum.
  public let separation: Separation?
  /// Whether the likelihood has a maximum; if not, the numbers are where the iteration stopped and mean nothing.
  public var hasMaximum: Bool { separation == nil }
  /// Whether counts of a negative binomial model vary no more than Poisson's: the fit is Poisson's, on the
  /// boundary θ = ∞.
  public let isPoissonLimit: Bool

  /// The kinds of residuals.
  public enum ResidualKind: String, Sendable, CaseIterable {
    /// Signed roots of the parts of the deviance.
    case deviance
    /// (y − μ)·√(m/V(μ)).
    case pearson
    /// (y − μ)·dη/dμ, on the scale of the link.
    case working
    /// y − μ.
    case response
  }

  /// Residuals of the rows used.
  public func residuals(_ kind: ResidualKind = .deviance) -> [Double] {
    switch kind {
    case .deviance:
      zip(deviances, responseResiduals).map { $1 > 0 ? $0.squareRoot() : -$0.squareRoot() }
    case .pearson: pearsonResiduals
    case .working: workingResiduals
    case .response: responseResiduals
    }
  }
}
