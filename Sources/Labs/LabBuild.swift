import Estimates

/// A form in which a handout is written.
public enum LabFormat: String, Sendable, CaseIterable {
  case markdown
  case html
}

/// The specification of one version of a lab: which document, for whom, in which language, in which forms.
///
/// The order is fixed: first everything that the version leaves out is left out, then the remaining
/// commands run, then values are looked up, then the text is written. The same document and the same
/// command results give the same bytes.
public struct LabBuild: Sendable {
  /// The source.
  public let document: LabDocument
  /// For whom.
  public let audience: LabAudience
  /// In which language.
  public let language: LabLanguage
  /// In which forms; HTML needs pandoc.
  public let formats: [LabFormat]

  /// The specification of one version.
  public init(
    _ document: LabDocument, audience: LabAudience = .student, language: LabLanguage = .en,
    formats: [LabFormat] = [.markdown]
  ) {
    self.document = document
    self.audience = audience
    self.language = language
    self.formats = formats
  }

  /// The name of the handout without ending and folder, `salary-student.en`.
  public var name: String { "\(document.frontMatter.id)-\(audience.rawValue).\(language.rawValue)" }

  /// Runs the commands and writes the handout into memory.
  /// - Parameter converting: false leaves the HTML out of the files, though not out of the list of documents: enough for an index.
  /// - Throws: `LabError.faults` for failing commands and unknown numbers; for HTML also
  ///   `.pandocMissing` and `.pandocFailed`.
  public func run(with runner: some CommandRunner, converting: Bool = true) throws(LabError) -> LabResult {
    let context = CommandContext(
      language: language, folder: document.folder, seed: document.frontMatter.seed, isInLab: true)
    var faults: [LabFault] = []
    var handedOut: [OutputFile] = []
    for path in document.frontMatter.data {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      do { handedOut.append(OutputFile(path: "handout/" + name, bytes: try context.read(path))) } catch {
        faults.append(LabFault(at: document.frontMatter.dataLocation, "data: \(error)"))
      }
    }
    let visible = document.elements.seen(by: audience, in: language)
    var execution = LabExecution(build: self, context: context)
    execution.run(visible.flatMap(\.blocks), with: runner)
    faults += execution.faults
    var files = execution.deliveredFiles
    for file in handedOut {
      if files.contains(where: { $0.path == file.path }) {
        faults.append(
          LabFault(
            at: document.frontMatter.dataLocation,
            "data: '\(file.path)' is handed out twice; name each file once, and let no block write it"))
      }
      files.append(file)
    }
    if !faults.isEmpty { throw .faults(faults.sortedByPlace()) }

    var messages = execution.messages
    var figures: [LabFigure] = []
    let numbering = LabNumbering(visible)
    for format in formats {
      var writer = LabWriter(
        markup: format == .html ? .pandoc : .web, build: self, numbering: numbering, execution: execution)
      let text = writer.page(visible)
      if !writer.faults.isEmpty { throw .faults(writer.faults.sortedByPlace()) }
      figures = writer.figures
      // A figure's own text says what an exercise may ask; what the lab says in its place goes into the file, too.
      files = files.map { file in writer.descriptions[file.path].map(file.describing) ?? file }
      for image in LocalImages(in: text).paths where !files.contains(where: { $0.path == image }) {
        do {
          files.append(OutputFile(path: image, bytes: try context.read(image)))
        } catch {
          let place = LabLocation(file: document.file, line: 1)
          throw .faults([LabFault(at: place, "the text shows the image '\(image)': \(error)")])
        }
      }
      switch format {
      case .markdown:
        files.append(OutputFile(path: name + ".md", bytes: Array(text.utf8)))
      case .html where !converting: break
      case .html:
        let body = try Pandoc().html(from: text, language: language)
        messages += body.warnings.map { "pandoc: \($0)" }
        let page = HandoutPage(build: self, body: body.html, visible: visible).text(embedding: files)
        files.append(OutputFile(path: name + ".html", bytes: Array(page.utf8)))
      }
    }
    // What instructors get lies in a folder of its own, so that it is not handed out by accident.
    let folder = audience.folder
    return LabResult(
      lab: document.frontMatter.id, titles: document.frontMatter.titles,
      subtitles: document.frontMatter.subtitles, audience: audience, language: language,
      documents: formats.map { folder + name + ($0 == .markdown ? ".md" : ".html") },
      files: files.map { $0.moved(to: folder + $0.path) },
      figures: figures.map { $0.moved(into: folder) }, messages: messages,
      dependencies: [document.file] + context.filesRead)
  }
}

extension [LabElement] {
  /// What one version contains; `::: en` and `::: zh` are replaced by their content.
  func seen(by audience: LabAudience, in language: LabLanguage) -> [LabElement] {
    let version = LabVisibility.version(audience, language)
    return flatMap { element -> [LabElement] in
      guard case .division(let division) = element else { return [element] }
      guard LabDivision.visibility(of: division.kind).contains(version) else { return [] }
      let inside = division.elements.seen(by: audience, in: language)
      if division.kind == .en || division.kind == .zh { return inside }
      return [.division(division.holding(inside))]
    }
  }
}

extension LabDivision {
  private init(_ other: LabDivision, elements: [LabElement]) {
    kind = other.kind
    points = other.points
    lines = other.lines
    key = other.key
    titles = other.titles
    location = other.location
    visibility = other.visibility
    self.elements = elements
  }

  /// The same part with other content.
  func holding(_ elements: [LabElement]) -> LabDivision { LabDivision(self, elements: elements) }
}
