import Labs
import Tables

/// The rows of a CSV file as texts, each field as it is spelt: `007` stays an id, `1,5` an answer.
///
/// RFC 4180 in UTF-8 with or without byte-order mark, any line ends; fields are separated by commas,
/// semicolons or tabs, whichever the header line has most of. Blank lines are skipped.
public struct TextRows: Sendable, Equatable {
  /// A field and its place.
  public struct Field: Sendable, Equatable {
    /// The text without blanks around it.
    public let text: String
    /// Where it begins.
    public let location: LabLocation

    /// The text without the apostrophe that `CSVText` puts before what a spreadsheet would take for a
    /// formula.
    public var unguarded: String { CSVText.unguarded(text) }
  }

  /// The file as messages call it.
  public let file: String
  /// The header's fields.
  public let header: [Field]
  /// The other rows; each has as many fields as the header.
  public let rows: [[Field]]

  /// Reads a file.
  /// - Throws: `CSVError` with line, column, what was found and what would work.
  public init(csv bytes: [UInt8], file: String) throws(CSVError) {
    var reader = TextRowReader(bytes: bytes, file: file)
    let rows = try reader.rows()
    self.file = file
    header = rows[0]
    self.rows = Array(rows.dropFirst())
    var positions: [String: Int] = [:]
    for (i, field) in header.enumerated() where !field.text.isEmpty {
      if let first = positions.updateValue(i, forKey: field.text) {
        throw CSVError(
          file: file, line: field.location.line, column: field.location.column,
          fault: .duplicateName(field.text, first: first + 1, second: i + 1))
      }
    }
    if self.rows.isEmpty {
      throw CSVError(file: file, line: 1, column: 1, fault: .noRows(columns: header.map(\.text)))
    }
  }
}

/// One reading of a CSV text.
private struct TextRowReader {
  let bytes: [UInt8]
  let file: String
  private var i = 0
  private var line = 1
  private var lineStart = 0
  private var separator = UInt8(ascii: ",")

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func rows() throws(CSVError) -> [[TextRows.Field]] {
    try checkEncoding()
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      i = 3
      lineStart = 3
    }
    var rows: [[TextRows.Field]] = []
    while skipLineEnds() {
      if rows.isEmpty { separator = mostFrequentSeparator() }
      let row = try row()
      if let header = rows.first, row.count != header.count {
        let at = row.count > header.count ? row[header.count].location : row.last!.location
        throw CSVError(
          file: file, line: at.line, column: at.column,
          fault: .raggedRow(found: row.count, expected: header.count))
      }
      rows.append(row)
    }
    if rows.isEmpty { throw CSVError(file: file, line: 1, column: 1, fault: .empty) }
    return rows
  }

  /// Skips blank lines; false at the end of the text.
  private mutating func skipLineEnds() -> Bool {
    while i < bytes.count, bytes[i] == 0x0A || bytes[i] == 0x0D { takeLineEnd() }
    return i < bytes.count
  }

  private mutating func takeLineEnd() {
    if bytes[i] == 0x0D, i + 1 < bytes.count, bytes[i + 1] == 0x0A { i += 1 }
    i += 1
    line += 1
    lineStart = i
  }

  private func mostFrequentSeparator() -> UInt8 {
    let first = bytes[i...].prefix { $0 != 0x0A && $0 != 0x0D }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    let counts = candidates.map { c in first.count { $0 == c } }
    return candidates[counts.firstIndex(of: counts.max()!)!]
  }

  private mutating func row() throws(CSVError) -> [TextRows.Field] {
    var fields: [TextRows.Field] = []
    while true {
      fields.append(try field())
      if i < bytes.count, bytes[i] == separator {
        i += 1
        continue
      }
      if i < bytes.count { takeLineEnd() }
      return fields
    }
  }

  private mutating func field() throws(CSVError) -> TextRows.Field {
    let place = place(i)
    if i < bytes.count, bytes[i] == UInt8(ascii: "\"") {
      return TextRows.Field(text: try quotedText().trimmingSpaces(), location: place)
    }
    let start = i
    while i < bytes.count, bytes[i] != separator, bytes[i] != 0x0A, bytes[i] != 0x0D { i += 1 }
    return TextRows.Field(
      text: String(decoding: bytes[start..<i], as: UTF8.self).trimmingSpaces(), location: place)
  }

  private mutating func quotedText() throws(CSVError) -> String {
    let open = place(i)
    var text: [UInt8] = []
    i += 1
    while i < bytes.count {
      let byte = bytes[i]
      if byte == UInt8(ascii: "\"") {
        i += 1
        if i < bytes.count, bytes[i] == UInt8(ascii: "\"") {
          text.append(byte)
          i += 1
          continue
        }
        if i < bytes.count, bytes[i] != separator, bytes[i] != 0x0A, bytes[i] != 0x0D {
          let rest = bytes[i...].prefix(12).prefix { $0 != separator && $0 >= 0x20 }
          throw fault(.textAfterQuote(String(decoding: rest, as: UTF8.self)), place(i))
        }
        return String(decoding: text, as: UTF8.self)
      }
      if byte == 0x0A || byte == 0x0D {
        let from = i
        takeLineEnd()
        text += bytes[from..<i]
      } else {
        text.append(byte)
        i += 1
      }
    }
    throw fault(.unclosedQuote, open)
  }

  private func place(_ offset: Int) -> LabLocation {
    let column = String(decoding: bytes[lineStart..<min(offset, bytes.count)], as: UTF8.self).count + 1
    return LabLocation(file: file, line: line, column: column)
  }

  private func fault(_ fault: CSVError.Fault, _ place: LabLocation) -> CSVError {
    CSVError(file: file, line: place.line, column: place.column, fault: fault)
  }

  private func checkEncoding() throws(CSVError) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw CSVError(file: file, line: 1, column: 1, fault: .utf16)
    }
    if let zero = bytes.firstIndex(of: 0) {
      throw fault(.zeroByte, LabLocation(file: file, offset: zero, in: bytes))
    }
    if let bad = firstInvalidUTF8(bytes) {
      throw fault(.notUTF8(byte: bytes[bad]), LabLocation(file: file, offset: bad, in: bytes))
    }
  }
}

/// The first byte at which a text stops being UTF-8.
func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
  if String(validating: bytes, as: UTF8.self) != nil { return nil }
  var decoder = Unicode.UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var offset = 0
  while true {
    switch decoder.parseScalar(from: &iterator) {
    case .valid(let scalar): offset += scalar.count
    case .error, .emptyInput: return min(offset, bytes.count - 1)
    }
  }
}
