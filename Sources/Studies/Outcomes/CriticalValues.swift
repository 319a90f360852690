import Distributions

/// Quantiles that intervals of one level are made with: normal, or t for whole degrees of freedom from a table that fills as it is asked.
struct CriticalValues {
  private let upper: Double
  private let normal: Double
  private var table: [Double]

  /// - Parameter level: of the intervals, e.g. 0.95.
  init(level: Double) {
    upper = (1 - level) / 2
    normal = NormalDistribution().quantile(upper, tail: .upper)
    table = [Double](repeating: .nan, count: 4096)
  }

  /// The quantile for some degrees of freedom; NaN for none.
  mutating func value(degreesOfFreedom df: Double) -> Double {
    if df == .infinity { return normal }
    guard df > 0 else { return .nan }
    guard df < 4096, let k = Int(exactly: df) else {
      return StudentTDistribution(degreesOfFreedom: df).quantile(upper, tail: .upper)
    }
    if table[k].isNaN { table[k] = StudentTDistribution(degreesOfFreedom: df).quantile(upper, tail: .upper) }
    return table[k]
  }
}
