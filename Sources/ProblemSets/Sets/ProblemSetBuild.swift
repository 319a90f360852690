import Dispatch
import Labs
import Synchronization
import Tables

/// The form of a sheet.
public enum SheetFormat: String, Sendable, CaseIterable {
  case markdown
  case html
  case docx
}

/// The specification of a folder of individual sheets with their keys:
///
///     students/ID/      sheet.LANG.md (.html, .docx), data, programs in R, figures
///     instructor/       keys.json, keys.csv, manifest.csv, solutions/ID.LANG.md
///
/// A build into a folder that is there keeps what it replaces by something else: keys as
/// `instructor/keys-replaced-N.json`, other files below `instructor/replaced-N/`, with N counted from 1.
///
/// Students are made side by side and written one by one, so that memory does not grow with their number; the files are the same for any
/// number of threads.
public struct ProblemSetBuild: Sendable {
  /// The set.
  public let set: ProblemSet
  /// The students.
  public let roster: Roster
  /// The secret from which variants come.
  public let courseKey: CourseKey
  /// The languages of all sheets; nil where the roster decides, both for students of whom it says nothing.
  public let languages: [LabLanguage]?
  /// The forms of sheets.
  public let formats: [SheetFormat]
  /// How many students are made at the same time.
  public let threads: Int

  /// The specification.
  public init(
    _ set: ProblemSet, roster: Roster, courseKey: CourseKey, languages: [LabLanguage]? = nil,
    formats: [SheetFormat] = [.markdown], threads: Int = 1
  ) {
    self.set = set
    self.roster = roster
    self.courseKey = courseKey
    self.languages = languages
    self.formats = formats
    self.threads = threads
  }

  /// What a build did.
  public struct Report: Sendable {
    /// How many students have sheets.
    public let students: Int
    /// How many draws failed a test, by problem in the order of the set.
    public let redraws: [(problem: String, count: Int)]
    /// What the instructor should know.
    public let notes: [String]
  }

  /// Builds the folder. Nothing in it changes before everything is written beside it.
  /// - Throws: `ProblemError`, `SetFolderError`, `LabError` of pandoc.
  public func run(into path: String, with runner: any CommandRunner & Sendable) throws -> Report {
    let folder = SetFolder(path: path)
    try checkEarlierBuild(path)
    try folder.prepare()
    do {
      let report = try make(folder, runner)
      let earlier = EarlierBuilds(path)
      let leftovers = Leftovers(of: roster, set, besides: folder)
      let replaced = try folder.finish(keepingReplaced: earlier.place)
      let retired = try leftovers.retire(replaced: replaced, to: earlier.place)
      let notes =
        report.notes + folderNotes + earlier.notes(replaced: replaced, retired: retired, roster: roster)
      return Report(students: report.students, redraws: report.redraws, notes: notes)
    } catch {
      folder.abandon()
      throw error
    }
  }

  /// The version on a student's sheet: it tells sheets of different course keys apart.
  func version(of student: Roster.Student) -> String {
    let hash = domainHash(
      "multilevel-lab sheet 1", [courseKey.bytes, Array(set.id.utf8), Array(student.id.utf8)])
    return hexadecimal(Array(hash[..<4]))
  }

  /// What folders' names hide.
  private var folderNotes: [String] {
    var notes: [String] = []
    let escaped = roster.students.filter { $0.folder != $0.id }
    if let first = escaped.first {
      notes.append(
        "note: \(counted(escaped.count, "id")) cannot be \(escaped.count == 1 ? "a folder's name as it is" : "folders' names as they are"); '\(first.id)' has the folder '\(first.folder)' (all are in "
          + "instructor/manifest.csv)")
    }
    return notes
  }

  // MARK: what is there already

  /// Refuses a folder that was made with another course key or for another set.
  private func checkEarlierBuild(_ path: String) throws(SetFolderError) {
    let keys = path + "/instructor/keys.json"
    if let bytes = try? readFile(keys) {
      let head = String(decoding: bytes.prefix(2000), as: UTF8.self)
      guard let found = ProblemSetBuild.member("set", of: head),
        let print = ProblemSetBuild.member("courseKey", of: head)
      else {
        throw .otherKey(keys, "\(keys): this is no key file of a build; give another folder with --out")
      }
      if found != set.id {
        throw .otherKey(
          keys, "\(keys): the folder holds the set '\(found)', not '\(set.id)'; give another with --out")
      }
      if print != courseKey.fingerprint { throw .otherKey(keys, otherKeyMessage(path)) }
      return
    }
    // The key file is lost: the sheets still tell which course key they come from.
    for student in roster.students {
      for language in LabLanguage.allCases {
        let sheet = "\(path)/students/\(student.folder)/sheet.\(language.rawValue).md"
        guard let bytes = try? readFile(sheet) else { continue }
        if !String(decoding: bytes, as: UTF8.self).contains("`\(version(of: student))`") {
          throw .otherKey(sheet, otherKeyMessage(path))
        }
      }
    }
  }

