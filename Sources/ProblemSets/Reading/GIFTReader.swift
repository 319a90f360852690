/// Reads GIFT as Moodle's importer does.
struct GIFTReader {
  /// Private-use characters that stand for escaped ones while a question is taken apart.
  private static let hidden: [Unicode.Scalar: Unicode.Scalar] = [
    "~": "\u{E010}", "=": "\u{E011}", "#": "\u{E012}", "{": "\u{E013}", "}": "\u{E014}", ":": "\u{E015}",
    "\\": "\u{E016}",
  ]

  /// The escaped characters behind those that stand for them.
  private static let shown = Dictionary(uniqueKeysWithValues: hidden.map { ($1, $0) })

  /// The questions of a file.
  /// - Throws: `ImportFault` at the first that cannot be read.
  static func questions(_ bytes: [UInt8]) throws(ImportFault) -> [ImportedQuestion] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ImportFault("the file is not UTF-8")
    }
    var questions: [ImportedQuestion] = []
    var category = ""
    var block: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) + [""] {
      let plain = line.trimmingSpaces()
      if plain.hasPrefix("//") { continue }
      if plain.hasPrefix("$CATEGORY:") {
        category = plain.split(separator: "/").last.map(String.init) ?? ""
        continue
      }
      if !plain.isEmpty {
        block.append(line)
        continue
      }
      if !block.isEmpty { questions.append(try question(block.joined(separator: "\n"), category)) }
      block = []
    }
    return questions
  }

  /// Escaped characters out of the way.
  private static func hiding(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        out.append(hidden[scalar] ?? (scalar == "n" ? "\n" : scalar))
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }

  private static func question(_ block: String, _ category: String) throws(ImportFault) -> ImportedQuestion {
    let text = hiding(block)
    guard text.hasPrefix("::"), let end = text.dropFirst(2).firstRange(of: "::") else {
      throw ImportFault("a question without a name")
    }
    let name = String(text.dropFirst(2)[..<end.lowerBound])
    let rest = text[end.upperBound...]
    guard let open = rest.firstIndex(of: "{"), let close = rest.lastIndex(of: "}"), open < close,
      rest[rest.index(after: open)..<close].allSatisfy({ $0 != "{" && $0 != "}" })
    else { throw ImportFault("'\(name)': the answers do not stand in one pair of braces") }
    guard rest[rest.index(after: close)...].allSatisfy(\.isWhitespace),
      rest[..<open].contains(where: { !$0.isWhitespace })
    else { throw ImportFault("'\(name)': text behind the answers, or none before them") }
    var answers = String(rest[rest.index(after: open)..<close])
    if let general = answers.firstRange(of: "####") { answers = String(answers[..<general.lowerBound]) }
    answers = answers.trimmingNewlines()
    let part: GradedPart
    if answers.isEmpty {
      part = .essay
    } else if answers.hasPrefix("#") {
      part = try numeric(String(answers.dropFirst()), name)
    } else {
      part = try choice(answers, name)
    }
    let isByHand = if case .essay = part { true } else { false }
    let stem = String(rest[..<open]).unicodeScalars.map { shown[$0] ?? $0 }
    return ImportedQuestion(
      category: category, name: name, partCount: 1, isByHand: isByHand,
      code: CodeBlocks.of(html: String(String.UnicodeScalarView(stem)))
    ) { responses throws(ImportFault) in try part.share(of: responses.first ?? .nothing)
    }
  }

  /// A grade `%50%` at the beginning, and the answer without its feedback.
  private static func graded(_ text: String, _ name: String) throws(ImportFault) -> (
    share: Double?, text: String
  ) {
    var rest = text.trimmingNewlines()
    var share: Double?
    if rest.hasPrefix("%") {
      let inner = rest.dropFirst()
      guard let end = inner.firstIndex(of: "%"), let legal = LegalFraction.imported(String(inner[..<end]))
      else {
        throw ImportFault("'\(name)': '\(text.prefix(12))' begins with no grade of Moodle's")
      }
      share = legal
      rest = String(inner[inner.index(after: end)...])
    }
    if let mark = rest.firstIndex(of: "#") { rest = String(rest[..<mark]) }
    return (share, rest.trimmingNewlines())
  }

  private static func numeric(_ text: String, _ name: String) throws(ImportFault) -> GradedPart {
    var answers: [(value: Double, tolerance: Double, share: Double)] = []
    for piece in text.split(separator: "=") where piece.contains(where: { !$0.isWhitespace }) {
      let (share, value) = try graded(String(piece), name)
      let fields = value.split(separator: ":").map(String.init)
      guard fields.count == 2 else { throw ImportFault("'\(name)': '\(value)' is no value with a tolerance") }
      answers.append((try MoodleNumber.parsed(fields[0]), try MoodleNumber.parsed(fields[1]), share ?? 1))
    }
    guard answers.contains(where: { $0.share == 1 }) else {
      throw ImportFault("'\(name)': no number earns 100")
    }
    return .numeric(answers)
  }

  private static func choice(_ text: String, _ name: String) throws(ImportFault) -> GradedPart {
    var shares: [Double] = []
    var pieces: [(mark: Character, text: String)] = []
    for c in text {
      if c == "=" || c == "~" {
        pieces.append((c, ""))
      } else if !pieces.isEmpty {
        pieces[pieces.count - 1].text.append(c)
      }
    }
    // One `=` makes it a single choice.
    let isSingle = pieces.contains { $0.mark == "=" }
    for piece in pieces {
      let (share, words) = try graded(piece.text, name)
      if words.isEmpty { throw ImportFault("'\(name)': an option without text") }
      shares.append(share ?? (piece.mark == "=" ? 1 : 0))
    }
    return try GradedPart.choice(shares, isSingle: isSingle, name)
  }
}
