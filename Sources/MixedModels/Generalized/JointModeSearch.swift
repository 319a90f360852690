import Glibc
import LinearAlgebra

/// A generalized linear mixed model whose fixed effects are found at the mode together with the random ones, as in lme4's nAGQ = 0: only θ is searched.
///
///     f(θ) = Laplace's −2 log L at (β̂(θ), θ),   (β̂(θ), û) = arg max Σ log f(y | η) − u'u/2
///
/// Quick where there are very many fixed effects, and not quite the maximum: those of small groups are drawn toward 0.
///
/// - Reference: Breslow & Clayton (1993), doi:10.1080/01621459.1993.10594284 (penalized quasi-likelihood's mean equations).
struct JointModeSearch {
  private let model: GeneralizedLinearMixedModel
  private let search: GeneralizedSearch
  private let data: GeneralizedData

  init(_ model: GeneralizedLinearMixedModel, determinant: DeterminantWeights) throws(FitError) {
    self.model = model
    data = model.kernelData
    search = try GeneralizedSearch(data, determinant: determinant)
  }

  /// The search, from the maximum of Laplace's approximation.
  func minimize() -> GeneralizedSolution {
    let first = search.minimize(standardErrors: false)
    switch first.status {
    case .converged, .boundary: break
    case .separated, .divergentVariance, .notConverged: return first
    }
    let count = first.theta.count
    let optimizer = DampedBFGS(count: count)
    var beta = first.beta
    func value(_ theta: [Double]) -> Double { solution(at: theta, from: &beta).minus2LogLikelihood }
    func evaluate(
      _ point: UnsafeMutablePointer<Double>, _ gradient: UnsafeMutablePointer<Double>
    ) -> Double {
      let theta = (0..<count).map { point[$0] }
      let here = value(theta)
      for k in 0..<count {
        let h = 1e-4 * max(abs(theta[k]), 0.1)
        var (up, down) = (theta, theta)
        up[k] += h
        down[k] -= h
        gradient[k] = (value(up) - value(down)) / (2 * h)
      }
      return here
    }
    for i in 0..<count { optimizer.point[i] = first.theta[i] }
    let start = evaluate(optimizer.point, optimizer.gradient)
    for i in 0..<count { optimizer.hessian[i * (count + 1)] = Double(model.groupLevels.count) }
    _ = optimizer.minimize(
      from: start, tolerance: 1e-9, mostEvaluations: 200, evaluate: evaluate, accepted: {}, rejected: {})
    return solution(at: (0..<count).map { optimizer.point[$0] }, from: &beta)
  }

  /// The joint mode at θ by Newton's steps from β, which moves there.
  private func solution(at theta: [Double], from beta: inout [Double]) -> GeneralizedSolution {
    var found = search.solution(beta: beta, theta: theta)
    let observation = ObservationModel(model.family, link: model.link)
    let trials = data.trials ?? [Double](repeating: 1, count: data.response.count)
    for _ in 0..<100 {
      guard let covariance = found.fixedCovarianceRX, found.minus2LogLikelihood.isFinite else { break }
      let score = observation.curvature(eta: found.linearPredictors, y: data.response, m: trials).score
      let gradient = data.fixed.transposed * score
      let step = covariance * gradient
      let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      beta = zip(beta, step).map(+)
      found = search.solution(beta: beta, theta: theta)
      if decrement < 1e-18 { break }
    }
    return found
  }
}
