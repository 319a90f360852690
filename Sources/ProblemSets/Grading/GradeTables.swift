import Labs

extension SetGrading {
  /// One row an answer: `grades.csv`.
  ///
  /// Columns: student, name, problem, variant, answer, given, read_as, points (empty where a person marks),
  /// max, share, verdict, misconception, notes.
  public func gradesCSV(_ language: LabLanguage) -> String {
    var out = CSVText.line([
      "student", "name", "problem", "variant", "answer", "given", "read_as", "points", "max", "share",
      "verdict",
      "misconception", "notes",
    ])
    for problem in problems {
      for (answer, graded) in zip(problem.key.answers, problem.answers) {
        let most = problem.key.points * answer.weight
        out += CSVText.line([
          problem.key.student, problem.key.name, problem.key.problem, problem.key.code, answer.id,
          graded.given,
          graded.readAs, graded.share.map { AnswerText.points(most * $0) } ?? "", AnswerText.points(most),
          graded.share.map { AnswerText.points($0) } ?? "", graded.verdict.word,
          graded.mistakes.joined(separator: ";"), (graded.notes[language] ?? []).joined(separator: "; "),
        ])
      }
    }
    return out
  }

  /// One row a student: `totals.csv`, with the points of each problem, their sum, the most that can be had
  /// and what is still open.
  public func totalsCSV() -> String {
    var names: [String] = []
    for problem in problems where !names.contains(problem.key.problem) { names.append(problem.key.problem) }
    var out = CSVText.line(["student", "name", "points", "max", "open"] + names)
    for student in students {
      let byName = Dictionary(uniqueKeysWithValues: student.problems.map { ($0.key.problem, $0) })
      let most = student.problems.reduce(0) { $0 + $1.key.points }
      let open = student.problems.reduce(0) { $0 + $1.openPoints }
      out += CSVText.line(
        [
          student.id, student.name, AnswerText.points(student.problems.reduce(0) { $0 + $1.points }),
          AnswerText.points(most), AnswerText.points(open),
        ]
          + names.map { name in
            guard let problem = byName[name] else { return "" }
            let isOpen = problem.answers.allSatisfy { $0.verdict.isOpen }
            return isOpen ? "" : AnswerText.points(problem.points)
          })
    }
    return out
  }

  /// One row an answer that was not counted: `unmatched.csv`.
  public func unmatchedCSV() -> String {
    var out = CSVText.line(["line", "column", "student", "problem", "answer", "variant", "value", "reason"])
    for item in unmatched {
      let entry = item.entry
      out += CSVText.line([
        "\(entry.location.line)", "\(entry.location.column)", entry.student, entry.problem,
        entry.answer ?? "",
        entry.code ?? "", entry.value, item.reason,
      ])
    }
    return out
  }

  /// What a person marks: `by-hand.csv`, one row an open or unreadable answer with its rubric and an empty
  /// column for the points. An unreadable answer earns nothing unless points are given.
  public func byHandCSV(_ language: LabLanguage) -> String {
    var out = CSVText.line([
      "student", "name", "problem", "answer", "given", "why", "rubric", "max", "points",
    ])
    for problem in problems {
      for (answer, graded) in zip(problem.key.answers, problem.answers) where graded.verdict.takesMarks {
        out += CSVText.line([
          problem.key.student, problem.key.name, problem.key.problem, answer.id, graded.given,
          graded.verdict.word, answer.key.rubricText(language),
          AnswerText.points(problem.key.points * answer.weight), "",
        ])
      }
    }
    return out
  }
}

extension AnswerKey {
  /// The lines of a rubric, points first; empty for other keys.
  fileprivate func rubricText(_ language: LabLanguage) -> String {
    guard case .essay(let rubric) = self else { return "" }
    let lines = rubric[language] ?? rubric[.en] ?? []
    return lines.map { "\(AnswerText.points($0.points)): \($0.text)" }.joined(separator: "; ")
  }
}
