import Labs

/// Markdown as XHTML, for learning platforms: paragraphs, headings, emphasis, code, lists, quotes, pipe
/// tables, links, images, and formulas as `\( \)` and `\[ \]`. Raw HTML is shown as it stands, not obeyed.
struct MarkdownHTML {
  /// The address of a file that a text names; other addresses are passed on unchanged by returning nil.
  var address: (_ path: String) -> String? = { _ in nil }
  /// The markup of the blank of an index.
  var blank: (_ index: Int) -> String = { _ in "______" }

  /// Private-use characters that stand for blanks while Markdown is read.
  private static let blankStart: UInt32 = 0xF0000

  /// The Markdown of a stem, with one character for each blank.
  static func text(of stem: [StemPiece]) -> String {
    stem.map { piece in
      switch piece {
      case .markdown(let text): text
      case .blank(let index): String(Unicode.Scalar(blankStart + UInt32(index))!)
      }
    }.joined()
  }

  /// The blocks of a text.
  func html(_ markdown: String) -> String { blocks(lines(markdown)).joined(separator: "\n") }

  /// A text of one paragraph without the paragraph's tags; several paragraphs keep theirs.
  func inlineHTML(_ markdown: String) -> String {
    let all = blocks(lines(markdown))
    guard all.count == 1, all[0].hasPrefix("<p>"), all[0].hasSuffix("</p>") else {
      return all.joined(separator: "\n")
    }
    return String(all[0].dropFirst(3).dropLast(4))
  }

