import Foundation
import Labs
import Testing

@testable import ProblemSets
@testable import mlm

/// A set that was built for some students, with its files.
struct BuiltSet {
  let folder: TemporaryFolder
  let set: ProblemSet
  let setFile: String
  let courseKey: CourseKey

  private static let problem = """
    ---
    id: pair
    title: {en: Pair, zh: 一对}
    type: cloze
    points: 4
    archetype: test
    draw: {n: {integers: [40, 60]}, k: {integers: [2, 9]}}
    results:
      b: {value: m.fixed.experience, digits: 2}
    answers:
      slope:
        value: b
        kind: fixed
        digits: 2
        mistakes: {less: {value: b / 2, credit: 0.5, feedback: {en: half, zh: 一半}}}
      many: {value: k, kind: count}
    ---

    ```mlm show=none
    mlm data salary --n {{n}} --out handout/salary.csv
    ```

    ```mlm id=m show=out
    mlm fit 'salary ~ experience' --data handout/salary.csv --style display
    ```

    ```mlm id=line as=figure alt.en="a line" alt.zh="一条线"
    mlm plot complete-pooling 'salary ~ experience + (1 | department)' --data handout/salary.csv
    ```

    ::: en
    Printed:

        number = {{k:%d}}
          of those

    Slope [[slope]], number [[many]].
    :::
    ::: zh
    输出：

        个数 = {{k:%d}}
          其中

    斜率 [[slope]]，个数 [[many]]。
    :::
    ::: solution
    ::: en
    It is {{b:%.2f}}.
    :::
    ::: zh
    答案是 {{b:%.2f}}。
    :::
    :::
    """

  /// Makes the set's files; nothing is built yet.
  static func use(_ body: (BuiltSet) throws -> Void) throws {
    try TemporaryFolder.use { folder in
      _ = try folder.file("pair.problem.md", problem)
      _ = try folder.file("course.key", "0123456789abcdef\n")
      let file = try folder.file("set.yml", "id: s\ntitle: {en: \"Set: one\", zh: 题集：一}\nproblems: [pair]\n")
      try body(
        BuiltSet(
          folder: folder, set: try ProblemSet(file: file), setFile: file,
          courseKey: CourseKey(bytes: Array("0123456789abcdef".utf8))))
    }
  }

  /// Builds for students; the report's notes.
  @discardableResult
  func build(_ roster: String, into name: String = "out", to formats: [SheetFormat] = [.markdown]) throws
    -> [String]
  {
    let students = try Roster(csv: Array(roster.utf8), file: "roster.csv")
    return try ProblemSetBuild(set, roster: students, courseKey: courseKey, formats: formats)
      .run(into: folder.path + "/" + name, with: SubcommandRunner()).notes
  }

  var keys: String { folder.path + "/out/instructor/keys.json" }

  func key(_ student: String) throws -> ProblemKey {
    try #require(
      try ProblemKeyFile(parsing: try readFile(keys), file: keys).keys.first { $0.student == student })
  }

  /// The numbers of a student's key: the slope and what half of it is, the count.
  func numbers(_ student: String) throws -> (slope: Double, half: Double, many: Int) {
    let key = try key(student)
    guard case .number(let slope) = key.answers[0].key, case .number(let many) = key.answers[1].key else {
      Issue.record("no numbers")
      return (0, 0, 0)
    }
    return (slope.value, slope.misconceptions[0].value, Int(many.value))
  }

  func run(_ words: String...) throws -> CommandResult {
    try SubcommandRunner().run(["problems"] + words, in: CommandContext(language: .en))
  }

  func message(_ words: String...) -> String {
    do {
      _ = try SubcommandRunner().run(["problems"] + words, in: CommandContext(language: .en))
      return ""
    } catch { return "\(error)" }
  }
}

extension CommandResult {
  /// The text of a file that was to be written.
  func text(_ name: String) -> String {
    files.first { $0.path == name || $0.path.hasSuffix("/" + name) }
      .map { String(decoding: $0.bytes, as: UTF8.self) } ?? "no file \(name)"
  }
}

@Suite("mlm problems grade")
struct ProblemsGradeTests {
  private static let three = "id,name,language\n1,Ann,en\n2,=cmd|x!A0,zh\nab,Bo,en\n"

