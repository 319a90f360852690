import LinearAlgebra

/// How far Laplace's approximation is from the integral at the estimates that it gave.
public struct LaplaceError: Sendable, Equatable {
  /// −2 log L by quadrature less that by Laplace's approximation.
  public let minus2LogLikelihood: Double
  /// A first-order guess of how far each parameter would move by quadrature, in its standard errors: fixed effects, then elements of θ.
  public let shifts: [Double]
  /// The size of the largest.
  public var largestShift: Double { shifts.reduce(0) { max($0, abs($1)) } }
}

extension GeneralizedLinearMixedModelFit {
  /// What one evaluation of quadrature at the estimates says of Laplace's approximation: with its gradient g and the estimates' covariance matrix C the
  /// estimates would move by −½Cg.
  ///
  /// Nil where there are several grouping factors, for a fit by quadrature or on the boundary, and where quadrature would take long (more than 10⁷
  /// points in all). Quadrature has 11 nodes for one effect, 7 for each of two or three.
  public var laplaceError: LaplaceError? {
    guard nodeCount == 1, model.factors.count == 1, let covariance = parameterCovariance else { return nil }
    let q = model.randomColumns.count
    let nodes = q == 1 ? 11 : 7
    guard q <= 3, let points = try? GroupwiseCriterion.pointCount(nodes, effects: q),
      points * observationCount <= 10_000_000
    else { return nil }
    var data = model.kernelData
    data.model = ObservationModel(effectiveFamily, link: link)
    data.estimatesDispersion = false
    let point = fixedEffects + theta
    func evaluated(nodes: Int) -> (value: Double, gradient: [Double])? {
      guard let criterion = try? GroupwiseCriterion(data, nodeCount: nodes, determinant: determinant) else {
        return nil
      }
      let value = point.withPointer { criterion.evaluate(at: $0) }
      return value.isFinite ? (value, point.indices.map { criterion.gradient[$0] }) : nil
    }
    guard let exact = evaluated(nodes: nodes), let approximate = evaluated(nodes: 1) else { return nil }
    let shifts = point.indices.map { i -> Double in
      let move = point.indices.reduce(0) { $0 - 0.5 * covariance[i, $1] * exact.gradient[$1] }
      return move / covariance[i, i].squareRoot()
    }
    return LaplaceError(minus2LogLikelihood: exact.value - approximate.value, shifts: shifts)
  }
}
