import Labs
import Testing

@testable import ProblemSets

@Suite struct RosterTests {
  private func roster(_ text: String) throws -> Roster { try Roster(csv: Array(text.utf8), file: "r.csv") }

  private func message(_ bytes: [UInt8]) -> String {
    do { _ = try Roster(csv: bytes, file: "r.csv") } catch { return error.description }
    return ""
  }

  @Test("ids keep their spelling; quotes, a byte order mark, CR LF and semicolons are read")
  func reading() throws {
    let read = try roster("\u{FEFF}id;name;language\r\n007;\"Li; \"\"Lee\"\"\";zh-CN\r\n\r\n张三;;\r\n")
    #expect(read.students.map(\.id) == ["007", "张三"])
    #expect(read.students[0].name == "Li; \"Lee\"")
    #expect(read.students.map(\.language) == [.zh, nil])
    #expect(read.students[1].folder == "%E5%BC%A0%E4%B8%89")
  }

  @Test(
    "ids become different folders from which they can be read back",
    arguments: [
      "a", "A.b", "..", ".hidden", "a/b", "a\\b", "%41", "张 三", "x:y*?", "-", "é", "CON", "nul.txt", "a.",
    ])
  func folders(_ id: String) {
    let name = FolderName(id).text
    #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.%".contains($0)) })
    #expect(!name.hasPrefix(".") && !name.hasSuffix(".") && name != "CON")
    #expect(FolderName.id(of: name) == id)
  }

  @Test("ids that differ in capitals only have folders that differ everywhere")
  func capitals() throws {
    let folders = try roster("id\nab\nAB\nAb\nXY\n").students.map(\.folder)
    #expect(folders == ["ab", "%41%42", "%41b", "XY"])
    #expect(Set(folders.map { $0.lowercased() }).count == 4)
    #expect(folders.map(FolderName.id) == ["ab", "AB", "Ab", "XY"])
  }

  @Test(
    "faults have line and column",
    arguments: [
      ("", "r.csv:1:1: the roster is empty"),
      ("id,name\n", "r.csv:1:1: the roster has a header and no students"),
      ("name\nx\n", "r.csv:1:1: no column 'id'"),
      ("id,name\na,x\nb,y\na,z\n", "r.csv:4:1: the id 'a' stands in line 2 too"),
      ("name,id\nx,\n", "r.csv:2:3: the id is empty"),
      ("id,name\na\n", "r.csv:2:1: 1 fields where the header names 2"),
      ("id,language\na,fr\n", "r.csv:2:3: no language 'fr'"),
      ("id\n\"a\n", "r.csv:2:1: the quote that opens here is never closed"),
      ("id\n\"a\"b\n", "r.csv:2:4: text behind a closing quote"),
      ("id\na\u{0}\n", "r.csv:2:2: a zero byte"),
    ])
  func faults(_ text: String, _ expected: String) {
    #expect(message(Array(text.utf8)).hasPrefix(expected))
  }

  @Test("Latin-1, GB18030 and UTF-16 are refused with the place of the first foreign byte")
  func encodings() {
    #expect(
      message(Array("id,name\na,M".utf8) + [0xFC] + Array("ller\n".utf8)).hasPrefix(
        "r.csv:2:4: not UTF-8 (byte 0xfc"))
    #expect(message(Array("id\n".utf8) + [0xD5, 0xC5, 0x0A]).hasPrefix("r.csv:2:1: not UTF-8"))
    #expect(message([0xFF, 0xFE, 0x69, 0x00]).hasPrefix("r.csv:1:1: the file is UTF-16"))
  }
}
