import Foundation
import Labs
import Testing

@testable import ProblemSets
@testable import mlm

/// Problem sets built by the program's own commands.
@Suite("mlm problems")
struct ProblemsCommandTests {
  private static let problem = """
    ---
    id: pair
    title: {en: Pair, zh: 一对}
    type: cloze
    points: 3
    archetype: test
    draw: {n: {integers: [40, 60]}}
    results:
      b: {value: m.fixed.experience, digits: 2}
    answers:
      slope: {value: b, kind: fixed, digits: 2, mistakes: {less: {value: b / 2, credit: 0.5, feedback: {en: half, zh: 一半}}}}
      twice: {value: 2 * b + n, kind: formula, digits: 1}
    ---

    ```mlm show=none
    mlm data salary --n {{n}} --out handout/salary.csv
    ```

    ```mlm id=m show=none
    mlm fit 'salary ~ experience' --data handout/salary.csv
    ```

    ```mlm id=line as=figure alt.en="a line" alt.zh="一条线"
    mlm plot complete-pooling 'salary ~ experience + (1 | department)' --data handout/salary.csv
    ```

    ::: en
    Slope [[slope]], twice and {{n:%d}} [[twice]].
    :::
    ::: zh
    斜率 [[slope]]，两倍加 {{n:%d}} [[twice]]。
    :::
    ::: solution
    ::: en
    SOLUTION {{b:%.2f}}
    :::
    ::: zh
    解答 {{b:%.2f}}
    :::
    :::
    """

  /// A folder with a set, a roster of some students and a key.
  private static func withSet(
    _ body: (TemporaryFolder, ProblemSet, Roster, CourseKey) throws -> Void
  ) throws {
    try TemporaryFolder.use { folder in
      _ = try folder.file("pair.problem.md", problem)
      let set = try folder.file("set.yml", "id: s\ntitle: {en: Set, zh: 题集}\nproblems: [pair]\n")
      let roster = try Roster(
        csv: Array("id,name,language\n1,Ann,en\na/b,Bo,\n张三,张三,zh\n".utf8), file: "roster.csv")
      try body(folder, try ProblemSet(file: set), roster, CourseKey(bytes: Array("0123456789abcdef".utf8)))
    }
  }

