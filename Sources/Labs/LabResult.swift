/// One version of a lab, built: files to be written and what else a caller may want to know.
public struct LabResult: Sendable {
  /// The lab's id.
  public let lab: String
  /// Its title in both languages.
  public let titles: [LabLanguage: String]
  /// A sentence that says what it is, in both languages or none.
  public let subtitles: [LabLanguage: String]
  /// For whom it was built.
  public let audience: LabAudience
  /// In which language.
  public let language: LabLanguage
  /// The paths of the handouts among `files`, `salary-student.en.md` or `instructor/salary-instructor.en.md`.
  public let documents: [String]
  /// Everything to be written, paths relative to the output folder: handouts, figures, and what commands
  /// wrote below `figures/` or `handout/`, and the front matter's data, all of it below `instructor/` for instructors. Other files that commands wrote
  /// passed between blocks only.
  public let files: [OutputFile]
  /// The numbered figures in order.
  public let figures: [LabFigure]
  /// What commands noted, `file:line:column: note`.
  public let messages: [String]
  /// Every file on which the result depends: the source first, then what was read from disk.
  public let dependencies: [String]
}

extension LabResult {
  /// Documents that something else than a lab left in the output folder, for an index.
  /// - Parameters:
  ///   - id: no lab's.
  ///   - documents: their paths, relative to the output folder.
  package init(
    id: String, titles: [LabLanguage: String], subtitles: [LabLanguage: String], audience: LabAudience,
    language: LabLanguage, documents: [String]
  ) {
    lab = id
    self.titles = titles
    self.subtitles = subtitles
    self.audience = audience
    self.language = language
    self.documents = documents
    (files, figures, messages, dependencies) = ([], [], [], [])
  }
}

/// A figure of a handout.
public struct LabFigure: Sendable, Equatable {
  /// Its number, `3` or `S1`.
  public let number: String
  /// Where its SVG is, relative to the output folder.
  public let path: String
  /// The title that it gives itself; empty where it has none.
  public let title: String
  /// Its caption, values and references put in, in Markdown.
  public let caption: String
  /// The text for those who cannot see it.
  public let altText: String

  /// What a list of figures calls it.
  var shortCaption: String { title.isEmpty ? caption : title }

  /// The same figure with its file below a folder.
  func moved(into folder: String) -> LabFigure {
    LabFigure(number: number, path: folder + path, title: title, caption: caption, altText: altText)
  }
}
