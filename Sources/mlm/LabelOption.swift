import ArgumentParser
import Labs
import ModelFigures

/// Words for names of the data.
struct LabelOption: ParsableArguments {
  @Option(
    name: .customLong("label"), parsing: .singleValue,
    help: ArgumentHelp(
      """
      Words for a column or for a level of the grouping factor, in English and Chinese; a column may have a unit and its \
      singular, e.g. "experience=experience [years, per year]|工作年限 [年, per 年]". May be repeated.
      """, valueName: "NAME=ENGLISH|中文"), transform: NameLabel.init(parsing:))
  var labels: [NameLabel] = []
}

/// The words for one name: `experience=experience [years, per year]|工作年限 [年, per 年]`.
struct NameLabel {
  /// A column, or a level of the grouping factor.
  let name: String
  /// The words.
  let words: LocalizedText
  /// The column's unit, empty if none is given.
  let unit: LocalizedText
  /// The unit as it stands after "per", empty if none is given.
  let singularUnit: LocalizedText

  init(parsing text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("'\(text)' has no name before '='; write NAME=ENGLISH|中文")
    }
    name = String(text[..<equals])
    let halves = text[text.index(after: equals)...].split(
      separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = try halves.map { try NameLabel.parts($0, of: text) }
    let (english, chinese) = (parts[0], parts[parts.count - 1])
    words = LocalizedText(english: english.words, chinese: chinese.words)
    unit = LocalizedText(english: english.unit, chinese: chinese.unit)
    singularUnit = LocalizedText(english: english.singular, chinese: chinese.singular)
  }

  /// Words, unit and singular unit of one language.
  private static func parts(_ half: Substring, of text: String) throws -> (
    words: String, unit: String, singular: String
  ) {
    var words = trimmed(half)
    var unit = ""
    var singular = ""
    if words.hasSuffix("]"), let open = words.lastIndex(of: "[") {
      let inside = words[words.index(after: open)...].dropLast()
      words = trimmed(words[..<open])
      unit = trimmed(inside)
      if let comma = inside.lastIndex(where: { $0 == "," || $0 == "，" }) {
        let rest = trimmed(inside[inside.index(after: comma)...])
        if let mark = ["per ", "每"].first(where: { rest.hasPrefix($0) }) {
          unit = trimmed(inside[..<comma])
          singular = trimmed(rest.dropFirst(mark.count))
        }
      }
    }
    if words.isEmpty { throw ValidationError("'\(text)' leaves a name without words") }
    return (words, unit, singular)
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  var hasUnit: Bool { !(unit.english + unit.chinese).isEmpty }

  /// The words in a language.
  func words(_ language: LabLanguage) -> String { words(language == .zh ? .chinese : .english) }
}

/// A label that names nothing.
enum LabelError: Error, Equatable, CustomStringConvertible {
  case unknownName(String, columns: [String], levels: [String])
  case unitOfLevel(String)

  var description: String {
    switch self {
    case .unknownName(let name, let columns, let levels):
      "--label names '\(name)', which does not appear; columns are \(columns.joined(separator: ", "))"
        + (levels.isEmpty
          ? ""
          : "; levels are \(levels.prefix(12).joined(separator: ", "))" + (levels.count > 12 ? ", …" : ""))
    case .unitOfLevel(let name): "--label gives '\(name)' a unit; it is a level, and levels have none"
    }
  }
}

extension ModelFigure {
  /// Gives columns and levels other words.
  /// - Throws: `LabelError`.
  mutating func rename(_ labels: [NameLabel]) throws(LabelError) {
    for label in labels {
      switch part(named: label.name) {
      case .column: break
      case .level: if label.hasUnit { throw .unitOfLevel(label.name) }
      case nil:
        throw .unknownName(
          label.name, columns: columnNames, levels: levelNames.filter { !$0.isEmpty })
      }
      rename(label.name, to: label.words, unit: label.unit, per: label.singularUnit)
    }
  }
}
