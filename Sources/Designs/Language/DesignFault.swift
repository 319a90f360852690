/// What is wrong in a design: where in the design language, what was found and what would work.
///
/// A design read from a file turns it into a `SpecificationError` with file, line and column.
public struct DesignFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where, by the names of the design language and positions in lists (from 1), e.g. `["response", "sd",
  /// "school"]`.
  public let path: [String]
  /// What was found; what would work.
  public let message: String

  /// A fault at a path.
  public init(_ path: [String], _ message: String) {
    self.path = path
    self.message = message
  }

  /// `response.sd.school[2]: message`.
  public var description: String {
    if path.isEmpty { return message }
    var place = path[0]
    for part in path.dropFirst() { place += part.allSatisfy(\.isNumber) ? "[\(part)]" : ".\(part)" }
    return place + ": " + message
  }
}
