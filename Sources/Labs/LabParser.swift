/// Reads a lab line by line: what begins a line decides what the line is; all else is running text.
struct LabParser {
  /// A division that is still open.
  private struct Frame {
    let kind: LabDivision.Kind?
    let attributes: LabAttributes
    let location: LabLocation
    let visibility: LabVisibility
    var elements: [LabElement] = []
  }

  private let file: String
  private let lines: [String]
  private var next = 0
  private var frames: [Frame]
  private var text: [String] = []
  private var textStart = 0
  private var blockCount = 0
  private(set) var frontMatter: LabFrontMatter?
  private(set) var faults: [LabFault] = []

  init(_ text: String, file: String) {
    self.file = file
    var lines: [String] = []
    var current = ""
    for scalar in text.unicodeScalars {
      if scalar == "\u{FEFF}" && lines.isEmpty && current.isEmpty { continue }
      if scalar == "\n" {
        if current.unicodeScalars.last == "\r" { current.unicodeScalars.removeLast() }
        lines.append(current)
        current = ""
      } else {
        current.unicodeScalars.append(scalar)
      }
    }
    if !current.isEmpty { lines.append(current) }
    self.lines = lines
    frames = [
      Frame(
        kind: nil, attributes: LabAttributes(), location: LabLocation(file: file, line: 1),
        visibility: .everywhere)
    ]
  }

  /// The content, once `parse` has run.
  var elements: [LabElement] { frames[0].elements }

  private func location(_ index: Int, column: Int = 1) -> LabLocation {
    LabLocation(file: file, line: index + 1, column: column)
  }

  mutating func parse() {
    parseFrontMatter()
    while next < lines.count {
      let line = lines[next]
      let content = line.drop { $0 == " " || $0 == "\t" }
      let indent = line.count - content.count
      if content.hasPrefix("```") || content.hasPrefix("~~~") {
        parseFence(content, indent: indent)
      } else if content.hasPrefix(":::"), indent < 4 {
        parseDivisionLine(content, indent: indent)
      } else if content.hasPrefix("$$"), indent < 4 {
        parseEquation(content, indent: indent)
      } else if indent < 4, parseHeading(content, indent: indent) {
        continue
      } else if content.hasPrefix("Table: "), indent < 4, text.last?.allSatisfy(\.isWhitespace) ?? true {
        parseTable(content, indent: indent)
      } else {
        if text.isEmpty { textStart = next }
        text.append(line)
        next += 1
      }
    }
    flushText()
    while frames.count > 1 {
      let open = frames[frames.count - 1]
      faults.append(
        LabFault(
          at: open.location, "'::: \(open.kind?.rawValue ?? "")' is never closed; end it with a line ':::'"))
      close()
    }
    checkLanguagePairs(frames[0].elements)
  }

  private mutating func parseFrontMatter() {
    guard lines.first?.trimmingBlanks() == "---" else {
      faults.append(
        LabFault(
          at: location(0),
          "a lab begins with front matter: '---', lines 'key: value' (title.en, title.zh, …), '---'"))
      return
    }
    guard let end = lines.indices.dropFirst().first(where: { lines[$0].trimmingBlanks() == "---" }) else {
      faults.append(LabFault(at: location(0), "the front matter is never closed; end it with a line '---'"))
      next = lines.count
      return
    }
    frontMatter = LabFrontMatter(Array(lines[1..<end]), file: file, faults: &faults)
    next = end + 1
  }

  private mutating func append(_ element: LabElement) { frames[frames.count - 1].elements.append(element) }

  private var visibility: LabVisibility { frames[frames.count - 1].visibility }

  private mutating func flushText() {
    defer { text = [] }
    guard text.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { return }
    let inline = InlineText(text.joined(separator: "\n"), at: location(textStart), faults: &faults)
    append(.text(inline))
  }

  // MARK: fences

