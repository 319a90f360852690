import Distributions
import LinearAlgebra
import ModelFormula
import Tables

/// The scale of a prediction of a generalized model.
public enum PredictionScale: String, Sendable, CaseIterable {
  /// The linear predictor, g(μ).
  case link
  /// The mean; a probability of a binomial response.
  case response
}

extension GeneralizedLinearModel {
  /// Predictions for the rows of a table, NaN where a row has a missing value; aliased coefficients count as
  /// 0.
  /// - Throws: `FormulaError` if the table lacks a column or has a factor level that the fit does not know.
  public func predict(
    _ fit: GeneralizedLinearModelFit, for data: DataTable, scale: PredictionScale = .link
  ) throws(FormulaError) -> [Double] {
    let x = try frame.fixedCoding.matrix(for: data)
    var eta = x * fit.coefficients.map { $0.isNaN ? 0 : $0 }
    if let offset = try frame.offset(for: data) { eta = zip(eta, offset).map(+) }
    return scale == .link ? eta : eta.map { link.mean(predictor: $0) }
  }
}

extension GeneralizedLinearModel {
  /// Predictions with limits for the means of the rows of a table: on the scale of the link η ± quantile ×
  /// standard error, normal, of Gamma models t; on that of the response g⁻¹ of those limits, with the
  /// standard error of g⁻¹(η) to first order, |dμ/dη| times that of η.
  /// - Throws: as `predict`.
  public func confidenceIntervals(
    _ fit: GeneralizedLinearModelFit, for data: DataTable, scale: PredictionScale = .link,
    level: Double = 0.95
  ) throws(FormulaError) -> PredictionIntervals {
    precondition(level > 0 && level < 1, "level \(level)")
    let eta = try predict(fit, for: data)
    let x = try frame.fixedCoding.matrix(for: data)
    let known = fit.coefficients.indices.filter { !fit.coefficients[$0].isNaN }
    let errors = eta.indices.map { i -> Double in
      if eta[i].isNaN { return .nan }
      var variance = 0.0
      for k in known { for l in known { variance += x[i, k] * fit.covariance[k, l] * x[i, l] } }
      return variance.squareRoot()
    }
    var quantile = NormalDistribution().quantile((1 + level) / 2)
    if case .gamma = family {
      let df = fit.residualDegreesOfFreedom
      quantile = df > 0 ? StudentTDistribution(degreesOfFreedom: Double(df)).quantile((1 + level) / 2) : .nan
    }
    return PredictionIntervals(
      predictors: eta, errors: errors, quantile: quantile, link: scale == .response ? link : nil)
  }
}
