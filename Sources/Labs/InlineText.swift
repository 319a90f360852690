import Estimates

/// What a reference can point to.
public enum LabReferenceKind: String, Sendable, CaseIterable {
  case figure = "fig"
  case table = "tbl"
  case equation = "eq"
  case problem = "prob"

  /// The key of a target: its id with the kind before it, unless the id begins with it already.
  func key(_ id: String) -> String { id.hasPrefix(rawValue + "-") ? id : "\(rawValue)-\(id)" }
}

/// `@fig-plane` in a text.
public struct LabReference: Sendable, Equatable {
  /// What it points to.
  public let kind: LabReferenceKind
  /// The whole key, `fig-plane`.
  public let key: String
  /// Where it stands.
  public let location: LabLocation
}

/// `{{m4.sigma:%.1f}}` in a text.
public struct LabValue: Sendable, Equatable {
  /// The expression; the first part of each address is a block's id.
  public let expression: ValueExpression
  /// How it is printed.
  public let format: NumberFormat
  /// True between dollar signs, where the text is TeX.
  public let isInFormula: Bool
  /// Where the expression begins.
  public let location: LabLocation
}

/// Running text cut at its values and references. Comments (`<!-- … -->`) are gone, so that they reach no
/// reader.
public struct InlineText: Sendable, Equatable {
  /// A piece of text.
  public enum Segment: Sendable, Equatable {
    case text(String)
    case value(LabValue)
    case reference(LabReference)
  }

  /// The pieces in order.
  public internal(set) var segments: [Segment] = []

  /// Cuts a text; `{{` and `@` in code spans stay as they are.
  /// - Parameter inFormula: the whole text is TeX.
  package init(_ text: String, at start: LabLocation, inFormula: Bool = false, faults: inout [LabFault]) {
    var scanner = InlineScanner(text, at: start, inFormula: inFormula)
    scanner.scan()
    segments = scanner.segments
    faults += scanner.faults
  }

  /// The values in order.
  public var values: [LabValue] {
    segments.compactMap { if case .value(let value) = $0 { value } else { nil } }
  }

  /// The references in order.
  public var references: [LabReference] {
    segments.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }
}

/// One pass over the characters of a text.
private struct InlineScanner {
  private let characters: [Character]
  private let start: LabLocation
  private let wholeIsFormula: Bool
  private var i = 0
  private var line = 0
  private var lineStart = 0
  private var inFormula: Bool
  private var pending = ""
  private(set) var segments: [InlineText.Segment] = []
  private(set) var faults: [LabFault] = []

  init(_ text: String, at start: LabLocation, inFormula: Bool) {
    characters = Array(text)
    self.start = start
    wholeIsFormula = inFormula
    self.inFormula = inFormula
  }

  private var location: LabLocation {
    LabLocation(
      file: start.file, line: start.line + line, column: (line == 0 ? start.column : 1) + i - lineStart)
  }

  private func has(_ first: Character, _ second: Character, at place: Int) -> Bool {
    place + 1 < characters.count && characters[place] == first && characters[place + 1] == second
  }

  private func has(_ text: String, at place: Int) -> Bool {
    var k = place
    for c in text {
      guard k < characters.count, characters[k] == c else { return false }
      k += 1
    }
    return true
  }

  mutating func scan() {
    while i < characters.count {
      let c = characters[i]
      if c == "\\", i + 1 < characters.count, characters[i + 1] != "\n" {
        take(2)
      } else if c == "`", !inFormula {
        takeCodeSpan()
      } else if c == "$", !wholeIsFormula {
        takeDollar()
      } else if c == "{", has("{", "{", at: i) {
        takeValue()
      } else if c == "@", !inFormula {
        takeReference()
      } else if c == "<", !inFormula, has("<!--", at: i) {
        skipComment()
      } else {
        take(1)
      }
    }
    flush()
  }

  private mutating func take(_ count: Int) {
    for _ in 0..<count {
      pending.append(characters[i])
      advance()
    }
  }

  private mutating func advance() {
    if characters[i] == "\n" {
      line += 1
      lineStart = i + 1
      // A blank line ends a paragraph, and with it any formula left open.
      if !wholeIsFormula, i + 1 < characters.count, characters[i + 1] == "\n" { inFormula = false }
    }
    i += 1
  }

  private mutating func flush() {
    if !pending.isEmpty { segments.append(.text(pending)) }
    pending = ""
  }

