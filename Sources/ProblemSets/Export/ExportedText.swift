import Labs

/// What exports say of a variant in one language.
struct ExportedText {
  let variant: ProblemVariant
  let language: LabLanguage

  /// The title, plain.
  var title: String { PlainText.of(variant.titles[language] ?? variant.titles[.en] ?? variant.problem) }

  /// The files that the texts of this language can name.
  var files: [VariantFile] { variant.files.filter { $0.language == nil || $0.language == language } }

  /// A file's name on a platform, where folders are flat.
  static func flatName(_ path: String) -> String { path.replacing("/", with: "_") }

  /// The stem as XHTML: text with blanks, and links to data that it does not name itself.
  /// - Parameters:
  ///   - address: where a file stands on the platform.
  ///   - blank: the markup of a blank.
  func stem(address: (VariantFile) -> String, blank: @escaping (Int) -> String) -> String {
    let pieces = variant.stem[language] ?? []
    let body = markdown(address: address, blank: blank).html(MarkdownHTML.text(of: pieces))
    let links = unnamedData.map { file in
      let name =
        file.path.hasSuffix(".R")
        ? pick("R lines that make the data", "生成数据的 R 代码") : pick("Data", "数据")
      return
        "<p>\(name)\(pick(": ", "："))<a href=\"\(XMLText.escaped(address(file)))\">\(XMLText.escaped(file.path))</a></p>"
    }
    return ([body] + links).joined(separator: "\n")
  }

  /// The worked solution as XHTML.
  func solution(address: (VariantFile) -> String) -> String {
    markdown(address: address).html(variant.solution[language] ?? "")
  }

  /// A short text without blanks as XHTML.
  func short(_ text: [LabLanguage: String], address: (VariantFile) -> String) -> String {
    markdown(address: address).inlineHTML(text[language] ?? text[.en] ?? "")
  }

  private func markdown(
    address: (VariantFile) -> String, blank: @escaping (Int) -> String = { _ in "______" }
  ) -> MarkdownHTML {
    let places = Dictionary(files.map { ($0.path, address($0)) }) { a, _ in a }
    return MarkdownHTML(address: { places[Self.plainPath($0)] }, blank: blank)
  }

  /// Data files that the stem has no link to.
  private var unnamedData: [VariantFile] {
    let text = MarkdownHTML.text(of: variant.stem[language] ?? [])
    return files.filter {
      $0.role == .data && !text.contains("(\($0.path)") && !text.contains("(./\($0.path)")
    }
  }

  /// Whether the stem or the given text names a file.
  func names(_ file: VariantFile, in text: String) -> Bool {
    text.contains("(\(file.path)") || text.contains("(./\(file.path)")
  }

  /// The path without `./`.
  static func plainPath(_ path: String) -> String { path.hasPrefix("./") ? String(path.dropFirst(2)) : path }

  /// A rubric as XHTML: one line an item, points first.
  func rubric(_ lines: [LabLanguage: [RubricLine]]) -> String {
    let items = (lines[language] ?? lines[.en] ?? []).map { line in
      let points = AnswerText.points(line.points)
      let words = language == .en ? "\(points) \(line.points == 1 ? "point" : "points")" : "\(points) 分"
      return "<li>\(words)\(pick(": ", "："))\(MarkdownHTML().inlineHTML(line.text))</li>"
    }
    return items.isEmpty ? "" : "<ul>\(items.joined())</ul>"
  }

  /// The wording in this language.
  func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }
}

extension VariantFile {
  /// The type of the content, by the name's ending.
  var mediaType: String {
    switch path.split(separator: ".").last?.lowercased() {
    case "png": "image/png"
    case "svg": "image/svg+xml"
    case "jpg", "jpeg": "image/jpeg"
    case "csv": "text/csv"
    case "json": "application/json"
    case "txt", "r": "text/plain"
    default: "application/octet-stream"
    }
  }

  /// The content as an address of its own.
  var dataAddress: String { "data:\(mediaType);base64,\(Base64Text.encode(bytes))" }
}

extension ProblemVariant {
  /// The variant as questions that ask for one thing each; the text is repeated, and other blanks are shown
  /// as such.
  var singleQuestions: [ProblemVariant] {
    if answers.count == 1 { return [self] }
    return answers.indices.map { part(with: [$0]) }
  }

  /// The variant with some of its answers; blanks are numbered anew, and those of other answers become gaps.
  func part(with indices: [Int]) -> ProblemVariant {
    var part = self
    part.answers = indices.map { answers[$0] }
    let share = part.answers.reduce(0) { $0 + $1.weight }
    for k in part.answers.indices { part.answers[k].weight /= share }
    part.points = points * share
    for (language, pieces) in stem {
      part.stem[language] = pieces.map { piece in
        guard case .blank(let index) = piece else { return piece }
        guard let k = indices.firstIndex(of: index) else { return .markdown(" […] ") }
        return .blank(k)
      }
    }
    return part
  }

  /// Indices of answers by their blanks in a language, in the order of the text.
  func blanks(_ language: LabLanguage) -> [Int] {
    (stem[language] ?? []).compactMap { if case .blank(let index) = $0 { index } else { nil } }
  }

  /// Indices of answers without a blank in a language.
  func answersWithoutBlank(_ language: LabLanguage) -> [Int] {
    let used = blanks(language)
    return answers.indices.filter { !used.contains($0) }
  }

  /// Indices of answers in the order in which they are asked for: those with blanks, then the others.
  func answersInOrder(_ language: LabLanguage) -> [Int] { blanks(language) + answersWithoutBlank(language) }
}
