/// A lab's source, read and checked: the specification from which `LabBuild` prints four versions (audience
/// × language).
///
/// The format is CommonMark with six additions: front matter, `mlm` fences whose lines are commands,
/// `{{…}}` values, `:::` divisions, `@fig-…` references, and `Table: … {#tbl-…}` above a pipe table.
public struct LabDocument: Sendable {
  /// The file as it was named to the parser.
  public let file: String
  /// What stands between the first two `---`.
  public let frontMatter: LabFrontMatter
  /// The content in order.
  public let elements: [LabElement]

  /// Reads a lab and checks everything that can be known before a command runs.
  /// - Parameters:
  ///   - text: the whole source; line ends may be CR LF.
  ///   - file: the source's path, for messages and dependencies; data files are found beside it.
  /// - Throws: `LabError.faults` with all faults found.
  public init(parsing text: String, file: String) throws(LabError) {
    var parser = LabParser(text, file: file)
    parser.parse()
    guard let frontMatter = parser.frontMatter, parser.faults.isEmpty else {
      throw .faults(parser.faults.sortedByPlace())
    }
    self.file = file
    self.frontMatter = frontMatter
    elements = parser.elements
    let faults = LabChecks(self).faults
    if !faults.isEmpty { throw .faults(faults.sortedByPlace()) }
  }

  /// Reads a lab from the bytes of its file.
  /// - Throws: `LabError.faults`; bytes that are no UTF-8 are a fault, too.
  public init(parsing bytes: [UInt8], file: String) throws(LabError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = LabLocation(file: file, line: 1)
      throw .faults([LabFault(at: place, "the file is not UTF-8 text; save it as UTF-8")])
    }
    try self.init(parsing: text, file: file)
  }

  /// All blocks in order, at any depth.
  public var blocks: [LabBlock] { elements.flatMap(\.blocks) }

  /// The folder of the source; empty for the current one.
  var folder: String {
    guard let slash = file.lastIndex(of: "/") else { return "" }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }
}

/// One piece of a lab.
public indirect enum LabElement: Sendable {
  case text(InlineText)
  case heading(LabHeading)
  case code(LabCode)
  case equation(LabEquation)
  case table(LabTable)
  case block(LabBlock)
  case division(LabDivision)

  /// The blocks in it.
  var blocks: [LabBlock] {
    switch self {
    case .block(let block): [block]
    case .division(let division): division.elements.flatMap(\.blocks)
    default: []
    }
  }
}

/// A section's heading.
public struct LabHeading: Sendable {
  /// 1 for a section, 2 for its parts, …
  public let level: Int
  /// The heading's text.
  public let text: InlineText
  /// False after `{-}`, and for what only instructors see.
  public let isNumbered: Bool
}

/// A fence that is not run.
public struct LabCode: Sendable {
  /// The lines with both fences.
  public let lines: [String]
}

/// `$$ … $$ {#eq-x}`.
public struct LabEquation: Sendable {
  /// TeX without the dollar signs.
  public let formula: InlineText
  /// The key, `eq-x`; nil for a formula without number.
  public let key: String?
  /// Where it begins.
  public let location: LabLocation
  let visibility: LabVisibility
}

extension Array where Element == LabFault {
  package func sortedByPlace() -> [LabFault] {
    sorted {
      ($0.location.line, $0.location.column, $0.message) < ($1.location.line, $1.location.column, $1.message)
    }
  }
}
