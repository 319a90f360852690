import Distributions
import Glibc
import LinearAlgebra

/// A confidence interval of one parameter.
public struct ConfidenceInterval: Sendable, Equatable {
  /// The parameter by lme4's name: `sd_(Intercept)|group`, `cor_x.(Intercept)|group`, `sigma`, or a fixed effect.
  public let parameter: String
  /// The estimate to which the interval belongs: ML's under profile likelihood.
  public let estimate: Double
  /// Limits; 0 for a standard deviation and ±1 for a correlation where the likelihood does not exclude them.
  public let lower, upper: Double
}

extension LinearMixedModelFit {
  /// Profile-likelihood intervals: the values of each parameter at which the ML deviance, minimized over all others, lies within the χ²₁ quantile of
  /// its minimum. Standard deviations and correlations first, then σ, then the fixed effects.
  ///
  /// Reference: Bates et al. (2015), section 5.1, doi:10.18637/jss.v067.i01.
  /// - Parameter progress: is told how many parameters are done.
  /// - Throws: `FitError.noOptimum` if the fit by ML fails, `.needsExactCriterion` for models whose criterion is a Monte Carlo estimate.
  /// - Precondition: the level is between 0 and 1.
  public func profileIntervals(
    level: Double = 0.95, progress: ((Int) -> Void)? = nil
  ) throws(FitError) -> [ConfidenceInterval] {
    precondition(level > 0 && level < 1, "level \(level)")
    if model.isIterative { throw .needsExactCriterion("profile intervals") }
    let fit = method == .ml ? self : try model.fit(by: .ml)
    let quantile = NormalDistribution().quantile((1 + level) / 2)
    let search = ProfileSearch(fit, height: quantile * quantile, progress: progress)
    return search.covarianceIntervals() + search.fixedIntervals()
  }
}

extension MixedModelFit {
  /// Wald intervals of the fixed effects: estimate ± normal quantile × standard error.
  /// - Precondition: the level is between 0 and 1.
  public func waldIntervals(level: Double = 0.95) -> [ConfidenceInterval] {
    precondition(level > 0 && level < 1, "level \(level)")
    let z = NormalDistribution().quantile((1 + level) / 2)
    return zip(model.fixedEffectNames, zip(fixedEffects, fixedEffectStandardErrors)).map { name, value in
      ConfidenceInterval(
        parameter: name, estimate: value.0, lower: value.0 - z * value.1, upper: value.0 + z * value.1)
    }
  }
}

/// The search for the ends of profile intervals around one fit by ML.
private struct ProfileSearch {
  private let fit: LinearMixedModelFit
  private let height: Double
  private let progress: ((Int) -> Void)?
  private let isExpensive: Bool
  private let covariance: Matrix
  private let floors: [Double]

  init(_ fit: LinearMixedModelFit, height: Double, progress: ((Int) -> Void)?) {
    self.fit = fit
    self.progress = progress
    isExpensive = fit.model.reducedData.criterion(.ml).isExpensive
    self.height = height
    covariance = fit.effectCovariance
    floors = fit.deviationFloors
  }

  func covarianceIntervals() -> [ConfidenceInterval] {
    var names = fit.parameterNames[...]
    var intervals: [ConfidenceInterval] = []
    for (term, component) in zip(fit.model.terms, fit.varianceComponents) {
      let columns = Array(term.columns)
      for j in columns.indices {
        intervals.append(deviation(columns[j], names.removeFirst()))
        progress?(intervals.count)
        for i in columns.indices where i > j {
          intervals.append(
            correlation(columns[j], columns[i], component.correlations[i, j], names.removeFirst()))
          progress?(intervals.count)
        }
      }
    }
    let profile = CovarianceProfile(fit.model.reducedData)
    let k = profile.sigmaIndex
    let start = profile.coordinates(covariance: covariance, sigma: fit.sigma, floors: floors)
    let ends = [-1.0, 1].map { end(profile, k, from: start, toward: $0, last: nil) }
    intervals.append(
      ConfidenceInterval(
        parameter: names.removeFirst(), estimate: fit.sigma, lower: exp(ends[0] ?? -.infinity),
        upper: exp(ends[1] ?? .infinity)))
    return intervals
  }

