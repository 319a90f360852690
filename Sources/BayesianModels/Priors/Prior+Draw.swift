import Distributions

extension Prior {
  /// A number drawn.
  /// - Parameter isPositive: whether only the part above 0 counts.
  /// - Precondition: the prior is proper, and reaches above 0 where it has to.
  func draw(isPositive: Bool, from stream: inout KeyedStream) -> Double {
    while true {
      let x = draw(from: &stream)
      if x > 0 || !isPositive { return x }
    }
  }

  private func draw(from stream: inout KeyedStream) -> Double {
    switch self {
    case .flat: preconditionFailure("nothing is drawn from an improper prior")
    case .normal(let mean, let sd): return mean + sd * stream.normal()
    case .studentT(let nu, let location, let scale):
      return location + scale * stream.studentT(degreesOfFreedom: nu)
    case .uniform(let lower, let upper): return lower + (upper - lower) * stream.uniform()
    case .halfNormal(let sd): return abs(sd * stream.normal())
    case .halfT(let nu, let scale): return abs(scale * stream.studentT(degreesOfFreedom: nu))
    case .halfCauchy(let scale): return abs(scale * stream.studentT(degreesOfFreedom: 1))
    case .exponential(let rate): return stream.exponential(rate: rate)
    case .inverseGamma(let shape, let scale):
      return (scale / stream.gamma(shape: shape, scale: 1)).squareRoot()
    }
  }

  /// The lower factor of a correlation matrix of density det(R)^(η − 1), row after row, by partial correlations 2Beta − 1.
  /// - Reference: Lewandowski, Kurowicka & Joe (2009), section 2.4, doi:10.1016/j.jmva.2009.04.008.
  static func correlationFactor(
    order: Int, shape: Double, from stream: inout KeyedStream
  ) -> [[Double]] {
    (0..<order).map { i in
      var row = [Double](repeating: 0, count: order)
      var rest = 1.0
      for j in 0..<i {
        let a = shape + Double(order - 2 - j) / 2
        let partial = 2 * stream.beta(shape1: a, shape2: a) - 1
        row[j] = partial * rest.squareRoot()
        rest *= 1 - partial * partial
      }
      row[i] = rest.squareRoot()
      return row
    }
  }
}
