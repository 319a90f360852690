/// Which iterations of a warmup estimate the metric, and where it is renewed.
///
/// A first phase only finds the posterior and a step size; then windows of 25, 50, 100, … iterations each end
/// with a new metric from the draws of that window alone; a last phase settles the step size. The last window
/// reaches to the last phase, where the next, twice as long, would not fit. With 1,000 iterations: 75, then
/// 25, 50, 100, 200 and 500, then 50. The three phases take 15, 75 and 10 % of a warmup that is too short for
/// 75 + 25 + 50; below 20 iterations only the step size is adapted. It is Stan's schedule.
///
/// - Reference: Stan Reference Manual, chapter "MCMC Sampling", "Automatic parameter tuning".
package struct WarmupSchedule: Sendable, Equatable {
  /// The number of iterations.
  package let count: Int
  /// The iterations whose draws estimate the metric.
  package let estimation: Range<Int>
  /// Numbers of the iterations after which the metric is renewed, ascending, counted from 0.
  package let windowEnds: [Int]

  /// The schedule of a warmup.
  package init(count: Int) {
    precondition(count >= 0, "a warmup of \(count) iterations")
    self.count = count
    guard count >= 20 else {
      estimation = 0..<0
      windowEnds = []
      return
    }
    let isShort = count < 75 + 25 + 50
    let first = isShort ? count * 15 / 100 : 75
    let last = isShort ? count / 10 : 50
    estimation = first..<count - last
    var size = isShort ? estimation.count : 25
    var ends: [Int] = []
    var start = first
    while start < estimation.upperBound {
      var end = start + size
      size *= 2
      if end + size > estimation.upperBound { end = estimation.upperBound }
      ends.append(end - 1)
      start = end
    }
    windowEnds = ends
  }
}
