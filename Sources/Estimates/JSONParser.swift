/// Text that is no JSON: what was expected, at which byte.
public struct JSONParsingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where, in bytes from the start.
  public let offset: Int
  /// What would have been JSON there.
  public let expected: String
  /// What was expected, and where.
  public var description: String { "no JSON: \(expected) was expected at byte \(offset)" }
}

extension JSONValue {
  /// Parses a document (RFC 8259). Whole numbers that fit become integers, others the nearest double.
  /// - Throws: `JSONParsingError` with the byte's offset.
  public init(parsing bytes: [UInt8]) throws(JSONParsingError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// The member `key` of an object; nil for anything else.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == key }?.1
  }

  /// The number, whole or not; nil for anything else.
  public var double: Double? {
    switch self {
    case .number(let x): x
    case .integer(let n): Double(n)
    default: nil
    }
  }

  /// The whole number; nil for anything else.
  public var integer: Int? {
    switch self {
    case .integer(let n): n
    case .number(let x): Int(exactly: x)
    default: nil
    }
  }

  /// The text; nil for anything else.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The elements of an array; nil for anything else.
  public var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
}

/// A recursive-descent parser of JSON text; numbers are read by the standard library, correctly rounded.
struct JSONParser {
  let bytes: [UInt8]
  private var position = 0
  /// Arrays and objects around the present place; deeper nesting than this is refused before it exhausts the stack.
  private var depth = 0
  private static let deepest = 500

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// One value with nothing but white space around it.
  mutating func document() throws(JSONParsingError) -> JSONValue {
    let value = try self.value()
    skipSpace()
    guard position == bytes.count else { throw failure("the end of the text") }
    return value
  }

  private func failure(_ expected: String) -> JSONParsingError {
    JSONParsingError(offset: position, expected: expected)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONParsingError) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      defer { depth -= 1 }
      guard depth <= Self.deepest else { throw failure("no deeper nesting") }
      return try current == UInt8(ascii: "{") ? object() : array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONParsingError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw failure(text) }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(JSONParsingError) -> JSONValue {
    let start = position
    while let byte = current, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let whole = Int(text), whole != 0 || bytes[start] != UInt8(ascii: "-") { return .integer(whole) }
    guard let value = Double(text) else {
      position = start
      throw failure("a value")
    }
    return .number(value)
  }

  private mutating func array() throws(JSONParsingError) -> JSONValue {
    _ = take("[")
    var items: [JSONValue] = []
    if take("]") { return .array(items) }
    repeat { items.append(try value()) } while take(",")
    guard take("]") else { throw failure("',' or ']'") }
    return .array(items)
  }

  private mutating func object() throws(JSONParsingError) -> JSONValue {
    _ = take("{")
    var members: [(String, JSONValue)] = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let key = try string()
      guard take(":") else { throw failure("':'") }
      members.append((key, try value()))
    } while take(",")
    guard take("}") else { throw failure("',' or '}'") }
    return .object(members)
  }

  private mutating func string() throws(JSONParsingError) -> String {
    guard current == UInt8(ascii: "\"") else { throw failure("a text") }
    position += 1
    var utf16: [UInt16] = []  // escapes come as UTF-16 units, possibly in pairs
    var text = ""
    var plain: [UInt8] = []
    func flush() {
      text += String(decoding: plain, as: UTF8.self) + String(decoding: utf16, as: UTF16.self)
      plain = []
      utf16 = []
    }
    while let byte = current {
      position += 1
      if byte == UInt8(ascii: "\"") {
        flush()
        return text
      }
      if byte != UInt8(ascii: "\\") {
        if !utf16.isEmpty { flush() }
        plain.append(byte)
        continue
      }
      guard let escape = current else { break }
      position += 1
      if escape == UInt8(ascii: "u") {
        guard position + 4 <= bytes.count,
          let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits") }
        if !plain.isEmpty { flush() }
        utf16.append(unit)
        position += 4
        continue
      }
      if !utf16.isEmpty { flush() }
      switch escape {
      case UInt8(ascii: "n"): plain.append(0x0a)
      case UInt8(ascii: "t"): plain.append(0x09)
      case UInt8(ascii: "r"): plain.append(0x0d)
      case UInt8(ascii: "b"): plain.append(0x08)
      case UInt8(ascii: "f"): plain.append(0x0c)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(escape)
      default: throw failure("an escape")
      }
    }
    throw failure("the closing quote of a text")
  }
}
