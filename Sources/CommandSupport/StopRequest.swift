import Glibc
import Studies
import Synchronization

/// Whether the program was asked to stop: by Ctrl-C, by a batch system (TERM, USR1), or because its time is over.
package struct StopRequest: Sendable {
  private let deadline: ContinuousClock.Instant?

  /// Listens from now on. A second Ctrl-C ends the program at once.
  /// - Parameter seconds: the time from now after which to stop; nil for none.
  package init(after seconds: Double? = nil) {
    deadline = seconds.map { .now + .seconds($0) }
    wasAsked.store(false, ordering: .relaxed)
    signal(SIGINT) { _ in
      wasAsked.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
    for number in [SIGTERM, SIGUSR1] { signal(number) { _ in wasAsked.store(true, ordering: .relaxed) } }
  }

  /// Whether to stop now.
  package var isDue: Bool {
    if wasAsked.load(ordering: .relaxed) { return true }
    guard let deadline else { return false }
    return ContinuousClock.now >= deadline
  }

  /// The exit code of a program that stopped early and kept what it had.
  package static let exitCode: Int32 = 75
}

/// The only state of the program that a signal handler may touch.
private let wasAsked = Atomic<Bool>(false)
