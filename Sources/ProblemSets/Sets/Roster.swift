import Labs
import Tables

/// The students of a course: a CSV file with columns `id`, `name` and, if wanted, `language` (en or zh).
public struct Roster: Sendable, Equatable {
  /// One student.
  public struct Student: Sendable, Equatable {
    /// The id as the roster spells it, blanks at both ends left out.
    public let id: String
    /// The name; may be empty.
    public let name: String
    /// The language of the sheet; nil where the roster says nothing.
    public let language: LabLanguage?
    /// The name of the student's folder.
    public let folder: String
  }

  /// The students in the order of the file.
  public let students: [Student]

  /// Reads a roster.
  /// - Throws: `RosterError.faults` with line and column: bytes that are not UTF-8, zero bytes, missing columns, rows of another length,
  ///   empty, doubled or overlong ids, unknown languages, no rows.
  public init(csv bytes: [UInt8], file: String) throws(RosterError) {
    var reader = RosterReader(bytes: bytes, file: file)
    let rows = try reader.rows()
    guard let head = rows.first else {
      throw reader.fault(1, 1, "the roster is empty; a header 'id,name' belongs in it")
    }
    let names = head.fields.map { $0.text.trimmingBlanks().lowercased() }
    func column(_ name: String) -> Int? { names.firstIndex(of: name) }
    guard let idColumn = column("id") else {
      let found = names.joined(separator: ", ")
      throw reader.fault(
        head.line, 1, "no column 'id'; the header has \(found); id, name and language would work")
    }
    var students: [Student] = []
    var lineOf: [String: Int] = [:]
    var faults: [LabFault] = []
    for row in rows.dropFirst() {
      guard row.fields.count == names.count else {
        faults.append(
          LabFault(
            at: LabLocation(file: file, line: row.line),
            "\(row.fields.count) fields where the header names \(names.count)"))
        continue
      }
      func field(_ k: Int?) -> String { k.map { row.fields[$0].text.trimmingBlanks() } ?? "" }
      let place = LabLocation(file: file, line: row.line, column: row.fields[idColumn].column)
      let id = field(idColumn)
      let folder = FolderName(id).text
      if id.isEmpty {
        faults.append(LabFault(at: place, "the id is empty; every student needs one"))
      } else if let other = lineOf[id] {
        faults.append(LabFault(at: place, "the id '\(id)' stands in line \(other) too; ids must differ"))
      } else if folder.utf8.count > 200 {
        faults.append(LabFault(at: place, "the id '\(id.prefix(40))…' is too long for a folder's name"))
      }
      if lineOf[id] == nil { lineOf[id] = row.line }
      var language: LabLanguage?
      let tag = field(column("language")).lowercased()
      if !tag.isEmpty {
        language = tag.hasPrefix("zh") ? .zh : LabLanguage(rawValue: tag)
        if language == nil, let k = column("language") {
          faults.append(
            LabFault(
              at: LabLocation(file: file, line: row.line, column: row.fields[k].column),
              "no language '\(tag)'; en or zh would work"))
        }
      }
      students.append(Student(id: id, name: field(column("name")), language: language, folder: folder))
    }
    if !faults.isEmpty { throw RosterError(faults: faults) }
    if students.isEmpty { throw reader.fault(head.line, 1, "the roster has a header and no students") }
    self.students = Roster.parted(students)
  }

  /// The students with folders that all computers can tell apart: where names differ in capitals only, the
  /// capitals are escaped.
  private static func parted(_ students: [Student]) -> [Student] {
    zip(students, FolderName.all(of: students.map(\.id))).map { student, folder in
      Student(id: student.id, name: student.name, language: student.language, folder: folder)
    }
  }
}

/// What is wrong with a roster.
public struct RosterError: Error, Equatable, Sendable, CustomStringConvertible {
  /// All faults found, in the order of the file.
  public let faults: [LabFault]
  /// The faults one a line.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Cuts a roster into fields that keep their spelling.
private struct RosterReader {
  struct Field {
    let text: String
    let column: Int
  }
  struct Row {
    let line: Int
    let fields: [Field]
  }

