import Tables

/// Numbers in tables of grades.
enum AnswerText {
  /// The shortest text that reads back to the number, whole numbers without a point.
  static func of(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
    return shortestText(number)
  }

  /// Points or a share: no more than four decimals.
  static func points(_ number: Double) -> String { FixedDecimals.short(number) }
}
