/// Why results of a study cannot be stored, read or put together.
public enum StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system refused.
  case file(path: String, action: String, reason: String)
  /// A file that is no complete segment: cut off, changed, or of another format.
  case damaged(path: String, what: String)
  /// A segment of another study.
  case foreign(path: String, found: String, expected: String)
  /// Two segments hold one block with different sums.
  case conflict(block: String, first: String, second: String)

  /// What was found, in which file, and what would work.
  public var description: String {
    switch self {
    case .file(let path, let action, let reason): "cannot \(action) \(path): \(reason)"
    case .damaged(let path, let what):
      "\(path) is damaged: \(what); without it its blocks count as missing and can be run again"
    case .foreign(let path, let found, let expected):
      "\(path) belongs to another study (\(found.prefix(8)), not \(expected.prefix(8))): another seed, design, strategy, formula or level; use another folder"
    case .conflict(let block, let first, let second):
      "\(first) and \(second) hold different sums of \(block); replicates must not depend on where they run: one of the programs or processors is at fault"
    }
  }
}
