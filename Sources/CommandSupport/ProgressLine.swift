import ArgumentParser
import Glibc
import Studies
import Synchronization

/// A line on standard error that says how far something long is and how long it will take: after a second, on a terminal or where it is asked for.
package final class ProgressLine: Sendable {
  private let total: Int
  private let start: ContinuousClock.Instant
  private let last: Mutex<ContinuousClock.Instant?>

  package init(total: Int) {
    self.total = total
    start = .now
    last = Mutex(nil)
  }

  /// Says that some are done, at most twice a second.
  package func update(_ done: Int) {
    let now = ContinuousClock.now
    let elapsed = now - start
    guard elapsed > .seconds(1), done > 0 else { return }
    let isDue = last.withLock { last in
      if let last, now - last < .milliseconds(500) { return false }
      last = now
      return true
    }
    guard isDue else { return }
    Terminal.write("\r" + ProgressLine.text(done: done, of: total, after: elapsed.inSeconds) + "   ")
  }

  /// What is done, how many a second, and how long the rest takes at that rate.
  static func text(done: Int, of total: Int, after seconds: Double) -> String {
    let rate = Double(done) / seconds
    let left = Int((Double(total - done) / rate).rounded(.up))
    let time = left < 120 ? "\(left) s" : left < 7200 ? "\(left / 60) min" : "\(left / 3600) h"
    let digits = rate < 1 ? 100.0 : rate < 10 ? 10 : 1
    let shown = digits == 1 ? "\(Int(rate.rounded()))" : "\((rate * digits).rounded() / digits)"
    return "\(done) of \(total), \(shown) a second, about \(time) left"
  }

  /// Clears the line, if there is one.
  package func finish() {
    if last.withLock({ $0 != nil }) { Terminal.write("\r" + String(repeating: " ", count: 60) + "\r") }
  }
}

/// Whether progress is shown.
package struct ProgressOption: ParsableArguments {
  package init() {}

  @Flag(name: .long, help: "Show progress on standard error even where that is no terminal.")
  package var progress = false

  /// Runs a step with what it tells its progress; nil where nobody looks.
  package func shown<Result>(_ total: Int, _ step: ((@Sendable (Int) -> Void)?) throws -> Result) rethrows
    -> Result
  {
    guard progress || isatty(2) == 1 else { return try step(nil) }
    let line = ProgressLine(total: total)
    defer { line.finish() }
    return try step { line.update($0) }
  }
}
