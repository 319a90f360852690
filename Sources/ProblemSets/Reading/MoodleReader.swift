/// Reads Moodle's XML as its importer does: well-formed XML, known types, legal grades, files beside the text
/// that names them.
struct MoodleReader {
  /// The questions of a file.
  /// - Throws: `ImportFault` at the first thing that would stop the import or lose something.
  static func questions(_ bytes: [UInt8]) throws(ImportFault) -> [ImportedQuestion] {
    guard bytes.starts(with: Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>".utf8)) else {
      throw ImportFault("the first byte is not that of the XML declaration")
    }
    let root: XMLElement
    do throws(XMLFault) { root = try XMLParser.parse(bytes) } catch { throw ImportFault("\(error)") }
    guard root.name == "quiz" else { throw ImportFault("the root is '\(root.name)', not 'quiz'") }
    var questions: [ImportedQuestion] = []
    var category = ""
    var ids: Set<String> = []
    for element in root.elements {
      guard element.name == "question", let type = element["type"] else {
        throw ImportFault("an element '\(element.name)'")
      }
      if type == "category" {
        guard let path = element.first("category", "text")?.text, path.hasPrefix("$course$/") else {
          throw ImportFault("a category without a path from $course$")
        }
        category = path.split(separator: "/").last.map(String.init) ?? ""
        ids = []
        continue
      }
      if let id = element.first("idnumber")?.text, !ids.insert(id).inserted {
        throw ImportFault("the idnumber '\(id)' stands twice in one category")
      }
      questions.append(try question(element, type: type, category: category))
    }
    return questions
  }

  private static func question(
    _ element: XMLElement, type: String, category: String
  ) throws(ImportFault) -> ImportedQuestion {
    guard let name = element.first("name", "text")?.text, !name.isEmpty else {
      throw ImportFault("a question without a name")
    }
    guard let stem = element.first("questiontext"), let text = stem.first("text")?.text, !text.isEmpty else {
      throw ImportFault("'\(name)' has no text")
    }
    try checkFiles(element)
    if type != "cloze" {
      guard let points = element.first("defaultgrade")?.text, let value = Double(points), value > 0 else {
        throw ImportFault("'\(name)' has no points")
      }
    }
    var parts: [(part: GradedPart, weight: Double)]
    switch type {
    case "numerical": parts = [(.numeric(try numbers(element, name)), 1)]
    case "multichoice": parts = [(try choice(element, name), 1)]
    case "essay": parts = [(.essay, 1)]
    case "cloze":
      parts = try ClozeReader.parts(text)
      if parts.isEmpty { throw ImportFault("'\(name)' has no cloze mark") }
    default: throw ImportFault("the type '\(type)' is not known")
    }
    let sum = parts.reduce(0) { $0 + $1.weight }
    let isByHand = type == "essay"
    let graded = parts
    return ImportedQuestion(
      category: category, name: name, partCount: parts.count, isByHand: isByHand,
      code: CodeBlocks.of(html: text)
    ) { responses throws(ImportFault) in
      guard responses.count == graded.count else {
        throw ImportFault("\(responses.count) responses to \(graded.count) parts")
      }
      var total = 0.0
      for (response, part) in zip(responses, graded) {
        total += part.weight / sum * (try part.part.share(of: response))
      }
      return total
    }
  }

  private static func fraction(_ answer: XMLElement, _ name: String) throws(ImportFault) -> Double {
    guard let text = answer["fraction"], let share = LegalFraction.imported(text) else {
      throw ImportFault("'\(name)': the grade '\(answer["fraction"] ?? "")' is not one of Moodle's")
    }
    return share
  }

  private static func numbers(_ element: XMLElement, _ name: String) throws(ImportFault) -> [(
    value: Double, tolerance: Double, share: Double
  )] {
    var answers: [(value: Double, tolerance: Double, share: Double)] = []
    for answer in element.all("answer") {
      guard let text = answer.first("text")?.text, let tolerance = answer.first("tolerance")?.text else {
        throw ImportFault("'\(name)': an answer without text or tolerance")
      }
      answers.append(
        (try MoodleNumber.parsed(text), try MoodleNumber.parsed(tolerance), try fraction(answer, name)))
    }
    guard answers.contains(where: { $0.share == 1 }) else {
      throw ImportFault("'\(name)': no answer earns 100")
    }
    return answers
  }

  private static func choice(_ element: XMLElement, _ name: String) throws(ImportFault) -> GradedPart {
    var shares: [Double] = []
    for answer in element.all("answer") {
      guard let text = answer.first("text")?.text, !text.isEmpty else {
        throw ImportFault("'\(name)': an option without text")
      }
      shares.append(try fraction(answer, name))
    }
    guard let single = element.first("single")?.text, single == "true" || single == "false" else {
      throw ImportFault("'\(name)': 'single' is neither true nor false")
    }
    return try GradedPart.choice(shares, isSingle: single == "true", name)
  }

  /// Each file that a text names stands beside the text, once, under an ASCII name, in base64.
  private static func checkFiles(_ element: XMLElement) throws(ImportFault) {
    if let text = element.first("text")?.text, element.name != "name", element.name != "category" {
      var names: Set<String> = []
      for file in element.all("file") {
        guard let name = file["name"], name.isPlainFileName, names.insert(name).inserted else {
          throw ImportFault("a file name that is not ASCII or stands twice: '\(file["name"] ?? "")'")
        }
        guard file["encoding"] == "base64", Base64Text.decode(file.text) != nil else {
          throw ImportFault("the file '\(name)' is not base64")
        }
      }
      for piece in text.pieces(after: "@@PLUGINFILE@@/") {
        let name = String(piece.prefix { !"\"'?)<> ".contains($0) })
        if !names.contains(name) { throw ImportFault("the text names '\(name)', which is not beside it") }
      }
    }
    for child in element.elements { try checkFiles(child) }
  }
}

extension GradedPart {
  /// Options with grades as an importer checks them: the best of a single choice has 100, the positive ones
  /// of a multiple choice have 100 in all.
  static func choice(_ shares: [Double], isSingle: Bool, _ name: String) throws(ImportFault) -> GradedPart {
    if isSingle {
      guard shares.max() == 1 else { throw ImportFault("'\(name)': no option earns 100") }
      return .single(shares)
    }
    let sum = shares.reduce(0) { $0 + max(0, $1) }
    guard abs(sum - 1) < 0.01 else {
      throw ImportFault("'\(name)': the right options earn \(AnswerText.points(sum * 100)), not 100")
    }
    return .multiple(shares)
  }
}

extension String {
  /// What stands behind each occurrence of a text.
  func pieces(after mark: String) -> [String] {
    var out: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: mark) {
      rest = rest[range.upperBound...]
      out.append(String(rest.prefix(400)))
    }
    return out
  }
}
