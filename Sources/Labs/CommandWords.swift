/// A command of a lab block: its words after `mlm`, and where it begins.
public struct LabCommand: Sendable, Equatable {
  /// The arguments without the leading `mlm`.
  public let arguments: [String]
  /// Where the command begins.
  public let location: LabLocation
}

/// Splits the body of a block into commands by a small part of the shell's rules.
///
/// Words end at blanks, commands at line ends. `'…'` keeps everything; in `"…"` a backslash keeps `"` and
/// `\`; outside quotes a backslash keeps the next character, and at the end of a line joins it with the
/// next. `#` at the beginning of a word opens a comment. Nothing is expanded and no shell is ever started:
/// `$`, `` ` ``, `|`, `>`, `<`, `;` and `&` outside quotes are faults.
struct CommandWords {
  private let lines: [[Character]]
  private let first: LabLocation
  private var line = 0
  private var column = 0
  private(set) var faults: [LabFault] = []

  private init(_ lines: [String], at first: LabLocation) {
    self.lines = lines.map(Array.init)
    self.first = first
  }

  /// The commands of a body whose first line stands at `first`; faults are added.
  static func split(_ lines: [String], at first: LabLocation, faults: inout [LabFault]) -> [LabCommand] {
    var reader = CommandWords(lines, at: first)
    var commands: [LabCommand] = []
    while reader.line < reader.lines.count {
      let before = reader.faults.count
      guard let (words, location) = reader.nextCommand() else { continue }
      if reader.faults.count > before { continue }
      if words[0] != "mlm" {
        reader.faults.append(
          LabFault(
            at: location, "a command begins with 'mlm', not with '\(words[0])'; other programs are not run"))
      } else if words.count == 1 {
        reader.faults.append(
          LabFault(
            at: location, "'mlm' stands alone; name a subcommand, for example: mlm fit 'y ~ x' --data d.csv"))
      } else {
        commands.append(LabCommand(arguments: Array(words.dropFirst()), location: location))
      }
    }
    faults += reader.faults
    return commands
  }

  private var location: LabLocation {
    LabLocation(file: first.file, line: first.line + line, column: column + 1)
  }

  /// Reads one command; nil where the line is blank or a comment.
  private mutating func nextCommand() -> ([String], LabLocation)? {
    var words: [String] = []
    var start: LabLocation?
    while line < lines.count {
      let characters = lines[line]
      while column < characters.count, characters[column].isWhitespace { column += 1 }
      if column == characters.count || characters[column] == "#" { break }
      if characters[column] == "\\", column + 1 == characters.count {
        line += 1
        column = 0
        continue
      }
      if start == nil { start = location }
      if let word = readWord() { words.append(word) } else { break }
    }
    line += 1
    column = 0
    guard let start, !words.isEmpty else { return nil }
    return (words, start)
  }

  /// Reads one word from its first character; nil after a fault.
  private mutating func readWord() -> String? {
    var word = ""
    while line < lines.count, column < lines[line].count {
      let c = lines[line][column]
      switch c {
      case " ", "\t":
        return word
      case "'", "\"":
        guard let part = readQuoted(c) else { return nil }
        word += part
      case "\\":
        if column + 1 == lines[line].count {
          guard line + 1 < lines.count else {
            faults.append(
              LabFault(at: location, "the line is to be continued, but the block ends here; remove the '\\'"))
            return nil
          }
          line += 1
          column = 0
        } else {
          word.append(lines[line][column + 1])
          column += 2
        }
      case "$", "`", "|", ">", "<", ";", "&":
        let advice =
          switch c {
          case ">": "use --out FILE to write a file"
          case "|": "put formulas in quotes: 'y ~ x + (1 | g)'; commands are not piped, they share files"
          case ";", "&": "write one command a line"
          default: "nothing is expanded in a lab; put the text in single quotes"
          }
        faults.append(LabFault(at: location, "'\(c)' stands outside quotes; \(advice)"))
        return nil
      default:
        word.append(c)
        column += 1
      }
    }
    return word
  }

  /// Reads a quoted part, which may run over lines.
  private mutating func readQuoted(_ quote: Character) -> String? {
    let opened = location
    var part = ""
    column += 1
    while line < lines.count {
      if column >= lines[line].count {
        part.append("\n")
        line += 1
        column = 0
        continue
      }
      let c = lines[line][column]
      if c == quote {
        column += 1
        return part
      }
      if quote == "\"", c == "\\", column + 1 < lines[line].count, "\"\\".contains(lines[line][column + 1]) {
        part.append(lines[line][column + 1])
        column += 2
        continue
      }
      part.append(c)
      column += 1
    }
    faults.append(
      LabFault(at: opened, "the quote \(quote) is never closed in this block; end it with \(quote)"))
    return nil
  }
}
