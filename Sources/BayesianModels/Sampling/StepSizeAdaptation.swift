import Distributions

/// Dual averaging: moves the logarithm of a sampler's step size until the acceptance statistic has its target.
///
/// With αₜ the acceptance statistic of iteration t since the last restart, δ its target and ε₀ the step size at
/// the restart,
///
///     H̄ₜ = (1 − 1/(t + 10))·H̄ₜ₋₁ + (δ − αₜ)/(t + 10),
///     log εₜ = log(10·ε₀) − √t/0.05·H̄ₜ,
///     log ε̄ₜ = t^(−¾)·log εₜ + (1 − t^(−¾))·log ε̄ₜ₋₁.
///
/// ε is used while it adapts, ε̄ afterwards.
///
/// - Reference: Hoffman & Gelman (2014), section 3.2, https://jmlr.org/papers/v15/hoffman14a.html.
package struct StepSizeAdaptation: Sendable {
  /// δ.
  private let target: Double
  /// log(10·ε₀): the method tries large steps first, which cost less.
  private var attraction: Double
  private var gap = 0.0
  private var logAverage: Double
  private var count = 0.0

  /// Begins at a step size.
  package init(target: Double, from stepSize: Double) {
    self.target = target
    logAverage = Portable.log(stepSize)
    attraction = Portable.log(10 * stepSize)
  }

  /// Begins anew at a step size.
  package mutating func restart(from stepSize: Double) {
    self = StepSizeAdaptation(target: target, from: stepSize)
  }

  /// The next step size.
  /// - Parameter statistic: the acceptance statistic of an iteration with the step size before, in 0...1.
  package mutating func update(_ statistic: Double) -> Double {
    count += 1
    let share = 1 / (count + 10)
    gap = (1 - share) * gap + share * (target - statistic)
    let root = count.squareRoot()
    let logStep = attraction - root / 0.05 * gap
    // t^(−¾) from square roots has the same bits everywhere.
    let weight = 1 / (root * root.squareRoot())
    logAverage = weight * logStep + (1 - weight) * logAverage
    return Portable.exp(logStep)
  }

  /// The averaged step size ε̄; that of the restart before any update.
  package var averaged: Double { Portable.exp(logAverage) }
}
