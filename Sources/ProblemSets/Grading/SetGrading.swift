import Labs
import Tables

/// All answers of a set, graded: one row an answer of every key, whether or not anything was given.
public struct SetGrading: Sendable {
  /// Which of two different answers to one question counts.
  public enum DoubleChoice: String, Sendable, CaseIterable {
    /// Neither: both are reported, and a person decides.
    case refuse
    /// The one that stands first in the file.
    case first
    /// The one that stands last in the file.
    case last
  }

  /// One student's problem.
  public struct Problem: Sendable {
    /// The key.
    public var key: ProblemKey
    /// What was given, in the order of the key's answers.
    public var answers: [GradedAnswer]

    /// The points that were earned; nothing is counted for what is open.
    public var points: Double {
      zip(key.answers, answers).reduce(0) { $0 + key.points * $1.0.weight * ($1.1.share ?? 0) }
    }
    /// The points that a person still has to give or refuse.
    public var openPoints: Double {
      zip(key.answers, answers).reduce(0) {
        $0 + ($1.1.verdict.isOpen ? key.points * $1.0.weight : 0)
      }
    }
  }

  /// An answer that belongs to no key, or was not counted.
  public struct Unmatched: Sendable, Equatable {
    /// The answer.
    public var entry: AnswerSheet.Entry
    /// Why it was not counted, and what may have been meant.
    public var reason: String
  }

  /// The set's id.
  public var set: String
  /// The set's title in both languages; empty for keys that do not say.
  public var titles: [LabLanguage: String]
  /// The problems in the order of the keys.
  public var problems: [Problem]
  /// Answers that were not counted, in the order of the file.
  public var unmatched: [Unmatched]
  /// What the one who grades should know.
  public var notes: [String]
  /// The note on answers that could not be read; nil where all could.
  var unreadableNote: String?

