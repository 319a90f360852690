import Labs
import Tables

/// Writes a student's sheet and the worked solutions to it, Markdown.
struct SheetWriter {
  /// The dialect: plain Markdown, or the divisions and spans of pandoc from which the HTML page is styled.
  enum Markup {
    case plain
    case page
  }

  let set: ProblemSet
  let student: Roster.Student
  let version: String
  let language: LabLanguage
  private let phrases: SetPhrases

  init(_ set: ProblemSet, _ student: Roster.Student, version: String, _ language: LabLanguage) {
    self.set = set
    self.student = student
    self.version = version
    self.language = language
    phrases = SetPhrases(language)
  }

  /// The title of the sheet.
  var title: String { self.set.titles[language] ?? self.set.id }

  /// Name, id, version and points on one line.
  private var facts: String {
    var facts: [String] = []
    if !student.name.isEmpty {
      facts.append("\(phrases.name)\(phrases.colon)\(student.name.escapingMarkdown())")
    }
    facts.append("\(phrases.studentNumber)\(phrases.colon)\(student.id.escapingMarkdown())")
    facts.append("\(phrases.version)\(phrases.colon)`\(version)`")
    facts.append(phrases.points(set.totalPoints))
    return facts.joined(separator: " · ")
  }

  /// The sheet without its title.
  func sheet(_ variants: [ProblemVariant], as markup: Markup = .plain) -> String {
    var parts = [facts]
    if let instructions = set.instructions[language], !instructions.isEmpty { parts.append(instructions) }
    for (i, variant) in variants.enumerated() {
      var inside = [stem(variant)] + answerPlaces(variant, as: markup)
      if let data = dataLine(variant) { inside.append(data) }
      parts += framed(inside, i, variant, as: markup)
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// A problem under its heading.
  private func framed(
    _ inside: [String], _ i: Int, _ variant: ProblemVariant, as markup: Markup
  ) -> [String] {
    let name = variant.titles[language] ?? variant.problem
    let facts =
      "\(phrases.points(variant.points)) · \(variant.problem) · \(phrases.version) `\(variant.code)`"
    switch markup {
    case .plain: return ["## \(phrases.problem(i + 1))\(phrases.stop)\(name)", "*\(facts)*"] + inside
    case .page:
      let head = "[\(phrases.problem(i + 1))]{.label} [\(name)]{.title} [\(facts)]{.points}"
      return ["::: {.problem}\n::: {.head}\n\(head)\n:::"] + inside + [":::"]
    }
  }

  private func stem(_ variant: ProblemVariant) -> String {
    var text = ""
    for piece in variant.stem[language] ?? [] {
      switch piece {
      case .markdown(let part): text += part
      case .blank(let index): text += blank(index, variant)
      }
    }
    return text
  }

  /// `(b) ________`; where there is but one answer, without its letter.
  private func blank(_ index: Int, _ variant: ProblemVariant) -> String {
    let line = "\\_\\_\\_\\_\\_\\_\\_\\_"
    // No line may end between the letter and its blank.
    let label = variant.answers.count > 1 ? "**(\(BlankLetter.of(index)))**\u{A0}" : ""
    switch variant.answers[index].key {
    case .single, .multiple: return "\(label)\\_\\_\\_\\_"
    default: return label + line
    }
  }

  private func dataLine(_ variant: ProblemVariant) -> String? {
    let data = variant.files.filter { $0.role == .data }.map(\.path)
    let tables = data.filter { !$0.hasSuffix(".R") }
    if data.isEmpty { return nil }
    var words = tables.map { "[\($0)](\($0))" }
    words += data.filter { $0.hasSuffix(".R") }.map(phrases.madeInR)
    return phrases.data + phrases.colon + words.joined(separator: language == .en ? "; " : "；")
  }

  /// Options, and a place for an answer that has no blank in the text.
  private func answerPlaces(_ variant: ProblemVariant, as markup: Markup) -> [String] {
    let blanks = (variant.stem[language] ?? []).compactMap { if case .blank(let i) = $0 { i } else { nil } }
    var parts: [String] = []
    for (i, answer) in variant.answers.enumerated() {
      let label = variant.answers.count > 1 ? "**(\(BlankLetter.of(i)))** " : ""
      switch answer.key {
      case .single(let options), .multiple(let options):
        let isSingle = if case .single = answer.key { true } else { false }
        parts.append(label + "*\(isSingle ? phrases.onlyOne : phrases.anyNumber)*")
        parts.append(
          options.enumerated().map { k, option in
            "- **(\(OptionLetter.of(k)))** \(option.text[language] ?? "")"
          }.joined(separator: "\n"))
        if !blanks.contains(i) { parts.append("\(phrases.answer)\(phrases.unbrokenColon)\\_\\_\\_\\_") }
      case .number where !blanks.contains(i):
        parts.append("\(phrases.answer)\(phrases.unbrokenColon)\\_\\_\\_\\_\\_\\_\\_\\_")
      case .essay:
        parts.append(SheetWriter.ruledLines(8, as: markup))
      default: break
      }
    }
    return parts
  }

  /// Space to write on.
  private static func ruledLines(_ count: Int, as markup: Markup) -> String {
    switch markup {
    case .plain: return Array(repeating: "&nbsp;\n\n---", count: count).joined(separator: "\n\n")
    case .page:
      let rules = String(repeating: "<div></div>", count: count)
      return "```{=html}\n<div class=\"answer\" aria-hidden=\"true\">\(rules)</div>\n```"
    }
  }

  // MARK: solutions

  /// The worked solutions with keys and mistakes.
  func solutions(_ variants: [ProblemVariant]) -> String {
    var parts = [facts, "**\(phrases.instructorOnly)**"]
    for (i, variant) in variants.enumerated() {
      var inside = variant.answers.enumerated().map { key($1, $0, variant) }
      if let text = variant.solution[language] { inside.append(text) }
      parts += framed(inside, i, variant, as: .plain)
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private func key(_ answer: VariantAnswer, _ index: Int, _ variant: ProblemVariant) -> String {
    let label =
      variant.answers.count > 1 ? "(\(BlankLetter.of(index))) \(phrases.answer)" : phrases.answer
    switch answer.key {
    case .number(let number):
      var head = "**\(label)\(phrases.colon)\(text(number.value, number))**"
      if number.tolerance > 0 {
        let ends = [number.value - number.tolerance, number.value + number.tolerance]
          .map { shown($0, number.decimals + 1) }
        head += phrases.bracketed("\(phrases.accepted) \(ends[0]) … \(ends[1])")
      }
      var lines = [head]
      for mistake in number.misconceptions {
        let remark = phrases.bracketed(mistake.id, phrases.credit(mistake.credit))
        lines.append(
          "- \(text(mistake.value, number))\(remark)\(phrases.colon)\(mistake.feedback[language] ?? "")")
      }
      return lines.joined(separator: "\n\n").replacingListGaps()
    case .single(let options), .multiple(let options):
      let right = options.indices.filter { options[$0].isRight }.map(OptionLetter.of)
      var lines = ["**\(label)\(phrases.colon)\(right.joined(separator: phrases.listStop))**", ""]
      for (i, option) in options.enumerated() {
        let mark = option.isRight ? " ✓" : ""
        let words = option.feedback[language].map { phrases.dash + $0 } ?? ""
        lines.append("- **(\(OptionLetter.of(i)))**\(mark) \(option.text[language] ?? "")\(words)")
      }
      return lines.joined(separator: "\n")
    case .essay(let rubric):
      let lines = (rubric[language] ?? []).map { "- \(phrases.points($0.points))\(phrases.colon)\($0.text)" }
      return "**\(phrases.rubric)**\n\n" + lines.joined(separator: "\n")
    }
  }

  private func text(_ value: Double, _ key: NumberKey) -> String {
    shown(value, key.decimals) + (key.isPercent ? "%" : "")
  }

  /// The number with the minus sign that sheets have.
  private func shown(_ value: Double, _ decimals: Int) -> String {
    FixedDecimals.text(value, decimals).replacing("-", with: "−")
  }
}

extension String {
  /// The text with the signs of Markdown escaped.
  func escapingMarkdown() -> String {
    reduce(into: "") { out, c in
      if "\\`*_{}[]<>#$|~".contains(c) { out.append("\\") }
      out.append(c)
    }
  }

  /// List items that follow one another stand without blank lines between them.
  fileprivate func replacingListGaps() -> String {
    var lines: [Substring] = []
    let all = split(separator: "\n", omittingEmptySubsequences: false)
    for (i, line) in all.enumerated() {
      let isGap =
        line.isEmpty && i > 0 && i + 1 < all.count && all[i - 1].hasPrefix("- ") && all[i + 1].hasPrefix("- ")
      if !isGap { lines.append(line) }
    }
    return lines.joined(separator: "\n")
  }
}
