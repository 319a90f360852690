import Glibc
import LinearAlgebra
import MixedModels

/// The levels' expectations as functions of the standard deviation τ between them, and the posterior density of τ, exactly:
///
///     E(θ_j | τ, y) = ∫ E(θ_j | τ, σ, y) p(σ | τ, y) dσ,   p(τ | y) ∝ p(τ) ∫ p(y | τ, σ) p(σ) dσ
///
/// θ_j is a level's intercept, or its effect where the model has no fixed one. Given τ and σ fixed and group effects are normal, and their means have a closed form;
/// σ is integrated numerically, or is known.
///
/// - Reference: Rubin (1981), doi:10.3102/10769986006004377; Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.5.
public struct ConditionalEffects: Sendable {
  /// Values of τ, from 0, evenly apart.
  public let deviations: [Double]
  /// The posterior density of τ there; its integral by the trapezoidal rule is 1.
  public let densities: [Double]
  /// E(θ_j | τ, y) and the standard deviation of θ_j given τ and y, at k + deviations.count·j.
  public let means, spreads: [Double]
  /// The levels.
  public let levels: [String]
  /// Whether σ is known.
  public let knowsSigma: Bool
  /// Whether the means hold a fixed intercept.
  public let hasIntercept: Bool

  /// Computes the expectations on a grid that reaches as far as the posterior of τ does.
  /// - Returns: nil unless the model is linear with one grouping factor whose intercept alone varies, and fixed effects can be integrated out.
  /// - Parameter count: number of values of τ, at least 3.
  public init?(_ bayesian: BayesianMixedModel, count: Int = 161) {
    let model = bayesian.model
    guard bayesian.isCollapsed, model.randomEffectNames == ["(Intercept)"] else { return nil }
    let given = GivenDeviation(bayesian)
    guard let top = given.reach() else { return nil }
    let grid = (0..<count).map { top * Double($0) / Double(count - 1) }
    let groups = model.groupLevels.count
    var means = [Double](repeating: 0, count: count * groups)
    var spreads = means
    var logs: [Double] = []
    for (k, tau) in grid.enumerated() {
      let found = given.moments(at: tau)
      logs.append(found.logDensity)
      for j in 0..<groups {
        means[k + count * j] = found.means[j]
        spreads[k + count * j] = found.spreads[j]
      }
    }
    let most = logs.max() ?? 0
    guard most.isFinite else { return nil }
    let heights = logs.map { exp($0 - most) }
    let step = top / Double(count - 1)
    let area = zip(heights, heights.dropFirst()).reduce(0) { $0 + step * ($1.0 + $1.1) / 2 }
    deviations = grid
    densities = heights.map { $0 / area }
    self.means = means
    self.spreads = spreads
    levels = model.groupLevels
    knowsSigma = !bayesian.likelihood.hasSigma
    hasIntercept = given.intercept != nil
  }

  /// E(θ_j | τ, y) over the values of τ.
  public func mean(ofLevel j: Int) -> [Double] {
    Array(means[deviations.count * j..<deviations.count * (j + 1)])
  }

  /// The quantile of τ at a probability.
  public func quantile(_ p: Double) -> Double {
    var below = 0.0
    for k in 1..<deviations.count {
      let (a, b, width) = (densities[k - 1], densities[k], deviations[k] - deviations[k - 1])
      let piece = width * (a + b) / 2
      if below + piece >= p, piece > 0 { return deviations[k - 1] + width * (p - below) / piece }
      below += piece
    }
    return deviations[deviations.count - 1]
  }
}

/// Moments given τ.
private struct GivenDeviation {
  let posterior: CollapsedPosterior
  let priors: ModelPriors
  let model: any MixedModel
  /// Where the fixed intercept stands.
  let intercept: Int?
  /// Centre and spread of the posterior of log σ; nil where σ is known.
  private let scale: (centre: Double, unit: Double)?

  /// A τ of 0 is as good as this share of the response's spread, where the criterion is no number at 0.
  private static let least = 1e-6

  init(_ bayesian: BayesianMixedModel) {
    let start = CovarianceStart(bayesian)
    posterior = CollapsedPosterior(bayesian, start)
    priors = bayesian.priors
    model = bayesian.model
    intercept = model.fixedEffectNames.firstIndex(of: "(Intercept)")
    if bayesian.likelihood.hasSigma {
      // log σ is nearly normal with variance 1/(2·degrees of freedom), whatever τ is.
      let freedom = Double(max(model.frame.response.count - model.groupLevels.count, 2))
      scale = (log(start.sigma), (1 / (2 * freedom)).squareRoot())
    } else {
      scale = nil
    }
  }