  private mutating func parseFence(_ opening: Substring, indent: Int) {
    flushText()
    let mark = opening.first!
    let width = opening.prefix { $0 == mark }.count
    let info = opening.dropFirst(width)
    let start = next
    next += 1
    var body: [String] = []
    var closed = false
    while next < lines.count {
      let line = lines[next].trimmingBlanks()
      next += 1
      if line.count >= width, line.allSatisfy({ $0 == mark }) {
        closed = true
        break
      }
      body.append(lines[next - 1])
    }
    if !closed {
      let fence = String(repeating: mark, count: width)
      faults.append(
        LabFault(at: location(start, column: indent + 1), "the fence is never closed; end it with '\(fence)'")
      )
    }
    let word = info.drop { $0 == " " }.prefix { $0 != " " && $0 != "\t" }
    guard word == "mlm" else {
      append(.code(LabCode(lines: Array(lines[start..<next]))))
      return
    }
    if indent > 0 {
      faults.append(
        LabFault(
          at: location(start, column: indent + 1), "an mlm block begins at the margin; remove the blanks"))
    }
    var attributes = LabAttributes()
    let skipped = lines[start].distance(from: lines[start].startIndex, to: word.endIndex)
    attributes.read(info[word.endIndex...], at: location(start, column: skipped + 1), faults: &faults)
    var first = 0
    while first < body.count, body[first].hasPrefix("#|") {
      attributes.read(body[first].dropFirst(2), at: location(start + 1 + first, column: 3), faults: &faults)
      first += 1
    }
    append(
      .block(
        LabBlock(
          attributes: attributes, body: Array(body[first...]), bodyStart: location(start + 1 + first),
          location: location(start), visibility: visibility, index: blockCount, faults: &faults)))
    blockCount += 1
  }

  // MARK: divisions

  private mutating func parseDivisionLine(_ content: Substring, indent: Int) {
    flushText()
    let place = location(next, column: indent + 1)
    let rest = content.drop { $0 == ":" }
    let start = next
    next += 1
    let name = rest.trimmingBlanks().prefix { $0 != " " && $0 != "\t" }
    if name.isEmpty {
      if frames.count == 1 {
        faults.append(LabFault(at: place, "':::' closes nothing; open a part first, for example '::: hint'"))
      } else {
        close()
      }
      return
    }
    guard let kind = LabDivision.Kind(rawValue: String(name)) else {
      let known = LabDivision.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      faults.append(LabFault(at: place, "no part '::: \(name)'; there are \(known)"))
      // The frame is opened all the same, so that its ':::' is not a second fault.
      open(.hint, LabAttributes(), place)
      return
    }
    if kind == .problem, frames.contains(where: { $0.kind == .problem }) {
      faults.append(LabFault(at: place, "an exercise cannot stand in another; close the first with ':::'"))
    }
    var attributes = LabAttributes()
    let nameEnd =
      content.place(of: name).map { content.distance(from: content.startIndex, to: $0) + name.count } ?? 0
    attributes.read(
      content.dropFirst(nameEnd), at: location(start, column: indent + nameEnd + 1), faults: &faults)
    if visibility.isDisjoint(with: LabDivision.visibility(of: kind)) {
      faults.append(
        LabFault(
          at: place,
          "'::: \(kind.rawValue)' can never be seen here, inside what is only in \(visibility.words)"))
    }
    open(kind, attributes, place)
  }

  private mutating func open(_ kind: LabDivision.Kind, _ attributes: LabAttributes, _ place: LabLocation) {
    frames.append(
      Frame(
        kind: kind, attributes: attributes, location: place,
        visibility: visibility.intersection(LabDivision.visibility(of: kind))))
  }

  private mutating func close() {
    let frame = frames.removeLast()
    checkLanguagePairs(frame.elements)
    append(
      .division(
        LabDivision(
          kind: frame.kind!, attributes: frame.attributes, elements: frame.elements, location: frame.location,
          visibility: frame.visibility, faults: &faults)))
  }

  /// Each `::: en` has its `::: zh` as the next sibling, or the other way round.
  private mutating func checkLanguagePairs(_ elements: [LabElement]) {
    var i = 0
    func language(_ k: Int) -> LabDivision? {
      guard k < elements.count, case .division(let d) = elements[k], d.kind == .en || d.kind == .zh else {
        return nil
      }
      return d
    }
    while i < elements.count {
      guard let first = language(i) else {
        i += 1
        continue
      }
      if let second = language(i + 1), second.kind != first.kind {
        i += 2
      } else {
        let other = first.kind == .en ? "zh" : "en"
        faults.append(
          LabFault(
            at: first.location,
            "'::: \(first.kind.rawValue)' has no '::: \(other)' beside it; write both, one after the other"))
        i += 1
      }
    }
  }

  // MARK: headings and equations

