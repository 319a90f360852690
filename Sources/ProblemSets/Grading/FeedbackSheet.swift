import Labs

/// A student's feedback as Markdown: points, how each answer was read, and what each mistake was.
public struct FeedbackSheet: Sendable {
  private let grading: SetGrading
  private let language: LabLanguage
  private let showsKey: Bool

  /// Sheets in a language.
  /// - Parameter showsKey: whether the right answers stand on them.
  public init(_ grading: SetGrading, _ language: LabLanguage, showsKey: Bool = false) {
    self.grading = grading
    self.language = language
    self.showsKey = showsKey
  }

  /// The sheet of one student.
  /// - Parameter problems: all problems of one student, at least one.
  public func text(_ problems: [SetGrading.Problem]) -> String {
    let student = problems[0].key
    let earned = problems.reduce(0) { $0 + $1.points }
    let most = problems.reduce(0) { $0 + $1.key.points }
    let open = problems.reduce(0) { $0 + $1.openPoints }
    var parts = [
      "# " + escaped(grading.titles[language] ?? grading.set) + pick(" – feedback", "（反馈）"),
      [student.name, student.student].filter { !$0.isEmpty }.map(escaped).joined(separator: " · ") + " · **"
        + ofPoints(earned, most) + "**" + (open > 0 ? stillOpen(open) : ""),
    ]
    for (i, problem) in problems.enumerated() { parts += section(i + 1, problem) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func section(_ number: Int, _ problem: SetGrading.Problem) -> [String] {
    let key = problem.key
    let title = key.titles[language] ?? key.titles[.en] ?? key.problem
    let isOpen = problem.answers.allSatisfy { $0.verdict.isOpen }
    let earned =
      isOpen
      ? points(key.points) + pick(", not yet marked", "，待评") : ofPoints(problem.points, key.points)
    let head = "## \(number). \(title)" + pick(" (\(earned))", "（\(earned)）")
    let code = pick("Variant \(key.code)", "版本 \(key.code)")
    let items = key.answers.indices.map { item($0, problem.answers[$0], key) }
    return [head, code, items.joined(separator: "\n")]
  }

  private func item(_ index: Int, _ graded: GradedAnswer, _ key: ProblemKey) -> String {
    let answer = key.answers[index]
    var out = "- "
    if key.answers.count > 1 {
      out += "**(\(BlankLetter.of(index)))**" + pick(" (", "（")
      let most = key.points * answer.weight
      out += graded.share.map { ofPoints(most * $0, most) } ?? points(most)
      out += pick("): ", "）：")
    }
    if !graded.given.isEmpty {
      out += pick(key.answers.count > 1 ? "you wrote " : "You wrote ", "你的答案：") + code(graded.given)
      if !graded.readAs.isEmpty, graded.readAs != graded.given {
        out += pick(", read as ", "，读作 ") + code(graded.readAs)
      }
      out += pick(". ", "。")
    }
    out += joined(graded.feedback[language] ?? graded.feedback[.en] ?? "")
    for note in graded.notes[language] ?? [] {
      out += pick(" (Note: ", "（说明：") + escaped(note) + pick(".)", "。）")
    }
    if showsKey, graded.verdict != .right, let right = right(answer.key) {
      out += pick(" Right answer: ", "正确答案：") + right + pick(".", "。")
    }
    return out
  }

  private func right(_ key: AnswerKey) -> String? {
    switch key {
    case .number(let number):
      FixedDecimals.text(number.value, number.decimals) + (number.isPercent ? "%" : "")
    case .single(let options), .multiple(let options):
      options.indices.filter { options[$0].isRight }.map(OptionLetter.of).joined(separator: pick(", ", "、"))
    case .essay: nil
    }
  }

  private func ofPoints(_ earned: Double, _ most: Double) -> String {
    let (a, b) = (AnswerText.points(earned), AnswerText.points(most))
    return pick("\(a) of \(b) \(most == 1 ? "point" : "points")", "\(a) / \(b) 分")
  }

  private func points(_ most: Double) -> String {
    let text = AnswerText.points(most)
    return pick("\(text) \(most == 1 ? "point" : "points")", "\(text) 分")
  }

  private func stillOpen(_ open: Double) -> String {
    pick(" (\(points(open)) not yet marked)", "（另有 \(points(open))待评）")
  }

  private func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }

  /// Feedback of several paragraphs in one item of a list.
  private func joined(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
  }

  /// A given text as code, whatever backticks it holds.
  private func code(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    var longest = 0
    var run = 0
    for c in line {
      run = c == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let gap = longest > 0 ? " " : ""
    return fence + gap + line + gap + fence
  }

  private func escaped(_ text: String) -> String {
    var out = ""
    for c in text {
      if "\\`*_[]<>#|$".contains(c) { out.append("\\") }
      out.append(c)
    }
    return out
  }
}
