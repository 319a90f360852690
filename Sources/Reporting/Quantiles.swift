import Distributions

/// Sample quantiles.
enum Quantiles {
  /// Minimum, quartiles and maximum of a sample.
  static func fiveNumbers(_ sample: [Double]) -> [Double] {
    let sorted = sample.sorted()
    return [0, 0.25, 0.5, 0.75, 1].map { sampleQuantile(sorted, $0) }
  }

  /// The five numbers below their names, as R's summaries show residuals: four significant digits, and nothing that would be
  /// rounding beside five digits of the largest.
  static func printedFiveNumbers(_ sample: [Double]) -> String {
    let five = fiveNumbers(sample)
    let clean = DecimalText.zapped(five, digits: 5)
    return PrintedLayout.namedVector(
      ["Min", "1Q", "Median", "3Q", "Max"], CommonFormat.texts(clean, digits: 4))
  }
}
