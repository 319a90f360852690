import ArgumentParser
import CairoRendering
import CommandSupport
import Labs
import Plotting
import ProblemSets

/// `mlm problems grade`: given answers against the keys of a set.
struct ProblemsGradeCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "grade",
    abstract: "Grade answers: points with partial credit and feedback by mistake, item statistics.",
    discussion: """
      Answers are a CSV file with columns student, problem, answer, value (one row an answer), or with a column student and one for each \
      problem, or problem.answer (one row a student). An answer is named by its id in keys.csv, or by the letter of its blank on the sheet.

      Numbers are read with . or , decimals, thousands separators, units, currencies and per cent signs, names \
      before = and marks of TeX. Unknown students and problems, double and missing answers are reported; none is \
      dropped. What cannot be read earns nothing and stands in by-hand.csv, where a person can give points (--marks).

      Example: mlm problems grade --keys keys.json --answers answers.csv --out grades
      """)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The keys that the build wrote; may be repeated, with keys that a later build replaced.",
      valueName: "KEYS.json"),
    completion: .file(extensions: ["json"]))
  var keys: [String]

  @Option(
    name: .long, help: ArgumentHelp("What students gave; - is standard input.", valueName: "ANSWERS.csv"),
    completion: .file(extensions: ["csv"]))
  var answers: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write grades, totals, feedback sheets, item statistics and a figure into this folder.",
      valueName: "DIR"),
    completion: .directory)
  var out: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Language of feedback sheets and figures: en, zh, or both.", valueName: "en|zh|both"))
  var lang: LabOptions.LanguageChoice = .both

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Which of two different answers to one question counts: refuse grades neither.",
      valueName: "refuse|first|last"))
  var take: DoubleAnswerChoice = .refuse

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Points that a person gave: the by-hand.csv of an earlier grading with its column of points filled.",
      valueName: "BY-HAND.csv"), completion: .file(extensions: ["csv"]))
  var marks: String?

  @Option(name: .long, help: ArgumentHelp("Refuse keys of any other set.", valueName: "ID"))
  var set: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Refuse keys that were made with any other course key.", valueName: "FILE"))
  var courseKeyFile: String?

  @Option(
    name: .long, help: ArgumentHelp("Width of the figure with unit. (default: 16cm)", valueName: "16cm"),
    transform: Length.init(parsing:))
  var width: Length?

  @Flag(name: .long, help: "Print the right answers on feedback sheets.")
  var showKey = false

  @Flag(name: .long, help: "Put a folder that stands at DIR aside, as DIR.previous.")
  var replace = false

  enum DoubleAnswerChoice: String, ExpressibleByArgument, CaseIterable {
    case refuse, first, last
  }

  private var languages: [LabLanguage] {
    LabLanguage(rawValue: lang.rawValue).map { [$0] } ?? LabLanguage.allCases
  }

  /// Grades, and gathers what is to be written below the folder.
  func graded(in context: CommandContext) throws -> (report: CommandResult, files: [OutputFile]) {
    let (file, keyNotes) = try keyFile(in: context)
    let sheet = try AnswerSheet(
      csv: answers == "-" ? try InputFile.standardInput() : try context.read(answers), file: answers)
    var grading = try SetGrading(file, sheet, double: SetGrading.DoubleChoice(rawValue: take.rawValue)!)
    if let marks { try grading.take(marks: try context.read(marks), file: marks) }
    let items = grading.itemStatistics()
    let report = CommandResult(
      output: ItemStatisticsTables.text(items, languages[0]),
      notes: (keyNotes + grading.notes).map { "note: \($0)" })
    return (report, out == nil ? [] : try files(grading, items))
  }

  func result(in context: CommandContext) throws -> CommandResult {
    var (report, files) = try graded(in: context)
    if let out { report.files = files.map { OutputFile(path: out + "/" + $0.path, bytes: $0.bytes) } }
    return report
  }

  func run() throws {
    try reportingErrors {
      let (report, files) = try graded(in: CommandContext(language: .en, recordsEstimates: false))
      if let out {
        try FolderWriting.write(files, to: out, replacing: replace)
        Terminal.note(
          "grades: \(out)/grades.csv, totals.csv, items.csv, by-hand.csv, unmatched.csv, feedback/")
      }
      for note in report.notes { Terminal.note(note) }
      try Terminal.print(report.output)
    }
  }

  private func keyFile(in context: CommandContext) throws -> (ProblemKeyFile, notes: [String]) {
    let courseKey = try courseKeyFile.map { try context.read($0) }
    let files = try keys.map { name in
      let bytes: [UInt8]
      do { bytes = try context.read(name) } catch {
        throw InputFileError(
          message: "\(error); if the key file is lost, build the set again with its course key and roster: "
            + "the same seeds give the same keys")
      }
      let file = try ProblemKeyFile(parsing: bytes, file: name)
      try file.check(set: set, courseKey: courseKey, file: name)
      return (name: name, keys: file)
    }
    return try ProblemKeyFile.gathering(files)
  }

  private func files(_ grading: SetGrading, _ items: [ItemStatistics]) throws -> [OutputFile] {
    func text(_ path: String, _ text: String) -> OutputFile {
      OutputFile(path: path, bytes: Array(text.utf8))
    }
    var files = [
      text("grades.csv", grading.gradesCSV(languages[0])), text("totals.csv", grading.totalsCSV()),
      text("unmatched.csv", grading.unmatchedCSV()), text("by-hand.csv", grading.byHandCSV(languages[0])),
      text("items.csv", ItemStatisticsTables.itemsCSV(items)),
      text("misconceptions.csv", ItemStatisticsTables.misconceptionsCSV(items)),
    ]
    for language in languages {
      let mark = "." + language.rawValue
      files.append(text("items\(mark).txt", ItemStatisticsTables.text(items, language)))
      let sheets = FeedbackSheet(grading, language, showsKey: showKey)
      let students = grading.students
      for (student, name) in zip(students, FolderName.all(of: students.map(\.id))) {
        // Where sheets had one language and none was asked for, so has the feedback.
        if lang == .both, let own = student.problems[0].key.language, own != language { continue }
        files.append(text("feedback/\(name)\(mark).md", sheets.text(student.problems)))
      }
      files += try figures(items, language, mark)
    }
    return files
  }

  private func figures(_ items: [ItemStatistics], _ language: LabLanguage, _ mark: String) throws
    -> [OutputFile]
  {
    let renderer = FigureRenderer()
    let pages = ItemFigure(items, language, width: width?.points ?? Size.centimetres(16, 10).width).pages()
    return try pages.enumerated().flatMap { i, figure in
      let scene = try figure.layout(measuring: renderer).scene
      let name = pages.count > 1 ? "items-\(i + 1)\(mark)" : "items\(mark)"
      return [
        OutputFile(path: name + ".svg", bytes: try renderer.svg(scene)),
        OutputFile(path: name + ".pdf", bytes: try renderer.pdf(scene)),
        OutputFile(path: name + ".png", bytes: try renderer.png(scene)),
      ]
    }
  }
}