  private func deviation(_ effect: Int, _ name: String) -> ConfidenceInterval {
    let profile = CovarianceProfile(fit.model.reducedData)
    let k = profile.deviationIndex(of: effect)
    let start = profile.coordinates(covariance: covariance, sigma: fit.sigma, floors: floors)
    let lower = end(profile, k, from: start, toward: -1, last: log(1e-4 * floors[effect]))
    let upper = end(profile, k, from: start, toward: 1, last: nil)
    return ConfidenceInterval(
      parameter: name, estimate: covariance[effect, effect].squareRoot(), lower: lower.map { exp($0) } ?? 0,
      upper: upper.map { exp($0) } ?? .infinity)
  }

  private func correlation(_ a: Int, _ b: Int, _ estimate: Double, _ name: String) -> ConfidenceInterval {
    let profile = CovarianceProfile(fit.model.reducedData, leading: [[a, b]])
    let k = profile.correlationIndex(of: a, with: b)
    let start = profile.coordinates(covariance: covariance, sigma: fit.sigma, floors: floors)
    let lower = end(profile, k, from: start, toward: -1, last: -9)
    let upper = end(profile, k, from: start, toward: 1, last: 9)
    return ConfidenceInterval(
      parameter: name, estimate: estimate, lower: lower.map { tanh($0) } ?? -1,
      upper: upper.map { tanh($0) } ?? 1)
  }

  /// Where the profile reaches the height on one side; nil if it does not before `last`.
  private func end(
    _ profile: CovarianceProfile, _ k: Int, from start: [Double], toward sign: Double, last: Double?
  ) -> Double? {
    let minimum = fit.criterion
    var warm = start
    // Other minima: inside the cone, for what rests on its boundary may have to leave it; and with an effect that does not vary, so that no
    // correlation matters.
    var inside = start
    for i in profile.partialCorrelations where i != k { inside[i] = max(-1, min(1, inside[i])) }
    var others =
      [inside]
      + floors.indices.map { effect in
        var still = inside
        still[profile.deviationIndex(of: effect)] = log(0.01 * floors[effect])
        return still
      }
    func rise(_ t: Double) -> Double {
      warm[k] = t
      var value = profile.minimize(holding: [k], from: &warm)
      // They can only lower the profile: below the height they do not matter.
      if value - minimum > height, !isExpensive {
        for i in others.indices {
          others[i][k] = t
          let next = profile.minimize(holding: [k], from: &others[i])
          if next < value {
            value = next
            warm = others[i]
          }
        }
      }
      return max(0, value - minimum).squareRoot() - height.squareRoot()
    }
    return profileRoot(rise, from: start[k], toward: sign, step: 0.2, last: last)
  }

  func fixedIntervals() -> [ConfidenceInterval] {
    let errors = fit.fixedEffectStandardErrors
    return fit.fixedEffects.indices.map { k in
      let estimate = fit.fixedEffects[k]
      let profile = FixedEffectProfile(fit.model, holding: k)
      func rise(_ t: Double) -> Double {
        max(0, profile.deviance(at: estimate + t * errors[k]) - fit.criterion).squareRoot()
          - height.squareRoot()
      }
      let ends = [-1.0, 1].map { profileRoot(rise, from: 0, toward: $0, step: 1.5, last: nil) }
      progress?(fit.theta.count + 2 + k)
      return ConfidenceInterval(
        parameter: fit.model.fixedEffectNames[k], estimate: estimate,
        lower: ends[0].map { estimate + $0 * errors[k] } ?? -.infinity,
        upper: ends[1].map { estimate + $0 * errors[k] } ?? .infinity)
    }
  }
}
