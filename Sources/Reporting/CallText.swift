/// R calls broken into lines as R deparses them: a line that has grown beyond 60 characters ends behind the next operator
/// with blanks around it, or the next comma between arguments; the rest is indented by four blanks a level.
struct CallText {
  private static let cutoff = 60

  private var lines: [String] = []
  private var line = ""
  private var indent = 0

  /// The lines of a formula.
  static func formulaLines(_ formula: String) -> [String] {
    var writer = CallText()
    writer.write(DeparsedExpression(formula))
    return writer.finished
  }

  /// The call `function(formula = …, arguments)` on one or more lines.
  static func call(_ function: String, formula: String, arguments: [String]) -> String {
    var writer = CallText()
    writer.put(function + "(formula = ")
    writer.write(DeparsedExpression(formula))
    var broken = false
    for argument in arguments {
      writer.put(", ")
      writer.breakIfLong(&broken)
      writer.put(argument)
    }
    writer.put(")")
    return writer.finished.joined(separator: "\n")
  }

  private var finished: [String] { lines + [line] }

  private mutating func put(_ text: String) {
    if line.isEmpty { line = String(repeating: "    ", count: indent) }
    line += text
  }

  /// Ends the line if it is long; the first break of an expression indents what follows in it.
  private mutating func breakIfLong(_ broken: inout Bool) {
    guard line.utf8.count > CallText.cutoff else { return }
    if !broken {
      broken = true
      indent += 1
    }
    lines.append(line)
    line = ""
  }

  private mutating func write(_ expression: DeparsedExpression) {
    switch expression {
    case .piece(let text): put(text)
    case .enclosed(let opening, let items):
      put(opening)
      var broken = false
      for (i, item) in items.enumerated() {
        if i > 0 {
          put(", ")
          breakIfLong(&broken)
        }
        write(item)
      }
      if broken { indent -= 1 }
      put(")")
    case .sequence(let items): for item in items { write(item) }
    case .binary(let op, let left, let right):
      write(left)
      put(" " + op + " ")
      var broken = false
      breakIfLong(&broken)
      write(right)
      if broken { indent -= 1 }
    }
  }
}

/// Deparsed text read only as far as its line breaks need: operators with blanks around them, parentheses, arguments.
private indirect enum DeparsedExpression {
  /// Text without a place to break.
  case piece(String)
  /// A parenthesis or call with its opening text and its arguments.
  case enclosed(String, [DeparsedExpression])
  /// Parts that follow each other without blanks, as around `:` or `^`.
  case sequence([DeparsedExpression])
  /// Two operands.
  case binary(String, DeparsedExpression, DeparsedExpression)

  private static let levels: [[String]] = [["~"], ["|", "||"], ["+", "-"], ["*", "/"]]

  init(_ text: String) {
    var reader = Reader(characters: Array(text))
    self = reader.expression(level: 0)
  }

  private struct Reader {
    let characters: [Character]
    var next = 0

    mutating func expression(level: Int) -> DeparsedExpression {
      guard level < levels.count else { return operand() }
      var left = expression(level: level + 1)
      while let op = spacedOperator(levels[level]) {
        next += op.count + 2
        left = .binary(op, left, expression(level: level + 1))
      }
      return left
    }

    /// The operator between blanks that comes next, if it is one of these.
    func spacedOperator(_ operators: [String]) -> String? {
      guard next < characters.count, characters[next] == " " else { return nil }
      let rest = characters[(next + 1)...]
      return operators.first { op in rest.starts(with: op + " ") }
    }

    mutating func operand() -> DeparsedExpression {
      var parts: [DeparsedExpression] = []
      var text = ""
      while next < characters.count {
        let c = characters[next]
        // The name of an argument is no place to break.
        if characters[next...].starts(with: " = ") {
          text += " = "
          next += 3
          continue
        }
        if c == " " || c == ")" || c == "," { break }
        next += 1
        text.append(c)
        if c == "`" {
          while next < characters.count, characters[next] != "`" { advance(into: &text) }
          if next < characters.count { advance(into: &text) }
        } else if c == "(" {
          var items = [expression(level: 0)]
          while next + 1 < characters.count, characters[next] == "," {
            next += 2
            items.append(expression(level: 0))
          }
          next += 1
          parts.append(.enclosed(text, items))
          text = ""
        }
      }
      if !text.isEmpty { parts.append(.piece(text)) }
      return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func advance(into text: inout String) {
      text.append(characters[next])
      next += 1
    }
  }
}
