/// What the diagnostics of all of a fit's quantities say about its draws, by the quantity that is worst off.
///
/// - Reference: Vehtari et al. (2021), doi:10.1214/20-BA1221: use draws when R-hat is below 1.01 and both
///   effective sample sizes reach 100 for each chain.
public enum SamplingVerdict: Sendable, Equatable {
  /// Every R-hat is below 1.01 and every effective sample size large enough.
  case enough
  /// The chains agree, but this parameter's draws are worth too few independent ones: `bulk` in the middle,
  /// `tail` in the tails (nil where not defined).
  case runLonger(parameter: String, bulk: Double?, tail: Double?)
  /// The chains do not agree about this parameter: they may not have reached the posterior, and more draws
  /// alone may not help.
  case lookHere(parameter: String, rHat: Double)
  /// No diagnostic can be had for this parameter: draws are not finite, or too few, or none of all parameters
  /// moved.
  case undefined(parameter: String)

  /// R-hat from which on chains do not agree.
  public static let rHatLimit = 1.01
  /// Effective draws that each chain should contribute.
  public static let effectiveDrawsPerChain = 100.0

  /// The verdict over all quantities of a fit.
  ///
  /// Draws that are not finite come first, then disagreement (the largest R-hat), then shortness (the
  /// smallest size). A quantity all of whose draws are equal is held fixed and not judged, unless all are so.
  ///
  /// - Parameter quantities: each quantity's name and diagnostics.
  /// - Precondition: at least one quantity.
  public init(_ quantities: [(parameter: String, diagnostics: ChainDiagnostics)]) {
    precondition(!quantities.isEmpty, "a verdict over no quantity")
    let judged = quantities.filter { !$0.diagnostics.isConstant }
    // A binary quantity may have no R-hat of its own; one without any size has too few draws.
    func isUndefined(_ found: ChainDiagnostics) -> Bool {
      !found.isFinite || found.bulkEffectiveSampleSize == nil
    }
    if let bad = judged.first(where: { isUndefined($0.diagnostics) })
      ?? (judged.isEmpty ? quantities[0] : nil)
    {
      self = .undefined(parameter: bad.parameter)
      return
    }
    let disagreements = judged.map { ($0.parameter, $0.diagnostics.rHat ?? $0.diagnostics.splitRHat ?? 1) }
    if let worst = disagreements.max(by: { $0.1 < $1.1 }), worst.1 >= Self.rHatLimit {
      self = .lookHere(parameter: worst.0, rHat: worst.1)
      return
    }
    func share(_ found: ChainDiagnostics) -> Double {
      let sizes = [found.bulkEffectiveSampleSize, found.tailEffectiveSampleSize].compactMap { $0 }
      return (sizes.min() ?? 0) / Double(found.chainCount)
    }
    if let worst = judged.min(by: { share($0.diagnostics) < share($1.diagnostics) }),
      share(worst.diagnostics) < Self.effectiveDrawsPerChain
    {
      self = .runLonger(
        parameter: worst.parameter, bulk: worst.diagnostics.bulkEffectiveSampleSize,
        tail: worst.diagnostics.tailEffectiveSampleSize)
      return
    }
    self = .enough
  }
}
