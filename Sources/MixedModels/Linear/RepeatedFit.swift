/// A model fitted to one response after another, the design being the same: what simulations, bootstraps and permutation tests repeat.
///
/// With one grouping factor all that depends on the design alone is prepared once. A fit then costs one pass over the response, O(n(q + p)), and a few
/// evaluations over the groups, and allocates nothing (but for a wide search: independent terms, effects that hardly vary within groups). With several
/// factors each response is reduced afresh. The optimum is that of `LinearMixedModel.fit(by:)`; results of one fit do not depend on those before it.
///
/// A workspace for one task, whose results are overwritten by the next fit.
public final class RepeatedFit {
  /// The model, with the response it was made from.
  public let model: LinearMixedModel
  /// REML or ML.
  public let method: EstimationMethod
  /// The fits with one grouping factor; nil with several.
  private let reduced: ReducedRefit?
  /// The last fit with several.
  private var refit: LinearMixedModelFit?

  /// Prepares fits of a model.
  /// - Throws: `FitError.spannedByFixedEffects` as `LinearMixedModel.fit(by:)`.
  /// - Complexity: O(n(q + p)²), about one reduction of the data.
  public init(_ model: LinearMixedModel, by method: EstimationMethod = .reml) throws(FitError) {
    let (method, spanned) = try model.methodAndSpannedEffects(method)
    self.model = model
    self.method = method
    if case .single(let reduction) = model.reducedData {
      reduced = ReducedRefit(model, reduction, by: method, spanned: spanned)
    } else {
      reduced = nil
    }
  }

  /// Fits a response: a number for each row used, none of them NaN.
  /// - Throws: `FitError.noResidualVariation` if the response leaves no variation, `.noOptimum` if no start leads anywhere.
  public func fit(_ response: [Double]) throws(FitError) { try fit(response.span) }

  /// Fits a response: a number for each row used, none of them NaN. Allocates nothing with one grouping factor.
  /// - Throws: `FitError.noResidualVariation` if the response leaves no variation, `.noOptimum` if no start leads anywhere.
  public func fit(_ response: Span<Double>) throws(FitError) {
    let n = model.frame.response.count
    precondition(response.count == n, "\(response.count) numbers for \(n) rows")
    if let reduced { return try reduced.fit(response) }
    refit = nil
    let values = response.withUnsafeBufferPointer { Array($0) }
    refit = try LinearMixedModel(frame: model.frame.replacingResponse(by: values)).fit(by: method)
  }

  /// Free elements of the relative covariance factor Λ of the last fit: column-major lower triangle, one term after another.
  public var theta: [Double] { reduced?.theta ?? refit?.theta ?? [] }
  /// Fixed effects of the last fit, in the order of `model.fixedEffectNames`.
  public var fixedEffects: [Double] { reduced?.fixedEffects ?? refit?.fixedEffects ?? [] }
  /// Residual standard deviation of the last fit, in the unit of the response.
  public var sigma: Double { reduced?.sigma ?? refit?.sigma ?? 0 }
  /// −2 log (restricted) likelihood at the last fit's optimum, all constants included.
  public var criterion: Double { reduced?.criterion ?? refit?.criterion ?? 0 }
  /// Whether the last fit's optimum was found to full precision.
  public var converged: Bool { reduced?.converged ?? refit?.diagnostics.converged ?? false }
  /// Evaluations of the criterion in the last fit, those on a grid included.
  public var evaluationCount: Int { reduced?.evaluationCount ?? refit?.diagnostics.evaluationCount ?? 0 }
  /// Whether the last fit is on the boundary of the covariance matrices (see `FitDiagnostics`). Allocates near it.
  public var isSingular: Bool { reduced?.isSingular ?? refit?.diagnostics.isSingular ?? false }
  /// Estimates of the last fit in the order of `LinearMixedModelFit.parameterNames`.
  var parameterValues: [Double] { reduced?.parameterValues ?? refit?.parameterValues ?? [] }
}
