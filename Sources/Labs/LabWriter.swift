/// Writes one version of a lab as Markdown.
///
/// There are two dialects: `web` is plain Markdown that reads well in a browser of repositories; `pandoc`
/// carries the divisions and ids from which the HTML page is styled.
struct LabWriter {
  /// The dialect.
  enum Markup {
    case web
    case pandoc
  }

  let markup: Markup
  let build: LabBuild
  let numbering: LabNumbering
  let execution: LabExecution
  let phrases: LabPhrases
  private(set) var faults: [LabFault] = []
  private(set) var figures: [LabFigure] = []
  /// The texts that the lab gives to figures in place of their own, by path.
  private(set) var descriptions: [String: String] = [:]
  private var sections: [Int] = []

  init(markup: Markup, build: LabBuild, numbering: LabNumbering, execution: LabExecution) {
    self.markup = markup
    self.build = build
    self.numbering = numbering
    self.execution = execution
    phrases = LabPhrases(build.language)
  }

  /// The whole text; the title is part of it in `web` and belongs to the page in `pandoc`.
  mutating func page(_ elements: [LabElement]) -> String {
    var parts: [String] = []
    if markup == .web {
      let matter = build.document.frontMatter
      parts.append("# " + (matter.titles[build.language] ?? ""))
      if let subtitle = matter.subtitles[build.language] { parts.append("*\(subtitle)*") }
      let facts = headFacts(matter)
      if !facts.isEmpty { parts.append(facts.joined(separator: " · ")) }
      if build.audience == .instructor { parts.append("**\(phrases.instructorVersion)**") }
    }
    parts += paragraphs(elements)
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// Author, date, and how much there is to do.
  func headFacts(_ matter: LabFrontMatter) -> [String] {
    var facts = [matter.author, matter.date].compactMap { $0 }
    if numbering.exercises > 0 {
      facts.append(phrases.load(exercises: numbering.exercises, points: numbering.points))
    }
    return facts
  }

  private mutating func paragraphs(_ elements: [LabElement]) -> [String] {
    var parts: [String] = []
    for element in elements {
      switch element {
      case .text(let text): parts.append(joinedLines(self.text(text)))
      case .heading(let heading): parts.append(self.heading(heading))
      case .code(let code): parts.append(code.lines.joined(separator: "\n"))
      case .equation(let equation): parts.append(self.equation(equation))
      case .table(let table): parts.append(self.table(table))
      case .block(let block): parts += self.block(block)
      case .division(let division): parts += self.division(division)
      }
    }
    return parts.map { $0.trimmingNewlines() }.filter { !$0.isEmpty }
  }

  // MARK: inline

  /// The text with values and references put in.
  mutating func text(_ text: InlineText) -> String {
    var out = ""
    for segment in text.segments {
      switch segment {
      case .text(let piece): out += piece
      case .value(let value): out += execution.text(value, faults: &faults) ?? ""
      case .reference(let reference):
        let words = phrases.reference(reference.kind, numbering.numbers[reference.key] ?? "?")
        out += markup == .pandoc ? "[\(words)](#\(reference.key))" : words
      }
    }
    return out
  }

  /// In Chinese a line end between two Chinese characters is no blank.
  private func joinedLines(_ text: String) -> String {
    build.language == .zh ? text.joiningChineseLines() : text
  }

  private mutating func heading(_ heading: LabHeading) -> String {
    // Level 1 is the title's.
    let marks = String(repeating: "#", count: heading.level + 1)
    guard heading.isNumbered else { return "\(marks) \(text(heading.text))" }
    while sections.count < heading.level { sections.append(0) }
    sections = Array(sections.prefix(heading.level))
    sections[heading.level - 1] += 1
    let number = sections.map(String.init).joined(separator: ".")
    if markup == .pandoc {
      let id = "sec-" + sections.map(String.init).joined(separator: "-")
      return "\(marks) [\(number)]{.secno} \(text(heading.text)) {#\(id)}"
    }
    return "\(marks) \(number)\(heading.level == 1 ? "." : "") \(text(heading.text))"
  }

  private mutating func equation(_ equation: LabEquation) -> String {
    let formula = text(equation.formula).trimmingNewlines().trimmingBlanks()
    guard let key = equation.key, let number = numbering.numbers[key] else { return "$$\n\(formula)\n$$" }
    if markup == .web { return "$$\n\(formula)\n\\tag{\(number)}\n$$" }
    return "::: {#\(key) .equation}\n$$\n\(formula)\n$$\n\n[(\(number))]{.number}\n:::"
  }

  // MARK: blocks

  private mutating func block(_ block: LabBlock) -> [String] {
    guard let outcome = execution.outcomes[block.index] else { return [] }
    var parts: [String] = []
    if block.showsCommand {
      parts.append(
        fenced(ShownCommand(block.shownLines).lines.joined(separator: "\n"), language: "sh", style: "command")
      )
      if let r = block.r {
        parts.append(leadIn(phrases.inR))
        parts.append(fenced(r, language: "r", style: "command"))
      }
    }
    guard block.showsOutput else { return parts }
    let output = outcome.output.trimmingNewlines()
    switch block.kind {
    case .text: if !output.isEmpty { parts.append(fenced(output, language: "text", style: "output")) }
    case .json: if !output.isEmpty { parts.append(fenced(output, language: "json", style: "output")) }
    case .markdown: parts.append(output)
    case .table: parts.append(table(block, output))
    case .figure: if let facts = outcome.figure { parts.append(figure(block, facts)) }
    }
    if block.showsNotes, !outcome.notes.isEmpty {
      parts.append(leadIn(phrases.notes))
      parts.append(fenced(outcome.notes.joined(separator: "\n"), language: "text", style: "output .notes"))
    }
    if let error = outcome.error {
      parts.append(leadIn(phrases.error))
      parts.append(fenced(error, language: "text", style: "output .notes"))
    }
    return parts
  }

  /// A line that says what the block below it is.
  private func leadIn(_ words: String) -> String { markup == .pandoc ? "[\(words)]{.lead-in}" : words }

  private func fenced(_ text: String, language: String, style: String) -> String {
    var longest = 2
    var run = 0
    for c in text {
      run = c == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    let info = markup == .pandoc ? "{.\(style)}" : language
    return "\(fence)\(info)\n\(text)\n\(fence)"
  }

  private mutating func table(_ block: LabBlock, _ output: String) -> String {
    let words = block.captions[build.language].map { joinedLines(text($0)) }
    return table(PipeTable.typeset(output), key: block.key, caption: words)
  }

  private mutating func table(_ table: LabTable) -> String {
    self.table(text(table.body), key: table.key, caption: joinedLines(text(table.caption)))
  }

  /// A table under its caption: in `web` a paragraph, in `pandoc` the table's own.
  private func table(_ body: String, key: String?, caption words: String?) -> String {
    var caption: [String] = []
    if let number = key.flatMap({ numbering.numbers[$0] }) {
      let label = "\(phrases.table)\u{A0}\(number)"
      caption.append(markup == .web ? "**\(label)**" : "[\(label)]{.label}")
    }
    if let words, !words.isEmpty {
      caption.append(words.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    let line = caption.joined(separator: phrases.captionStop)
    if line.isEmpty { return body }
    if markup == .web { return "\(line)\n\n\(body)" }
    return "::: {\(key.map { "#\($0) " } ?? "").table}\nTable: \(line)\n\n\(body)\n:::"
  }

  private mutating func figure(_ block: LabBlock, _ facts: FigureFacts) -> String {
    let path = execution.figurePath(block) + ".svg"
    let number = block.key.flatMap { numbering.numbers[$0] } ?? ""
    let words = block.captions[build.language].map { joinedLines(text($0)) } ?? facts.caption ?? facts.title
    let alt = (block.altTexts[build.language].map { text($0) } ?? facts.altText)
      .split(whereSeparator: \.isNewline).joined(separator: " ")
    if alt.isEmpty {
      faults.append(
        LabFault(
          at: block.location, "the figure has no text for those who cannot see it; add alt.en=… and alt.zh=…")
      )
    }
    if block.altTexts[build.language] != nil { descriptions[path] = alt }
    figures.append(LabFigure(number: number, path: path, title: facts.title, caption: words, altText: alt))
    let label = "\(phrases.figure)\u{A0}\(number)"
    let caption = words.isEmpty ? "" : phrases.captionStop + words
    if markup == .web {
      return "![\(alt.escapingBrackets())](\(path))\n\n**\(label)**\(caption)"
    }
    let size = block.width ?? "\(shortPoints(facts.width))pt"
    return """
      ```{=html}
      <figure id="\(block.key ?? "")" style="width:\(size)"><img src="\(path)" alt="\(alt.escapingHTML())">
      <figcaption>
      ```

      [\(label)]{.label}\(caption)

      ```{=html}
      </figcaption></figure>
      ```
      """
  }

  private func shortPoints(_ x: Double) -> String {
    let tenths = (x * 10).rounded() / 10
    return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
  }

  // MARK: divisions

  private mutating func division(_ division: LabDivision) -> [String] {
    let inside = paragraphs(division.elements)
    switch division.kind {
    case .en, .zh: return inside
    case .problem: return problem(division, inside)
    case .answer: return inside + [answer(lines: division.lines)]
    case .hint: return box("hint", phrases.hint, inside)
    case .solution: return box("solution", phrases.solution, inside)
    case .rubric: return box("rubric", phrases.rubric, inside)
    case .instructor: return box("instructor", phrases.instructorNote, inside)
    }
  }

  private func box(_ style: String, _ label: String, _ inside: [String]) -> [String] {
    if markup == .pandoc {
      return ["::: {.box .\(style)}\n[\(label)]{.label}\n\n\(inside.joined(separator: "\n\n"))\n\n:::"]
    }
    let quoted = (["**\(label)**"] + inside).joined(separator: "\n\n").split(
      separator: "\n", omittingEmptySubsequences: false)
    return [quoted.map { $0.isEmpty ? ">" : "> " + $0 }.joined(separator: "\n")]
  }

  private mutating func problem(_ division: LabDivision, _ inside: [String]) -> [String] {
    let label = "\(phrases.exercise)\u{A0}\(numbering.exercise(division))"
    let title = division.titles[build.language].map { text($0) }
    let points = division.points.map(phrases.points)
    if markup == .pandoc {
      var head = "[\(label)]{.label}"
      if let title { head += " [\(title)]{.title}" }
      if let points { head += " [\(points)]{.points}" }
      let id = division.key.map { "#\($0) " } ?? ""
      return [
        "::: {\(id).problem}\n::: {.head}\n\(head)\n:::\n\n\(inside.joined(separator: "\n\n"))\n\n:::"
      ]
    }
    var head = "**\(label)"
    if let title { head += phrases.captionStop + title }
    head += "**"
    if let points { head += build.language == .en ? " (\(points))" : "（\(points)）" }
    return [head] + inside
  }

  private func answer(lines: Int) -> String {
    if markup == .pandoc {
      let rules = String(repeating: "<div></div>", count: lines)
      return "```{=html}\n<div class=\"answer\" aria-hidden=\"true\">\(rules)</div>\n```"
    }
    return Array(repeating: "&nbsp;\n\n___", count: lines).joined(separator: "\n\n")
  }
}
