/// Spans of time as people read them.
enum ShownDuration {
  /// A span in the unit that suits it: "12 µs", "3.1 ms", "45 s", "12 min", "3.5 h".
  static func text(_ seconds: Double) -> String {
    func rounded(_ x: Double) -> String { x < 10 ? "\((x * 10).rounded() / 10)" : "\(Int(x.rounded()))" }
    if seconds < 1e-3 { return rounded(seconds * 1e6) + " µs" }
    if seconds < 1 { return rounded(seconds * 1e3) + " ms" }
    if seconds < 120 { return rounded(seconds) + " s" }
    return seconds < 7200 ? rounded(seconds / 60) + " min" : rounded(seconds / 3600) + " h"
  }
}
