import Glibc

/// More decades than these leave ticks that no multiple of one unit can hold, and nothing to be read off.
let mostDecades = 14.0

/// Ticks of a logarithmic axis: the numbers 1, 2, 5 of each decade, or 1 and 3, or 1 alone, or that of every second or third decade, whichever count is nearest
/// to the target; nil where fewer than three fit, so that evenly spaced ones serve better.
func logarithmicBreaks(_ limits: ClosedRange<Double>, target: Int) -> Breaks? {
  let first = Int(log10(limits.lowerBound).rounded(.down))
  let last = Int(log10(limits.upperBound).rounded(.up))
  guard last - first <= 15 else { return nil }
  func ticks(_ leading: [Int], every stride: Int) -> [Int] {
    var multiples: [Int] = []
    for k in first...last where k % stride == 0 {
      let decade = Int(pow(10, Double(k - first)))
      for digit in leading {
        let value = Double(digit) * pow(10, Double(k))
        if value >= limits.lowerBound * (1 - 1e-9), value <= limits.upperBound * (1 + 1e-9) {
          multiples.append(digit * decade)
        }
      }
    }
    return multiples
  }
  let choices = [
    ticks([1, 2, 5], every: 1), ticks([1, 3], every: 1), ticks([1], every: 1), ticks([1], every: 2),
    ticks([1], every: 3),
  ]
  let best = choices.filter { $0.count >= 3 }.min { abs($0.count - target) < abs($1.count - target) }
  return best.map { Breaks(multiples: $0, mantissa: 10, exponent: first) }
}
