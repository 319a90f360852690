import Labs

/// What stands below the front matter: the stem, commands that make data and fits, files, the worked solution, the rubric.
public struct ProblemBody: Sendable {
  /// A piece of the stem or the solution, in order.
  enum Element: Sendable {
    case text(LabLanguage, TextTemplate)
    case block(Int)
  }

  /// A file that a fence holds, such as a design; it stands among the blocks.
  struct File: Sendable {
    let path: String
    let lines: [String]
    let location: LabLocation
  }

  /// What runs, in order.
  enum Step: Sendable {
    case file(File)
    case block(Int)
  }

  /// A line of the rubric.
  struct Mark: Sendable {
    let points: Double
    let text: TextTemplate
  }

  private(set) var stem: [Element] = []
  private(set) var solution: [Element] = []
  private(set) var rubric: [LabLanguage: [Mark]] = [:]
  private(set) var blocks: [LabBlock] = []
  private(set) var steps: [Step] = []
  /// Where it begins.
  let location: LabLocation

  /// Reads the lines behind the front matter.
  /// - Parameter first: where the first of them stands.
  init(_ lines: [String], at first: LabLocation, faults: inout [LabFault]) {
    location = first
    var reader = BodyReader(lines: lines, first: first)
    reader.read()
    stem = reader.stem
    solution = reader.solution
    rubric = reader.rubric
    blocks = reader.blocks
    steps = reader.steps
    faults += reader.faults
  }

  /// The stem's templates in one language.
  func stemTexts(_ language: LabLanguage) -> [TextTemplate] { ProblemBody.texts(stem, language) }
  /// The solution's templates in one language.
  func solutionTexts(_ language: LabLanguage) -> [TextTemplate] { ProblemBody.texts(solution, language) }

  private static func texts(_ elements: [Element], _ language: LabLanguage) -> [TextTemplate] {
    elements.compactMap { if case .text(language, let text) = $0 { text } else { nil } }
  }
}

extension String {
  /// Whether a path is absolute or leads above the folder it starts from.
  var leadsOutside: Bool { hasPrefix("/") || hasPrefix("~") || split(separator: "/").contains("..") }
}

/// Reads the body line by line.
private struct BodyReader {
  /// Where text goes.
  enum Part { case stem, solution, rubric }

  let lines: [String]
  let first: LabLocation
  var next = 0
  var part = Part.stem
  var language: LabLanguage?
  var languageOpened = 0
  var partOpened = 0
  var text: [String] = []
  var textStart = 0
  var stem: [ProblemBody.Element] = []
  var solution: [ProblemBody.Element] = []
  var rubric: [LabLanguage: [ProblemBody.Mark]] = [:]
  var blocks: [LabBlock] = []
  var steps: [ProblemBody.Step] = []
  var faults: [LabFault] = []

  init(lines: [String], first: LabLocation) {
    self.lines = lines
    self.first = first
  }

  private func location(_ index: Int) -> LabLocation {
    LabLocation(file: first.file, line: first.line + index)
  }

  mutating func read() {
    while next < lines.count {
      let line = lines[next]
      if line.hasPrefix("```") {
        readFence()
      } else if line.hasPrefix(":::") {
        readDivision(String(line.dropFirst(3)).trimmingBlanks())
      } else {
        if language == nil, !line.allSatisfy(\.isWhitespace) {
          faults.append(
            LabFault(
              at: location(next), "text stands outside '::: en' and '::: zh'; write it in both languages"))
        }
        if text.isEmpty { textStart = next }
        text.append(line)
        next += 1
      }
    }
    flush()
    if language != nil {
      faults.append(LabFault(at: location(languageOpened), "this ':::' part is never closed"))
    }
    if part != .stem { faults.append(LabFault(at: location(partOpened), "this ':::' part is never closed")) }
  }

  private mutating func flush() {
    defer { text = [] }
    guard let language, text.contains(where: { !$0.allSatisfy(\.isWhitespace) }) else { return }
    if part == .rubric {
      for (i, line) in text.enumerated() where !line.allSatisfy(\.isWhitespace) {
        readMark(line, language, location(textStart + i))
      }
      return
    }
    let template = TextTemplate.paragraphs(text, at: location(textStart), faults: &faults)
    append(.text(language, template))
  }

