import Labs

/// Blocks of code in a text, for comparing a text with what became of it: their line ends must be the same.
enum CodeBlocks {
  /// The code of a Markdown text: what stands between fences, and what is indented by four blanks or more
  /// behind a blank line outside lists.
  static func of(markdown: String) -> [String] {
    let lines = markdown.replacing("\r\n", with: "\n").split(
      separator: "\n", omittingEmptySubsequences: false)
    return ranges(in: lines).map { range in
      let first = lines[range.lowerBound]
      guard let mark = fence(first) else {
        return tidied(lines[range].map { dropping(4, from: $0) }.joined(separator: "\n"))
      }
      var body = lines[range].dropFirst()
      if let last = body.last, last.trimmingBlanks().hasPrefix(mark) { body.removeLast() }
      return tidied(body.map { dropping(width(first), from: $0) }.joined(separator: "\n"))
    }
  }

  /// The lines of each block, those of its fences with them.
  static func ranges(in lines: [Substring]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var i = 0
    // Whether a paragraph cannot be going on, and whether an item of a list can.
    var (isFree, inList) = (true, false)
    while i < lines.count {
      let line = lines[i]
      let text = line.trimmingBlanks()
      let start = i
      i += 1
      if let mark = fence(line) {
        while i < lines.count, !lines[i].trimmingBlanks().hasPrefix(mark) { i += 1 }
        i = min(i + 1, lines.count)
        found.append(start..<i)
        isFree = true
        continue
      }
      if isFree, !inList, width(line) >= 4, !text.isEmpty {
        while i < lines.count, width(lines[i]) >= 4 || lines[i].trimmingBlanks().isEmpty { i += 1 }
        while lines[i - 1].trimmingBlanks().isEmpty { i -= 1 }
        found.append(start..<i)
        continue
      }
      if startsItem(text), width(line) < 4 {
        inList = true
      } else if isFree, !text.isEmpty, width(line) == 0 {
        inList = false
      }
      isFree = text.isEmpty || text.hasPrefix("#") || text.hasSuffix("$$")
    }
    return found
  }

  /// A text whose lines outside code are changed together, run by run.
  static func changingText(of markdown: String, _ change: (String) -> String) -> String {
    let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
    var parts: [String] = []
    var next = 0
    for range in ranges(in: lines) + [lines.count..<lines.count] {
      if next < range.lowerBound {
        parts.append(change(lines[next..<range.lowerBound].joined(separator: "\n")))
      }
      if !range.isEmpty { parts.append(lines[range].joined(separator: "\n")) }
      next = range.upperBound
    }
    return parts.joined(separator: "\n")
  }

  /// The marks with which a line opens code; nil where it opens none.
  private static func fence(_ line: Substring) -> String? {
    let text = line.trimmingBlanks()
    guard text.hasPrefix("```") || text.hasPrefix("~~~") else { return nil }
    return String(text.prefix { $0 == text.first })
  }

  /// The code of an HTML text: what stands between `<pre>` and `</pre>`, `<br/>` as a line end.
  static func of(html: String) -> [String] {
    parts(html: html).filter(\.isCode).map {
      tidied(plain($0.text.replacing("<pre>", with: "").replacing("</pre>", with: "")))
    }
  }

  /// The parts of an HTML text in order, from each `<pre>` to its `</pre>` code, the others not.
  static func parts(html: String) -> [(text: String, isCode: Bool)] {
    var parts: [(text: String, isCode: Bool)] = []
    var rest = html[...]
    while let open = rest.firstRange(of: "<pre>"),
      let close = rest[open.upperBound...].firstRange(of: "</pre>")
    {
      parts.append((String(rest[..<open.lowerBound]), false))
      parts.append((String(rest[open.lowerBound..<close.upperBound]), true))
      rest = rest[close.upperBound...]
    }
    return parts + [(String(rest), false)]
  }

  /// The code of an XML element: the texts of its elements `pre`.
  static func of(_ element: XMLElement) -> [String] {
    element.descendants("pre").map { tidied($0.text) }
  }

  /// Blanks at the ends of lines, and line ends at both ends, say nothing.
  private static func tidied(_ code: String) -> String {
    code.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = String(line)
      while line.last == " " { line.removeLast() }
      return line
    }.trimmingBlankLines().joined(separator: "\n")
  }

  private static func plain(_ html: String) -> String {
    var out = html.replacing("<br/>", with: "\n").replacing("<code>", with: "").replacing("</code>", with: "")
    for (name, sign) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
      out = out.replacing(name, with: sign)
    }
    return out
  }

  /// The blanks before a line's text, a tab as four.
  static func width(_ line: some StringProtocol) -> Int {
    var width = 0
    for c in line {
      if c == " " { width += 1 } else if c == "\t" { width += 4 } else { break }
    }
    return width
  }

  /// A line without so many blanks before it, or without all where it has fewer.
  static func dropping(_ count: Int, from line: some StringProtocol) -> String {
    var left = count
    var rest = line[...]
    while left > 0, let c = rest.first, c == " " || c == "\t" {
      left -= c == "\t" ? 4 : 1
      rest = rest.dropFirst()
    }
    return String(rest)
  }

  /// Whether a line begins an item of a list.
  private static func startsItem(_ text: String) -> Bool {
    if ["- ", "* ", "+ "].contains(where: text.hasPrefix) { return true }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && [". ", ") "].contains(where: text.dropFirst(digits.count).hasPrefix)
  }
}
