import Glibc

/// Counts of values in intervals of one width.
public struct Histogram: Sendable, Equatable {
  /// Edges of the intervals, one more than counts.
  public let edges: [Double]
  /// Values in each interval, its left edge included, its right one excluded but for the last.
  public let counts: [Int]

  /// Counts the finite values in intervals whose edges are round numbers, about as many as Freedman and Diaconis' width 2·IQR/n^⅓ asks for, 60 at most.
  ///
  /// Reference: Freedman & Diaconis (1981), On the histogram as a density estimator: L₂ theory. Zeitschrift für
  /// Wahrscheinlichkeitstheorie 57, 453–476. doi:10.1007/BF01025868.
  /// - Parameter isWhole: whether values are counted in whole numbers; intervals then are no narrower than 1 and centred on them.
  public init(_ values: [Double], isWhole: Bool = false) {
    let sorted = values.filter(\.isFinite).sorted()
    guard let low = sorted.first, let high = sorted.last else {
      (edges, counts) = ([], [])
      return
    }
    guard low < high else {
      let half = isWhole ? 0.5 : low == 0 ? 0.5 : abs(low) / 20
      (edges, counts) = ([low - half, low + half], [sorted.count])
      return
    }
    func quantile(_ p: Double) -> Double { sorted[Int((Double(sorted.count - 1) * p).rounded())] }
    let range = high - low
    let spread = quantile(0.75) - quantile(0.25)
    let wished = 2 * (spread > 0 ? spread : range / 4) / cbrt(Double(sorted.count))
    let count = max(1, min(60, Int((range / wished).rounded(.up))))
    var width = Histogram.round(range / Double(count))
    if isWhole { width = max(1, width.rounded(.up)) }
    let offset = isWhole ? 0.5 : 0
    let first = ((low + offset) / width).rounded(.down)
    let last = ((high + offset) / width).rounded(.down)
    let bins = Int(last - first) + 1
    edges = (0...bins).map { (first + Double($0)) * width - offset }
    var counts = [Int](repeating: 0, count: bins)
    for value in sorted {
      counts[min(bins - 1, max(0, Int(((value + offset) / width).rounded(.down) - first)))] += 1
    }
    self.counts = counts
  }

  /// The least of 1, 2, 2.5, 5 times a power of ten that is not smaller.
  private static func round(_ width: Double) -> Double {
    var power = 1.0
    while power > width { power /= 10 }
    while power * 10 <= width { power *= 10 }
    return power * ([1.0, 2, 2.5, 5, 10].first { $0 * power >= width * (1 - 1e-9) } ?? 10)
  }
}