  /// Values of σ with the logarithms of their weights in integrals over σ, prior included: at a given τ evenly apart in log σ around the greatest.
  private func sigmas(at tau: Double) -> [(sigma: Double, logWeight: Double)] {
    guard let scale, let prior = priors.sigma else { return [(1, 0)] }
    func density(_ logSigma: Double) -> Double {
      let sigma = exp(logSigma)
      let bounds = prior.support(isPositive: true)
      guard sigma > bounds.lower, sigma < bounds.upper else { return -.infinity }
      return evaluate(tau, sigma) + prior.logDensity(sigma).value + logSigma
    }
    // Climb in steps of one standard deviation, then finer.
    var (centre, step) = (scale.centre, 2 * scale.unit)
    var best = density(centre)
    for _ in 0..<200 where step > 0.2 * scale.unit {
      let (down, up) = (density(centre - step), density(centre + step))
      if max(down, up) > best {
        centre += up > down ? step : -step
        best = max(down, up)
      } else {
        step /= 2
      }
    }
    return (-24...24).map { k in
      let logSigma = centre + 0.33 * Double(k) * scale.unit
      return (exp(logSigma), density(logSigma))
    }.filter { $0.logWeight > best - 40 }
  }

  private func evaluate(_ tau: Double, _ sigma: Double) -> Double {
    let variance = max(tau, 0) * max(tau, 0)
    posterior.coordinates.covariance[0] = variance
    return posterior.likelihood.evaluate(covariance: posterior.coordinates.covariance, sigma: sigma)
  }

  /// log p(τ | y) up to a constant, and the levels' moments.
  func moments(at tau: Double) -> (logDensity: Double, means: [Double], spreads: [Double]) {
    let nodes = sigmas(at: tau)
    let most = nodes.map(\.logWeight).max() ?? 0
    let groups = model.groupLevels.count
    var (total, sums, squares) = (
      0.0, [Double](repeating: 0, count: groups), [Double](repeating: 0, count: groups)
    )
    for node in nodes {
      let weight = priors.sigma == nil ? 1 : exp(node.logWeight - most)
      _ = evaluate(tau, node.sigma)
      let (means, variances) = given(sigma: node.sigma)
      total += weight
      for j in 0..<groups {
        sums[j] += weight * means[j]
        squares[j] += weight * (variances[j] + means[j] * means[j])
      }
    }
    let bounds = priors.deviations[0].support(isPositive: true)
    let prior = tau < bounds.lower || tau > bounds.upper ? -Double.infinity : logPrior(tau)
    let integral = priors.sigma == nil ? evaluate(tau, 1) : most + log(total)
    return (
      prior + integral, sums.map { $0 / total },
      zip(sums, squares).map { max(0, $1 / total - $0 / total * ($0 / total)).squareRoot() }
    )
  }

  /// The density of τ is none at 0 only for priors of variances.
  private func logPrior(_ tau: Double) -> Double {
    if tau == 0, case .inverseGamma = priors.deviations[0] { return -.infinity }
    return priors.deviations[0].logDensity(tau).value
  }

  /// Means and variances of θ_j at the σ and τ of the last evaluation: the mean with all noise 0, variances as sums of squares of what a unit of each
  /// normal number changes.
  private func given(sigma: Double) -> (means: [Double], variances: [Double]) {
    let (p, groups) = (model.fixedEffectNames.count, model.groupLevels.count)
    var fixed = [Double](repeating: 0, count: p)
    var effects = [Double](repeating: 0, count: groups)
    func drawn(_ noise: (Int) -> Double) -> [Double] {
      var place = -1
      fixed.withUnsafeMutableBufferPointer { fixed in
        effects.withUnsafeMutableBufferPointer { effects in
          guard let effects = effects.baseAddress else { return }
          // Without fixed effects nothing is written to them.
          posterior.likelihood.draw(
            sigma: sigma, fixed: fixed.baseAddress ?? effects, effects: effects,
            normal: {
              place += 1
              return noise(place)
            })
        }
      }
      let base = intercept.map { fixed[$0] } ?? 0
      return effects.map { $0 + base }
    }
    let means = drawn { _ in 0 }
    var variances = [Double](repeating: 0, count: groups)
    // The fixed effects' numbers move all levels; each level's own only it, so that one draw has them all.
    for k in 0..<p {
      let moved = drawn { $0 == k ? 1 : 0 }
      for j in 0..<groups { variances[j] += (moved[j] - means[j]) * (moved[j] - means[j]) }
    }
    let moved = drawn { $0 < p ? 0 : 1 }
    for j in 0..<groups { variances[j] += (moved[j] - means[j]) * (moved[j] - means[j]) }
    return (means, variances)
  }

  /// Where the posterior density of τ has fallen to a thousandth of its greatest value; nil where it is no number.
  func reach() -> Double? {
    let bounds = priors.deviations[0].support(isPositive: true)
    let spread = ModelPriors.moments(model.frame.response).sd
    let unit = spread > 0 ? spread : 1
    var tau = 1e-3 * unit
    var values: [(tau: Double, log: Double)] = []
    // Geometric steps find the scale.
    while tau < 1e4 * unit, tau < bounds.upper {
      values.append((tau, moments(at: tau).logDensity))
      tau *= 1.3
    }
    if bounds.upper.isFinite {
      let last = bounds.upper * (1 - 1e-9)
      values.append((last, moments(at: last).logDensity))
    }
    guard let most = values.map(\.log).filter(\.isFinite).max() else { return nil }
    let seen = values.last { $0.log > most - log(1000) }
    guard let seen else { return nil }
    return bounds.upper.isFinite ? min(seen.tau * 1.1, bounds.upper) : seen.tau * 1.1
  }
}
