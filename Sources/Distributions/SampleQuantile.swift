/// The quantile of a sample that R's `quantile` gives by default (type 7): linear between order statistics,
/// the p-th at 1 + (n − 1)p.
///
/// Reference: Hyndman & Fan (1996), doi:10.1080/00031305.1996.10473566.
/// - Parameters:
///   - sorted: the sample in rising order, not empty.
///   - p: from 0 to 1.
package func sampleQuantile(_ sorted: [Double], _ p: Double) -> Double {
  let place = Double(sorted.count - 1) * p
  let below = Int(place.rounded(.down))
  let above = min(below + 1, sorted.count - 1)
  let share = place - Double(below)
  // Equal neighbours: the weighted mean could miss their value by its last bit, and `x <= quantile` with it.
  return share == 0 || sorted[below] == sorted[above]
    ? sorted[below] : (1 - share) * sorted[below] + share * sorted[above]
}
