import Glibc

/// The profile likelihood of parameters of a linear mixed model: how the ML deviance rises as one is moved away from its estimate, and where the others
/// go.
///
/// ζ is the signed square root of the rise. Reference: Bates et al. (2015), section 5.1, doi:10.18637/jss.v067.i01.
public struct LikelihoodProfile: Sendable {
  /// The profile of one parameter.
  public struct Path: Sendable, Equatable {
    /// Which parameter is moved.
    public let parameter: Int
    /// ζ, ascending, 0 at the estimate. Steps near the first or last are not those of the others where the parameter meets a bound there: 0 for a standard deviation, ±1
    /// for a correlation.
    public let zetas: [Double]
    /// All parameters at each ζ, in the order of `parameters`: the moved one, and the estimates of the others with it held.
    public let rows: [[Double]]
    /// Whether the parameter meets a bound before its profile reaches the greatest height.
    public let meetsLowerBound, meetsUpperBound: Bool

    /// The values of one parameter along the path.
    public func values(of k: Int) -> [Double] { rows.map { $0[k] } }
  }

  /// All parameters by lme4's names: standard deviations and correlations, σ, fixed effects.
  public let parameters: [String]
  /// Their ML estimates.
  public let estimates: [Double]
  /// The path of each chosen parameter.
  public let paths: [Path]
  /// The greatest |ζ|.
  public let height: Double
  let fit: LinearMixedModelFit

  /// Steps of ζ along a path.
  static let step = 0.125

  /// Steps on a piece of a path on which a parameter meets a bound.
  private static let boundSteps = 8

  /// Profiles a fit; one by REML is refitted by ML.
  /// - Parameters:
  ///   - chosen: places of the parameters to be moved; nil for all.
  ///   - height: how far ζ goes to either side.
  /// - Throws: `FitError.noOptimum` if the fit by ML fails, `.singularProfile` if it stands on the boundary, `.needsExactCriterion` for models
  ///   whose criterion is a Monte Carlo estimate.
  public init(
    _ fit: LinearMixedModelFit, of chosen: [Int]? = nil, height: Double
  ) throws(FitError) {
    if fit.model.isIterative { throw .needsExactCriterion("profile intervals") }
    let ml = fit.method == .ml ? fit : try fit.model.fit(by: .ml)
    if ml.diagnostics.isSingular { throw .singularProfile }
    self.fit = ml
    self.height = height
    parameters = ml.parameterNames
    estimates = ml.parameterValues
    paths = (chosen ?? Array(ml.parameterNames.indices)).map { LikelihoodProfile.path(of: $0, ml, height) }
  }

  private static func path(of k: Int, _ fit: LinearMixedModelFit, _ height: Double) -> Path {
    let parameter = fit.profiledParameters[k]
    // One parameter can always be held.
    let profile = JointProfile(fit, holding: [parameter])!
    let (estimate, estimates) = (fit.parameterValues[k], fit.parameterValues)
    let unit = fit.profileUnit(of: parameter, at: estimate)
    var zetas = [0.0]
    var rows = [estimates]
    var meets = [false, false]
    for (side, sign) in [-1.0, 1].enumerated() {
      let bound = side == 0 ? parameter.bounds.low : parameter.bounds.high
      // Distances in units of a standard error.
      let last = bound.isFinite ? abs(bound - estimate) / unit : nil
      var x = profile.start
      var reached = 0.0
      var before = estimates
      func value(_ t: Double) -> Double { t == last ? bound : estimate + sign * t * unit }
      func zeta(_ t: Double) -> Double {
        max(0, profile.leastRise(at: [value(t)], from: &x)).squareRoot()
      }
      let count = Int((height / step).rounded(.down))
      var heights = (1...max(1, count)).map { Double($0) * step }.filter { $0 < height - 1e-9 }
      heights.append(height)
      for h in heights {
        let t = profileRoot(
          { zeta($0) - h }, from: reached, toward: 1, step: reached > 0 ? reached * step / h : h, last: last,
          precision: 1e-8, flat: 1e-8)
        let end = t ?? last
        guard let end else { break }
        // Near a bound ζ may be level, and so may the way of another parameter to its own: there the values are evenly spaced.
        let row = profile.parameters(at: [value(end)], x)
        let others = fit.profiledParameters.indices.filter { $0 != k }
        let turns = others.contains { fit.isNearBound(row[$0], $0) != fit.isNearBound(before[$0], $0) }
        let pieces = t == nil || turns ? boundSteps : 1
        for piece in 1...pieces {
          let place = piece == pieces ? end : reached + (end - reached) * Double(piece) / Double(pieces)
          zetas.append(sign * zeta(place))
          rows.append(profile.parameters(at: [value(place)], x))
        }
        (reached, before) = (end, row)
        if t == nil {
          meets[side] = true
          break
        }
      }
    }
    let order = zetas.indices.sorted { rows[$0][k] < rows[$1][k] }
    return Path(
      parameter: k, zetas: order.map { zetas[$0] }, rows: order.map { rows[$0] }, meetsLowerBound: meets[0],
      meetsUpperBound: meets[1])
  }
}

extension LinearMixedModelFit {
  /// Whether a value of a parameter is as good as a bound: a standard deviation of nothing beside σ, a correlation of ±1.
  fileprivate func isNearBound(_ value: Double, _ k: Int) -> Bool {
    switch profiledParameters[k] {
    case .deviation(let effect): value < deviationFloors[effect]
    case .correlation: abs(value) > 1 - 1e-6
    case .sigma, .fixed: false
    }
  }

  /// About a standard error of a parameter: a distance in which its profile rises by something like 1.
  func profileUnit(of parameter: ProfiledParameter, at estimate: Double) -> Double {
    switch parameter {
    case .fixed(let k): fixedEffectStandardErrors[k]
    case .sigma: sigma / (2 * Double(observationCount)).squareRoot()
    case .deviation(let k):
      estimate
        / (2
        * Double(max(2, model.factors[model.terms.first { $0.columns.contains(k) }!.factor].levels.count)))
        .squareRoot()
    case .correlation(let a, _):
      (1 - estimate * estimate)
        / Double(max(2, model.factors[model.terms.first { $0.columns.contains(a) }!.factor].levels.count))
        .squareRoot()
    }
  }
}
