/// Grades of answers that Moodle's importer takes, in per cent: others stop the import.
enum LegalFraction {
  /// The list, largest first.
  static let all: [(value: Double, text: String)] = [
    (100, "100"), (90, "90"), (83.33333, "83.33333"), (80, "80"), (75, "75"), (70, "70"),
    (66.66667, "66.66667"),
    (60, "60"), (50, "50"), (40, "40"), (33.33333, "33.33333"), (30, "30"), (25, "25"), (20, "20"),
    (16.66667, "16.66667"), (14.28571, "14.28571"), (12.5, "12.5"), (11.11111, "11.11111"), (10, "10"),
    (5, "5"),
    (0, "0"),
  ]

  /// The nearest legal grade to a share, with its sign, and whether it is another one.
  static func nearest(_ share: Double) -> (share: Double, text: String, isMoved: Bool) {
    let percent = abs(share) * 100
    let best = all.min { abs($0.value - percent) < abs($1.value - percent) }!
    let isNegative = share < 0 && best.value > 0
    // The list's own rounding of 1/3 and the like is no move.
    let isMoved = abs(best.value - percent) > 0.001
    return (isNegative ? -best.value / 100 : best.value / 100, (isNegative ? "-" : "") + best.text, isMoved)
  }

  /// The legal grade of a text, as the importer finds it: within one point; nil where there is none.
  static func imported(_ text: String) -> Double? {
    guard let percent = Double(text.trimmingSpaces()) else { return nil }
    let best = all.min { abs($0.value - abs(percent)) < abs($1.value - abs(percent)) }!
    guard abs(best.value - abs(percent)) <= 1 else { return nil }
    return (percent < 0 ? -best.value : best.value) / 100
  }
}