  let bytes: [UInt8]
  let file: String

  func fault(_ line: Int, _ column: Int, _ message: String) -> RosterError {
    RosterError(faults: [LabFault(at: LabLocation(file: file, line: line, column: column), message)])
  }

  /// The text; what is not UTF-8 is refused with its place.
  private func text() throws(RosterError) -> Substring {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw fault(1, 1, "the file is UTF-16; save it as CSV UTF-8")
    }
    var line = 1
    var start = 0
    for (i, byte) in bytes.enumerated() {
      if byte == 0 {
        throw fault(
          line, i - start + 1, "a zero byte; a roster is text, not a spreadsheet file: save it as CSV UTF-8")
      }
      if byte == 0x0a {
        line += 1
        start = i + 1
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw badBytes() }
    return text.unicodeScalars.first == "\u{FEFF}" ? text.dropFirst() : text[...]
  }

  /// Where the bytes stop being UTF-8.
  private func badBytes() -> RosterError {
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (i, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
      var good = 0
      while good < line.count, line[line.startIndex + good] < 0x80 { good += 1 }
      let byte = line[line.startIndex + min(good, line.count - 1)]
      return fault(
        i + 1, good + 1,
        "not UTF-8 (byte 0x\(hexadecimal([byte])) cannot stand here; perhaps Latin-1 or GB18030): save the file as CSV UTF-8"
      )
    }
    return fault(1, 1, "not UTF-8: save the file as CSV UTF-8")
  }

  mutating func rows() throws(RosterError) -> [Row] {
    let scalars = Array(try text().unicodeScalars)
    // A spreadsheet of some countries separates by semicolons.
    let head = scalars.prefix { $0 != "\n" }
    let separator: Unicode.Scalar =
      head.contains(",") ? "," : head.contains(";") ? ";" : head.contains("\t") ? "\t" : ","
    var rows: [Row] = []
    var fields: [Field] = []
    var (line, lineStart, rowLine, i) = (1, 0, 1, 0)
    func finish() {
      let isBlank = fields.count == 1 && fields[0].text.trimmingBlanks().isEmpty
      if !isBlank, !fields.isEmpty { rows.append(Row(line: rowLine, fields: fields)) }
      fields = []
    }
    while i < scalars.count {
      let column = i - lineStart + 1
      var text = String.UnicodeScalarView()
      if scalars[i] == "\"" {
        let opened = (line, column)
        i += 1
        while true {
          guard i < scalars.count else {
            throw fault(opened.0, opened.1, "the quote that opens here is never closed")
          }
          if scalars[i] == "\"" {
            if i + 1 < scalars.count, scalars[i + 1] == "\"" { i += 1 } else { break }
          }
          if scalars[i] == "\n" {
            line += 1
            lineStart = i + 1
          }
          text.append(scalars[i])
          i += 1
        }
        i += 1
        if i < scalars.count, scalars[i] != separator, scalars[i] != "\n", scalars[i] != "\r" {
          throw fault(line, i - lineStart + 1, "text behind a closing quote; the separator belongs there")
        }
      } else {
        while i < scalars.count, scalars[i] != separator, scalars[i] != "\n", scalars[i] != "\r" {
          text.append(scalars[i])
          i += 1
        }
      }
      fields.append(Field(text: String(text), column: column))
      if i < scalars.count, scalars[i] == separator {
        i += 1
        if i == scalars.count { fields.append(Field(text: "", column: i - lineStart + 1)) }
        continue
      }
      while i < scalars.count, scalars[i] == "\r" { i += 1 }
      finish()
      if i < scalars.count, scalars[i] == "\n" {
        i += 1
        line += 1
        lineStart = i
      }
      rowLine = line
    }
    finish()
    return rows
  }
}