  /// A run of backticks up to the next run of the same length; without one the backticks are text.
  private mutating func takeCodeSpan() {
    var length = 0
    while i + length < characters.count, characters[i + length] == "`" { length += 1 }
    var k = i + length
    while k < characters.count, !has("\n", "\n", at: k) {
      guard characters[k] == "`" else {
        k += 1
        continue
      }
      var run = 0
      while k + run < characters.count, characters[k + run] == "`" { run += 1 }
      if run == length {
        take(k + run - i)
        return
      }
      k += run
    }
    take(length)
  }

  /// pandoc's rule: an opening `$` has no blank behind it, a closing one none before it and no digit after
  /// it.
  private mutating func takeDollar() {
    if inFormula {
      let before = i > 0 ? characters[i - 1] : " "
      let after = i + 1 < characters.count ? characters[i + 1] : " "
      if !before.isWhitespace, !(after.isASCII && after.isNumber) { inFormula = false }
    } else if i + 1 < characters.count, !characters[i + 1].isWhitespace, closesFormula(after: i + 1) {
      inFormula = true
    }
    take(1)
  }

  private func closesFormula(after place: Int) -> Bool {
    var k = place
    while k < characters.count, !has("\n", "\n", at: k) {
      if characters[k] == "\\" {
        k += 2
        continue
      }
      if characters[k] == "$", !characters[k - 1].isWhitespace {
        let after = k + 1 < characters.count ? characters[k + 1] : " "
        if !(after.isASCII && after.isNumber) { return true }
      }
      k += 1
    }
    return false
  }

  private mutating func takeValue() {
    let opened = location
    var k = i + 2
    var inQuotes = false
    var colon: Int?
    while k < characters.count, characters[k] != "\n", inQuotes || !has("}", "}", at: k) {
      if characters[k] == "\"" { inQuotes.toggle() }
      if !inQuotes, has(":", "%", at: k) { colon = k }
      k += 1
    }
    guard k < characters.count, characters[k] != "\n" else {
      faults.append(
        LabFault(
          at: opened,
          "'{{' opens a value and '}}' does not follow on this line; in a formula part the braces: { {"))
      take(2)
      return
    }
    let end = k
    defer { while i < end + 2 { advance() } }
    guard let colon else {
      faults.append(LabFault(at: opened, "a value needs a format before '}}'; \(NumberFormat.advice)"))
      return
    }
    let formatText = String(characters[(colon + 1)..<end]).trimmingBlanks()
    guard let format = NumberFormat(formatText) else {
      faults.append(
        LabFault(
          at: opened.advanced(by: colon + 1 - i), "no number format '\(formatText)'; \(NumberFormat.advice)"))
      return
    }
    let first = opened.advanced(by: 2)
    do {
      let expression = try ValueExpression(parsing: String(characters[(i + 2)..<colon]))
      flush()
      segments.append(
        .value(LabValue(expression: expression, format: format, isInFormula: inFormula, location: first)))
    } catch {
      faults.append(LabFault(at: first.advanced(by: error.column - 1), error.description))
    }
  }

  private mutating func takeReference() {
    let before = i > 0 ? characters[i - 1] : " "
    if !(before.isASCII && (before.isLetter || before.isNumber)) {
      for kind in LabReferenceKind.allCases where has("@\(kind.rawValue)-", at: i) {
        var k = i + kind.rawValue.count + 2
        while k < characters.count, characters[k].isASCII,
          characters[k].isLetter || characters[k].isNumber || characters[k] == "-" || characters[k] == "_"
        {
          k += 1
        }
        while characters[k - 1] == "-" { k -= 1 }
        let key = String(characters[(i + 1)..<k])
        guard key.count > kind.rawValue.count + 1 else { break }
        flush()
        segments.append(.reference(LabReference(kind: kind, key: key, location: location)))
        while i < k { advance() }
        return
      }
    }
    take(1)
  }

  private mutating func skipComment() {
    let opened = location
    var k = i
    while k < characters.count, !has("-->", at: k) { k += 1 }
    if k >= characters.count {
      faults.append(
        LabFault(at: opened, "the comment '<!--' is never closed in this text; end it with '-->'"))
      k = characters.count - 3
    }
    let end = k + 3
    while i < end, i < characters.count { advance() }
  }
}

extension StringProtocol {
  /// The text without blanks at both ends.
  package func trimmingBlanks() -> String {
    let from = drop { $0 == " " || $0 == "\t" }
    var end = from.endIndex
    while end > from.startIndex {
      let before = from.index(before: end)
      guard from[before] == " " || from[before] == "\t" else { break }
      end = before
    }
    return String(from[..<end])
  }
}