  private func otherKeyMessage(_ path: String) -> String {
    "'\(path)' was built with another course key: its sheets would no longer match their keys. Give the course key of that time, "
      + "or another folder with --out; nothing was changed"
  }

  /// The text of a member of the key file's first line.
  private static func member(_ name: String, of head: String) -> String? {
    guard let start = head.place(of: "\"\(name)\":\"") else { return nil }
    return String(head[start...].dropFirst(name.count + 4).prefix { $0 != "\"" })
  }

  // MARK: students

  private func make(_ folder: SetFolder, _ runner: any CommandRunner & Sendable) throws -> Report {
    let collector = try SetCollector(self, folder)
    let next = Atomic(0)
    let students = roster.students
    let makers = try LabLanguage.choices.map { languages in
      try StudentMaker(self, languages: languages, runner: runner)
    }
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, students.count))) { _ in
      while !collector.hasFailed {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < students.count else { return }
        let wanted = languages ?? students[k].language.map { [$0] } ?? LabLanguage.allCases
        let maker = makers[LabLanguage.choices.firstIndex(of: wanted) ?? 2]
        do { collector.take(try maker.make(students[k], in: folder), of: k) } catch {
          collector.fail(error, at: k)
        }
      }
    }
    return try collector.finish()
  }
}

extension LabLanguage {
  /// The languages that a sheet may have.
  static let choices: [[LabLanguage]] = [[.en], [.zh], [.en, .zh]]
}

/// What of one student goes into files that all share.
struct StudentPart: Sendable {
  let keys: [String]
  let keyTable: String
  let manifest: String
  let redraws: [Int]
}

/// Makes one student's folder.
struct StudentMaker: Sendable {
  private let build: ProblemSetBuild
  private let languages: [LabLanguage]
  private let builders: [VariantBuilder]
  /// What makes variants for Word, which takes no SVG; nil where the others' figures do.
  private let wordBuilders: [VariantBuilder?]

  init(_ build: ProblemSetBuild, languages: [LabLanguage], runner: any CommandRunner & Sendable) throws {
    self.build = build
    self.languages = languages
    func builder(_ problem: Problem, _ figures: VariantFigures) -> VariantBuilder {
      VariantBuilder(problem, runner: runner, languages: languages, figures: figures)
    }
    let isMixed = build.formats.contains(.docx) && build.formats.count > 1
    builders = build.set.problems.map { builder($0, build.formats == [.docx] ? .png : .svg) }
    wordBuilders = build.set.problems.map { problem in
      isMixed && problem.body.blocks.contains { $0.kind == .figure } ? builder(problem, .png) : nil
    }
  }

  /// Writes the student's files and the solutions; gives what goes into shared files.
  func make(_ student: Roster.Student, in folder: SetFolder) throws -> StudentPart {
    var variants: [ProblemVariant] = []
    var wordVariants: [ProblemVariant] = []
    var redraws: [Int] = []
    var (keys, table, manifest): ([String], String, String) = ([], "", "")
    let version = build.version(of: student)
    for (i, builder) in builders.enumerated() {
      let seed = VariantSeed(
        courseKey: build.courseKey.bytes, set: build.set.id, problem: builder.problem.id, owner: student.id)
      let built = try builder.variant(from: seed)
      var variant = built.variant
      variant.points = build.set.points[i]
      variants.append(variant)
      var other = try wordBuilders[i]?.variant(from: seed).variant ?? variant
      other.points = variant.points
      wordVariants.append(other)
      redraws.append(built.failures.count)
      let key = ProblemKey(
        of: variant, student: student.id, name: student.name,
        language: languages.count == 1 ? languages[0] : nil)
      keys.append(ProblemKeyFile.line(of: key, isFirst: true))
      table += ProblemKeyTable.lines(of: key)
      manifest += CSVText.line([
        student.id, student.name, "students/\(student.folder)", version, String(i + 1), variant.problem,
        shortestText(variant.points), variant.code, String(built.dataSeed), String(built.failures.count),
      ])
    }
    try write(variants, forWord: wordVariants, of: student, version: version, in: folder)
    return StudentPart(keys: keys, keyTable: table, manifest: manifest, redraws: redraws)
  }

