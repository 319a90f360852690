/// A place in a lab's source; lines and columns count from 1, columns in characters.
public struct LabLocation: Sendable, Hashable, CustomStringConvertible {
  /// The file as it was named to the parser.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column in characters, from 1.
  public let column: Int

  /// A place in a source file.
  public init(file: String, line: Int, column: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, which editors can jump to.
  public var description: String { "\(file):\(line):\(column)" }

  /// The place some columns further on.
  package func advanced(by columns: Int) -> LabLocation {
    LabLocation(file: file, line: line, column: column + columns)
  }
}

/// One thing that is wrong in a lab, and where.
public struct LabFault: Sendable, Hashable, CustomStringConvertible {
  /// Where the fault begins.
  public let location: LabLocation
  /// What was found; what would work.
  public let message: String

  /// A fault at a place.
  public init(at location: LabLocation, _ message: String) {
    self.location = location
    self.message = message
  }

  /// `file:line:column: message`.
  public var description: String { "\(location): \(message)" }
}

/// Why a lab could not be read or built.
public enum LabError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The source or one of its commands is at fault; all faults found, in the order of the source.
  case faults([LabFault])
  /// HTML was asked for and pandoc is not installed.
  case pandocMissing
  /// pandoc could not be run, or ended with a status other than 0.
  case pandocFailed(status: Int32, message: String)

  /// The faults one a line, or what pandoc said.
  public var description: String {
    switch self {
    case .faults(let faults):
      faults.map(\.description).joined(separator: "\n")
    case .pandocMissing:
      "HTML needs the program 'pandoc' (2.17 or later), which is not on the PATH; "
        + "install it with: apt-get install pandoc (or build Markdown only: --to markdown)"
    case .pandocFailed(let status, let message):
      "pandoc failed with status \(status): \(message)"
    }
  }
}
