/// A recursive-descent parser of JSON text; numbers are read by the standard library, correctly rounded.
struct JSONParser {
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// One value with nothing but white space around it.
  mutating func document() throws -> JSON {
    let value = try self.value()
    skipSpace()
    guard position == bytes.count else { throw failure("the end of the text") }
    return value
  }

  private func failure(_ expected: String) -> JSON.ParsingError {
    JSON.ParsingError(offset: position, expected: expected)
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

  private mutating func value() throws -> JSON {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSON) throws -> JSON {
    guard bytes[position...].starts(with: text.utf8) else { throw failure(text) }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws -> JSON {
    let start = position
    while let byte = current, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      position = start
      throw failure("a value")
    }
    return .number(value)
  }

  private mutating func array() throws -> JSON {
    _ = take("[")
    var items: [JSON] = []
    if take("]") { return .array(items) }
    repeat { items.append(try value()) } while take(",")
    guard take("]") else { throw failure("',' or ']'") }
    return .array(items)
  }

  private mutating func object() throws -> JSON {
    _ = take("{")
    var members: [String: JSON] = [:]
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      let key = try string()
      guard take(":") else { throw failure("':'") }
      members[key] = try value()
    } while take(",")
    guard take("}") else { throw failure("',' or '}'") }
    return .object(members)
  }

  private mutating func string() throws -> String {
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
