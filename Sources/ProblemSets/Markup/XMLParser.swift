/// Text that is no well-formed XML: what, and where.
struct XMLFault: Error, Equatable, CustomStringConvertible {
  let line: Int
  let column: Int
  let message: String
  var description: String { "line \(line), column \(column): \(message)" }
}

/// A strict parser of XML 1.0 documents without document types: any departure from well-formedness is a
/// fault.
struct XMLParser {
  private let scalars: [Unicode.Scalar]
  private var i = 0

  /// The root element of a document.
  /// - Throws: `XMLFault` at the first departure from well-formedness.
  static func parse(_ bytes: [UInt8]) throws(XMLFault) -> XMLElement {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw XMLFault(line: 1, column: 1, message: "the document is not UTF-8")
    }
    var parser = XMLParser(scalars: Array(text.unicodeScalars))
    return try parser.document()
  }

  private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

  private func fault(_ message: String, at offset: Int? = nil) -> XMLFault {
    let before = scalars.prefix(offset ?? i)
    let line = before.count { $0 == "\n" } + 1
    let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    return XMLFault(line: line, column: before.count - start + 1, message: message)
  }

  private var current: Unicode.Scalar? { i < scalars.count ? scalars[i] : nil }

  private func has(_ text: String) -> Bool {
    var k = i
    for scalar in text.unicodeScalars {
      guard k < scalars.count, scalars[k] == scalar else { return false }
      k += 1
    }
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    guard has(text) else { return false }
    i += text.unicodeScalars.count
    return true
  }

  private mutating func skipSpace() -> Bool {
    let start = i
    while let c = current, c == " " || c == "\n" || c == "\t" || c == "\r" { i += 1 }
    return i > start
  }

  private mutating func document() throws(XMLFault) -> XMLElement {
    if take("<?xml") {
      guard skipSpace() else { throw fault("a blank was expected behind '<?xml'") }
      while current != "?" {
        _ = try attribute()
        _ = skipSpace()
      }
      guard take("?>") else { throw fault("'?>' was expected") }
    }
    try miscellany()
    guard current == "<" else { throw fault("a root element was expected") }
    let root = try element(depth: 0)
    try miscellany()
    if i < scalars.count { throw fault("text behind the root element") }
    return root
  }

  /// Comments, instructions and blanks outside the root.
  private mutating func miscellany() throws(XMLFault) {
    while true {
      if skipSpace() { continue }
      if has("<!--") {
        try comment()
      } else if has("<?") {
        try instruction()
      } else {
        return
      }
    }
  }

  private mutating func comment() throws(XMLFault) {
    let start = i
    i += 4
    while !has("--") {
      guard i < scalars.count else { throw fault("a comment is never closed", at: start) }
      i += 1
    }
    guard take("-->") else { throw fault("'--' inside a comment") }
  }

  private mutating func instruction() throws(XMLFault) {
    let start = i
    i += 2
    if try name().lowercased() == "xml" {
      throw fault("an XML declaration stands at the very beginning", at: start)
    }
    while !has("?>") {
      guard i < scalars.count else { throw fault("an instruction is never closed", at: start) }
      i += 1
    }
    i += 2
  }

  private mutating func name() throws(XMLFault) -> String {
    var out = String.UnicodeScalarView()
    while let c = current {
      let isFirst = c.properties.isAlphabetic || c == "_" || c == ":"
      guard isFirst || (!out.isEmpty && (c == "-" || c == "." || c.properties.numericType == .decimal)) else {
        break
      }
      out.append(c)
      i += 1
    }
    if out.isEmpty { throw fault("a name was expected") }
    return String(out)
  }

  private mutating func attribute() throws(XMLFault) -> (name: String, value: String) {
    let name = try name()
    _ = skipSpace()
    guard take("=") else { throw fault("'=' was expected behind the attribute '\(name)'") }
    _ = skipSpace()
    guard let quote = current, quote == "\"" || quote == "'" else {
      throw fault("the value of '\(name)' needs quotes")
    }
    i += 1
    var value = String.UnicodeScalarView()
    while let c = current, c != quote {
      if c == "<" { throw fault("'<' in the value of '\(name)'") }
      if c == "&" { value.append(try reference()) } else { value.append(try allowed(c)) }
    }
    guard current == quote else { throw fault("the value of '\(name)' is never closed") }
    i += 1
    return (name, String(value))
  }

  /// Takes a character that XML can hold.
  private mutating func allowed(_ c: Unicode.Scalar) throws(XMLFault) -> Unicode.Scalar {
    guard XMLText.isAllowed(c) else {
      throw fault("the character U+\(String(c.value, radix: 16)) has no place in XML")
    }
    i += 1
    return c
  }

  private mutating func reference() throws(XMLFault) -> Unicode.Scalar {
    let start = i
    i += 1
    if take("#") {
      let radix = take("x") ? 16 : 10
      var digits = ""
      while let c = current, c != ";", digits.count < 8 {
        digits.unicodeScalars.append(c)
        i += 1
      }
      guard take(";"), let value = UInt32(digits, radix: radix), let c = Unicode.Scalar(value),
        XMLText.isAllowed(c)
      else { throw fault("a character reference that names no character", at: start) }
      return c
    }
    for (name, c) in [("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'")]
    where take(name) {
      return c.unicodeScalars.first!
    }
    throw fault("'&' that begins no reference XML knows; write &amp;", at: start)
  }

  private mutating func element(depth: Int) throws(XMLFault) -> XMLElement {
    guard depth < 500 else { throw fault("elements are nested too deeply") }
    let start = i
    i += 1
    var element = XMLElement(name: try name(), attributes: [], children: [])
    while true {
      let hasSpace = skipSpace()
      if take("/>") { return element }
      if take(">") { break }
      guard i < scalars.count else { throw fault("the tag '\(element.name)' is never closed", at: start) }
      guard hasSpace else { throw fault("a blank was expected before an attribute") }
      let place = i
      let attribute = try attribute()
      if element[attribute.name] != nil {
        throw fault("the attribute '\(attribute.name)' stands twice", at: place)
      }
      element.attributes.append(attribute)
    }
    try content(of: &element, depth: depth, start: start)
    return element
  }

  private mutating func content(of element: inout XMLElement, depth: Int, start: Int) throws(XMLFault) {
    var text = String.UnicodeScalarView()
    func flush(_ element: inout XMLElement, _ text: inout String.UnicodeScalarView) {
      if !text.isEmpty { element.children.append(.text(String(text))) }
      text = String.UnicodeScalarView()
    }
    while let c = current {
      if take("</") {
        let place = i
        let name = try name()
        guard name == element.name else {
          throw fault("'</\(name)>' where '</\(element.name)>' was expected", at: place)
        }
        _ = skipSpace()
        guard take(">") else { throw fault("'>' was expected") }
        flush(&element, &text)
        return
      }
      if take("<![CDATA[") {
        let open = i
        while !has("]]>") {
          guard let inner = current else { throw fault("a CDATA section is never closed", at: open) }
          text.append(try allowed(inner))
        }
        i += 3
      } else if has("<!--") {
        try comment()
      } else if has("<?") {
        try instruction()
      } else if c == "<" {
        flush(&element, &text)
        element.children.append(.element(try self.element(depth: depth + 1)))
      } else if c == "&" {
        text.append(try reference())
      } else {
        if has("]]>") { throw fault("']]>' outside a CDATA section") }
        text.append(try allowed(c))
      }
    }
    throw fault("the element '\(element.name)' is never closed", at: start)
  }
}
