import ArgumentParser
import CommandSupport
import Labs
import ProblemSets

/// `mlm problems export`: problems as questions of a learning platform.
struct ProblemsExportCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Export problems to Moodle, Canvas, QTI 2.1, R/exams or GIFT: some variants of each, of which one "
      + "is drawn.",
    discussion: """
      Each problem becomes a category or section with its variants; pictures and data are embedded; one file a language. The files are read back by \
      the importers' rules and graded again: every key must earn everything, every misconception its credit, another number nothing.

      Example: mlm problems export set.yml --to moodle --variants 20 --out export
      """)

  @Argument(
    help: ArgumentHelp("A set, or a file of variants in JSON.", valueName: "SET.yml|VARIANTS.json"),
    completion: .file(extensions: ["yml", "json"]))
  var source: String

  @Option(
    name: .long,
    help: ArgumentHelp("Format: moodle, canvas, qti21, rexams or gift; may be repeated.", valueName: "FORMAT")
  )
  var to: [ExportTargetChoice]

  @Option(name: .long, help: ArgumentHelp("Output folder.", valueName: "DIR"), completion: .directory)
  var out: String

  @Option(name: .long, help: ArgumentHelp("Language: en, zh, or both.", valueName: "en|zh|both"))
  var lang: LabOptions.LanguageChoice = .both

  @Option(name: .long, help: ArgumentHelp("Variants of each problem.", valueName: "N"))
  var variants = 10

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The course key that seeds variants. (default: course.key beside the set)", valueName: "FILE"))
  var courseKeyFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Share of the points that each further try costs in Moodle: 0 in an exam, 0.3333333 in practice.",
      valueName: "0"))
  var penalty = 0.0

  @Flag(name: .long, help: "Let the platform shuffle options.")
  var shuffle = false

  @Flag(
    inversion: .prefixedNo,
    help: "Read the files back and grade them; a difference is an error and nothing is written.")
  var verify = true

  @Flag(name: .long, help: "Put a folder that stands at DIR aside, as DIR.previous.")
  var replace = false

  enum ExportTargetChoice: String, ExpressibleByArgument, CaseIterable {
    case moodle, canvas, qti21, rexams, gift
  }

  func validate() throws {
    if to.isEmpty {
      throw ValidationError("--to names no format; moodle, canvas, qti21, rexams or gift would work")
    }
    if !(1...1000).contains(variants) {
      throw ValidationError("--variants is \(variants); from 1 to 1000 would work")
    }
    if !(0...1).contains(penalty) { throw ValidationError("--penalty is \(penalty); from 0 to 1 would work") }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    var result = try exported(in: context)
    result.files = result.files.map { OutputFile(path: out + "/" + $0.path, bytes: $0.bytes) }
    return result
  }

  func run() throws {
    try reportingErrors {
      let result = try exported(in: CommandContext(language: .en, recordsEstimates: false))
      try FolderWriting.write(result.files, to: out, replacing: replace)
      for note in result.notes { Terminal.note(note) }
      try Terminal.print(result.output)
    }
  }

  /// The files below the output folder; the output says what they hold and how they were checked.
  private func exported(in context: CommandContext) throws -> CommandResult {
    let source = try variantSource(in: context)
    let export = QuestionExport(
      set: source.set, titles: source.titles, problems: try source.variants(count: variants),
      options: QuestionExport.Options(penalty: penalty, shufflesOptions: shuffle))
    let languages = LabLanguage(rawValue: lang.rawValue).map { [$0] } ?? LabLanguage.allCases
    var result = CommandResult()
    var seen: Set<String> = []
    for choice in to {
      let target = ExportTarget(rawValue: choice.rawValue)!
      for language in languages {
        let (made, responses) =
          try verify
          ? export.verifiedFiles(for: target, in: language) : (export.files(for: target, in: language), 0)
        result.files += made.files
        result.output += line(target, language, export, responses)
        for note in made.notes where seen.insert(note).inserted { result.notes.append("note: \(note)") }
      }
    }
    return result
  }

  private func line(
    _ target: ExportTarget, _ language: LabLanguage, _ export: QuestionExport, _ responses: Int
  ) -> String {
    let count = export.problems.reduce(0) { $0 + $1.count }
    return "\(target.rawValue) \(language.rawValue): \(export.problems.count) problems, \(count) variants"
      + (verify ? "; read back and graded \(responses) responses, all as the keys say" : "; not read back")
      + "\n"
  }

  private func variantSource(in context: CommandContext) throws -> any ProblemVariantSource {
    if source.hasSuffix(".json") {
      return try ProblemVariantFile(parsing: try context.read(source), file: source)
    }
    return try openVariantSource(source, courseKeyFile: courseKeyFile, in: context)
  }
}
