import ArgumentParser
import CommandSupport
import Glibc
import Labs
import ProblemSets

/// `mlm lab`: documents whose numbers and figures come from commands.
struct LabCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Build lab handouts.",
    subcommands: [LabBuildCommand.self, LabIndexCommand.self])
}

/// Which labs and which versions of them.
struct LabOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("Lab sources.", valueName: "F.lab.md"), completion: .file(extensions: ["md"]))
  var sources: [String]

  @Option(name: .long, help: ArgumentHelp("Output folder.", valueName: "DIR"), completion: .directory)
  var out: String

  @Option(name: .long, help: "Version for student, instructor, or both.")
  var audience: AudienceChoice = .both

  @Option(name: .long, help: ArgumentHelp("Language: en, zh, or both.", valueName: "en|zh|both"))
  var lang: LanguageChoice = .both

  @Option(name: .long, help: "Form: markdown, html, or both.")
  var to: FormatChoice = .both

  enum AudienceChoice: String, ExpressibleByArgument, CaseIterable { case student, instructor, both }
  enum LanguageChoice: String, ExpressibleByArgument, CaseIterable { case en, zh, both }
  enum FormatChoice: String, ExpressibleByArgument, CaseIterable { case markdown, html, both }

  /// The specification.
  func site() throws -> LabSite {
    LabSite(
      try sources.map { try LabDocument(parsing: try InputFile.bytes($0), file: $0) },
      audiences: LabAudience(rawValue: audience.rawValue).map { [$0] } ?? LabAudience.allCases,
      languages: LabLanguage(rawValue: lang.rawValue).map { [$0] } ?? LabLanguage.allCases,
      formats: LabFormat(rawValue: to.rawValue).map { [$0] } ?? LabFormat.allCases)
  }
}

/// `mlm lab build`: handouts from `*.lab.md` sources.
struct LabBuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build the handouts of labs: student and instructor, English and Chinese, Markdown and HTML.",
    discussion: """
      Instructors' handouts, with their figures, go into the folder instructor/ below the output folder. Files that
      would not change are not written, so their times stay. HTML needs pandoc.

      Example: mlm lab build labs/01-salary/salary.lab.md --out handouts
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .long, help: ArgumentHelp("Write the figures into this folder too.", valueName: "DIR"),
    completion: .directory)
  var figures: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Write what the handouts were built from as a make rule.", valueName: "F.d"))
  var depfile: String?

  @Option(name: .long, help: ArgumentHelp("Write the list of files built, one a line.", valueName: "FILE"))
  var outputs: String?

  func run() throws {
    try reportingErrors {
      for path in [depfile, outputs].compactMap({ $0 }) { try checkPlace(of: path) }
      let results = try options.site().run(with: SubcommandRunner())
      for message in results.allMessages { Terminal.note(message) }
      let files = try results.allFiles()
      try FileWriting.write(files, into: options.out, makingFolders: true, onlyIfChanged: true)
      var built = files.map { options.out + "/" + $0.path }
      if let figures {
        let drawn = results.allFigureFiles
        try FileWriting.write(drawn, into: figures, makingFolders: true, onlyIfChanged: true)
        built += drawn.map { figures + "/" + $0.path }
      }
      if let depfile {
        let rule = DependencyRule(
          targets: results.flatMap(\.documents).map { options.out + "/" + $0 },
          prerequisites: results.allDependencies)
        try FileWriting.write([OutputFile(path: depfile, bytes: Array(rule.text.utf8))])
      }
      if let outputs {
        let list = built.joined(separator: "\n") + "\n"
        try FileWriting.write([OutputFile(path: outputs, bytes: Array(list.utf8))])
      }
    }
  }
}

/// Refuses a place for which there is no folder, before a long build rather than after it.
private func checkPlace(of path: String) throws(FileWritingError) {
  var facts = stat()
  if path.hasSuffix("/") || stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR {
    throw .isFolder(path)
  }
  guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
  let folder = String(path[..<slash])
  if stat(folder, &facts) != 0 || facts.st_mode & S_IFMT != S_IFDIR { throw .noFolder(folder, for: path) }
}

/// `mlm lab index`: the page that leads to all handouts of a folder.
struct LabIndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Write index.html and index.md: all labs with their versions, data files and figures.",
    discussion: """
      The pages in the output folder name only what students get; those in instructor/ name everything.

      Of a problem set (--set) that 'mlm problems build' put into the folder sets/ID below the output folder, the \
      first student's sheet is named as a sample.

      Example: mlm lab index labs/*/*.lab.md --out handouts
      Example: mlm lab index labs/*/*.lab.md --set labs/sets/models.yml --out handouts
      """)

  @OptionGroup var options: LabOptions

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Name a sample of this problem set, too. May be repeated.", valueName: "SET.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var sets: [String] = []

  func run() throws {
    try reportingErrors {
      let results = try options.site().run(with: SubcommandRunner(), converting: false)
      // Labs are built one by one; here they stand together, so that two which write one file are found.
      _ = try results.allFiles()
      let samples = try sets.flatMap {
        try SampleSheets(of: try ProblemSet(file: $0), in: options.out).results
      }
      try FileWriting.write(
        LabIndex(of: results + samples).files(), into: options.out, makingFolders: true, onlyIfChanged: true)
    }
  }
}
