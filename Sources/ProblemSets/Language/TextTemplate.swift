import Estimates
import Labs

/// A text with places for what differs between variants:
///
///     {{m.sigma:%.1f}}   a number: an expression and its format, as in labs
///     {{group}}          a drawn word, in the text's language
///     [[mean]]           where the answer of this id is written
public struct TextTemplate: Sendable {
  /// A piece of the text.
  enum Piece: Sendable {
    case text(String)
    case value(LabValue)
    case word(String)
    case blank(String, LabLocation)
  }

  let pieces: [Piece]
  /// Where the text begins.
  let location: LabLocation

  // Private characters stand for words and blanks while the values are read.
  private static let wordMark: Character = "\u{E000}"
  private static let blankMark: Character = "\u{E001}"
  private static let endMark: Character = "\u{E002}"

  /// Reads a text; everything wrong becomes a fault.
  init(_ text: String, at location: LabLocation, inFormula: Bool = false, faults: inout [LabFault]) {
    self.location = location
    let (marked, places) = TextTemplate.marked(text, at: location)
    let inline = InlineText(marked, at: location, inFormula: inFormula, faults: &faults)
    var pieces: [Piece] = []
    for segment in inline.segments {
      switch segment {
      case .text(let piece): pieces += TextTemplate.pieces(of: piece, places, location)
      case .value(let value): pieces.append(.value(value))
      case .reference(let reference):
        faults.append(
          LabFault(
            at: reference.location,
            "'@\(reference.key)' is a numbered reference, which problems do not have; say 'the figure', 'the table'"
          ))
      }
    }
    self.pieces = pieces
  }

  /// Reads the Markdown of a division line by line; displayed formulas are read as TeX.
  static func paragraphs(_ lines: [String], at first: LabLocation, faults: inout [LabFault]) -> TextTemplate {
    var pieces: [Piece] = []
    var pending: [String] = []
    var pendingStart = 0
    func flush(_ faults: inout [LabFault]) {
      guard !pending.isEmpty else { return }
      let place = LabLocation(file: first.file, line: first.line + pendingStart)
      pieces += TextTemplate(pending.joined(separator: "\n") + "\n", at: place, faults: &faults).pieces
      pending = []
    }
    var i = 0
    while i < lines.count {
      guard lines[i].hasPrefix("$$") else {
        if pending.isEmpty { pendingStart = i }
        pending.append(lines[i])
        i += 1
        continue
      }
      flush(&faults)
      let start = i
      var formula = [lines[i]]
      while !(formula.last!.hasSuffix("$$") && (formula.count > 1 || formula[0].count > 3)),
        i + 1 < lines.count
      {
        i += 1
        formula.append(lines[i])
      }
      i += 1
      let place = LabLocation(file: first.file, line: first.line + start)
      let text = formula.joined(separator: "\n") + "\n"
      pieces += TextTemplate(text, at: place, inFormula: true, faults: &faults).pieces
    }
    flush(&faults)
    return TextTemplate(pieces: pieces, location: first)
  }

  private init(pieces: [Piece], location: LabLocation) {
    self.pieces = pieces
    self.location = location
  }

  /// The blanks in order, with their places.
  var blanks: [(id: String, location: LabLocation)] {
    pieces.compactMap { if case .blank(let id, let location) = $0 { (id, location) } else { nil } }
  }
  /// The drawn words it names.
  var words: [String] { pieces.compactMap { if case .word(let name) = $0 { name } else { nil } } }
  /// The values in order.
  var values: [LabValue] { pieces.compactMap { if case .value(let value) = $0 { value } else { nil } } }

  /// `{{word}}` and `[[blank]]` between private characters, the latter with its number among the blanks;
  /// where the blanks stand.
  private static func marked(_ text: String, at start: LabLocation) -> (text: String, places: [LabLocation]) {
    let characters = Array(text)
    var out = ""
    var places: [LabLocation] = []
    var (line, lineStart) = (0, 0)
    var i = 0
    while i < characters.count {
      if characters[i] == "\n" { (line, lineStart) = (line + 1, i + 1) }
      let pair = i + 1 < characters.count ? (characters[i], characters[i + 1]) : (" ", " ")
      let close: Character? = pair == ("{", "{") ? "}" : pair == ("[", "[") ? "]" : nil
      if let close {
        var k = i + 2
        while k < characters.count, characters[k].isASCII,
          characters[k].isLetter || characters[k].isNumber || characters[k] == "_"
        {
          k += 1
        }
        if k > i + 2, k + 1 < characters.count, characters[k] == close, characters[k + 1] == close {
          out.append(close == "}" ? wordMark : blankMark)
          if close == "]" {
            out += "\(places.count) "
            let column = (line == 0 ? start.column : 1) + i - lineStart
            places.append(LabLocation(file: start.file, line: start.line + line, column: column))
          }
          out += String(characters[(i + 2)..<k])
          out.append(endMark)
          i = k + 2
          continue
        }
      }
      out.append(characters[i])
      i += 1
    }
    return (out, places)
  }

  private static func pieces(of text: String, _ places: [LabLocation], _ start: LabLocation) -> [Piece] {
    var pieces: [Piece] = []
    var current = ""
    var mark: Character?
    for c in text {
      if c == wordMark || c == blankMark {
        if !current.isEmpty { pieces.append(.text(current)) }
        current = ""
        mark = c
      } else if c == endMark, let opened = mark {
        if opened == wordMark {
          pieces.append(.word(current))
        } else {
          let number = Int(current.prefix { $0 != " " }) ?? 0
          let id = String(current.drop { $0 != " " }.dropFirst())
          pieces.append(.blank(id, places.indices.contains(number) ? places[number] : start))
        }
        current = ""
        mark = nil
      } else {
        current.append(c)
      }
    }
    if !current.isEmpty { pieces.append(.text(current)) }
    return pieces
  }
}
