import Labs

/// Static exercises of R/exams in R Markdown: one file a variant, with its pictures and data beside it.
///
/// R/exams has no partial credit for numbers; misconceptions stand in the solution for whoever reads it.
struct RExamsWriter {
  private let export: QuestionExport
  private let language: LabLanguage
  private var told = ExportNotes()
  /// What the one who imports should know.
  var notes: [String] { told.lines }

  init(_ export: QuestionExport, _ language: LabLanguage) {
    self.export = export
    self.language = language
  }

  /// One folder: exercises, supplements, and a script that lists them.
  mutating func files() throws(ExportError) -> [OutputFile] {
    let folder = "\(export.set).\(language.rawValue).rexams"
    var files: [OutputFile] = []
    var sets: [String] = []
    for variants in export.problems {
      var names: [String] = []
      let parts = MoodleParts(of: variants)
      var groups: [(String, [ProblemVariant])] = parts.automatic.isEmpty ? [] : [("", parts.automatic)]
      groups += parts.essays.map { (parts.automatic.isEmpty ? "" : "-" + $0.id, $0.variants) }
      for (suffix, group) in groups {
        for variant in group {
          let name = "\(variant.problem)\(suffix)-\(variant.code)"
          names.append("\"\(name).Rmd\"")
          files.append(
            OutputFile(path: "\(folder)/\(name).Rmd", bytes: Array(try exercise(variant, name: name).utf8)))
          for file in ExportedText(variant: variant, language: language).files {
            files.append(OutputFile(path: "\(folder)/\(supplement(file, variant))", bytes: file.bytes))
          }
        }
        sets.append("  c(\(names.joined(separator: ", ")))")
        names = []
      }
    }
    // Essays of a variant share its supplements.
    var seen: Set<String> = []
    files = files.filter { seen.insert($0.path).inserted }
    let script = """
      # Draws one variant of each problem, for example: exams2pdf(exercises, n = 30) or exams2moodle(exercises, n = 30).
      library("exams")
      exercises <- list(
      \(sets.joined(separator: ",\n"))
      )

      """
    files.append(OutputFile(path: "\(folder)/exercises.R", bytes: Array(script.utf8)))
    return files
  }

  /// A supplement's name, of its own among all variants.
  private func supplement(_ file: VariantFile, _ variant: ProblemVariant) -> String {
    "\(variant.problem)-\(variant.code)-\(ExportedText.flatName(file.path))"
  }

  private mutating func exercise(_ variant: ProblemVariant, name: String) throws(ExportError) -> String {
    let text = ExportedText(variant: variant, language: language)
    let isCloze = variant.answers.count > 1
    var out = ""
    let options = variant.answers.compactMap(\.key.options).joined()
    if options.contains(where: { !CodeBlocks.of(markdown: $0.text[language] ?? "").isEmpty }) {
      told.tell(variant.problem, "R/exams has options on one line each; code in them loses its line ends")
    }
    let used = text.files
    if !used.isEmpty {
      // The supplements of this exercise, copied beside what R/exams writes.
      out += "```{r, echo = FALSE, results = \"hide\"}\n"
      for file in used { out += "include_supplement(\"\(supplement(file, variant))\")\n" }
      out += "```\n\n"
    }
    out += "Question\n========\n" + stem(variant, text, isCloze: isCloze) + "\n\n"
    let items = answerlist(variant, text)
    if !items.isEmpty { out += "Answerlist\n----------\n" + items.map { "* \($0)\n" }.joined() + "\n" }
    out += "Solution\n========\n" + solution(variant, text) + "\n\n"
    let told = solutionlist(variant, text)
    if !told.isEmpty { out += "Answerlist\n----------\n" + told.map { "* \($0)\n" }.joined() + "\n" }
    out +=
      "Meta-information\n================\n"
      + (try metaInformation(variant, text, name: name, isCloze: isCloze))
    return out
  }

  private func stem(_ variant: ProblemVariant, _ text: ExportedText, isCloze: Bool) -> String {
    var out = (variant.stem[language] ?? []).map { piece in
      switch piece {
      case .markdown(let words): words
      case .blank(let index): isCloze ? "\\#\\#ANSWER\(index + 1)\\#\\#" : "______"
      }
    }.joined()
    if isCloze {
      for i in variant.answersWithoutBlank(language) {
        out += "\n\n\(variant.answers[i].id): \\#\\#ANSWER\(i + 1)\\#\\#"
      }
    }
    let unnamed = text.files.filter { $0.role == .data && !text.names($0, in: out) }
    out = renamed(out, variant, text)
    for file in unnamed {
      out +=
        "\n\n\(text.pick("Data", "数据"))\(text.pick(": ", "："))[\(file.path)](\(supplement(file, variant)))"
    }
    return out.trimmingNewlines()
  }

  /// A text with its files' names in R/exams.
  private func renamed(_ markdown: String, _ variant: ProblemVariant, _ text: ExportedText) -> String {
    text.files.reduce(markdown) { words, file in
      words.replacing("(\(file.path)", with: "(\(supplement(file, variant))")
        .replacing("(./\(file.path)", with: "(\(supplement(file, variant))")
    }
  }

