/// The name of one reported number: its place in a fit, parts joined by points.
///
///     random.department."(Intercept)".sd
///
/// A part that is not a plain word (letters, digits, `_`, not beginning with a digit) stands in double quotes; a quote inside is doubled.
public struct Address: Hashable, Sendable, CustomStringConvertible {
  /// The parts, unquoted.
  public let parts: [String]

  /// An address from its unquoted parts.
  public init(_ parts: [String]) { self.parts = parts }

  /// The parts with quotes where a part needs them, joined by points.
  public var description: String { parts.map(Address.quotedIfNeeded).joined(separator: ".") }

  /// Reads an address.
  /// - Throws: `AddressError.malformed` with the column (from 1) of the first character that does not fit.
  public init(parsing text: String) throws(AddressError) {
    var parts: [String] = []
    let characters = Array(text)
    var i = 0
    while true {
      var part = ""
      if i < characters.count, characters[i] == "\"" {
        let start = i
        i += 1
        var closed = false
        while i < characters.count {
          if characters[i] == "\"" {
            if i + 1 < characters.count, characters[i + 1] == "\"" {
              part.append("\"")
              i += 2
              continue
            }
            closed = true
            i += 1
            break
          }
          part.append(characters[i])
          i += 1
        }
        if !closed { throw .malformed(text, column: start + 1) }
      } else {
        while i < characters.count, Address.isWordCharacter(characters[i]) {
          part.append(characters[i])
          i += 1
        }
        if part.isEmpty { throw .malformed(text, column: i + 1) }
      }
      parts.append(part)
      if i == characters.count { break }
      if characters[i] != "." { throw .malformed(text, column: i + 1) }
      i += 1
    }
    self.parts = parts
  }

  /// The address with more parts behind it.
  public func appending(_ more: String...) -> Address { Address(parts + more) }

  private static func isWordCharacter(_ c: Character) -> Bool { c.isLetter || c.isNumber || c == "_" }

  private static func quotedIfNeeded(_ part: String) -> String {
    let plain = !part.isEmpty && part.allSatisfy(isWordCharacter)
    return plain
      ? part
      : "\"" + part.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// What can be wrong with an address.
public enum AddressError: Error, Equatable, Sendable, CustomStringConvertible {
  case malformed(String, column: Int)
  case unknown(String, near: [String])

  /// The fault in words.
  public var description: String {
    switch self {
    case .malformed(let text, let column):
      "address '\(text)' goes wrong at column \(column); parts are words or \"quoted text\" joined by points"
    case .unknown(let text, let near):
      "no number has the address '\(text)'"
        + (near.isEmpty ? "" : "; the nearest are \(near.joined(separator: ", "))")
    }
  }
}
