import Labs
import Plotting
import Tables
import TestSupport
import Testing

@testable import ProblemSets

@Suite("Grading a set")
struct SetGradingTests {
  private let keys = ProblemKeyFileTests.file

  private func sheet(_ text: String) throws -> AnswerSheet {
    try AnswerSheet(csv: Array(text.utf8), file: "answers.csv")
  }
  private func grading(_ text: String, _ double: SetGrading.DoubleChoice = .refuse) throws -> SetGrading {
    try SetGrading(keys, try sheet(text), double: double)
  }
  private func message(_ bytes: [UInt8]) -> String {
    do {
      let sheet = try AnswerSheet(csv: bytes, file: "answers.csv")
      _ = try SetGrading(keys, sheet)
      return ""
    } catch { return "\(error)" }
  }

  /// Every answer right, and one of each listed mistake: the points come back as they should.
  @Test("what is listed in the keys comes back, answer by answer")
  func allMistakes() throws {
    for (problem, key) in keys.keys.enumerated() {
      for (k, answer) in key.answers.enumerated() {
        let given: [(String, Double)]
        switch answer.key {
        case .number(let number):
          given =
            [(FixedDecimals.text(number.value, number.decimals), 1)]
            + number.misconceptions.map { (FixedDecimals.text($0.value, number.decimals), $0.credit) } + [
              ("999999", 0)
            ]
        case .single(let options):
          given = options.indices.map { (OptionLetter.of($0), options[$0].isRight ? 1 : options[$0].credit) }
        case .multiple(let options):
          given = options.indices.map { (OptionLetter.of($0), max(0, options[$0].credit)) }
        case .essay: continue
        }
        for (text, share) in given {
          let row = CSVText.line([key.student, key.problem, answer.id, text])
          let graded = try grading("student,problem,answer,value\n" + row).problems[problem]
          #expect(
            abs(graded.points - key.points * answer.weight * share) < 1e-9,
            "\(key.problem) \(answer.id) \(text)")
          #expect(graded.answers[k].given == text)
        }
      }
    }
  }

  @Test("wide and long files say the same")
  func layouts() throws {
    let long = try grading(
      "student,problem,answer,value\n007,numerical,,3.12\n007,cloze,a1,B\n李明,single,,B\n")
    let wide = try grading("学号;name;numerical;cloze.a1;single\n007;N;3,12;B;\n李明;M;;;B\n")
    let byteOrderMark = try grading(
      "\u{FEFF}student,problem,answer,value\r\n007,numerical,a0,3.12\r\n007,cloze,a1,b\r\n李明,single,a0,(B)\r\n"
    )
    #expect(long.problems.map(\.points) == wide.problems.map(\.points))
    #expect(long.problems.map(\.points) == byteOrderMark.problems.map(\.points))
    #expect(long.problems[0].points == 4 && long.unmatched.isEmpty && wide.unmatched.isEmpty)
  }

  @Test("nothing is dropped: strangers, slips and doubles are listed")
  func unmatched() throws {
    let text = """
      student,problem,answer,value
      007,numerical,,3.12
      7,numerical,,3.12
      007,numerica,,1
      007,cloze,,1
      007,cloze,zz,1
      007,single,,A
      007,single,,B
      李明,single,,B
      李明,single,,B
      """
    let graded = try grading(text)
    let reasons = graded.unmatched.map { "\($0.entry.location.line): \($0.reason)" }
    #expect(
      reasons == [
        "3: no student '7' in the keys",
        "4: no problem 'numerica' in the keys of this student (did you mean 'numerical'?)",
        "5: the problem asks for 4 answers; name one of (a) a0, (b) a1, (c) a2, (d) a3",
        "6: no answer 'zz' in this problem; it has (a) a0, (b) a1, (c) a2, (d) a3",
        "7: another answer to the same question stands in line 8",
        "8: another answer to the same question stands in line 7",
      ])
    #expect(graded.problems[2].answers[0].verdict == .double && graded.problems[2].openPoints == 4)
    #expect(graded.problems[9].points == 4)
    #expect(try grading(text, .last).problems[2].points == 4)
    #expect(try grading(text, .first).problems[2].points == 0)
    #expect(try grading(text, .last).unmatched.count == 5)
    let entries = try sheet(text).entries.count
    let used = graded.problems.flatMap(\.answers).count { !$0.given.isEmpty && $0.verdict != .double }
    // One of the two equal answers stands for both.
    #expect(used + graded.unmatched.count + 1 == entries)
    #expect(
      graded.notes.contains("1 answer says again what another to the same question says, and counts once"))
  }

  @Test("damaged files are told with their places")
  func damage() {
    #expect(message([]) == "answers.csv:1:1: " + CSVError.Fault.empty.text)
    #expect(
      message(Array("student,problem,value\n007,numerical\n".utf8)).hasPrefix(
        "answers.csv:2:5: 2 fields where the header names 3"))
    #expect(
      message(Array("student,problem,value\n007,".utf8) + [0xC0, 0xEE] + Array(",1\n".utf8)).hasPrefix(
        "answers.csv:2:5: byte 0xC0"))
    #expect(message([0xFF, 0xFE, 0x61, 0]).hasPrefix("answers.csv:1:1: the file is UTF-16"))
    #expect(
      message(Array("student,problem,value\n007,\0,1\n".utf8)).hasPrefix("answers.csv:2:5: a zero byte"))
    #expect(
      message(Array("student,student,value\n007,a,1\n".utf8)).hasPrefix("answers.csv:1:9: columns 1 and 2"))
    #expect(
      message(Array("student,problem,value\n007,\"a,1\n".utf8)).hasPrefix(
        "answers.csv:2:5: the quote that opens here"))
    #expect(
      message(Array("who,what\n1,2\n".utf8)).hasPrefix(
        "answers.csv:1:1: no column 'student'; columns are who, what"))
    #expect(message(Array("student,problem\n1,2\n".utf8)).contains("but no column 'value'"))
    #expect(
      message(Array("student,problem,value\nx,numerical,1\n".utf8)).contains(
        "are these the keys of another set or roster?"))
    #expect(message(Array("student,problem,value\n007,other,1\n".utf8)).contains("none of the problems"))
    #expect(
      message(Array("student,problem,variant,value\n007,numerical,00000000,1\n".utf8)).contains(
        "made with another course key"))
  }

  @Test("tables: one row an answer, points empty where a person marks")
  func tables() throws {
    let graded = try grading(
      "student,problem,answer,value\n007,essay,,\"a text, with \"\"quotes\"\"\"\n007,numerical,,\"6,25\"\n")
    let grades = graded.gradesCSV(.en).split(separator: "\n")
    #expect(grades.count == 1 + keys.keys.reduce(0) { $0 + $1.answers.count })
    #expect(
      grades[1].contains(",numerical,\(keys.keys[0].code),a0,\"6,25\",6.25,2,4,0.5,misconception,doubled,"))
    #expect(grades.contains { $0.contains(",\"a text, with \"\"quotes\"\"\",,,4,,by hand,,") })
    let totals = graded.totalsCSV().split(separator: "\n")
    #expect(totals[0] == "student,name,points,max,open,numerical,percent,single,multiple,cloze,essay,mixed")
    #expect(totals[1] == "007,\"N, \"\"007\"\"\",2,28,4,2,0,0,0,0,,0")
    let byHand = graded.byHandCSV(.en)
    #expect(byHand.split(separator: "\n").count == 2 && byHand.contains(",1: names $w$,4,\n"))
    var marked = graded
    try marked.take(
      marks: Array(byHand.replacing("$w$,4,\n", with: "$w$,4,\"2,5\"\n").utf8), file: "by-hand.csv")
    #expect(marked.totalsCSV().split(separator: "\n")[1] == "007,\"N, \"\"007\"\"\",4.5,28,0,2,0,0,0,0,2.5,0")
    #expect(throws: AnswerSheetError.self) {
      try marked.take(marks: Array("student,problem,answer,points\n007,essay,a0,1\n".utf8), file: "m")
    }
    var other = graded
    #expect(throws: AnswerSheetError.self) {
      try other.take(marks: Array("student,problem,answer,points\n007,essay,a0,5\n".utf8), file: "m")
    }
  }

  @Test("what cannot be read earns nothing until a person gives points for it")
  func unreadable() throws {
    let graded = try grading("student,problem,answer,value\n007,numerical,,some three\n007,single,,Z\n")
    #expect(graded.problems[0].answers[0].verdict == .unreadable && graded.problems[0].points == 0)
    #expect(graded.problems[0].openPoints == 0)
    let note = "2 answers could not be read and earn nothing; points for them can be given in by-hand.csv"
    #expect(graded.notes.contains(note))
    let byHand = graded.byHandCSV(.en)
    #expect(byHand.contains("007,\"N, \"\"007\"\"\",numerical,a0,some three,unreadable,,4,\n"))
    var marked = graded
    try marked.take(
      marks: Array(byHand.replacing("unreadable,,4,\n007", with: "unreadable,,4,3\n007").utf8),
      file: "by-hand.csv")
    #expect(marked.problems[0].points == 3 && marked.problems[0].answers[0].verdict == .marked)
    #expect(
      !marked.notes.contains(note) && marked.notes.contains { $0.hasPrefix("1 answer could not be read") })
    // Another grading takes the same marks; an answer that was read is not to be changed.
    var other = try grading("student,problem,answer,value\n007,numerical,,3.12\n")
    #expect(throws: AnswerSheetError.self) {
      try other.take(marks: Array("student,problem,answer,points\n007,numerical,a0,1\n".utf8), file: "m")
    }
  }

  @Test("ids, names and answers that a spreadsheet would calculate are guarded, and come back as they were")
  func formulas() throws {
    let key = ProblemKey(
      student: "=1+2", name: "=cmd|x!A0", problem: "p", code: "00", titles: Synthetic.texts("p", "p"),
      points: 2,
      answers: [VariantAnswer(id: "a", weight: 1, key: .number(Synthetic.number(3)))])
    let file = ProblemKeyFile(set: "s", courseKeyFingerprint: "", keys: [key])
    var graded = try SetGrading(file, try sheet("student,p\n=1+2,@what\n"))
    #expect(graded.gradesCSV(.en).contains("\n'=1+2,'=cmd|x!A0,p,00,a,'@what,"))
    #expect(ProblemKeyTable.lines(of: key).hasPrefix("'=1+2,'=cmd|x!A0,"))
    let byHand = graded.byHandCSV(.en)
    try graded.take(marks: Array(byHand.replacing(",,2,\n", with: ",,2,1\n").utf8), file: "by-hand.csv")
    #expect(graded.problems[0].points == 1)
    // A spreadsheet hands on what it was given.
    #expect(try SetGrading(file, try sheet("student,p\n'=1+2,3\n")).problems[0].points == 2)
    for text in ["-5.8", "+3", "=", "'", "''=x", "a=b", "-x", "'-x", "\t1", ""] {
      #expect(CSVText.unguarded(CSVText.guarded(text)) == text, "\(text)")
    }
    #expect(CSVText.guarded("-5.8") == "-5.8" && CSVText.guarded("-x") == "'-x")
  }

  @Test("a mistake's feedback is gathered from the sheets of both languages")
  func feedbackOfBothLanguages() throws {
    func key(_ student: String, _ language: LabLanguage) -> ProblemKey {
      let mistake = NumberMisconception(
        id: "two", value: 2, tolerance: 0.1, credit: 0.5, feedback: [language: "in \(language.rawValue)"])
      let number = NumberKey(
        value: 1, decimals: 1, tolerance: 0.1, isPercent: false, misconceptions: [mistake])
      return ProblemKey(
        student: student, language: language, problem: "p", code: "00", titles: Synthetic.texts("p", "p"),
        points: 2,
        answers: [VariantAnswer(id: "a", weight: 1, key: .number(number))])
    }
    let file = ProblemKeyFile(set: "s", courseKeyFingerprint: "", keys: [key("1", .zh), key("2", .en)])
    let items = try SetGrading(file, try sheet("student,p\n1,2\n2,1\n")).itemStatistics()
    #expect(ItemStatisticsTables.misconceptionsCSV(items).contains("p,a,two,1,0.5000,0.5,in en,in zh\n"))
  }

  @Test("feedback sheets in both languages")
  func feedback() throws {
    let graded = try grading("student,problem,answer,value\n007,numerical,,\"6,25\"\n")
    let problems = graded.students[0].problems
    let english = FeedbackSheet(graded, .en).text(problems)
    #expect(english.contains("N, \"007\" · 007 · **2 of 28 points**"))
    #expect(english.contains("- You wrote `6,25`, read as `6.25`. Twice, } not # half ~."))
    #expect(!english.contains("3.12"))
    #expect(FeedbackSheet(graded, .en, showsKey: true).text(problems).contains("Right answer: 3.12."))
    #expect(FeedbackSheet(graded, .zh).text(problems).contains("你的答案：`6,25`，读作 `6.25`。翻倍 } # ~"))
    // Blanks are called as on the sheet, the set by its title.
    #expect(english.contains("\n- **(b)** (0 of ") && !english.contains("**a1**"))
    var titled = graded
    titled.titles = [.en: "Set *1*"]
    #expect(FeedbackSheet(titled, .en).text(problems).hasPrefix("# Set \\*1\\* – feedback\n"))
  }

  @Test("answers are named by their ids or the letters of their blanks")
  func letters() {
    func place(_ name: String) -> Int? { AnswerMatching.place(of: name, among: ["slope", "n", "weight"]) }
    #expect(["slope", "a", "A", "(a)", "（ａ）", "a)", " (A) "].map(place) == Array(repeating: 0, count: 7))
    #expect(place("n") == 1 && place("(b)") == 1 && place("c") == 2)
    #expect(place("d") == nil && place("") == nil && place("slop") == nil && place("ab") == nil)
  }

  @Test("item statistics by hand")
  func items() throws {
    let key = NumberKey(
      value: 1, decimals: 0, tolerance: 0.1, isPercent: false,
      misconceptions: [NumberMisconception(id: "two", value: 2, tolerance: 0.1, credit: 0.5, feedback: [:])])
    let file = ProblemKeyFile(
      set: "s", courseKeyFingerprint: "",
      keys: (1...4).flatMap { s in
        ["p", "q"].map { p in
          ProblemKey(
            student: "\(s)", problem: p, code: "00", titles: Synthetic.texts(p, p), points: 2,
            answers: [VariantAnswer(id: "a", weight: 1, key: .number(key))])
        }
      })
    let answers = try sheet("student,p,q\n1,1,1\n2,2,1\n3,5,2\n4,,5\n")
    let items = try SetGrading(file, answers).itemStatistics()
    #expect(items.map(\.right) == [1, 2] && items.map(\.missing) == [1, 0] && items.map(\.wrong) == [1, 1])
    #expect(items[0].difficulty == 0.375 && items[1].difficulty == 0.625)
    #expect(items[0].mistakes.map(\.count) == [1] && items[0].misconceived == 1)
    // Shares 1, .5, 0, 0 and 1, 1, .5, 0: r = .5625 / √(.6875 · .6875).
    expectClose(items[0].discrimination!, 0.5625 / 0.6875, relative: 1e-12)
    #expect(ItemStatisticsTables.itemsCSV(items).hasPrefix("problem,answer,n,right,"))
    #expect(ItemStatisticsTables.misconceptionsCSV(items).contains("p,a,two,1,0.2500,0.5,,"))
  }

  @Test("the figure of items is fit for print at both widths", arguments: [8.0, 16.0])
  func figure(_ width: Double) throws {
    let graded = try grading(
      "student,problem,answer,value\n007,numerical,,\"6,25\"\n007,cloze,a0,3.12\n李明,cloze,a1,C\n")
    for language in LabLanguage.allCases {
      let pages = ItemFigure(graded.itemStatistics(), language, width: Size.centimetres(width, 1).width)
        .pages()
      #expect(!pages.isEmpty)
      for page in pages {
        let layout = try page.layout(measuring: FixedMeasurer())
        #expect(layout.faults() == [])
        #expect(layout.scene.size.height < Size.centimetres(1, 25).height)
      }
    }
  }
}

extension CSVError.Fault {
  fileprivate var text: String {
    let whole = CSVError(file: "f", line: 1, column: 1, fault: self).description
    return String(whole.dropFirst("f:1:1: ".count))
  }
}
