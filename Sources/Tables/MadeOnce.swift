import Synchronization

/// A value that is made when it is first asked for, and kept.
package final class MadeOnce<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)

  package init() {}

  /// The value; whoever asks first makes it, and the others wait.
  package func value(_ make: () -> Value) -> Value {
    made.withLock { known in
      if let known { return known }
      let value = make()
      known = value
      return value
    }
  }
}
