import Distributions
import Glibc
import LinearAlgebra

/// −2 log L of a generalized mixed model as a function of fixed effects, standard deviations and correlations, one of them held and the others at their
/// best.
///
/// Coordinates x are free of bounds: z with β = β̂ + Lz, LL' the covariance matrix of β̂ with one fixed effect first, which so is z's first element alone; those of
/// `CovarianceCoordinates`; and the logarithm of an estimated dispersion parameter. The minimum over the others is found by damped BFGS from the last one,
/// with the Hessian at the estimate; and, where a standard deviation is next to 0, which is stationary for every value held, from larger ones.
final class GeneralizedProfile {
  let coordinates: CovarianceCoordinates
  /// x at the estimate.
  let start: [Double]
  private let criterion: GeneralizedCriterion
  private let blocks: [Range<Int>]
  private let fixedCount: Int
  private let count: Int
  private let point: ScratchBlock
  private let parameters: UnsafeMutablePointer<Double>
  private var hessian: Matrix
  /// β̂, the order of z, and L by columns.
  private let estimates: [Double]
  private let order: [Int]
  private let factor: [Double]
  /// Standard deviations with which effects are nothing.
  private let floors: [Double]

  /// - Parameters:
  ///   - leading: as in `CovarianceCoordinates`.
  ///   - first: the fixed effect that is z's first element.
  init(
    _ fit: GeneralizedLinearMixedModelFit, leading: [[Int]] = [], first: Int = 0
  ) throws(FitError) {
    let model = fit.model
    blocks = model.terms.map(\.columns)
    coordinates = CovarianceCoordinates(blocks: blocks, leading: leading)
    var data = model.kernelData
    data.model = ObservationModel(fit.effectiveFamily, link: fit.link)
    data.estimatesDispersion = fit.effectiveFamily.hasDispersion
    criterion = try GeneralizedCriterion.make(data, nodeCount: fit.nodeCount, determinant: fit.determinant)
    let p = fit.fixedEffects.count
    fixedCount = p
    estimates = fit.fixedEffects
    order = p == 0 ? [] : [first] + (0..<p).filter { $0 != first }
    factor = GeneralizedProfile.factor(fit.fixedEffectCovariance.part(order))
    floors = fit.deviationFloors(scale: 1)
    var x =
      [Double](repeating: 0, count: p)
      + coordinates.coordinates(covariance: fit.effectCovariance, floors: floors)
    if let parameter = fit.effectiveFamily.dispersionParameter { x.append(log(parameter)) }
    start = x
    count = x.count
    point = ScratchBlock(count: x.count)
    parameters = point.take(x.count)
    hessian = Matrix(rows: x.count, columns: x.count)
    fillHessian()
  }

  /// The lower Cholesky factor, by columns; the diagonal's roots, or 1, where there is none.
  private static func factor(_ covariance: Matrix) -> [Double] {
    let p = covariance.rows
    var l = covariance.storage
    let isFactored = l.withUnsafeMutableBufferPointer { p == 0 || SmallKernels.cholesky($0.baseAddress!, p) }
    if isFactored, l.allSatisfy(\.isFinite) { return l }
    var diagonal = Matrix(rows: p, columns: p)
    for k in 0..<p {
      let variance = covariance[k, k]
      diagonal[k, k] = variance > 0 && variance.isFinite ? variance.squareRoot() : 1
    }
    return diagonal.storage
  }

  /// The length of z's first element: its fixed effect's standard error.
  var unit: Double { factor.first ?? 1 }

