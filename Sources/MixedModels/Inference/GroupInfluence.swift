import LinearAlgebra
import ModelFormula
import Tables

/// What leaving out all rows of one level changes: the model fitted again without each level in turn.
///
/// Reference: Demidenko & Stukel (2005), doi:10.1002/sim.1977.
public struct GroupInfluence<Fit: MixedModelFit>: Sendable {
  /// One level left out.
  public struct Entry: Sendable {
    /// The level.
    public let level: String
    /// How many rows it has.
    public let rowCount: Int
    /// The fit without them; the error that says why there is none.
    public let fit: Result<Fit, FitError>
    /// Estimates of the fixed effects without the level, in the order of the whole fit; NaN where the other rows do not determine one.
    public let fixedEffects: [Double]
    /// (β̂ − β̂₍ⱼ₎)/se(β̂), from the whole fit's standard errors.
    public let scaledChanges: [Double]
    /// (β̂ − β̂₍ⱼ₎)'V(β̂)⁻¹(β̂ − β̂₍ⱼ₎)/p; NaN where an effect is lost.
    public let cooksDistance: Double
  }

  /// The column whose levels are left out.
  public let column: String
  /// One entry a level, in their order.
  public let entries: [Entry]

  /// - Parameters:
  ///   - grouping: a level for each row used; grouping factors of the model are at `model.factors`.
  ///   - refit: the same model on some of the rows.
  private init(
    _ fit: Fit, leavingOut grouping: CategoricalColumn, refit: (ModelFrame) throws(FitError) -> Fit
  ) {
    precondition(grouping.codes.count == fit.observationCount, "\(grouping.codes.count) codes")
    column = grouping.name
    let inverse = fit.fixedEffectCovariance.symmetricPseudoInverse(tolerance: 1e-14)
    let p = fit.fixedEffects.count
    let errors = fit.fixedEffectStandardErrors
    entries = grouping.levels.indices.map { level in
      let kept = grouping.codes.indices.filter { grouping.codes[$0] != level }
      let again = Result<Fit, FitError> { () throws(FitError) -> Fit in
        try refit(fit.model.frame.selecting(kept))
      }
      var values = [Double](repeating: .nan, count: p)
      if case .success(let other) = again {
        for (name, value) in zip(other.model.fixedEffectNames, other.fixedEffects) {
          if let k = fit.model.fixedEffectNames.firstIndex(of: name) { values[k] = value }
        }
      }
      let change = zip(fit.fixedEffects, values).map { $0 - $1 }
      let distance = zip(change, inverse * change).reduce(0) { $0 + $1.0 * $1.1 }
      return Entry(
        level: grouping.levels[level], rowCount: grouping.codes.count - kept.count, fit: again,
        fixedEffects: values, scaledChanges: zip(change, errors).map { $0 / $1 },
        cooksDistance: p == 0 ? .nan : distance / Double(p))
    }
  }
}

extension GroupInfluence<LinearMixedModelFit> {
  /// Fits without each level.
  /// - Parameter grouping: a level for each row used; grouping factors of the model are at `model.factors`.
  /// - Precondition: there is a code for each row used.
  public init(_ fit: LinearMixedModelFit, leavingOut grouping: CategoricalColumn) {
    self.init(fit, leavingOut: grouping) { frame throws(FitError) in
      try LinearMixedModel(frame: frame).fit(by: fit.method)
    }
  }
}

extension GroupInfluence<GeneralizedLinearMixedModelFit> {
  /// Fits without each level.
  /// - Parameter grouping: a level for each row used; grouping factors of the model are at `model.factors`.
  /// - Precondition: there is a code for each row used.
  public init(_ fit: GeneralizedLinearMixedModelFit, leavingOut grouping: CategoricalColumn) {
    self.init(fit, leavingOut: grouping) { frame throws(FitError) in
      try GeneralizedLinearMixedModel(frame: frame, family: fit.model.family, link: fit.link).fit(
        LikelihoodApproximation(nodes: fit.nodeCount), determinant: fit.determinant, standardErrors: false)
    }
  }
}
