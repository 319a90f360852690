import Labs
import Testing

@testable import ProblemSets

@Suite("Key files")
struct ProblemKeyFileTests {
  static var file: ProblemKeyFile {
    let keys = ["007", "李明"].flatMap { student in
      Synthetic.problems.map {
        ProblemKey(
          of: $0[0], student: student, name: "N, \"\(student)\"", language: student == "007" ? .en : nil)
      }
    }
    return ProblemKeyFile(
      set: "foundations", courseKeyFingerprint: CourseKeyFingerprint.of(Array("secret".utf8)), keys: keys)
  }

  private func message(_ text: String) -> String {
    do throws(KeyFileError) {
      _ = try ProblemKeyFile(parsing: Array(text.utf8), file: "keys.json")
      return ""
    } catch { return error.description }
  }

  @Test("what is written is read, to the bit")
  func roundTrip() throws {
    let file = Self.file
    #expect(try ProblemKeyFile(parsing: Array(file.text.utf8), file: "keys.json") == file)
    #expect(file.text.split(separator: "\n").count == 2 + file.keys.count)
  }

  @Test("damage is told with its place")
  func damage() {
    let text = Self.file.text
    #expect(message("").hasPrefix("keys.json:1:1: the file is empty"))
    #expect(message(String(text.prefix(900))).contains("the key file is damaged"))
    #expect(message("{\"a\":1}").hasPrefix("keys.json:1:1: this is no key file"))
    #expect(
      message(text.replacing("\"version\":1", with: "\"version\":9")).contains(
        "version is 9; this program reads 1"))
    let lacking = text.replacing(
      "\"student\":\"李明\",\"name\":\"N, \\\"李明\\\"\",\"problem\":\"percent\"", with: "\"student\":\"李明\"")
    #expect(message(lacking) == "keys.json:10:1: key 9 (李明): 'problem' is missing")
    let twice = text.replacing("李明", with: "007")
    #expect(
      message(twice).hasPrefix("keys.json:9:1: keys 1 and 8 are both for student '007', problem 'numerical'"))
  }

  @Test("a table or a sheet in place of the keys is called by its name")
  func noKeyFile() {
    let table = message(ProblemKeyTable.head + ProblemKeyTable.lines(of: Self.file.keys[0]))
    #expect(table.hasPrefix("keys.json:1:1: this is no key file, it begins with 'student,name,problem"))
    #expect(
      table.contains(
        "keys.json as 'mlm problems build' writes it is needed (keys.csv is the same for people)"))
    #expect(!table.contains("damaged") && message("# Sheet\n").contains("it begins with '# Sheet'"))
  }

  @Test("key files are gathered, the first named counts; those of another set or course are refused")
  func gathering() throws {
    var early = Self.file
    var late = Self.file
    early.keys = early.keys.filter { $0.student == "007" }
    late.keys.removeAll { $0.student == "007" && $0.problem != "numerical" }
    late.keys[0].code = "ffffffff"
    let (all, notes) = try ProblemKeyFile.gathering([("late", late), ("early", early)])
    #expect(all.keys.count == Self.file.keys.count && all.keys[0].code == "ffffffff")
    #expect(
      notes == [
        "1 key of early is not used, since another file named before has other ones (student '007', problem "
          + "'numerical' the first)"
      ])
    var other = early
    other.courseKeyFingerprint = "00"
    #expect(throws: KeyFileError.self) { try ProblemKeyFile.gathering([("late", late), ("other", other)]) }
    other = early
    other.set = "models"
    #expect(throws: KeyFileError.self) { try ProblemKeyFile.gathering([("late", late), ("other", other)]) }
  }

  @Test("keys of another set or course key are refused")
  func foreign() {
    let file = Self.file
    #expect(throws: Never.self) {
      try file.check(set: "foundations", courseKey: Array("secret".utf8), file: "k")
    }
    #expect(throws: KeyFileError.self) { try file.check(set: "models", courseKey: nil, file: "k") }
    #expect(throws: KeyFileError.self) {
      try file.check(set: nil, courseKey: Array("changed".utf8), file: "k")
    }
    #expect(file.courseKeyFingerprint.utf8.count == 32 && !file.text.contains("secret"))
  }

  @Test("the flat table has a row for every answer and mistake")
  func table() {
    let key = Self.file.keys[0]
    let lines = ProblemKeyTable.lines(of: key).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("007,\"N, \"\"007\"\"\",numerical,\(key.code),a0,,4,right,,3.12,"))
    #expect(lines[1].contains(",misconception,doubled,6.25,"))
  }

  @Test("variants in a file come back whole")
  func variants() throws {
    let file = ProblemVariantFile(
      set: "foundations", titles: Synthetic.texts("F", "基"), problems: Synthetic.problems)
    #expect(try ProblemVariantFile(parsing: Array(file.text.utf8), file: "v.json") == file)
    #expect(throws: ExportError.self) { try file.variants(count: 4) }
  }
}
