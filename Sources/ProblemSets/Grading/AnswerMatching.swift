import Tables

/// Where each given answer belongs.
struct AnswerMatching {
  let keys: ProblemKeyFile
  /// What was given to each answer of each key.
  var given: [[[AnswerSheet.Entry]]]
  var unmatched: [SetGrading.Unmatched] = []
  private var positions: [String: [String: Int]] = [:]
  private let problemNames: [String]

  init(_ keys: ProblemKeyFile, double: SetGrading.DoubleChoice) {
    self.keys = keys
    given = keys.keys.map { $0.answers.map { _ in [] } }
    for (i, key) in keys.keys.enumerated() { positions[key.student, default: [:]][key.problem] = i }
    problemNames = Set(keys.keys.map(\.problem)).sorted()
  }

  /// Two files of which nothing fits the other were not made together.
  func checkThatFilesBelongTogether(_ sheet: AnswerSheet) throws(AnswerSheetError) {
    if let first = sheet.students.first, !sheet.students.contains(where: { positions[$0.id] != nil }) {
      let example = keys.keys.first.map { " such as '\($0.student)'" } ?? ""
      throw .fault(
        first.location,
        "none of the students, '\(first.id)' the first, is in the keys of set '\(keys.set)', which has "
          + "\(counted(positions.count, "student"))\(example); "
          + "are these the keys of another set or roster?")
    }
    if let first = sheet.entries.first, !sheet.entries.contains(where: { problemNames.contains($0.problem) })
    {
      throw .fault(
        first.location,
        "none of the problems, '\(first.problem)' the first, is in the keys of set '\(keys.set)'; its "
          + "problems are "
          + problemNames.joined(separator: ", "))
    }
    let coded = sheet.entries.filter { $0.code != nil && positions[$0.student]?[$0.problem] != nil }
    let foreign = coded.filter { !hasCode($0) }
    if let first = foreign.first, foreign.count * 2 > coded.count {
      throw .fault(
        first.location,
        "\(foreign.count) of \(coded.count) answers are to other variants ('\(first.code!)' is the first; "
          + "the key has "
          + "'\(keys.keys[positions[first.student]![first.problem]!].code)'): "
          + "the sheets were made with another course key, set or version than these keys")
    }
  }

  private func hasCode(_ entry: AnswerSheet.Entry) -> Bool {
    guard let code = entry.code, let i = positions[entry.student]?[entry.problem] else { return true }
    return PlainCharacters.of(code).lowercased() == keys.keys[i].code.lowercased()
  }

  mutating func place(_ entry: AnswerSheet.Entry) {
    if let reason = fault(entry) { unmatched.append(SetGrading.Unmatched(entry: entry, reason: reason)) }
  }

  /// Puts an answer into its place, or says why it has none.
  private mutating func fault(_ entry: AnswerSheet.Entry) -> String? {
    guard let ofStudent = positions[entry.student] else {
      return "no student '\(entry.student)' in the keys"
        + meant(entry.student, among: positions.keys.sorted())
    }
    guard let i = ofStudent[entry.problem] else {
      return "no problem '\(entry.problem)' in the keys of this student"
        + meant(entry.problem, among: ofStudent.keys.sorted())
    }
    guard hasCode(entry) else {
      return "the code '\(entry.code!)' is that of another variant; this student has '\(keys.keys[i].code)'"
    }
    let ids = keys.keys[i].answers.map(\.id)
    guard let answer = entry.answer else {
      guard ids.count == 1 else {
        return "the problem asks for \(ids.count) answers; name one of \(named(ids))"
      }
      given[i][0].append(entry)
      return nil
    }
    guard let j = AnswerMatching.place(of: answer, among: ids) else {
      return "no answer '\(answer)' in this problem"
        + (answer.count == 1 || NearestNames.close(to: answer, among: ids) == nil
          ? "; it has \(named(ids))" : meant(answer, among: ids))
    }
    given[i][j].append(entry)
    return nil
  }

  /// Which answer is meant: by its id, or by the letter of its blank on the sheet, `b` or `(b)`.
  static func place(of name: String, among ids: [String]) -> Int? {
    if let i = ids.firstIndex(of: name) { return i }
    let plain = PlainCharacters.of(name).lowercased().filter { !"() .".contains($0) }
    return ids.firstIndex(of: plain) ?? ids.indices.first { BlankLetter.of($0) == plain }
  }

  private func named(_ ids: [String]) -> String {
    ids.enumerated().map { "(\(BlankLetter.of($0))) \($1)" }.joined(separator: ", ")
  }

  private func meant(_ name: String, among names: [String]) -> String {
    NearestNames.close(to: name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
  }
}
