import ArgumentParser
import CommandSupport
import Labs
import ProblemSets

/// `mlm problems build`: a sheet for each student, the keys for the instructor.
struct ProblemsBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build a problem set: a sheet with its own data for each student, keys for the instructor.",
    discussion: """
      Below the output folder, students/ID/ holds the sheet, data, the R lines that make the same data, and figures; \
      instructor/ holds keys.json, keys.csv, manifest.csv and worked solutions. Students' folders hold nothing of a key.

      The roster is a CSV file with columns id and name, and language (en or zh) if wanted. Every variant comes from \
      the course key, a secret file; with the same key, set and roster the same bytes come again, and a folder that was \
      built with another key is left alone (exit 4). HTML and DOCX need pandoc.

      Example: mlm problems build set.yml --roster roster.csv --out week-3
      """)

  enum LanguageChoice: String, ExpressibleByArgument, CaseIterable { case en, zh, both }
  enum Form: String, ExpressibleByArgument, CaseIterable { case markdown, html, docx }

  @Argument(
    help: ArgumentHelp("The set.", valueName: "SET.yml"), completion: .file(extensions: ["yml", "yaml"]))
  var set: String

  @Option(
    name: .long, help: ArgumentHelp("Students: columns id, name, language.", valueName: "ROSTER.csv"),
    completion: .file(extensions: ["csv"]))
  var roster: String

  @Option(name: .long, help: ArgumentHelp("Output folder.", valueName: "DIR"), completion: .directory)
  var out: String

  @Option(
    name: .customLong("course-key-file"),
    help: ArgumentHelp("The course's secret (default: course.key beside the set).", valueName: "FILE"))
  var courseKeyFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Language of sheets (default: the roster's, else both).", valueName: "en|zh|both"))
  var lang: LanguageChoice?

  @Option(name: .long, help: "Form: markdown (the default), html or docx; may be repeated.")
  var to: [Form] = []

  @OptionGroup var thread: ThreadOption

  func run() throws {
    try reportingErrors {
      let set = try ProblemSet(file: set)
      let students = try Roster(csv: try InputFile.bytes(roster), file: roster)
      let key = try CourseKey(file: courseKeyFile ?? ProblemsFiles.courseKey(beside: self.set))
      let build = ProblemSetBuild(
        set, roster: students, courseKey: key, languages: languages,
        formats: SheetFormat.allCases.filter { form in
          to.isEmpty ? form == .markdown : to.contains { $0.rawValue == form.rawValue }
        },
        threads: thread.count)
      let report = try ProblemsFiles.conflictAware { try build.run(into: out, with: RepeatingRunner()) }
      for note in report.notes { Terminal.note(note) }
      let drawn = report.redraws.filter { $0.count > 0 }.map { "\($0.problem) \($0.count)" }
      Terminal.note(
        "\(out): \(report.students) student\(report.students == 1 ? "" : "s") × \(set.problems.count) problem\(set.problems.count == 1 ? "" : "s"); keys in \(out)/instructor/keys.json"
          + (drawn.isEmpty ? "" : "; drawn again: \(drawn.joined(separator: ", "))"))
    }
  }

  private var languages: [LabLanguage]? {
    lang.map { choice in LabLanguage(rawValue: choice.rawValue).map { [$0] } ?? LabLanguage.allCases }
  }
}

/// Places of files that belong to sets.
enum ProblemsFiles {
  /// `course.key` in the set's folder.
  static func courseKey(beside set: String) -> String {
    guard let slash = set.lastIndex(of: "/") else { return "course.key" }
    return set[...slash] + "course.key"
  }

  /// A folder of another course key is a conflict.
  static func conflictAware<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as SetFolderError {
      if case .otherKey = error { throw ProblemsConflict(description: "\(error)") }
      throw error
    }
  }
}

/// A folder that another course key or set made.
struct ProblemsConflict: ExitCoding, CustomStringConvertible {
  let description: String
  var exitCode: Int32 { 4 }
}
