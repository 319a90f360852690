import Distributions
import Plotting

/// The median of draws and their central intervals of 50% and 90%, drawn as a dot on a thick and a thin bar.
///
/// Reference: the levels are bayesplot's; Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), Visualization in Bayesian workflow, doi:10.1111/rssa.12378.
public struct CentralIntervals: Sendable, Equatable {
  /// The median.
  public let median: Double
  /// The ends of the inner and of the outer interval.
  public let lower50, upper50, lower90, upper90: Double

  /// Takes quantiles (R's type 7) of draws in rising order.
  public init(sorted: [Double]) {
    func quantile(_ p: Double) -> Double {
      sorted.isEmpty || !sorted.allSatisfy(\.isFinite) ? .nan : sampleQuantile(sorted, p)
    }
    median = quantile(0.5)
    (lower50, upper50) = (quantile(0.25), quantile(0.75))
    (lower90, upper90) = (quantile(0.05), quantile(0.95))
  }

  /// The outer interval.
  var outer: (low: Double, high: Double) { (lower90, upper90) }

  /// Bars and dot at a height.
  func marks(at height: Double, _ appearance: Appearance, scale: Double = 1) -> [any Mark] {
    CentralIntervals.marks([self], at: [height], appearance, scale: scale)
  }

  /// Bars and dots of many at their heights.
  /// - Parameter scale: a factor on widths and sizes.
  static func marks(
    _ all: [CentralIntervals], at heights: [Double], _ appearance: Appearance, scale: Double = 1
  ) -> [any Mark] {
    let shown = all.indices.filter { all[$0].median.isFinite }
    let (own, places) = (shown.map { all[$0] }, shown.map { heights[$0] })
    return [
      IntervalMark(
        low: own.map(\.lower90), high: own.map(\.upper90), at: places, appearance, width: 1 * scale),
      IntervalMark(
        low: own.map(\.lower50), high: own.map(\.upper50), at: places, appearance, width: 3 * scale),
      PointMark(x: own.map(\.median), y: places, appearance, size: 1.25 * scale, rim: true),
    ]
  }
}