  private static func files(_ path: String) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in SetFolder.files(below: path) { found[name] = try? readFile(path + "/" + name) }
    return found
  }

  @Test(
    "a set is built with sheets, data, R lines and figures; the same bytes come from any number of threads")
  func build() throws {
    try Self.withSet { folder, set, roster, key in
      for threads in [1, 3] {
        let report = try ProblemSetBuild(set, roster: roster, courseKey: key, threads: threads)
          .run(into: folder.path + "/out\(threads)", with: SubcommandRunner())
        #expect(report.students == 3)
        #expect(report.notes.count == 1 && report.notes[0].contains("'a/b' has the folder 'a%2Fb'"))
      }
      let one = Self.files(folder.path + "/out1")
      #expect(one == Self.files(folder.path + "/out3"))
      #expect(
        one.keys.sorted() == [
          "instructor/keys.csv", "instructor/keys.json", "instructor/manifest.csv",
          "instructor/solutions/%E5%BC%A0%E4%B8%89.zh.md", "instructor/solutions/1.en.md",
          "instructor/solutions/a%2Fb.en.md", "instructor/solutions/a%2Fb.zh.md",
          "students/%E5%BC%A0%E4%B8%89/pair-line.zh.svg", "students/%E5%BC%A0%E4%B8%89/pair-salary.R",
          "students/%E5%BC%A0%E4%B8%89/pair-salary.csv", "students/%E5%BC%A0%E4%B8%89/sheet.zh.md",
          "students/1/pair-line.en.svg", "students/1/pair-salary.R", "students/1/pair-salary.csv",
          "students/1/sheet.en.md", "students/a%2Fb/pair-line.en.svg", "students/a%2Fb/pair-line.zh.svg",
          "students/a%2Fb/pair-salary.R", "students/a%2Fb/pair-salary.csv", "students/a%2Fb/sheet.en.md",
          "students/a%2Fb/sheet.zh.md",
        ])
      let keys = try ProblemKeyFile(parsing: one["instructor/keys.json"]!, file: "keys.json")
      #expect(keys.keys.map(\.student) == ["1", "a/b", "张三"])
      try keys.check(set: "s", courseKey: key.bytes, file: "keys.json")
    }
  }

  @Test("students' folders hold no byte of a key, a solution or another student's data")
  func studentsSeeNothing() throws {
    try Self.withSet { folder, set, roster, key in
      _ = try ProblemSetBuild(set, roster: roster, courseKey: key)
        .run(into: folder.path + "/out", with: SubcommandRunner())
      let files = Self.files(folder.path + "/out")
      let keys = try ProblemKeyFile(parsing: files["instructor/keys.json"]!, file: "keys.json").keys
      for (name, bytes) in files where name.hasPrefix("students/") {
        let text = String(decoding: bytes, as: UTF8.self)
        for word in ["SOLUTION", "解答", "half", "一半", key.fingerprint, "0123456789abcdef"] {
          #expect(!text.contains(word), "\(name) holds '\(word)'")
        }
        for other in keys {
          for answer in other.answers {
            guard case .number(let number) = answer.key else { continue }
            for value in [number.value] + number.misconceptions.map(\.value) {
              #expect(!text.contains(FixedDecimals.text(value, number.decimals)), "\(name) holds \(value)")
            }
          }
        }
      }
      let data = files.filter { $0.key.hasSuffix("salary.csv") }
      #expect(Set(data.values).count == 3)
      for (name, bytes) in data {
        let own = Set(
          String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").last!
          })
        for (other, otherBytes) in data where other != name {
          let rows = String(decoding: otherBytes, as: UTF8.self).split(separator: "\n").dropFirst()
          #expect(rows.allSatisfy { !own.contains($0.split(separator: ",").last!) })
        }
      }
    }
  }

  @Test("a changed course key and another set are refused and nothing changes; a lost key file comes back")
  func otherKeys() throws {
    try Self.withSet { folder, set, roster, key in
      let out = folder.path + "/out"
      _ = try ProblemSetBuild(set, roster: roster, courseKey: key).run(into: out, with: SubcommandRunner())
      let before = Self.files(out)
      let other = ProblemSetBuild(
        set, roster: roster, courseKey: CourseKey(bytes: Array("another key, long".utf8)))
      let error = #expect(throws: SetFolderError.self) { try other.run(into: out, with: SubcommandRunner()) }
      #expect(error?.description.contains("was built with another course key") ?? false)
      #expect(Self.files(out) == before)
      unlink(out + "/instructor/keys.json")
      #expect(throws: SetFolderError.self) { try other.run(into: out, with: SubcommandRunner()) }
      let report = try ProblemSetBuild(set, roster: roster, courseKey: key).run(
        into: out, with: SubcommandRunner())
      #expect(report.notes.count == 1)
      #expect(Self.files(out) == before)
    }
  }

  @Test(
    "sheets in forms that a later build does not make go when the keys change, and stay while they do not")
  func leftovers() throws {
    try Self.withSet { folder, set, roster, key in
      let out = folder.path + "/out"
      func build(_ set: ProblemSet, _ languages: [LabLanguage]? = nil) throws -> [String] {
        try ProblemSetBuild(set, roster: roster, courseKey: key, languages: languages).run(
          into: out, with: SubcommandRunner()
        ).notes
      }
      _ = try build(set, LabLanguage.allCases)
      let html = try folder.file("out/students/1/sheet.en.html", "as of the first build")
      _ = try folder.file("out/students/1/hints.pdf", "the instructor's")
      let before = Self.files(out + "/students")
      // The same variants in one language: all sheets go with the keys still.
      #expect(try build(set, [.en]).count == 2)
      #expect(Self.files(out + "/students") == before)
      let changed = Self.problem.replacing("integers: [40, 60]", with: "integers: [41, 61]")
      _ = try folder.file("pair.problem.md", changed)
      #expect(changed != Self.problem)
      let notes = try build(try ProblemSet(file: folder.path + "/set.yml"), [.en])
      let note = try #require(notes.first { $0.contains("which this one does not make") })
      #expect(note.contains("no longer go with the keys") && note.contains("kept below instructor/replaced-"))
      let after = Self.files(out)
      #expect(after["students/1/sheet.en.html"] == nil && after["students/1/sheet.zh.md"] == nil)
      #expect(after["students/1/hints.pdf"] == before["1/hints.pdf"])
      #expect(after["instructor/solutions/1.zh.md"] == nil)
      let kept = after.filter { $0.key.hasPrefix("instructor/replaced-") }
      #expect(
        kept.contains {
          $0.key.hasSuffix("students/1/sheet.en.html") && $0.value == before["1/sheet.en.html"]
        })
      #expect(kept.contains { $0.key.hasSuffix("instructor/solutions/1.zh.md") })
      #expect(html.hasSuffix("sheet.en.html"))
    }
  }

  @Test("keys that change are kept, and files of others stay")
  func replacedKeys() throws {
    try Self.withSet { folder, set, roster, key in
      let out = folder.path + "/out"
      _ = try ProblemSetBuild(set, roster: roster, courseKey: key).run(into: out, with: SubcommandRunner())
      let old = try readFile(out + "/instructor/keys.json")
      _ = try folder.file("out/instructor/grades.csv", "kept")
      let fewer = try Roster(csv: Array("id\n1\n".utf8), file: "roster.csv")
      let report = try ProblemSetBuild(set, roster: fewer, courseKey: key).run(
        into: out, with: SubcommandRunner())
      #expect(report.notes.count == 3 && report.notes[0].contains("instructor/keys-replaced-1.json"))
      // The roster names nobody now, and so does the sheet.
      #expect(report.notes[1].contains("students/1/sheet.en.md the first"))
      #expect(report.notes[2].contains("2 folders in students/ belong to nobody in the roster"))
      #expect(report.notes[2].contains("a/b (keys-replaced-1.json)"))
      #expect(try readFile(out + "/instructor/keys-replaced-1.json") == old)
      #expect(try readFile(out + "/instructor/grades.csv") == Array("kept".utf8))
    }
  }

  @Test("a missing course key says how to make one")
  func missingKey() {
    let error = #expect(throws: CourseKeyError.self) { try CourseKey(file: "/nowhere/course.key") }
    #expect(error?.description.contains("head -c 32 /dev/urandom | base64 >/nowhere/course.key") ?? false)
  }

  @Test("every problem of the bank builds, scores its key full and its mistakes their credit")
  func bank() throws {
    let folder =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/labs/problems"
    let names = SetFolder.names(in: folder).filter { $0.hasSuffix(".problem.md") }
    #expect(names.count >= 20)
    let problems = try names.map {
      try Problem(parsing: try readFile("\(folder)/\($0)"), file: $0.isEmpty ? "" : "\(folder)/\($0)")
    }
    for row in ProblemCheck(problems, seeds: 5, drawnSeeds: 1, threads: 2).run(with: SubcommandRunner()) {
      #expect(row.faults.isEmpty, "\(row.problem.id): \(row.faults)")
      #expect(row.built == 5 && row.distinct >= 3, "\(row.problem.id): \(row.distinct) of \(row.built)")
    }
  }
}
