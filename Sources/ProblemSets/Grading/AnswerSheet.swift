import Labs
import Tables

/// The answers that students gave, as an answers file holds them.
public struct AnswerSheet: Sendable, Equatable {
  /// One given answer and its place.
  public struct Entry: Sendable, Equatable {
    /// The student's id.
    public var student: String
    /// The problem's id.
    public var problem: String
    /// The answer's id; nil where the file names the problem only.
    public var answer: String?
    /// The variant's code as the student gave it; nil where the file has none.
    public var code: String?
    /// The text; not empty.
    public var value: String
    /// Where the text stands.
    public var location: LabLocation
  }

  /// How the file is laid out.
  public enum Layout: String, Sendable {
    /// One row an answer.
    case long
    /// One row a student, one column an answer.
    case wide
  }

  /// How the file is laid out.
  public var layout: Layout
  /// The answers in the order of the file, empty ones left out.
  public var entries: [Entry]
  /// The students of the file, each once, whether or not they gave answers, with the places of their first
  /// rows.
  public var students: [(id: String, location: LabLocation)]

  /// Whether two sheets hold the same.
  public static func == (a: AnswerSheet, b: AnswerSheet) -> Bool {
    a.layout == b.layout && a.entries == b.entries && a.students.map(\.id) == b.students.map(\.id)
  }

  private static let studentNames = ["student", "student_id", "studentid", "id", "学号", "学生"]
  private static let problemNames = ["problem", "题目", "题"]
  private static let answerNames = ["answer", "answer_id", "part", "小题", "空"]
  private static let valueNames = ["value", "given", "response", "答案", "作答"]
  private static let codeNames = ["variant", "code", "版本"]
  /// Columns of a wide file that say who a student is.
  private static let otherNames = ["name", "姓名", "language", "email"]

  /// Reads an answers file.
  ///
  /// A file with columns student, problem and value is long (answer and variant are read where they are
  /// there); one with a column student and others is wide, and its columns are called by the problem, or by
  /// problem and answer as in `icc.weight`.
  /// - Throws: `AnswerSheetError`.
  public init(csv bytes: [UInt8], file: String) throws(AnswerSheetError) {
    let rows: TextRows
    do throws(CSVError) { rows = try TextRows(csv: bytes, file: file) } catch { throw .csv(error) }
    func column(_ names: [String]) -> Int? {
      rows.header.firstIndex { names.contains($0.text.lowercased()) }
    }
    guard let student = column(Self.studentNames) else {
      throw .fault(
        rows.header[0].location,
        "no column 'student'; columns are \(rows.header.map(\.text).joined(separator: ", "))")
    }
    entries = []
    if let problem = column(Self.problemNames) {
      layout = .long
      guard let value = column(Self.valueNames) else {
        throw .fault(
          rows.header[problem].location,
          "a column '\(rows.header[problem].text)' but no column 'value'; a file with one row an answer "
            + "has columns student, problem, answer, value"
        )
      }
      let answer = column(Self.answerNames)
      let code = column(Self.codeNames)
      for row in rows.rows where !row[value].text.isEmpty {
        entries.append(
          Entry(
            student: row[student].unguarded, problem: row[problem].text,
            answer: answer.flatMap { row[$0].filled },
            code: code.flatMap { row[$0].filled }, value: row[value].text, location: row[value].location))
      }
    } else {
      layout = .wide
      let others = rows.header.indices.filter {
        $0 != student && !Self.otherNames.contains(rows.header[$0].text.lowercased())
      }
      guard !others.isEmpty else {
        throw .fault(
          rows.header[student].location,
          "no column but the students'; one a problem is needed, or columns problem, answer, value")
      }
      for row in rows.rows {
        for column in others where !row[column].text.isEmpty {
          let parts = rows.header[column].text.split(separator: ".", maxSplits: 1).map {
            String($0).trimmingSpaces()
          }
          entries.append(
            Entry(
              student: row[student].unguarded, problem: parts.first ?? "",
              answer: parts.count > 1 ? parts[1] : nil, code: nil, value: row[column].text,
              location: row[column].location))
        }
      }
    }
    var seen: Set<String> = []
    students = rows.rows.compactMap { row in
      seen.insert(row[student].unguarded).inserted ? (row[student].unguarded, row[student].location) : nil
    }
  }
}

extension TextRows.Field {
  /// The text, nil where there is none.
  fileprivate var filled: String? { text.isEmpty ? nil : text }
}

/// Why an answers file cannot be read.
public enum AnswerSheetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// It is no CSV file.
  case csv(CSVError)
  /// Its columns are not those of answers.
  case fault(LabLocation, String)

  /// File, line, column, what was found and what would work.
  public var description: String {
    switch self {
    case .csv(let error): error.description
    case .fault(let location, let message): "\(location): \(message)"
    }
  }
}
