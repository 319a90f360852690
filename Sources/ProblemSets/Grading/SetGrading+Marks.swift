import Labs
import Tables

extension SetGrading {
  /// Takes points that a person gave: `by-hand.csv` with its column of points filled. Rows without points
  /// stay as they are.
  /// - Throws: `AnswerSheetError` with the place of a row that belongs to no open or unreadable answer,
  ///   stands twice, or has points that are none.
  public mutating func take(marks bytes: [UInt8], file: String) throws(AnswerSheetError) {
    let rows: TextRows
    do throws(CSVError) { rows = try TextRows(csv: bytes, file: file) } catch { throw .csv(error) }
    var columns: [String: Int] = [:]
    for name in ["student", "problem", "answer", "points"] {
      guard let column = rows.header.firstIndex(where: { $0.text.lowercased() == name }) else {
        throw .fault(
          rows.header[0].location,
          "no column '\(name)'; marks have columns student, problem, answer, points, as by-hand.csv has")
      }
      columns[name] = column
    }
    var positions: [[String]: (Int, Int)] = [:]
    for (i, problem) in problems.enumerated() {
      for (j, answer) in problem.key.answers.enumerated() {
        positions[[problem.key.student, problem.key.problem, answer.id]] = (i, j)
      }
    }
    for row in rows.rows where !row[columns["points"]!].text.isEmpty {
      let name = ["student", "problem", "answer"].map { row[columns[$0]!].unguarded }
      guard let (i, j) = positions[name] else {
        throw .fault(
          row[0].location, "no answer '\(name[2])' of student '\(name[0])', problem '\(name[1])' in the keys")
      }
      try mark(i, j, row[columns["points"]!])
    }
    notes.removeAll { $0.contains("to be marked by hand") || $0 == unreadableNote }
    unreadableNote = SetGrading.unreadableNote(problems)
    if let unreadableNote { notes.append(unreadableNote) }
    let open = problems.reduce(0) { $0 + $1.answers.count { $0.verdict.isOpen } }
    if open > 0 { notes.append("\(counted(open, "answer")) still to be marked by hand") }
  }

  private mutating func mark(_ i: Int, _ j: Int, _ field: TextRows.Field) throws(AnswerSheetError) {
    let key = problems[i].key
    let most = key.points * key.answers[j].weight
    guard problems[i].answers[j].verdict.takesMarks else {
      let word = problems[i].answers[j].verdict.word
      throw .fault(
        field.location, "'\(key.answers[j].id)' of student '\(key.student)' is not open: it is '\(word)'")
    }
    guard
      let points = (try? NumberReading.all(of: field.unguarded))?.first(where: {
        $0.value >= 0 && $0.value <= most + 1e-9
      })
    else {
      throw .fault(field.location, "'\(field.text)' are no points from 0 to \(AnswerText.points(most))")
    }
    problems[i].answers[j].share = most > 0 ? min(1, points.value / most) : 0
    problems[i].answers[j].verdict = .marked
    problems[i].answers[j].feedback = GradingWords.marked
  }
}
