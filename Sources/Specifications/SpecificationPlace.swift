/// A place in a specification's text; lines and columns count from 1, columns in Unicode scalars.
public struct SpecificationPlace: Sendable, Hashable, CustomStringConvertible {
  /// The file as it was named to the reader; "-" is standard input.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column, from 1.
  public let column: Int

  /// A place in a file.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, which editors can jump to.
  public var description: String { "\(file):\(line):\(column)" }
}

/// What is wrong in a specification, and where.
public struct SpecificationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the fault begins.
  public let place: SpecificationPlace
  /// What was found; what would work.
  public let message: String

  /// A fault at a place.
  public init(at place: SpecificationPlace, _ message: String) {
    self.place = place
    self.message = message
  }

  /// `file:line:column: message`.
  public var description: String { "\(place): \(message)" }
}
