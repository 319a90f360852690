import Glibc

extension DecimalText {
  /// Numbers without what is nothing beside the largest of them, by R's `zapsmall`: rounded to `digits` less the largest's power of ten, to
  /// the nearest whole number, decimals.
  static func zapped(_ values: [Double], digits: Int) -> [Double] {
    let largest = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    guard largest > 0 else { return values }
    let decimals = max(0, Int((Double(digits) - log10(largest) + 0.5).rounded(.down)))
    return values.map { $0.isFinite ? rounded($0, decimals: decimals) : $0 }
  }
}