  private func oneLine(_ text: [LabLanguage: String]) -> String {
    (text[language] ?? text[.en] ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private func answerlist(_ variant: ProblemVariant, _ text: ExportedText) -> [String] {
    let isCloze = variant.answers.count > 1
    return variant.answers.flatMap { answer in
      switch answer.key {
      case .single(let options), .multiple(let options):
        options.map { renamed(oneLine($0.text), variant, text) }
      // In a cloze exercise every part has its place in the list.
      default: isCloze ? [""] : []
      }
    }
  }

  private func solution(_ variant: ProblemVariant, _ text: ExportedText) -> String {
    var out = renamed(variant.solution[language] ?? "", variant, text).trimmingNewlines()
    let mistakes = variant.answers.flatMap { answer -> [String] in
      guard case .number(let key) = answer.key else { return [] }
      return key.misconceptions.map {
        let words = oneLine($0.feedback)
        return "- \(FixedDecimals.text($0.value, key.decimals))"
          + (words.isEmpty ? "" : text.pick(": ", "：") + words)
      }
    }
    if !mistakes.isEmpty {
      out +=
        "\n\n\(text.pick("Mistakes and where they lead:", "常见错误及其结果："))\n\n"
        + mistakes.joined(separator: "\n")
    }
    for answer in variant.answers {
      if case .essay(let rubric) = answer.key {
        let lines = (rubric[language] ?? rubric[.en] ?? []).map {
          "- \(AnswerText.points($0.points))\(text.pick(": ", "："))\($0.text)"
        }
        out += "\n\n" + lines.joined(separator: "\n")
      }
    }
    return out.trimmingNewlines()
  }

  private func solutionlist(_ variant: ProblemVariant, _ text: ExportedText) -> [String] {
    guard variant.answers.count == 1 else { return [] }
    switch variant.answers[0].key {
    case .single(let options), .multiple(let options):
      return options.map { option in
        let verdict = option.isRight ? text.pick("True.", "正确。") : text.pick("False.", "错误。")
        return (verdict + " " + renamed(oneLine(option.feedback), variant, text)).trimmingSpaces()
      }
    default: return []
    }
  }

  private mutating func metaInformation(
    _ variant: ProblemVariant, _ text: ExportedText, name: String, isCloze: Bool
  ) throws(ExportError) -> String {
    var types: [String] = []
    var solutions: [String] = []
    var tolerances: [String] = []
    for answer in variant.answers {
      switch answer.key {
      case .number(let key):
        types.append("num")
        solutions.append(ExportedNumber.text(key.value))
        tolerances.append(ExportedNumber.tolerance(key.tolerance))
        if key.misconceptions.contains(where: { $0.credit > 0 }) {
          told.tell(
            variant.problem,
            "R/exams gives no partial credit for numbers; misconceptions stand in the solution"
          )
        }
      case .single(let options):
        types.append("schoice")
        solutions.append(options.map { $0.isRight ? "1" : "0" }.joined())
        tolerances.append("0")
      case .multiple(let options):
        types.append("mchoice")
        solutions.append(options.map { $0.isRight ? "1" : "0" }.joined())
        tolerances.append("0")
      case .essay:
        if isCloze {
          throw ExportError(problem: variant.problem, "an essay cannot be a part of a cloze exercise")
        }
        types.append("string")
        solutions.append("nil")
        tolerances.append("0")
      }
    }
    var lines = ["exname: \(name)", "extitle: \(text.title)", "exsection: \(export.set)/\(variant.problem)"]
    lines.append("extype: \(isCloze ? "cloze" : types[0])")
    lines.append("exsolution: \(solutions.joined(separator: "|"))")
    if isCloze { lines.append("exclozetype: \(types.joined(separator: "|"))") }
    if types == ["string"] { lines.append("exstringtype: essay") }
    if types.contains("num") { lines.append("extol: \(tolerances.joined(separator: "|"))") }
    if types == ["schoice"] || types == ["mchoice"] {
      lines.append("exshuffle: \(export.options.shufflesOptions ? "TRUE" : "FALSE")")
    }
    lines.append("expoints: \(ExportedNumber.text(variant.points))")
    if isCloze {
      let weights = ClozeWeights.of(variant.answers.map(\.weight)).whole.map { Double($0) }
      let unit = variant.points / weights.reduce(0, +)
      lines[lines.count - 1] =
        "expoints: \(weights.map { ExportedNumber.text($0 * unit) }.joined(separator: "|"))"
    }
    lines.append("exversion: \(variant.code)")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension String {
  /// The text without line ends and blanks at both ends.
  func trimmingNewlines() -> String {
    var text = Substring(self)
    while let c = text.first, c.isWhitespace { text.removeFirst() }
    while let c = text.last, c.isWhitespace { text.removeLast() }
    return String(text)
  }
}
