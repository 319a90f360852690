import Labs

/// A platform's format.
public enum ExportTarget: String, Sendable, CaseIterable {
  /// Moodle's XML.
  case moodle
  /// QTI 1.2 with Canvas's additions, zipped.
  case canvas
  /// QTI 2.1, zipped.
  case qti21
  /// Static exercises of R/exams.
  case rexams
  /// Moodle's plain format, for pasting.
  case gift
}

/// Problems as questions of a learning platform: for each problem one category or section with its variants,
/// of which one is drawn.
public struct QuestionExport: Sendable {
  /// What a platform may be told beside the questions.
  public struct Options: Sendable, Equatable {
    /// Share of the points that a second try costs, where a platform has tries: 0 in an exam, ⅓ in practice.
    public var penalty: Double
    /// Whether the platform shuffles options; off, since options were shuffled when variants were made.
    public var shufflesOptions: Bool

    /// Settings of an exam unless told otherwise.
    public init(penalty: Double = 0, shufflesOptions: Bool = false) {
      self.penalty = penalty
      self.shufflesOptions = shufflesOptions
    }
  }

  /// The set's id, ASCII.
  public var set: String
  /// The set's title.
  public var titles: [LabLanguage: String]
  /// For each problem its variants, at least one.
  public var problems: [[ProblemVariant]]
  /// What platforms are told.
  public var options: Options

  /// An export of problems.
  public init(
    set: String, titles: [LabLanguage: String] = [:], problems: [[ProblemVariant]],
    options: Options = Options()
  ) {
    self.set = set
    self.titles = titles
    self.problems = problems
    self.options = options
  }

  /// Files of an export, and what was changed on the way.
  public struct Result: Sendable {
    /// The files, paths relative to the output folder.
    public var files: [OutputFile]
    /// What the one who imports should know.
    public var notes: [String]
  }

  /// The files for a platform in a language.
  /// - Throws: `ExportError` where a platform has no form for a problem.
  public func files(for target: ExportTarget, in language: LabLanguage) throws(ExportError) -> Result {
    try check(language)
    let name = "\(set).\(language.rawValue)"
    switch target {
    case .moodle:
      var writer = MoodleWriter(self, language)
      let text = try writer.document()
      return Result(
        files: [OutputFile(path: name + ".moodle.xml", bytes: Array(text.utf8))], notes: writer.notes)
    case .gift:
      var writer = GIFTWriter(self, language)
      let text = try writer.document()
      return Result(
        files: [OutputFile(path: name + ".gift.txt", bytes: Array(text.utf8))], notes: writer.notes)
    case .rexams:
      var writer = RExamsWriter(self, language)
      let files = try writer.files()
      return Result(files: files, notes: writer.notes)
    case .canvas:
      var writer = CanvasWriter(self, language)
      let bytes = ZipArchive.bytes(of: try writer.entries())
      return Result(files: [OutputFile(path: name + ".canvas.zip", bytes: bytes)], notes: writer.notes)
    case .qti21:
      var writer = QTI21Writer(self, language)
      let bytes = ZipArchive.bytes(of: try writer.entries())
      return Result(files: [OutputFile(path: name + ".qti21.zip", bytes: bytes)], notes: writer.notes)
    }
  }

  /// Refuses what no format has a place for.
  private func check(_ language: LabLanguage) throws(ExportError) {
    if problems.isEmpty || problems.contains(where: \.isEmpty) {
      throw ExportError(problem: set, "there are no variants to export")
    }
    for variant in problems.joined() {
      guard variant.stem[language] != nil else {
        throw ExportError(problem: variant.problem, "there is no text in '\(language.rawValue)'")
      }
      if variant.answers.isEmpty { throw ExportError(problem: variant.problem, "nothing is asked") }
      let blanks = variant.blanks(language)
      if Set(blanks).count < blanks.count || !blanks.allSatisfy(variant.answers.indices.contains) {
        throw ExportError(
          problem: variant.problem, "the blanks in '\(language.rawValue)' are not one for an answer")
      }
      for file in variant.files where !file.path.isPlainFileName {
        throw ExportError(
          problem: variant.problem,
          "the file '\(file.path)' cannot go to a platform; names of ASCII letters, digits, '.', '_' and "
            + "'-' can"
        )
      }
      let names = ExportedText(variant: variant, language: language).files.map {
        ExportedText.flatName($0.path)
      }
      if Set(names).count < names.count {
        throw ExportError(problem: variant.problem, "two files would have one name on a platform")
      }
      for answer in variant.answers {
        if case .number(let key) = answer.key, !key.value.isFinite || !key.tolerance.isFinite {
          throw ExportError(problem: variant.problem, "the key of '\(answer.id)' is not finite")
        }
      }
    }
    let codes = problems.joined().map { $0.problem + " " + $0.code }
    var seen: Set<String> = []
    for code in codes where !seen.insert(code).inserted {
      throw ExportError(problem: code, "two variants have one code")
    }
  }
}

/// Why a problem cannot be exported.
public struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The problem's id.
  public let problem: String
  /// What was found and what would work.
  public let message: String

  init(problem: String, _ message: String) {
    self.problem = problem
    self.message = message
  }

  /// The problem and what is wrong with it.
  public var description: String { "problem '\(problem)': \(message)" }
}

extension String {
  /// ASCII letters, digits, `.`, `_`, `-` and `/` between them.
  var isPlainFileName: Bool {
    !isEmpty && !hasPrefix("/") && !hasPrefix(".") && !split(separator: "/").contains("..")
      && unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
          || "._-/".unicodeScalars.contains($0)
      }
  }
}