  private func lines(_ markdown: String) -> [String] {
    markdown.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  // MARK: blocks

  private func blocks(_ lines: [String]) -> [String] {
    var out: [String] = []
    var i = 0
    while i < lines.count {
      let line = lines[i].trimmingSpaces()
      if line.isEmpty {
        i += 1
      } else if line.hasPrefix("```") || line.hasPrefix("~~~") {
        out.append(fencedCode(lines, &i))
      } else if isIndentedCode(lines[i]) {
        out.append(indentedCode(lines, &i))
      } else if let level = headingLevel(line) {
        out.append(
          "<h\(level + 2)>\(inline(String(line.drop { $0 == "#" }).trimmingSpaces()))</h\(level + 2)>")
        i += 1
      } else if line.hasPrefix("$$"), let formula = displayFormula(lines, &i) {
        out.append("<p>\\[\(XMLText.escaped(formula))\\]</p>")
      } else if line.hasPrefix(">") {
        let quoted = takeWhile(lines, &i) { $0.trimmingSpaces().hasPrefix(">") }
        let inner = quoted.map { line in
          let rest = line.trimmingSpaces().dropFirst()
          return String(rest.first == " " ? rest.dropFirst() : rest)
        }
        out.append("<blockquote>\n\(blocks(inner).joined(separator: "\n"))\n</blockquote>")
      } else if isTable(lines, i) {
        out.append(table(takeWhile(lines, &i) { $0.contains("|") }))
      } else if ListMarker(lines[i]) != nil {
        out.append(list(lines, &i))
      } else {
        out.append("<p>\(inline(paragraph(lines, &i)))</p>")
      }
    }
    return out
  }

  private func takeWhile(_ lines: [String], _ i: inout Int, _ isPart: (String) -> Bool) -> [String] {
    let start = i
    while i < lines.count, isPart(lines[i]) { i += 1 }
    return Array(lines[start..<i])
  }

  private func headingLevel(_ line: String) -> Int? {
    let marks = line.prefix { $0 == "#" }.count
    guard (1...4).contains(marks), line.dropFirst(marks).first == " " else { return nil }
    return marks
  }

  private func fencedCode(_ lines: [String], _ i: inout Int) -> String {
    let fence = String(lines[i].trimmingSpaces().prefix { $0 == "`" || $0 == "~" })
    let indent = CodeBlocks.width(lines[i])
    i += 1
    let code = takeWhile(lines, &i) { !$0.trimmingSpaces().hasPrefix(fence) }
    i += 1
    return pre(code.map { CodeBlocks.dropping(indent, from: $0) })
  }

  /// Whether a line that begins a block is code by its indent; a blank to be filled in is none.
  private func isIndentedCode(_ line: String) -> Bool {
    CodeBlocks.width(line) >= 4 && !line.contains { blankMarkup($0) != nil }
  }

  private func indentedCode(_ lines: [String], _ i: inout Int) -> String {
    var code = takeWhile(lines, &i) { isIndentedCode($0) || $0.trimmingSpaces().isEmpty }
    while code.last?.trimmingSpaces().isEmpty == true { code.removeLast() }
    return pre(code.map { CodeBlocks.dropping(4, from: $0) })
  }

  private func pre(_ code: [String]) -> String {
    "<pre><code>\(XMLText.escaped(code.joined(separator: "\n")))</code></pre>"
  }

  /// A formula between lines `$$`, or all on one line; nil where it is never closed or text follows it.
  private func displayFormula(_ lines: [String], _ i: inout Int) -> String? {
    var text = String(lines[i].trimmingSpaces().dropFirst(2))
    var k = i
    while true {
      if let end = text.firstRange(of: "$$") {
        guard text[end.upperBound...].allSatisfy({ $0 == " " || $0 == "\n" }) else { return nil }
        i = k + 1
        return String(text[..<end.lowerBound]).split(whereSeparator: \.isNewline).map {
          String($0).trimmingSpaces()
        }
        .filter { !$0.isEmpty }.joined(separator: "\n")
      }
      k += 1
      guard k < lines.count, !lines[k].trimmingSpaces().isEmpty else { return nil }
      text += "\n" + lines[k]
    }
  }

  private func paragraph(_ lines: [String], _ i: inout Int) -> String {
    let start = i
    i += 1
    while i < lines.count {
      let line = lines[i].trimmingSpaces()
      if line.isEmpty || line.hasPrefix("```") || line.hasPrefix(">") || headingLevel(line) != nil
        || isTable(lines, i) || ListMarker(lines[i])?.canInterrupt == true
      {
        break
      }
      i += 1
    }
    return lines[start..<i].map { line in
      let text = line.drop { $0 == " " || $0 == "\t" }
      return text.hasSuffix("  ") ? String(text).trimmingSpaces() + "\\" : String(text).trimmingSpaces()
    }.joined(separator: "\n")
  }

  private func list(_ lines: [String], _ i: inout Int) -> String {
    let first = ListMarker(lines[i])!
    var items: [[String]] = []
    while i < lines.count {
      if let marker = ListMarker(lines[i]), marker.indent <= first.indent,
        marker.isNumbered == first.isNumbered
      {
        if marker.indent < first.indent { break }
        items.append([String(lines[i].dropFirst(marker.width))])
        i += 1
      } else if lines[i].trimmingSpaces().isEmpty {
        // A blank line belongs to the item where an indented line or another item follows.
        let next = lines[(i + 1)...].first { !$0.trimmingSpaces().isEmpty }
        guard let next, indent(next) > first.indent || ListMarker(next)?.isNumbered == first.isNumbered else {
          break
        }
        items[items.count - 1].append("")
        i += 1
      } else if indent(lines[i]) > first.indent {
        items[items.count - 1].append(String(lines[i].dropFirst(min(indent(lines[i]), first.width))))
        i += 1
      } else if items.last?.last?.isEmpty == false, ListMarker(lines[i]) == nil {
        items[items.count - 1].append(lines[i])
        i += 1
      } else {
        break
      }
    }
    let tag = first.isNumbered ? "ol" : "ul"
    let texts = items.map { item in
      let all = blocks(item)
      if let only = all.first, only.hasPrefix("<p>"), only.hasSuffix("</p>"),
        all.count(where: { $0.hasPrefix("<p>") }) == 1
      {
        return
          "<li>\(([String(only.dropFirst(3).dropLast(4))] + all.dropFirst()).joined(separator: "\n"))</li>"
      }
      return "<li>\(all.joined(separator: "\n"))</li>"
    }
    return "<\(tag)>\n\(texts.joined(separator: "\n"))\n</\(tag)>"
  }

  private func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }

  private func isTable(_ lines: [String], _ i: Int) -> Bool {
    guard lines[i].contains("|"), i + 1 < lines.count else { return false }
    let rule = cells(lines[i + 1])
    return lines[i + 1].contains("-") && lines[i + 1].contains("|") && !rule.isEmpty
      && rule.allSatisfy { $0.contains("-") && $0.allSatisfy { "-: ".contains($0) } }
      && rule.count == cells(lines[i]).count
  }

  private func table(_ lines: [String]) -> String {
    let alignments = cells(lines[1]).map { cell in
      cell.hasSuffix(":") ? (cell.hasPrefix(":") ? "center" : "right") : "left"
    }
    func row(_ line: String, _ tag: String) -> String {
      let texts = cells(line)
      let all = alignments.indices.map { k in
        "<\(tag) style=\"text-align:\(alignments[k]);padding:0 0.6em\">\(k < texts.count ? inline(texts[k]) : "")</\(tag)>"
      }
      return "<tr>\(all.joined())</tr>"
    }
    let body = lines.dropFirst(2).map { row($0, "td") }.joined(separator: "\n")
    return "<table>\n<thead>\n\(row(lines[0], "th"))\n</thead>\n<tbody>\n\(body)\n</tbody>\n</table>"
  }

  /// The cells of a row; a bar behind a backslash, in code or in a formula parts nothing.
  private func cells(_ line: String) -> [String] {
    var cells = [""]
    var inCode = false
    var inFormula = false
    var before: Character = " "
    for c in line.trimmingSpaces() {
      if c == "`", before != "\\" { inCode.toggle() }
      if c == "$", before != "\\", !inCode { inFormula.toggle() }
      if c == "|", before != "\\", !inCode, !inFormula {
        cells.append("")
      } else {
        cells[cells.count - 1].append(c)
      }
      before = c
    }
    if cells.first?.trimmingSpaces().isEmpty == true { cells.removeFirst() }
    if cells.last?.trimmingSpaces().isEmpty == true { cells.removeLast() }
    return cells.map { $0.trimmingSpaces() }
  }

  // MARK: inline

  /// Text within a block.
  func inline(_ text: String) -> String {
    var parser = MarkdownInline(Array(text), self)
    return parser.html()
  }

  /// The markup of a character that stands for a blank; nil for any other.
  func blankMarkup(_ c: Character) -> String? {
    guard let scalar = c.unicodeScalars.first, c.unicodeScalars.count == 1,
      (Self.blankStart..<Self.blankStart + 1000).contains(scalar.value)
    else { return nil }
    return blank(Int(scalar.value - Self.blankStart))
  }
}

/// What begins an item of a list.
private struct ListMarker {
  let indent: Int
  /// Characters up to the item's text.
  let width: Int
  let isNumbered: Bool
  /// Whether it ends a paragraph: a number other than 1 is part of the text.
  let canInterrupt: Bool

  init?(_ line: String) {
    let spaces = line.prefix { $0 == " " }.count
    let rest = line.dropFirst(spaces)
    guard let c = rest.first else { return nil }
    if "-*+".contains(c) {
      guard rest.dropFirst().first == " " else { return nil }
      let gap = rest.dropFirst().prefix { $0 == " " }.count
      (indent, width, isNumbered, canInterrupt) = (spaces, spaces + 1 + gap, false, true)
    } else {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let mark = rest.dropFirst(digits.count)
      guard !digits.isEmpty, digits.count < 4, let m = mark.first, m == "." || m == ")",
        mark.dropFirst().first == " "
      else { return nil }
      let gap = mark.dropFirst().prefix { $0 == " " }.count
      (indent, width, isNumbered, canInterrupt) = (
        spaces, spaces + digits.count + 1 + gap, true, digits == "1"
      )
    }
  }
}
