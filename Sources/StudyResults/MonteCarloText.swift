import Glibc
import Tables

/// Numbers with as many digits as their Monte Carlo error supports.
public enum MonteCarloText {
  /// Whether an error is none: 0, or what rounding leaves where every replicate gives the same number.
  private static func isNone(_ error: Double, beside value: Double) -> Bool { error <= 1e-7 * abs(value) }

  /// Decimals at which a number ends: where its error has its first digit that counts, or one place further where that digit is 1.
  ///
  /// An error of 0.0034 gives 3 decimals, one of 0.0012 gives 4. Without an error, or with one of 0, three.
  public static func decimals(error: Double) -> Int {
    guard error > 0, error.isFinite else { return 3 }
    var power = Int(log10(error).rounded(.down))
    var digit = (error / pow(10, Double(power))).rounded()
    if digit >= 10 { (digit, power) = (1, power + 1) }
    return max(0, min(8, digit == 1 ? 1 - power : -power))
  }

  /// "0.812 (0.003)"; "0 (0)" where nothing varied.
  public static func text(_ value: Double, error: Double) -> String {
    guard value.isFinite else { return "" }
    if isNone(error, beside: value) { return "\(shortened(value)) (0)" }
    guard error.isFinite else { return shortened(value) }
    let places = decimals(error: error)
    return "\(fixed(value, places)) (\(fixed(error, places)))"
  }

  /// The number alone.
  public static func value(_ value: Double, error: Double) -> String {
    guard value.isFinite else { return "" }
    guard !isNone(error, beside: value), error.isFinite else { return shortened(value) }
    return fixed(value, decimals(error: error))
  }

  /// A number with a fixed count of decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    let scale = pow(10, Double(decimals))
    let units = (abs(value) * scale).rounded(.toNearestOrEven)
    guard units < 9e15 else { return shortestText(value) }
    let digits = String(Int(units))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && units > 0 ? "−" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  private static func shortened(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? fixed(value, 0) : fixed(value, 3)
  }
}
