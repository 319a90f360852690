import Estimates
import Labs

/// Why a key file cannot be used.
public struct KeyFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where: the file as it was named, line and column.
  public let location: LabLocation
  /// What was found and what would work.
  public let message: String

  /// `file:line:column: message`.
  public var description: String { "\(location): \(message)" }
}

extension ProblemKeyFile {
  /// Reads a key file.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - file: what messages call it.
  /// - Throws: `KeyFileError` with the place: damaged JSON, another format or version, a key that lacks
  /// something, two keys for
  ///   one student's problem.
  public init(parsing bytes: [UInt8], file: String) throws(KeyFileError) {
    func error(at offset: Int, _ message: String) -> KeyFileError {
      KeyFileError(location: LabLocation(file: file, offset: offset, in: bytes), message: message)
    }
    if bytes.isEmpty {
      throw error(at: 0, "the file is empty; keys.json as 'mlm problems build' writes it is needed")
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    if start.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
      let line = String(decoding: start.prefix { $0 != 0x0A && $0 != 0x0D }.prefix(40), as: UTF8.self)
      throw error(
        at: 0,
        "this is no key file, it begins with '\(line)'; keys.json as 'mlm problems build' writes it is needed"
          + (line.contains(",") ? " (keys.csv is the same for people)" : ""))
    }
    let json: JSONValue
    do throws(JSONParsingError) { json = try JSONValue(parsing: bytes) } catch let fault {
      throw error(
        at: fault.offset,
        "the key file is damaged: \(fault.expected) was expected here; build the set again with its "
          + "course key"
      )
    }
    guard json["format"]?.string == ProblemKeyFile.format else {
      throw error(at: 0, "this is no key file; keys.json as 'mlm problems build' writes it is needed")
    }
    guard json["version"]?.integer == ProblemKeyFile.version else {
      let found = json["version"]?.text() ?? "missing"
      throw error(at: 0, "the key file's version is \(found); this program reads \(ProblemKeyFile.version)")
    }
    guard let set = json["set"]?.string, let print = json["courseKey"]?.string,
      let items = json["keys"]?.items
    else { throw error(at: 0, "the key file lacks 'set', 'courseKey' or 'keys'; build the set again") }
    var titles: [LabLanguage: String] = [:]
    for language in LabLanguage.allCases { titles[language] = json["titles"]?[language.rawValue]?.string }
    var keys: [ProblemKey] = []
    keys.reserveCapacity(items.count)
    var first: [[String]: Int] = [:]
    func place(_ i: Int) -> Int { ProblemKeyFile.offsetsOfKeys(in: bytes).dropFirst(i).first ?? 0 }
    for (i, item) in items.enumerated() {
      do throws(KeyFault) { keys.append(try ProblemKey(item)) } catch let fault {
        let whose = ["student", "problem"].compactMap { item[$0]?.string }.joined(separator: ", ")
        throw error(at: place(i), "key \(i + 1)\(whose.isEmpty ? "" : " (\(whose))"): \(fault.message)")
      }
      let name = [keys[i].student, keys[i].problem]
      if let other = first.updateValue(i, forKey: name) {
        throw error(
          at: place(i),
          "keys \(other + 1) and \(i + 1) are both for student '\(name[0])', problem '\(name[1])'")
      }
    }
    self.init(set: set, titles: titles, courseKeyFingerprint: print, keys: keys)
  }

  /// Refuses a key file that was made with another course key or for another set.
  /// - Parameters:
  ///   - set: the set's id, nil where it is not known.
  ///   - courseKey: the course key's bytes, nil where they are not known.
  /// - Throws: `KeyFileError`.
  public func check(set: String?, courseKey: [UInt8]?, file: String) throws(KeyFileError) {
    let top = LabLocation(file: file, line: 1)
    if let set, set != self.set {
      throw KeyFileError(location: top, message: "the keys are of the set '\(self.set)', not '\(set)'")
    }
    if let courseKey, CourseKeyFingerprint.of(courseKey) != courseKeyFingerprint {
      throw KeyFileError(
        location: top,
        message: "the keys were made with another course key; give the one of that time, "
          + "or build the set again (its variants will differ)")
    }
  }

  /// The byte at which each element of the outermost `keys` begins, for places in messages.
  private static func offsetsOfKeys(in bytes: [UInt8]) -> [Int] {
    var offsets: [Int] = []
    var depth = 0
    var inText = false
    var i = 0
    while i < bytes.count {
      let byte = bytes[i]
      if inText {
        if byte == UInt8(ascii: "\\") { i += 1 } else if byte == UInt8(ascii: "\"") { inText = false }
      } else if byte == UInt8(ascii: "\"") {
        inText = true
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        if depth == 2, byte == UInt8(ascii: "{") { offsets.append(i) }
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
      }
      i += 1
    }
    return offsets
  }
}

extension LabLocation {
  /// The place of a byte in a text; columns in characters.
  init(file: String, offset: Int, in bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    var lineBytes = bytes[start..<Swift.min(offset, bytes.count)]
    if start == 0, lineBytes.starts(with: [0xEF, 0xBB, 0xBF]) { lineBytes = lineBytes.dropFirst(3) }
    self.init(file: file, line: line, column: String(decoding: lineBytes, as: UTF8.self).count + 1)
  }
}