  /// −2 log L and its gradient at x.
  private func evaluate(_ x: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Double>) -> Double {
    let p = fixedCount
    let s = coordinates.count
    for i in p..<count { parameters[i] = x[i] }
    for i in 0..<p {
      var sum = estimates[order[i]]
      for j in 0...i { sum += factor[i + j * p] * x[j] }
      parameters[order[i]] = sum
    }
    let inner = (0..<s).map { x[p + $0] }
    let theta = self.theta(inner)
    // Beyond, modes could not be told.
    guard theta.allSatisfy({ abs($0) <= GeneralizedSearch.greatestTheta }) else { return .infinity }
    for i in 0..<s { parameters[p + i] = theta[i] }
    let value = criterion.evaluate(at: parameters)
    guard value.isFinite else { return .infinity }
    for i in p..<count { gradient[i] = criterion.gradient[i] }
    for j in 0..<p {
      var sum = 0.0
      for i in j..<p { sum += factor[i + j * p] * criterion.gradient[order[i]] }
      gradient[j] = sum
    }
    // The chain rule over θ(x), whose derivatives are differences of a smooth map.
    for k in 0..<s {
      let h = 1e-6
      var (up, down) = (inner, inner)
      up[k] += h
      down[k] -= h
      let (above, below) = (self.theta(up), self.theta(down))
      var sum = 0.0
      for i in 0..<s { sum += criterion.gradient[p + i] * (above[i] - below[i]) / (2 * h) }
      gradient[p + k] = sum
    }
    return value
  }

  /// θ, the lower triangles in the order of columns.
  private func theta(_ x: [Double]) -> [Double] {
    let factor = coordinates.factor(at: x[...])
    return RelativeCovarianceFactor.theta(
      of: RelativeCovarianceFactor.lowerTriangularized(factor), blocks: blocks)
  }

  /// Second derivatives at the estimate by differences of the gradient.
  private func fillHessian() {
    let room = ScratchBlock(count: 2 * count)
    let (x, gradient) = (room.take(count), room.take(count))
    for k in 0..<count {
      let h = 1e-4
      for sign in [1.0, -1] {
        for i in 0..<count { x[i] = start[i] + (i == k ? sign * h : 0) }
        guard evaluate(x, gradient: gradient).isFinite else { continue }
        for i in 0..<count { hessian[i, k] += sign * gradient[i] / (2 * h) }
      }
    }
    let (values, vectors) = ((hessian + hessian.transposed) * 0.5).symmetricEigen
    let least = max(1e-6 * (values.max() ?? 1), 1e-8)
    let raised = values.map { max($0, least) }
    for b in 0..<count {
      for a in 0..<count {
        hessian[a, b] = (0..<count).reduce(0) { $0 + vectors[a, $1] * raised[$1] * vectors[b, $1] }
      }
    }
  }

  /// The least −2 log L with coordinate k held where x has it; x moves to the minimum.
  func minimize(holding k: Int, from x: inout [Double]) -> Double {
    var best = descend(holding: k, from: &x)
    for (effect, floor) in floors.enumerated() {
      let place = fixedCount + coordinates.deviationIndex(of: effect)
      guard place != k, !best.isFinite || x[place] < log(50 * floor) else { continue }
      for size in [300.0, 1000] {
        var other = x
        other[place] = log(size * floor)
        let value = descend(holding: k, from: &other)
        if value < best - 1e-9 || value.isFinite && !best.isFinite { (best, x) = (value, other) }
      }
    }
    return best
  }

  /// One search.
  private func descend(holding k: Int, from x: inout [Double]) -> Double {
    let optimizer = DampedBFGS(count: count - 1)
    let free = (0..<count).filter { $0 != k }
    let room = ScratchBlock(count: 2 * count)
    let (whole, gradient) = (room.take(count), room.take(count))
    let held = x[k]
    func at(_ point: UnsafeMutablePointer<Double>, _ slope: UnsafeMutablePointer<Double>) -> Double {
      for (i, place) in free.enumerated() { whole[place] = point[i] }
      whole[k] = held
      let value = evaluate(whole, gradient: gradient)
      for (i, place) in free.enumerated() { slope[i] = gradient[place] }
      return value
    }
    for (i, place) in free.enumerated() {
      optimizer.point[i] = x[place]
      for (j, other) in free.enumerated() { optimizer.hessian[i + j * free.count] = hessian[place, other] }
    }
    let first = at(optimizer.point, optimizer.gradient)
    guard first.isFinite else { return .infinity }
    if free.isEmpty { return first }
    _ = optimizer.minimize(
      from: first, tolerance: 1e-10, mostEvaluations: 200, evaluate: at, accepted: {}, rejected: {})
    for (i, place) in free.enumerated() { x[place] = optimizer.point[i] }
    return optimizer.value
  }
}