  private mutating func parseHeading(_ content: Substring, indent: Int) -> Bool {
    let level = content.prefix { $0 == "#" }.count
    guard (1...5).contains(level), content.dropFirst(level).first == " " else { return false }
    flushText()
    var title = content.dropFirst(level).trimmingBlanks()
    let column = indent + level + 2
    var isNumbered = !visibility.isInstructorOnly
    for mark in ["{-}", "{.unnumbered}"] where title.hasSuffix(mark) {
      title = title.dropLast(mark.count).trimmingBlanks()
      isNumbered = false
    }
    append(
      .heading(
        LabHeading(
          level: level, text: InlineText(title, at: location(next, column: column), faults: &faults),
          isNumbered: isNumbered)))
    next += 1
    return true
  }

  /// Reads a caption up to its `{#tbl-x}`, and the pipe table under it.
  private mutating func parseTable(_ opening: Substring, indent: Int) {
    flushText()
    let place = location(next, column: indent + 1)
    let start = next
    var caption = [String(opening.dropFirst("Table: ".count))]
    next += 1
    func isWhole() -> Bool { caption.last!.trimmingBlanks().hasSuffix("}") }
    while !isWhole(), next < lines.count, !lines[next].allSatisfy(\.isWhitespace), !lines[next].hasPrefix("|")
    {
      caption.append(lines[next])
      next += 1
    }
    let last = caption.removeLast()
    guard let open = last.place(of: "{#tbl-"), isLabel(last[open...].trimmingBlanks()) else {
      faults.append(
        LabFault(
          at: place, "the caption of a table ends with {#tbl-name}, the name by which texts refer to it"))
      return
    }
    caption.append(last[..<open].trimmingBlanks())
    let key = String(last[open...].trimmingBlanks().dropFirst(2).dropLast())
    while next < lines.count, lines[next].allSatisfy(\.isWhitespace) { next += 1 }
    let bodyStart = next
    while next < lines.count, lines[next].hasPrefix("|") { next += 1 }
    if bodyStart == next {
      faults.append(
        LabFault(at: place, "no table follows this caption; write lines '| … |' at the margin below it"))
    }
    append(
      .table(
        LabTable(
          caption: InlineText(
            caption.joined(separator: "\n"), at: location(start, column: indent + "Table: ".count + 1),
            faults: &faults),
          body: InlineText(
            lines[bodyStart..<next].joined(separator: "\n"), at: location(bodyStart), faults: &faults),
          key: key, location: place, visibility: visibility)))
  }

  /// Whether a text is `{#tbl-name}`, with a name that references can find.
  private func isLabel(_ text: String) -> Bool {
    let name = text.dropFirst("{#tbl-".count).dropLast()
    return text.hasSuffix("}") && !name.isEmpty && !name.hasSuffix("-")
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }

  private mutating func parseEquation(_ opening: Substring, indent: Int) {
    flushText()
    let start = next
    let place = location(start, column: indent + 1)
    var formula: [String] = []
    var rest = String(opening.dropFirst(2))
    var tail: Substring?
    while true {
      if let end = rest.place(of: "$$") {
        formula.append(String(rest[..<end]))
        tail = rest[rest.index(end, offsetBy: 2)...]
      } else {
        formula.append(rest)
      }
      next += 1
      if tail != nil || next == lines.count || lines[next].allSatisfy(\.isWhitespace) { break }
      rest = lines[next]
    }
    guard let tail else {
      faults.append(
        LabFault(at: place, "the formula is never closed before the next blank line; end it with '$$'"))
      return
    }
    let label = tail.trimmingBlanks()
    var key: String?
    if label.hasPrefix("{#eq-"), label.hasSuffix("}"), label.count > 6 {
      key = String(label.dropFirst(2).dropLast())
    } else if !label.isEmpty {
      faults.append(
        LabFault(
          at: location(next - 1),
          "'\(label)' stands behind a displayed formula; only {#eq-name} may stand there"))
    }
    let inline = InlineText(
      formula.joined(separator: "\n"), at: place.advanced(by: 2), inFormula: true, faults: &faults)
    append(.equation(LabEquation(formula: inline, key: key, location: place, visibility: visibility)))
  }
}

extension StringProtocol {
  /// Where a text begins inside this one, the place of the first character.
  package func place(of text: some StringProtocol) -> Index? {
    var i = startIndex
    while i < endIndex {
      if self[i...].hasPrefix(text) { return i }
      i = index(after: i)
    }
    return nil
  }
}
