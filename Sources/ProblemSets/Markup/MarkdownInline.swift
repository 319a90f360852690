/// Markdown within a block as XHTML.
struct MarkdownInline {
  private let characters: [Character]
  private let context: MarkdownHTML
  private var i = 0

  init(_ characters: [Character], _ context: MarkdownHTML) {
    self.characters = characters
    self.context = context
  }

  mutating func html() -> String {
    var out = ""
    while i < characters.count {
      let c = characters[i]
      switch c {
      case "\\": out += escape()
      case "`": out += code()
      case "$": out += formula()
      case "*", "_": out += emphasis()
      case "!" where next == "[": out += image() ?? literal()
      case "[": out += link() ?? literal()
      case "&": out += entity()
      case "\n": out += lineEnd()
      default:
        out +=
          context.blankMarkup(c).map {
            i += 1; return $0
          } ?? literal()
      }
    }
    return out
  }

  private var next: Character? { i + 1 < characters.count ? characters[i + 1] : nil }

  private mutating func literal() -> String {
    i += 1
    return XMLText.escaped(String(characters[i - 1]))
  }

  private mutating func escape() -> String {
    guard let c = next else { return literal() }
    if c == "\n" {
      i += 2
      return "<br/>\n"
    }
    guard c.isASCII, c.isPunctuation || c.isSymbol else { return literal() }
    i += 2
    return XMLText.escaped(String(c))
  }

  /// A line end; none between two Chinese characters.
  private mutating func lineEnd() -> String {
    i += 1
    if i > 1, i < characters.count, characters[i - 2].isWide, characters[i].isWide { return "" }
    return "\n"
  }

  private mutating func code() -> String {
    let marks = characters[i...].prefix { $0 == "`" }.count
    var k = i + marks
    while k < characters.count {
      let run = characters[k...].prefix { $0 == "`" }.count
      if run == marks {
        let text = String(characters[(i + marks)..<k]).replacing("\n", with: " ")
        i = k + marks
        return "<code>\(XMLText.escaped(text.trimmingSpaces()))</code>"
      }
      k += max(run, 1)
    }
    i += marks
    return String(repeating: "`", count: marks)
  }

  /// `$…$` and `$$…$$`; a dollar before a blank, or one that is never closed, is a dollar.
  private mutating func formula() -> String {
    let isDisplay = next == "$"
    let width = isDisplay ? 2 : 1
    let start = i + width
    guard start < characters.count, isDisplay || !characters[start].isWhitespace else { return literal() }
    var k = start
    while k < characters.count {
      if characters[k] == "\\" {
        k += 2
        continue
      }
      if characters[k] == "$" {
        let isEnd =
          isDisplay
          ? k + 1 < characters.count && characters[k + 1] == "$"
          : !characters[k - 1].isWhitespace && !(k + 1 < characters.count && characters[k + 1].isNumber)
        if isEnd, k > start {
          let text = XMLText.escaped(String(characters[start..<k]))
          i = k + width
          return isDisplay ? "\\[\(text)\\]" : "\\(\(text)\\)"
        }
      }
      k += 1
    }
    return literal()
  }

  private mutating func emphasis() -> String {
    let mark = characters[i]
    let count = min(characters[i...].prefix { $0 == mark }.count, 2)
    for width in [count, 1] where width <= count {
      if let end = closing(mark, width) {
        var inner = MarkdownInline(Array(characters[(i + width)..<end]), context)
        let tag = width == 2 ? "strong" : "em"
        let text = inner.html()
        i = end + width
        return "<\(tag)>\(text)</\(tag)>"
      }
    }
    return literal()
  }

  /// Where emphasis that opens here closes; nil where it does not.
  private func closing(_ mark: Character, _ width: Int) -> Int? {
    let start = i + width
    guard start < characters.count, !characters[start].isWhitespace else { return nil }
    if mark == "_", i > 0, characters[i - 1].isLetter || characters[i - 1].isNumber { return nil }
    var k = start
    var inCode = false
    var inFormula = false
    while k < characters.count {
      let c = characters[k]
      if c == "\\" {
        k += 2
        continue
      }
      if c == "`" { inCode.toggle() }
      if c == "$", !inCode { inFormula.toggle() }
      if c == mark, !inCode, !inFormula {
        let run = characters[k...].prefix { $0 == mark }.count
        let behind = k + run < characters.count ? characters[k + run] : " "
        let isInsideWord = mark == "_" && (behind.isLetter || behind.isNumber)
        if run == width || (run == 3), k > start, !characters[k - 1].isWhitespace, !isInsideWord {
          return run == 3 ? k + 3 - width : k
        }
        k += run
        continue
      }
      k += 1
    }
    return nil
  }

  /// `[text](address)` from a place: what is between the brackets and the parentheses, and the place behind.
  private func target(from open: Int) -> (text: [Character], address: String, end: Int)? {
    var depth = 0
    var k = open
    while k < characters.count {
      if characters[k] == "\\" {
        k += 2
        continue
      }
      if characters[k] == "[" { depth += 1 }
      if characters[k] == "]" { depth -= 1 }
      if depth == 0 { break }
      k += 1
    }
    guard k + 1 < characters.count, characters[k + 1] == "(",
      let close = characters[(k + 2)...].firstIndex(of: ")")
    else { return nil }
    var address = String(characters[(k + 2)..<close]).trimmingSpaces()
    if let blank = address.firstIndex(of: " ") { address = String(address[..<blank]) }
    if address.hasPrefix("<"), address.hasSuffix(">") { address = String(address.dropFirst().dropLast()) }
    return (Array(characters[(open + 1)..<k]), address, close + 1)
  }

  private mutating func image() -> String? {
    guard let (text, address, end) = target(from: i + 1) else { return nil }
    i = end
    // {width=12cm} and the like behind an image.
    if i < characters.count, characters[i] == "{", let close = characters[i...].firstIndex(of: "}") {
      i = close + 1
    }
    let place = context.address(address) ?? address
    return
      "<img src=\"\(XMLText.escaped(place))\" alt=\"\(XMLText.escaped(PlainText.of(String(text))))\" "
      + "style=\"max-width:100%\"/>"
  }

  private mutating func link() -> String? {
    guard let (text, address, end) = target(from: i) else { return nil }
    i = end
    var inner = MarkdownInline(text, context)
    let place = context.address(address) ?? address
    return "<a href=\"\(XMLText.escaped(place))\">\(inner.html())</a>"
  }

  /// A character reference is the character.
  private mutating func entity() -> String {
    let names: [String: String] = [
      "amp": "&amp;", "lt": "&lt;", "gt": "&gt;", "quot": "&quot;", "nbsp": "\u{A0}", "ndash": "–",
      "times": "×",
    ]
    if let semicolon = characters[i...].prefix(10).firstIndex(of: ";") {
      let name = String(characters[(i + 1)..<semicolon])
      if let text = names[name] {
        i = semicolon + 1
        return text
      }
      if name.hasPrefix("#"), let value = UInt32(name.dropFirst()), let scalar = Unicode.Scalar(value) {
        i = semicolon + 1
        return XMLText.escaped(String(scalar))
      }
    }
    return literal()
  }
}

extension Character {
  /// Chinese characters and full-width marks.
  fileprivate var isWide: Bool {
    switch unicodeScalars.first!.value {
    case 0x2E80...0x303F, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF60,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }
}
