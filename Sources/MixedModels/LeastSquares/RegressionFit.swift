import Estimates

/// A fitted regression without random effects, linear or generalized: a table of coefficients.
public protocol RegressionFit: Sendable {
  /// Names of all coefficients, aliased ones included.
  var coefficientNames: [String] { get }
  /// Estimates; NaN for an aliased coefficient.
  var coefficients: [Double] { get }
  /// Their standard errors.
  var standardErrors: [Double] { get }
  /// t or z statistics.
  var statistics: [Double] { get }
  /// Two-sided p values.
  var pValues: [Double] { get }
  /// All reported numbers with their addresses.
  var estimates: Estimates { get }
}

extension RegressionFit {
  /// A row for each coefficient at `fixed.TERM(.se .statistic .p)`.
  var coefficientRows: [EstimateRow] {
    coefficientNames.enumerated().map { i, name in
      EstimateRow(
        ["fixed", name], effect: .fixed, term: name,
        [
          .init("estimate", coefficients[i]), .init("std.error", standardErrors[i]),
          .init("statistic", statistics[i]), .init("p.value", pValues[i]),
        ])
    }
  }
}

extension LinearModelFit: RegressionFit {}
extension GeneralizedLinearModelFit: RegressionFit {}
