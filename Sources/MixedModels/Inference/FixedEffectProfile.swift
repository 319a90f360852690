/// The ML deviance with one fixed effect held, minimized over all else.
final class FixedEffectProfile {
  private let held: any HeldFixedEffects
  /// Kept while the criterion is the same object.
  private var optimizer: (criterion: CovarianceCriterion, CovarianceOptimizer)?

  init(_ model: LinearMixedModel, holding k: Int) { held = model.holding(fixedEffects: [k]) }

  /// The deviance at a value of the held effect; infinite where no fit exists.
  func deviance(at value: Double) -> Double {
    guard let (criterion, _) = held.criterion(at: [value]) else { return .infinity }
    if optimizer?.criterion !== criterion { optimizer = (criterion, CovarianceOptimizer(criterion)) }
    return optimizer?.1.minimizeInPlace()?.value ?? .infinity
  }
}
