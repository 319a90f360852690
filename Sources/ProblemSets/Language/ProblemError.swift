import Labs
import Specifications

/// Why a problem, or a set of problems, could not be read or built.
public enum ProblemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The text of a problem or a set is at fault; all faults found, in the order of the source.
  case faults([LabFault])
  /// No draw was good enough; how often each test failed.
  case noVariant(problem: String, owner: String, draws: Int, failures: [DrawFailure.Count])

  /// The faults one a line, or which tests failed how often.
  public var description: String {
    switch self {
    case .faults(let faults):
      return faults.map(\.description).joined(separator: "\n")
    case .noVariant(let problem, let owner, let draws, let failures):
      let list = failures.prefix(ProblemError.mostTold).map { "\($0.failure) (\($0.count) times)" }
        .joined(separator: "; ")
      return
        "problem '\(problem)' for '\(owner)': none of \(draws) draws passes its tests: \(list); \(advice)"
    }
  }

  /// So many failed tests are told.
  static let mostTold = 5

  /// What would work where no draw was good enough.
  var advice: String {
    guard case .noVariant(_, _, _, let failures) = self, let most = failures.first else { return "" }
    switch most.failure.kind {
    case .command: return "mend the command, which fails on all that is drawn for it"
    case .separation: return "give the mistake another value, or widen what is drawn"
    case .boundary: return "draw clearer data, or say 'boundary: allowed'"
    default: return "loosen the test that fails, or widen what is drawn"
    }
  }
}

/// A test that a draw did not pass.
public struct DrawFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of tests.
  public enum Kind: String, Sendable, CaseIterable {
    /// A condition of the problem does not hold.
    case requirement
    /// A number is not finite, or too near zero to be judged by its digits.
    case degenerate
    /// A fit ends on a boundary that the problem does not want.
    case boundary
    /// A mistake cannot be told from the right answer or from another mistake.
    case separation
    /// A single choice has not exactly one right option, a multiple choice none; or two options have one text.
    case options
    /// A command fails on the data drawn.
    case command
  }

  /// The kind of test.
  public let kind: Kind
  /// What was found, in words that are the same for every draw.
  public let description: String
  /// Where the test stands in the problem's source; nil where it stands nowhere by itself.
  public let location: LabLocation?

  /// A test that failed.
  public init(_ kind: Kind, _ description: String, at location: LabLocation? = nil) {
    self.kind = kind
    self.description = description
    self.location = location
  }

  /// A failed test and how often it failed.
  public struct Count: Equatable, Sendable {
    /// The test.
    public let failure: DrawFailure
    /// How often.
    public let count: Int
  }
}

extension [DrawFailure] {
  /// Each failure once with its count, the most frequent first, ties by their words.
  var counted: [DrawFailure.Count] {
    Dictionary(grouping: self) { $0 }.map { .init(failure: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.failure.description) < ($0.count, $1.failure.description) }
  }
}

extension SpecificationError {
  /// The same fault as one of a text.
  var fault: LabFault {
    LabFault(at: LabLocation(file: place.file, line: place.line, column: place.column), message)
  }
}

extension SpecificationPlace {
  /// The same place in a text.
  var location: LabLocation { LabLocation(file: file, line: line, column: column) }
}
