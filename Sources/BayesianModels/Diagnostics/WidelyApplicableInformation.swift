import Glibc

/// The widely applicable (Watanabe–Akaike) information criterion, WAIC.
///
///     elpd = Σ_i (log mean_s p(y_i | draw s) − var_s log p(y_i | draw s))
///
/// The variances are the effective parameters. It says what `LeaveOneOut` says, less reliably and without
/// telling where.
///
/// - Reference: Watanabe (2010), *Journal of Machine Learning Research* 11, 3571–3594; Gelman, Hwang &
///   Vehtari (2014), doi:10.1007/s11222-013-9416-2.
public struct WidelyApplicableInformation: PredictiveAccuracy, Equatable {
  /// log mean p(y_i) less the variance of log p(y_i), over draws.
  public let pointwiseElpd: [Double]
  /// The variance of log p(y_i) over draws.
  public let pointwiseParameters: [Double]

  /// The criterion from the log-likelihood of each observation under each draw.
  public init(_ logLikelihood: PointwiseLogLikelihood) {
    let logDraws = log(Double(logLikelihood.drawCount))
    let rows = (0..<logLikelihood.observationCount).map { logLikelihood[$0] }
    let variances = ChainMoments(logLikelihood.values.span, drawCount: logLikelihood.drawCount).variances
    pointwiseParameters = variances
    pointwiseElpd = zip(rows, variances).map { logSumOfExponentials($0) - logDraws - $1 }
  }

  /// Number of observations whose variance exceeds 0.4, from where WAIC is unreliable.
  /// - Reference: Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4.
  public var unreliableCount: Int { pointwiseParameters.count { $0 > 0.4 } }
}