  private mutating func append(_ element: ProblemBody.Element) {
    if part == .solution { solution.append(element) } else { stem.append(element) }
  }

  /// `- 2: names the term that is missing`.
  private mutating func readMark(_ line: String, _ language: LabLanguage, _ place: LabLocation) {
    let content = line.trimmingBlanks()
    guard content.hasPrefix("- "), let colon = content.firstIndex(where: { $0 == ":" || $0 == "：" }),
      let points = Double(content[content.index(content.startIndex, offsetBy: 2)..<colon].trimmingBlanks()),
      points > 0
    else {
      faults.append(LabFault(at: place, "a line of a rubric is '- POINTS: what earns them'"))
      return
    }
    let words = content[content.index(after: colon)...].trimmingBlanks()
    let column = content.count - words.count
    rubric[language, default: []].append(
      .init(points: points, text: TextTemplate(words, at: place.advanced(by: column), faults: &faults)))
  }

  private mutating func readDivision(_ name: String) {
    flush()
    let place = location(next)
    switch name {
    case "":
      if language != nil {
        language = nil
      } else if part != .stem {
        part = .stem
      } else {
        faults.append(LabFault(at: place, "':::' closes nothing"))
      }
    case "en", "zh":
      if language != nil { faults.append(LabFault(at: place, "':::' before it is missing")) }
      language = LabLanguage(rawValue: name)
      languageOpened = next
    case "solution", "rubric":
      if part != .stem || language != nil { faults.append(LabFault(at: place, "':::' before it is missing")) }
      language = nil
      part = name == "solution" ? .solution : .rubric
      partOpened = next
    default:
      faults.append(LabFault(at: place, "no part '::: \(name)'; there are en, zh, solution, rubric"))
    }
    next += 1
  }

  private mutating func readFence() {
    let start = next
    let width = lines[next].prefix { $0 == "`" }.count
    let info = String(lines[next].dropFirst(width)).trimmingBlanks()
    let word = String(info.prefix { $0 != " " })
    var end = next + 1
    while end < lines.count, !(lines[end].trimmingBlanks() == String(repeating: "`", count: width)) {
      end += 1
    }
    if end == lines.count {
      faults.append(LabFault(at: location(start), "the fence is never closed; end it with '```'"))
    }
    let body = Array(lines[(start + 1)..<end])
    var attributes = LabAttributes()
    let isRun = word == "mlm"
    if language != nil, !isRun {
      // Code of the text.
      if text.isEmpty { textStart = start }
      text += lines[start...min(end, lines.count - 1)]
      next = end + 1
      return
    }
    flush()
    next = end + 1
    attributes.read(
      info.dropFirst(word.count), at: location(start).advanced(by: width + word.count), faults: &faults)
    if isRun {
      if language != nil || part == .rubric {
        faults.append(LabFault(at: location(start), "an mlm block stands between parts, for both languages"))
      }
      let block = LabBlock(
        attributes: attributes, body: body, bodyStart: location(start + 1), location: location(start),
        visibility: .everywhere, index: blocks.count, faults: &faults)
      if block.kind == .figure {
        if block.altTexts.count < 2 {
          faults.append(
            LabFault(
              at: location(start),
              "a problem's figure needs alt.en=… and alt.zh=…, which do not say what is asked"))
        }
      }
      steps.append(.block(blocks.count))
      append(.block(blocks.count))
      blocks.append(block)
    } else if let path = attributes["file"], !path.isEmpty {
      if path.leadsOutside {
        faults.append(
          LabFault(
            at: location(start), "file=\(path) leads out of the problem; a name such as design.yml would work"
          ))
      }
      steps.append(.file(.init(path: path, lines: body, location: location(start))))
    } else {
      faults.append(
        LabFault(
          at: location(start), "a fence outside a language is 'mlm' (commands) or has file=NAME (a file)"))
    }
  }
}
