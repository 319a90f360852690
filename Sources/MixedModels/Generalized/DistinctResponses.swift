import Distributions
import Glibc

/// The values that a response takes, with their weights: enough for the part of the log-density that does not depend on predictors, where that
/// changes with a dispersion parameter.
struct DistinctResponses: Sendable {
  private let values: [(y: Double, m: Double, count: Double)]

  init(_ data: GeneralizedData) {
    struct Pair: Hashable {
      let y: Double
      let m: Double
    }
    var counts: [Pair: Double] = [:]
    var order: [Pair] = []
    let rows = data.constantRows
    for (i, y) in rows.response.enumerated() {
      let pair = Pair(y: y, m: rows.trials?[i] ?? 1)
      if counts[pair, default: 0] == 0 { order.append(pair) }
      counts[pair, default: 0] += 1
    }
    // In the order of the data, so that sums do not depend on hashing.
    values = order.map { ($0.y, $0.m, counts[$0, default: 0]) }
  }

  /// The sum of `ObservationModel.logConstant`.
  func logConstant(_ model: ObservationModel) -> Double {
    values.reduce(0) { $0 + $1.count * model.logConstant($1.y, $1.m) }
  }

  /// Its derivative in the logarithm of the dispersion parameter.
  func constantSlope(_ model: ObservationModel) -> Double {
    switch model.family {
    case .binomial, .poisson: return 0
    case .negativeBinomial(let theta):
      return values.reduce(0) { $0 + $1.count * $1.m * theta * digammaRise(theta, by: $1.y) }
    case .gamma(let a):
      let fixed = log(a) + 1 - digamma(a)
      return values.reduce(0) { $0 + $1.count * $1.m * a * (fixed + log($1.y)) }
    }
  }
}
