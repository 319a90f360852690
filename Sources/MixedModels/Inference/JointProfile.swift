import Glibc
import LinearAlgebra

/// The ML deviance with one or two parameters held, minimized over all others, around a fit by ML.
///
/// Held standard deviations and correlations are coordinates of `CovarianceProfile`; held fixed effects take their share of y (`HeldFixedEffects`), and Newton's method
/// with exact derivatives finds the minimum over the other covariance parameters.
final class JointProfile {
  let held: [ProfiledParameter]
  /// Coordinates of `CovarianceProfile` at the fit.
  let start: [Double]
  private let fit: LinearMixedModelFit
  private let profile: CovarianceProfile
  private let floors: [Double]
  /// The fixed effects that are held, and their places in `held`.
  private let fixed: (any HeldFixedEffects)?
  private let fixedPlaces: [Int]
  /// The coordinate of each held covariance parameter, and its place in `held`.
  private let coordinates: [(index: Int, place: Int)]
  private let whole: CovarianceCriterion
  private var current: CovarianceCriterion
  private var fixedValues: [Double] = []

  /// - Returns: nil if two correlations are to be held of which no effect of their term has both.
  init?(_ fit: LinearMixedModelFit, holding held: [ProfiledParameter]) {
    self.fit = fit
    self.held = held
    var leading: [[Int]] = []
    for case .correlation(let a, let b) in held {
      let term = fit.model.terms.first { $0.columns.contains(a) }!.columns
      guard let k = leading.firstIndex(where: { term.contains($0[0]) }) else {
        leading.append([a, b])
        continue
      }
      guard let shared = [a, b].first(where: leading[k].contains) else { return nil }
      leading[k] = [shared] + (leading[k] + [a, b]).filter { $0 != shared }
    }
    let data = fit.model.reducedData
    whole = data.criterion(.ml)
    current = whole
    profile = CovarianceProfile(
      whole, effectScale: data.design.effectScale, responseScale: data.design.responseScale, leading: leading)
    floors = fit.deviationFloors
    start = profile.coordinates(covariance: fit.effectCovariance, sigma: fit.sigma, floors: floors)
    var columns: [Int] = []
    var fixedPlaces: [Int] = []
    var coordinates: [(index: Int, place: Int)] = []
    for (place, parameter) in held.enumerated() {
      switch parameter {
      case .deviation(let k): coordinates.append((profile.deviationIndex(of: k), place))
      case .correlation(let a, let b):
        let order = profile.orders.first { $0.contains(a) }!
        let (first, other) = order[0] == a ? (a, b) : (b, a)
        coordinates.append((profile.correlationIndex(of: first, with: other), place))
      case .sigma: coordinates.append((profile.sigmaIndex, place))
      case .fixed(let k):
        columns.append(k)
        fixedPlaces.append(place)
      }
    }
    (self.fixedPlaces, self.coordinates) = (fixedPlaces, coordinates)
    fixed = columns.isEmpty ? nil : fit.model.holding(fixedEffects: columns)
  }

  /// By how much the deviance rises above its minimum where the parameters are held, the others as good as they can be.
  /// - Parameter x: where to begin; moved to the minimum. The minimum found is the one that lies there.
  /// - Returns: infinity where the values leave nothing to fit.
  func rise(at values: [Double], from x: inout [Double]) -> Double {
    if let fixed {
      fixedValues = fixedPlaces.map { values[$0] }
      guard let (criterion, scale) = fixed.criterion(at: fixedValues) else { return .infinity }
      current = criterion
      profile.use(criterion, responseScale: scale)
    }
    for (index, place) in coordinates { x[index] = coordinate(of: held[place], at: values[place]) }
    return profile.minimize(holding: coordinates.map(\.index), from: &x) - fit.criterion
  }

  /// The least rise over several starts where there are correlations: x, x with all of them away from ±1, the fit, and one effect after another that does not
  /// vary, for then no correlation matters.
  func leastRise(at values: [Double], from x: inout [Double]) -> Double {
    var best = rise(at: values, from: &x)
    if current.isExpensive || profile.partialCorrelations.isEmpty { return best }
    var inside = x
    for i in profile.partialCorrelations { inside[i] = max(-1, min(1, inside[i])) }
    var starts = [inside, start]
    for effect in floors.indices {
      var still = inside
      still[profile.deviationIndex(of: effect)] = log(0.01 * floors[effect])
      starts.append(still)
    }
    for var other in starts {
      let next = rise(at: values, from: &other)
      if next < best - 1e-9 { (best, x) = (next, other) }
    }
    return best
  }

  /// All parameters in the order of `parameterNames` where x was left by `rise` with these values held.
  func parameters(at values: [Double], _ x: [Double]) -> [Double] {
    var x = x
    _ = rise(at: values, from: &x)
    _ = profile.value(x)
    let p = fit.fixedEffects.count
    let beta: [Double]
    if let fixed {
      beta = fixed.fixedEffects(at: fixedValues, current)
    } else {
      let design = fit.model.reducedData.design
      let shift = design.fixedScale.upperInverse * (0..<p).map { whole.beta[$0] }
      beta = zip(design.pooledCoefficients, shift).map { $0 + $1 * design.responseScale }
    }
    let covariance = profile.covariance(at: x)
    return fit.profiledParameters.map { parameter in
      if let place = held.firstIndex(of: parameter) { return values[place] }
      return switch parameter {
      case .deviation(let k): covariance[k, k].squareRoot()
      case .correlation(let a, let b):
        covariance[a, b] / (covariance[a, a] * covariance[b, b]).squareRoot()
      case .sigma: exp(x[profile.sigmaIndex])
      case .fixed(let k): beta[k]
      }
    }
  }

  /// The coordinate of a value: a standard deviation of 0 and correlations of ±1 are moved inside as far as `profileIntervals` goes.
  private func coordinate(of parameter: ProfiledParameter, at value: Double) -> Double {
    switch parameter {
    case .deviation(let k): log(max(value, 1e-4 * floors[k]))
    case .correlation: max(-9, min(9, atanh(max(-1, min(1, value)))))
    case .sigma: log(value)
    case .fixed: value
    }
  }
}
