/// How far a leave-one-out prediction from one posterior may be trusted, by the Pareto shape k of its
/// importance ratios.
///
/// - Reference: Vehtari, Gelman & Gabry (2017), doi:10.1007/s11222-016-9696-4.
public enum ParetoReliability: Int, Sendable, CaseIterable, Comparable {
  /// k ≤ 0.5: the ratios have a finite variance.
  case good
  /// k ≤ 0.7: no finite variance, but still good in practice.
  case acceptable
  /// k ≤ 1: the estimate is noisy and biased; fit the model again without this observation.
  case bad
  /// k > 1: not even the mean of the ratios exists.
  case veryBad

  /// The class of a shape.
  public init(shape: Double) {
    self = shape <= 0.5 ? .good : shape <= 0.7 ? .acceptable : shape <= 1 ? .bad : .veryBad
  }

  /// Good comes first.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