extension GeneralizedLinearMixedModelFit {
  /// Refuses fits whose likelihood has no maximum.
  func checkMaximum() throws(FitError) {
    if diagnostics.separation != nil { throw .noMaximum(separated: true) }
    if diagnostics.hasDivergentVariance { throw .noMaximum(separated: false) }
  }

  /// Profile-likelihood intervals: the values of each parameter at which −2 log L, minimized over all others, lies within the χ²₁ quantile of its minimum.
  /// Standard deviations and correlations first, then the fixed effects.
  /// - Parameter progress: is told how many parameters are done.
  /// - Throws: `FitError` where the criterion cannot be made again.
  /// - Precondition: the level is between 0 and 1.
  public func profileIntervals(
    level: Double = 0.95, progress: ((Int) -> Void)? = nil
  ) throws(FitError) -> [ConfidenceInterval] {
    precondition(level > 0 && level < 1, "level \(level)")
    try checkMaximum()
    // Profiles belong to the maximum.
    if nodeCount == 0 { return try model.fit(determinant: determinant).profileIntervals(level: level) }
    let quantile = NormalDistribution().quantile((1 + level) / 2)
    let height = quantile * quantile
    let floors = deviationFloors(scale: 1)
    let plain = try GeneralizedProfile(self)
    var intervals: [ConfidenceInterval] = []
    let (names, values) = (parameterNames, parameterValues)
    let p = fixedEffects.count
    for (place, parameter) in profiledParameters.enumerated() {
      let interval: (lower: Double, upper: Double)
      switch parameter {
      case .deviation(let effect):
        let k = p + plain.coordinates.deviationIndex(of: effect)
        let lower = end(plain, k, -1, step: 0.2, last: log(1e-4 * floors[effect]), height)
        let upper = end(plain, k, 1, step: 0.2, last: nil, height)
        interval = (lower.map { exp($0) } ?? 0, upper.map { exp($0) } ?? .infinity)
      case .correlation(let a, let b):
        let profile = try GeneralizedProfile(self, leading: [[a, b]])
        let k = p + profile.coordinates.correlationIndex(of: a, with: b)
        let lower = end(profile, k, -1, step: 0.2, last: -9, height)
        let upper = end(profile, k, 1, step: 0.2, last: 9, height)
        interval = (lower.map { tanh($0) } ?? -1, upper.map { tanh($0) } ?? 1)
      case .sigma: preconditionFailure("no residual standard deviation")
      case .fixed(let k):
        let profile = try GeneralizedProfile(self, first: k)
        let lower = end(profile, 0, -1, step: 1.5, last: nil, height)
        let upper = end(profile, 0, 1, step: 1.5, last: nil, height)
        func value(_ z: Double) -> Double { fixedEffects[k] + profile.unit * z }
        interval = (lower.map(value) ?? -.infinity, upper.map(value) ?? .infinity)
      }
      intervals.append(
        ConfidenceInterval(
          parameter: names[place], estimate: values[place], lower: interval.lower, upper: interval.upper))
      progress?(intervals.count)
    }
    return intervals
  }

  /// Where the profile reaches the height on one side; nil if it does not before `last`.
  private func end(
    _ profile: GeneralizedProfile, _ k: Int, _ sign: Double, step: Double, last: Double?, _ height: Double
  ) -> Double? {
    var warm = profile.start
    func rise(_ t: Double) -> Double {
      warm[k] = t
      let value = profile.minimize(holding: k, from: &warm)
      // Where there is no value the height is passed.
      let difference = value.isFinite ? min(max(0, value - criterion), 1e6) : 1e6
      return difference.squareRoot() - height.squareRoot()
    }
    return profileRoot(rise, from: profile.start[k], toward: sign, step: step, last: last)
  }
}
