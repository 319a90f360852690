import Estimates
import Labs
import Specifications

/// A problem's source, read and checked: the specification from which each student's own variant is made.
public struct Problem: Sendable {
  /// The kinds of problems.
  public enum Kind: String, Sendable, CaseIterable {
    /// One number.
    case numerical
    /// One right option.
    case single
    /// Any number of right options.
    case multiple
    /// Several blanks.
    case cloze
    /// A text, marked by hand.
    case essay
  }

  /// The file as it was named to the reader.
  public let file: String
  /// The name in file names and keys: ASCII letters, digits, `-` and `_`.
  public let id: String
  /// The title in both languages.
  public let titles: [LabLanguage: String]
  /// The kind.
  public let kind: Kind
  /// What full marks are worth.
  public let points: Double
  /// What it practises, such as `shrinkage`.
  public let archetype: String
  /// Words by which it is found.
  public let tags: [String]
  /// Drawn and computed numbers and words.
  public let parameters: [ProblemParameter]
  /// Numbers computed from the fits.
  let results: [ProblemParameter]
  /// What a draw must fulfil.
  public let requirements: [ProblemCondition]
  /// What is asked.
  public let answers: [ProblemAnswer]
  /// Whether fits may end on a boundary.
  let allowsBoundary: Bool
  /// Whether data come with the R lines that make them.
  let givesRLines: Bool
  /// What stands below the front matter.
  let body: ProblemBody

  /// The folder of the source; empty for the current one.
  var folder: String {
    guard let slash = file.lastIndex(of: "/") else { return "" }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }

  /// Reads a problem and checks everything that can be known before anything is drawn.
  /// - Parameters:
  ///   - bytes: the source, UTF-8.
  ///   - file: its path, for messages; files that commands read are found beside it.
  /// - Throws: `ProblemError.faults`.
  public init(parsing bytes: [UInt8], file: String) throws(ProblemError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = LabLocation(file: file, line: 1)
      throw .faults([LabFault(at: place, "the file is not UTF-8 text; save it as UTF-8")])
    }
    try self.init(parsing: text, file: file)
  }

  /// Reads a problem from its text.
  /// - Throws: `ProblemError.faults`.
  public init(parsing text: String, file: String) throws(ProblemError) {
    let lines = text.sourceLines
    guard lines.first?.trimmingBlanks() == "---",
      let end = lines.indices.dropFirst().first(where: { lines[$0].trimmingBlanks() == "---" })
    else {
      let place = LabLocation(file: file, line: 1)
      throw .faults([LabFault(at: place, "a problem begins with front matter between two lines '---'")])
    }
    var faults: [LabFault] = []
    do {
      let matter = lines[..<end].joined(separator: "\n") + "\n"
      let node = try SpecificationNode(yaml: matter, file: file)
      let body = ProblemBody(
        Array(lines[(end + 1)...]), at: LabLocation(file: file, line: end + 2), faults: &faults)
      try self.init(ProblemFrontMatter(node, &faults), body: body, file: file)
    } catch let error {
      throw .faults((faults + [error.fault]).sortedByPlace())
    }
    faults += ProblemChecks(self).faults
    if !faults.isEmpty { throw .faults(faults.sortedByPlace()) }
  }

  private init(
    _ matter: ProblemFrontMatter, body: ProblemBody, file: String
  ) throws(SpecificationError) {
    self.file = file
    id = matter.id
    titles = matter.titles
    kind = matter.kind
    points = matter.points
    archetype = matter.archetype
    tags = matter.tags
    parameters = matter.parameters
    results = matter.results
    requirements = matter.requirements
    answers = matter.answers
    allowsBoundary = matter.allowsBoundary
    givesRLines = matter.givesRLines
    self.body = body
  }
}

extension String {
  /// The lines without line ends, which may be CR LF, and without a byte order mark.
  var sourceLines: [String] {
    var lines: [String] = []
    var current = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar == "\u{FEFF}", lines.isEmpty, current.isEmpty { continue }
      if scalar == "\n" {
        if current.last == "\r" { current.removeLast() }
        lines.append(String(current))
        current = String.UnicodeScalarView()
      } else {
        current.append(scalar)
      }
    }
    if !current.isEmpty { lines.append(String(current)) }
    return lines
  }
}
