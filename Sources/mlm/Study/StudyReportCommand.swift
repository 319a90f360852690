import ArgumentParser
import CairoRendering
import CommandSupport
import Labs
import ModelFigures
import Plotting
import Reporting
import Studies
import StudyResults

/// `mlm study report`: a study's methods, tables and figures as one document.
struct StudyReportCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write a study's report: methods, design, how fits ended, measures with Monte Carlo errors, figures.",
    discussion: """
      Writes DIR2/report.md with DIR2/figures/ (SVG, and the plotted numbers as CSV); with --to html one self-contained DIR2/report.html (needs pandoc). \
      Results that are not all there are reported as what they are.

      Example: mlm study report shrinkage --to html --out report
      """)

  @Argument(
    help: ArgumentHelp(
      "The study's folder, a folder of results, or the study's YAML file.", valueName: "STUDY"))
  var study: String

  @Option(name: .long, help: ArgumentHelp("Folder of the report.", valueName: "DIR2"), completion: .directory)
  var out: String

  enum Form: String, ExpressibleByArgument, CaseIterable { case markdown, html, both }

  @Option(name: .long, help: "markdown, html or both.")
  var to: Form = .markdown

  @OptionGroup var words: LanguageOption

  func run() throws {
    try reportingErrors {
      let result = try result(in: CommandContext(language: .en, recordsEstimates: false))
      try FileWriting.write(result.files, makingFolders: true)
      for note in result.notes { Terminal.note(note) }
      try Terminal.print(result.output)
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let measured = try StudyFile.measured(study, in: context)
    let language = words.language(in: context)
    var (figures, files) = try drawn(measured, language)
    let report = try StudyReport(
      measured, language: language.ofSentences, program: "multilevel-lab \(ProgramVersion.current)",
      figures: figures)
    let suffix = language == .zh ? ".zh" : ""
    var documents: [OutputFile] = []
    if to != .html {
      documents.append(OutputFile(path: "\(out)/report\(suffix).md", bytes: Array(report.markdown.utf8)))
    }
    if to != .markdown {
      let page = MarkdownPage(
        title: measured.study.title, subtitle: report.subtitle, markdown: report.body, language: language)
      documents.append(
        OutputFile(path: "\(out)/report\(suffix).html", bytes: Array(try page.html(embedding: files).utf8)))
    }
    if to == .html { files = [] }
    var result = CommandResult(output: documents.map { $0.path + "\n" }.joined())
    result.files = files.map { OutputFile(path: "\(out)/\($0.path)", bytes: $0.bytes) } + documents
    if !measured.isComplete {
      result.notes.append("note: partial results; the report says how many replicates are missing")
    }
    if context.recordsEstimates { result.estimates = measured.estimates }
    return result
  }

  /// The figures that suit the study, as images with their numbers.
  private func drawn(
    _ measured: MeasuredStudy, _ language: LabLanguage
  ) throws -> (figures: [StudyReport.ReportFigure], files: [OutputFile]) {
    let renderer = FigureRenderer()
    let setting = FigureSetting(language: language == .zh ? .chinese : .english)
    var figures: [StudyReport.ReportFigure] = []
    var files: [OutputFile] = []
    for kind in StudyFigureKind.suiting(measured) {
      let specification = try kind.figure(of: measured).grown(setting, measuring: renderer)
      var figure = specification.figure(setting)
      // The document prints the caption.
      let caption = figure.caption
      figure.caption = ""
      let path = "figures/\(figure.slug).\(language.rawValue)"
      let layout = try figure.layout(measuring: renderer)
      files.append(OutputFile(path: path + ".svg", bytes: try renderer.svg(layout.scene)))
      files.append(OutputFile(path: path + ".csv", bytes: Array(specification.plottedData.csv.utf8)))
      figures.append(
        .init(
          path: path + ".svg", title: figure.alternativeTitle, caption: caption,
          alternativeText: figure.alternativeText))
    }
    return (figures, files)
  }
}