  /// Grades a sheet of answers.
  /// - Parameters:
  ///   - keys: the keys of the set.
  ///   - sheet: what was given.
  ///   - double: which of two different answers counts.
  /// - Throws: `AnswerSheetError` where no student of the sheet is in the keys, or most codes on the sheet
  /// are of other variants: the files do not belong
  ///   together.
  public init(_ keys: ProblemKeyFile, _ sheet: AnswerSheet, double: DoubleChoice = .refuse)
    throws(AnswerSheetError)
  {
    set = keys.set
    titles = keys.titles
    var matching = AnswerMatching(keys, double: double)
    try matching.checkThatFilesBelongTogether(sheet)
    for entry in sheet.entries { matching.place(entry) }
    unmatched = matching.unmatched
    var doubles: [[Int]: [AnswerSheet.Entry]] = [:]
    var repeats = 0
    problems = keys.keys.enumerated().map { i, key in
      let answers = key.answers.enumerated().map { j, answer in
        let given = matching.given[i][j]
        // `0.4` and `0,400` are one answer.
        func meaning(_ text: String) -> String {
          let read = answer.key.grade(text).readAs
          return read.isEmpty ? text : read
        }
        if given.count > 1, Set(given.map { meaning($0.value) }).count > 1 {
          doubles[[i, j]] = given
          if double == .refuse {
            return GradedAnswer(
              given: given.map(\.value).joined(separator: " | "), share: nil, verdict: .double,
              feedback: GradingWords.double)
          }
        }
        if doubles[[i, j]] == nil { repeats += max(0, given.count - 1) }
        let taken = double == .first ? given.first : given.last
        return answer.key.grade(taken?.value)
      }
      return Problem(key: key, answers: answers)
    }
    notes = []
    for (_, given) in doubles.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      for (k, entry) in given.enumerated() {
        let isTaken = double == .first ? k == 0 : double == .last ? k == given.count - 1 : false
        if !isTaken {
          let others = given.indices.filter { $0 != k }.map { "\(given[$0].location.line)" }
          unmatched.append(
            Unmatched(
              entry: entry,
              reason: "another answer to the same question stands in line \(others.joined(separator: ", "))"))
        }
      }
    }
    unmatched.sort {
      ($0.entry.location.line, $0.entry.location.column) < ($1.entry.location.line, $1.entry.location.column)
    }
    unreadableNote = SetGrading.unreadableNote(problems)
    notes = gradingNotes(sheet, doubles: doubles.count, repeats: repeats, choice: double)
  }

  /// How many answers could not be read and what becomes of them; nil for none.
  static func unreadableNote(_ problems: [Problem]) -> String? {
    let n = problems.reduce(0) { $0 + $1.answers.count { $0.verdict == .unreadable } }
    if n == 0 { return nil }
    return "\(counted(n, "answer")) could not be read and \(n == 1 ? "earns" : "earn") nothing; "
      + "points for them can be given in by-hand.csv"
  }

  /// The students in the order of the keys, each with the range of its problems.
  public var students: [(id: String, name: String, problems: [Problem])] {
    var order: [String] = []
    var byStudent: [String: [Problem]] = [:]
    for problem in problems {
      if byStudent[problem.key.student] == nil { order.append(problem.key.student) }
      byStudent[problem.key.student, default: []].append(problem)
    }
    return order.map { ($0, byStudent[$0]![0].key.name, byStudent[$0]!) }
  }

  /// - Parameter repeats: how many answers say again what another says.
  private func gradingNotes(
    _ sheet: AnswerSheet, doubles: Int, repeats: Int, choice: DoubleChoice
  ) -> [String] {
    var notes: [String] = []
    let known = Set(problems.map(\.key.student))
    let strangers = sheet.students.filter { !known.contains($0.id) }
    for stranger in strangers.prefix(5) {
      let near = NearestNames.close(to: stranger.id, among: Array(known).sorted())
      notes.append(
        "\(stranger.location): no student '\(stranger.id)' in the keys"
          + (near.map { " (did you mean '\($0)'?)" } ?? ""))
    }
    if strangers.count > 5 {
      notes.append("\(strangers.count - 5) more students of the answers are not in the keys")
    }
    let absent = known.subtracting(sheet.students.map(\.id)).sorted()
    if !absent.isEmpty {
      let names = absent.prefix(5).joined(separator: ", ") + (absent.count > 5 ? ", …" : "")
      notes.append("no answers at all from \(counted(absent.count, "student")): \(names)")
    }
    if doubles > 0 {
      let done =
        switch choice {
        case .refuse: "none was graded; --take last or --take first takes one"
        case .first: "the first was graded"
        case .last: "the last was graded"
        }
      notes.append("two different answers to \(counted(doubles, "question")): \(done)")
    }
    if repeats > 0 {
      notes.append(
        "\(counted(repeats, "answer")) \(repeats == 1 ? "says" : "say") again what another to the same question "
          + "says, and \(repeats == 1 ? "counts" : "count") once")
    }
    func count(_ verdict: GradedAnswer.Verdict) -> Int {
      problems.reduce(0) { $0 + $1.answers.count { $0.verdict == verdict } }
    }
    if let unreadableNote { notes.append(unreadableNote) }
    if count(.missing) > 0 {
      notes.append("\(counted(count(.missing), "answer")) \(count(.missing) == 1 ? "is" : "are") missing")
    }
    if count(.byHand) > 0 {
      let n = count(.byHand)
      notes.append(
        "\(counted(n, "essay")) \(n == 1 ? "is" : "are") to be marked by hand; the points are left empty")
    }
    if !unmatched.isEmpty {
      notes.append("\(counted(unmatched.count, "answer")) counted nowhere; unmatched.csv says why")
    }
    return notes
  }
}

/// `1 answer`, `2 answers`.
func counted(_ n: Int, _ noun: String) -> String { n == 1 ? "1 \(noun)" : "\(n) \(noun)s" }