  @Test("right, mistaken, odd and unreadable answers; a person settles what cannot be read")
  func grades() throws {
    try BuiltSet.use { built in
      try built.build(Self.three)
      let (one, two, three) = (try built.numbers("1"), try built.numbers("2"), try built.numbers("ab"))
      let words = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
      let answers = try built.folder.file(
        "answers.csv",
        """
        student,pair.slope,pair.many
        1,"USD \(FixedDecimals.text(one.slope, 2))",k=\(one.many)
        2,"b = \(FixedDecimals.text(two.half, 2).replacing(".", with: ","))",\(words[two.many])
        ab,many,\(Double(three.many) - 0.005)
        stranger,1,2

        """)
      let result = try built.run("grade", "--keys", built.keys, "--answers", answers, "--out", "g")
      let grades = result.text("grades.csv").split(separator: "\n").map(String.init)
      #expect(grades.count == 7)
      #expect(grades[1].contains(",2,2,1,right,,the unit ‘USD’ was passed over"))
      #expect(grades[2].contains(",\(one.many),2,2,1,right,"))
      #expect(grades[3].hasPrefix("2,'=cmd|x!A0,pair,") && grades[3].contains(",1,2,0.5,misconception,less,"))
      #expect(grades[4].contains(",\(words[two.many]),\(two.many),2,2,1,right,"))
      #expect(grades[5].contains(",many,,0,2,0,unreadable,"))
      #expect(grades[6].contains(",0,2,0,wrong,"))
      #expect(result.text("totals.csv").contains("\nab,Bo,0,4,0,0\n"))
      let mistakes = result.text("misconceptions.csv")
      #expect(mistakes.contains("pair,slope,less,1,0.3333,0.5,half,一半\n"))
      #expect(result.text("unmatched.csv").split(separator: "\n").count == 3)
      #expect(result.notes.contains { $0.contains("no student 'stranger' in the keys") })
      #expect(result.files.contains { $0.path == "g/items.en.svg" } && result.output.contains("pair.slope"))
      #expect(result.text("feedback/2.zh.md").contains("一半"))

      let byHand = result.text("by-hand.csv")
      #expect(
        byHand.split(separator: "\n").count == 2 && byHand.contains("ab,Bo,pair,slope,many,unreadable,,2,"))
      let marks = try built.folder.file(
        "marks.csv", byHand.replacing("unreadable,,2,\n", with: "unreadable,,2,\"1,5\"\n"))
      let marked = try built.run(
        "grade", "--keys", built.keys, "--answers", answers, "--out", "g", "--marks", marks)
      #expect(marked.text("totals.csv").contains("\nab,Bo,1.5,4,0,1.5\n"))
      #expect(marked.text("by-hand.csv").split(separator: "\n").count == 1)
      let often = try built.folder.file("often.csv", "student,problem,answer,points\n1,pair,slope,1\n")
      #expect(
        built.message("grade", "--keys", built.keys, "--answers", answers, "--marks", often)
          == "\(often):2:14: 'slope' of student '1' is not open: it is 'right'")
    }
  }

  @Test("bad input is told with its place: keys, answers, course key, set")
  func badInput() throws {
    try BuiltSet.use { built in
      try built.build(Self.three)
      let answers = try built.folder.file("answers.csv", "student,pair.many\n1,4\n")
      func said(_ keys: String, _ more: String...) -> String {
        do {
          _ = try SubcommandRunner().run(
            ["problems", "grade", "--keys", keys, "--answers", answers] + more,
            in: CommandContext(language: .en))
          return ""
        } catch { return "\(error)" }
      }
      let table = built.folder.path + "/out/instructor/keys.csv"
      #expect(
        said(table).hasPrefix("\(table):1:1: this is no key file, it begins with 'student,name,problem"))
      #expect(
        said("nowhere.json").contains("if the key file is lost, build the set again with its course key"))
      #expect(said(built.keys, "--set", "other").contains("the keys are of the set 's', not 'other'"))
      let key = try built.folder.file("other.key", "another key, long enough")
      #expect(said(built.keys, "--course-key-file", key).contains("made with another course key"))
      let whole = String(decoding: try readFile(built.keys), as: UTF8.self)
      let half = try built.folder.file("half.json", String(whole.prefix(700)))
      #expect(said(half).contains("the key file is damaged"))
      #expect(said(built.keys, "--take", "both").contains("--take"))
      let strange = try built.folder.file("strange.csv", "student,pair.many\nx,4\n")
      #expect(
        built.message("grade", "--keys", built.keys, "--answers", strange).contains(
          "are these the keys of another set or roster?"))
      #expect(built.message("grade", "--keys", built.keys).contains("--answers"))
      #expect(built.message("grade", "--answers", answers).contains("--keys"))
    }
  }

  @Test("keys of all builds are kept, folders without a key are named, and grade takes several key files")
  func rebuilds() throws {
    try BuiltSet.use { built in
      var notes: [String] = []
      for student in ["s1", "s2", "s3", "s4"] { notes = try built.build("id\n\(student)\n") }
      let instructor = built.folder.path + "/out/instructor"
      func students(_ name: String) throws -> [String] {
        try ProblemKeyFile(parsing: try readFile("\(instructor)/\(name)"), file: name).keys.map(\.student)
      }
      for n in 1...3 { #expect(try students("keys-replaced-\(n).json") == ["s\(n)"]) }
      #expect(try students("keys.json") == ["s4"])
      #expect(
        notes == [
          "note: the keys differ from those that were there, which are kept as instructor/keys-replaced-3.json",
          "note: 3 folders in students/ belong to nobody in the roster and have no key in keys.json: "
            + "s1 (keys-replaced-1.json), s2 (keys-replaced-2.json), s3 (keys-replaced-3.json). To grade them, name the "
            + "files in brackets too: --keys keys.json --keys keys-replaced-N.json",
        ])
      let answers = try built.folder.file("answers.csv", "student,pair.many\ns1,4\ns4,4\n")
      let result = try built.run(
        "grade", "--keys", built.keys, "--keys", instructor + "/keys-replaced-1.json", "--answers", answers,
        "--out", "g")
      #expect(result.text("totals.csv").split(separator: "\n").map { $0.prefix(2) } == ["st", "s4", "s1"])
      // The same again changes nothing and keeps nothing twice.
      #expect(try built.build("id\ns4\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: instructor + "/keys-replaced-4.json"))
    }
  }

  @Test("a sheet that was changed by hand is kept beside the new one, and that is said")
  func changedSheet() throws {
    try BuiltSet.use { built in
      try built.build("id,language\n1,en\n2,en\n")
      let sheet = built.folder.path + "/out/students/1/sheet.en.md"
      let written = try readFile(sheet)
      try Data("my own text".utf8).write(to: URL(fileURLWithPath: sheet))
      let notes = try built.build("id,language\n1,en\n2,en\n")
      #expect(try readFile(sheet) == written)
      #expect(
        notes == [
          "note: 1 file of students differs from what was there, students/1/sheet.en.md the first: a problem, or a sheet "
            + "by hand, was changed since; the earlier are kept below instructor/replaced-1"
        ])
      #expect(
        try readFile(built.folder.path + "/out/instructor/replaced-1/students/1/sheet.en.md")
          == Array("my own text".utf8))
    }
  }

  @Test("solutions: no interval around a count, minus signs, no second colon, full-width brackets in Chinese")
  func solutions() throws {
    try BuiltSet.use { built in
      try built.build("id\n1\n")
      func solution(_ language: String) throws -> String {
        String(
          decoding: try readFile("\(built.folder.path)/out/instructor/solutions/1.\(language).md"),
          as: UTF8.self)
      }
      let (english, chinese) = (try solution("en"), try solution("zh"))
      #expect(english.hasPrefix("# Set: one · Worked solutions\n") && chinese.hasPrefix("# 题集：一 · 题目解答\n"))
      let many = try built.numbers("1").many
      #expect(english.contains("**(b) Answer: \(many)**\n\n"))
      #expect(english.contains(" (accepted ") && english.contains(" (less, 50% of the points): half"))
      #expect(chinese.contains("（接受范围 ") && chinese.contains("（less，得 50% 的分数）：一半"))
      #expect(!chinese.contains(" (") && !chinese.contains(" — "))
      let sheet = String(
        decoding: try readFile("\(built.folder.path)/out/students/1/sheet.en.md"), as: UTF8.self)
      #expect(sheet.contains("**(a)**\u{A0}\\_") && !sheet.contains("**(a)** \\_"))
    }
  }

  @Test("Word documents beside HTML leave its figures as they are", .enabled(if: Pandoc.version() != nil))
  func mixedFormats() throws {
    try BuiltSet.use { built in
      let roster = "id,language\n1,en\n"
      try built.build(roster, into: "html", to: [.html])
      try built.build(roster, into: "both", to: [.html, .docx])
      try built.build(roster, into: "docx", to: [.docx])
      func file(_ name: String) throws -> [UInt8] { try readFile(built.folder.path + "/" + name) }
      #expect(try file("both/students/1/sheet.en.html") == file("html/students/1/sheet.en.html"))
      #expect(try file("both/students/1/sheet.en.docx") == file("docx/students/1/sheet.en.docx"))
      let names = SetFolder.names(in: built.folder.path + "/both/students/1")
      #expect(names.contains("pair-line.en.svg") && !names.contains { $0.hasSuffix(".png") })
    }
  }
}
