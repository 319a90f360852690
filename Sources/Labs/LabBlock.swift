/// A fence of commands:
///
///     ```mlm id=m4 show=both as=text r="lmer(salary ~ x + (x | department))"
///     mlm fit 'salary ~ x + (x | department)' --data salary.csv
///     ```
///
/// Attributes may also stand in the first lines of the body, each line begun by `#|`.
public struct LabBlock: Sendable {
  /// What of the block is printed.
  public enum Show: String, Sendable, CaseIterable {
    case command = "cmd"
    case output = "out"
    case both
    case none
  }

  /// How the output is printed.
  public enum Kind: String, Sendable, CaseIterable {
    case text
    case table
    case figure
    case json
    case markdown
  }

  /// The name by which values and references find the block.
  public let id: String?
  /// What is printed; the default is `both` for texts and JSON, `out` for the rest.
  public let show: Show
  /// How the output is printed.
  public let kind: Kind
  /// The commands in order.
  public let commands: [LabCommand]
  /// The body as readers see it.
  public let shownLines: [String]
  /// Captions by language; both or none.
  public let captions: [LabLanguage: InlineText]
  /// Texts for those who cannot see the figure, by language; both or none.
  public let altTexts: [LabLanguage: InlineText]
  /// The width of a figure as the author wrote it, `12cm`.
  public let width: String?
  /// The height of a figure.
  public let height: String?
  /// The same in R.
  public let r: String?
  /// Whether what the commands note on standard error is printed behind the output.
  public let showsNotes: Bool
  /// Whether the last command is meant to fail, `error=show`: its message is printed behind the output, and a success is a fault.
  public let expectsError: Bool
  /// Where the fence stands.
  public let location: LabLocation
  let visibility: LabVisibility
  /// The place among the document's blocks.
  let index: Int

  /// What happens to the notes of a block.
  private enum Notes: String, CaseIterable {
    case show
    case hide
  }

  /// What happens to the message of a command that fails.
  private enum Errors: String, CaseIterable {
    case show
  }

  package var showsCommand: Bool { show == .command || show == .both }
  package var showsOutput: Bool { show == .output || show == .both }

  /// The key of a numbered figure or table, `fig-plane`.
  var key: String? {
    guard let id, showsOutput else { return nil }
    switch kind {
    case .figure: return LabReferenceKind.figure.key(id)
    case .table: return LabReferenceKind.table.key(id)
    default: return nil
    }
  }

  static let attributeNames = [
    "id", "show", "as", "cap.en", "cap.zh", "alt.en", "alt.zh", "width", "height", "r", "notes",
    "error",
  ]

  /// Makes a block from its fence; everything wrong becomes a fault.
  package init(
    attributes: LabAttributes, body: [String], bodyStart: LabLocation, location: LabLocation,
    visibility: LabVisibility, index: Int, faults: inout [LabFault]
  ) {
    attributes.checkNames(LabBlock.attributeNames, of: "an mlm block", faults: &faults)
    for name in ["cap", "alt"] { attributes.checkLanguagePair(name, of: "the block", faults: &faults) }
    self.location = location
    self.visibility = visibility
    self.index = index
    id = attributes.identifier(faults: &faults)
    kind = attributes.choice("as", faults: &faults) ?? .text
    let usual: Show = kind == .text || kind == .json ? .both : .output
    show = attributes.choice("show", faults: &faults) ?? usual
    width = attributes.length("width", faults: &faults)
    height = attributes.length("height", faults: &faults)
    r = attributes["r"]
    showsNotes = attributes.choice("notes", faults: &faults) == Notes.show
    let errors: Errors? = attributes.choice("error", faults: &faults)
    expectsError = errors == .show
    captions = attributes.texts("cap", faults: &faults)
    altTexts = attributes.texts("alt", faults: &faults)
    commands = CommandWords.split(body, at: bodyStart, faults: &faults)
    shownLines = body.trimmingBlankLines()
    if commands.isEmpty && faults.isEmpty {
      faults.append(LabFault(at: location, "the block has no command; write lines that begin with 'mlm'"))
    }
    if kind == .figure, id == nil {
      faults.append(LabFault(at: location, "a figure needs an id, which names its files; add id=…"))
    }
    if let entry = attributes.entry("error"), kind != .text || !showsOutput {
      faults.append(LabFault(at: entry.location, "'error' is for texts whose output is printed"))
    }
    for name in ["width", "height"] where kind != .figure {
      if let entry = attributes.entry(name) {
        faults.append(LabFault(at: entry.location, "'\(name)' is for figures; add as=figure or leave it out"))
      }
    }
  }
}

extension LabAttributes {
  /// The value of `id`, which must be a word that can begin an address or a key.
  package func identifier(faults: inout [LabFault]) -> String? {
    guard let entry = entry("id") else { return nil }
    let good = entry.value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    if !good || !(entry.value.first?.isLetter ?? false) || entry.value.hasSuffix("-") {
      faults.append(
        LabFault(
          at: entry.location,
          "'\(entry.value)' cannot be an id; use ASCII letters, digits, _ and -, a letter first"))
      return nil
    }
    return entry.value
  }

  /// A value out of a fixed list.
  func choice<T: RawRepresentable & CaseIterable>(
    _ name: String, faults: inout [LabFault]
  ) -> T? where T.RawValue == String {
    guard let entry = entry(name) else { return nil }
    if let value = T(rawValue: entry.value) { return value }
    let known = T.allCases.map(\.rawValue).joined(separator: ", ")
    faults.append(LabFault(at: entry.location, "\(name)=\(entry.value) is not known; it may be \(known)"))
    return nil
  }

  /// A positive whole number.
  func count(_ name: String, upTo limit: Int, faults: inout [LabFault]) -> Int? {
    guard let entry = entry(name) else { return nil }
    if let n = Int(entry.value), (1...limit).contains(n) { return n }
    faults.append(
      LabFault(at: entry.location, "\(name)=\(entry.value) is not a whole number from 1 to \(limit)"))
    return nil
  }

  /// A length: a number and `cm`, `mm`, `in` or `pt`.
  func length(_ name: String, faults: inout [LabFault]) -> String? {
    guard let entry = entry(name) else { return nil }
    if ["cm", "mm", "in", "pt"].contains(String(entry.value.suffix(2))),
      let number = Double(entry.value.dropLast(2)), number > 0, number < 2000
    {
      return entry.value
    }
    faults.append(
      LabFault(at: entry.location, "\(name)=\(entry.value) is not a length; write for example \(name)=12cm"))
    return nil
  }

  /// The texts `name.en` and `name.zh`.
  func texts(_ name: String, faults: inout [LabFault]) -> [LabLanguage: InlineText] {
    var texts: [LabLanguage: InlineText] = [:]
    for language in LabLanguage.allCases {
      if let entry = entry("\(name).\(language.rawValue)") {
        texts[language] = InlineText(entry.value, at: entry.valueLocation, faults: &faults)
      }
    }
    return texts
  }
}

extension Array where Element == String {
  /// The lines without blank ones at both ends.
  package func trimmingBlankLines() -> [String] {
    var lines = self[...]
    while let first = lines.first, first.allSatisfy(\.isWhitespace) { lines.removeFirst() }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return Array(lines)
  }
}