  private func write(
    _ variants: [ProblemVariant], forWord wordVariants: [ProblemVariant], of student: Roster.Student,
    version: String, in folder: SetFolder
  ) throws {
    let own = "students/\(student.folder)/"
    let files = variants.flatMap(\.files)
    for file in files { try folder.write(file.bytes, to: own + file.path) }
    // pandoc reads the pictures of a document from files, which nobody needs besides.
    let passing = wordVariants.flatMap(\.files).filter { file in !files.contains { $0.path == file.path } }
    for file in passing { try folder.write(file.bytes, to: own + file.path) }
    defer { for file in passing { folder.withdraw(own + file.path) } }
    for language in languages {
      let writer = SheetWriter(build.set, student, version: version, language)
      let text = writer.sheet(variants)
      for format in build.formats {
        let name = "\(own)sheet.\(language.rawValue)"
        switch format {
        case .markdown: try folder.write(Array("# \(writer.title)\n\n\(text)".utf8), to: name + ".md")
        case .html:
          let page = MarkdownPage(
            title: writer.title, markdown: writer.sheet(variants, as: .page), language: language)
          let files = variants.flatMap(\.files).filter { $0.role == .figure }
            .map { OutputFile(path: $0.path, bytes: $0.bytes) }
          try folder.write(Array(try page.html(embedding: files).utf8), to: name + ".html")
        case .docx:
          let bytes = try Pandoc().docx(
            from: writer.sheet(wordVariants), title: writer.title, language: language,
            imagesIn: folder.staging + "/" + own)
          try folder.write(bytes, to: name + ".docx")
        }
      }
      let phrases = SetPhrases(language)
      let title = "# \(writer.title) · \(phrases.solutions)\n\n"
      try folder.write(
        Array((title + writer.solutions(variants)).utf8),
        to: "instructor/solutions/\(student.folder).\(language.rawValue).md")
    }
  }
}

/// Gathers students' parts in the order of the roster and writes them as soon as their turn comes.
private final class SetCollector: Sendable {
  private struct State: ~Copyable {
    var next = 0
    var waiting: [Int: StudentPart] = [:]
    var failure: (place: Int, error: any Error)?
    var redraws: [Int]
    var hasKeys = false
    let keys: SetFileWriter
    let table: SetFileWriter
    let manifest: SetFileWriter
  }

  private let state: Mutex<State>
  private let problems: [String]

  init(_ build: ProblemSetBuild, _ folder: SetFolder) throws {
    try SetFolder.make(folder.staging + "/instructor")
    func writer(_ name: String) throws -> SetFileWriter {
      try SetFileWriter(folder.staging + "/instructor/" + name)
    }
    let (keys, table, manifest) = (
      try writer("keys.json"), try writer("keys.csv"), try writer("manifest.csv")
    )
    try keys.write(
      ProblemKeyFile.head(
        set: build.set.id, titles: build.set.titles, courseKeyFingerprint: build.courseKey.fingerprint))
    try table.write(ProblemKeyTable.head)
    try manifest.write(
      CSVText.line([
        "student", "name", "folder", "sheet_version", "number", "problem", "points", "variant", "data_seed",
        "redraws",
      ]))
    problems = build.set.problems.map(\.id)
    state = Mutex(
      State(
        redraws: [Int](repeating: 0, count: build.set.problems.count), keys: keys, table: table,
        manifest: manifest))
  }

  var hasFailed: Bool { state.withLock { $0.failure != nil } }

  func fail(_ error: any Error, at place: Int) {
    state.withLock { state in
      if state.failure.map({ $0.place > place }) ?? true { state.failure = (place, error) }
    }
  }

  func take(_ part: StudentPart, of place: Int) {
    state.withLock { state in
      state.waiting[place] = part
      while let part = state.waiting.removeValue(forKey: state.next) {
        do {
          for key in part.keys {
            try state.keys.write((state.hasKeys ? ",\n" : "") + key)
            state.hasKeys = true
          }
          try state.table.write(part.keyTable)
          try state.manifest.write(part.manifest)
        } catch { if state.failure == nil { state.failure = (state.next, error) } }
        for (i, count) in part.redraws.enumerated() { state.redraws[i] += count }
        state.next += 1
      }
    }
  }

  func finish() throws -> ProblemSetBuild.Report {
    try state.withLock { state in
      if let failure = state.failure { throw failure.error }
      try state.keys.write(ProblemKeyFile.foot)
      for file in [state.keys, state.table, state.manifest] { try file.close() }
      return ProblemSetBuild.Report(
        students: state.next, redraws: Array(zip(problems, state.redraws)).map { ($0.0, $0.1) }, notes: [])
    }
  }
}
