import Glibc

/// Sample quantiles.
enum Quantiles {
  /// The quantile that R's `quantile` gives by default (type 7): linear between order statistics, the p-th at 1 + (n − 1)p.
  /// - Parameter sorted: the sample in rising order, not empty.
  static func type7(_ sorted: [Double], _ p: Double) -> Double {
    let place = Double(sorted.count - 1) * p
    let below = Int(place.rounded(.down))
    let above = min(below + 1, sorted.count - 1)
    let share = place - Double(below)
    return share == 0 ? sorted[below] : (1 - share) * sorted[below] + share * sorted[above]
  }

  /// Minimum, quartiles and maximum of a sample.
  static func fiveNumbers(_ sample: [Double]) -> [Double] {
    let sorted = sample.sorted()
    return [0, 0.25, 0.5, 0.75, 1].map { type7(sorted, $0) }
  }

  /// The five numbers below their names, as R's summaries show residuals: four significant digits, and nothing that would be
  /// rounding beside five digits of the largest.
  static func printedFiveNumbers(_ sample: [Double]) -> String {
    let five = fiveNumbers(sample)
    let largest = five.reduce(0) { max($0, abs($1)) }
    let decimals = largest > 0 ? max(0, Int((5 - log10(largest)).rounded())) : 5
    let clean = five.map { DecimalText.rounded($0, decimals: decimals) }
    return PrintedLayout.namedVector(
      ["Min", "1Q", "Median", "3Q", "Max"], CommonFormat.texts(clean, digits: 4))
  }
}
