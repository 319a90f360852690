import Distributions

extension NoUTurnSampler {
  /// Why no step size was found.
  package enum StepSizeFault: Sendable {
    /// Not even the least step keeps the energy.
    case rough
    /// The longest step keeps it as well: the density is flat.
    case flat
  }

  /// The least and greatest step sizes that are tried.
  package static let stepSizes = 1e-16...1e7

  /// Finds a step size to begin with: doubled or halved from the present one until the acceptance
  /// probability of a single step crosses the target, each time with a new momentum.
  ///
  /// - Returns: nil when it was found; else the step size stays as it was.
  /// - Reference: Hoffman & Gelman (2014), algorithm 4, with the target in place of ½, as in Stan.
  package func findStepSize(target: Double) -> StepSizeFault? {
    let threshold = Portable.log(target)
    let before = stepSize
    let isLonger = trialGain() > threshold
    while true {
      stepSize *= isLonger ? 2 : 0.5
      guard Self.stepSizes.contains(stepSize) else {
        stepSize = before
        return isLonger ? .flat : .rough
      }
      if (trialGain() > threshold) != isLonger { return nil }
    }
  }
}
