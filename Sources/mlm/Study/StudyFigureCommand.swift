import ArgumentParser
import Labs
import ModelFigures
import Studies

extension StudyFigureKind: ExpressibleByArgument {}
extension Measure: ExpressibleByArgument {}

/// `mlm study figure`: figures of a study's results.
struct StudyFigureCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure",
    abstract: "Draw a figure of a study's results as SVG, PNG, PDF or JSON.",
    discussion: """
      Kinds:
      \(StudyFigureCommand.kinds)

      Lines, panels and axis are chosen from the grid unless told. Bars are ±1.96 Monte Carlo standard errors. Standard output is the figure's \
      description for readers who cannot see it. A study that is given by its YAML file is run in memory.

      Example: mlm study figure shrinkage DIR --out shrinkage.svg
      Example: mlm study figure measure DIR --measure bias --x J --out bias.svg
      """)

  /// The kinds with what they show, one a line.
  private static let kinds = {
    let widest = StudyFigureKind.allCases.map(\.rawValue.count).max() ?? 0
    return StudyFigureKind.allCases.map { kind in
      "  \(kind.rawValue)" + String(repeating: " ", count: widest + 2 - kind.rawValue.count) + kind.summary
    }.joined(separator: "\n")
  }()

  @Argument(help: ArgumentHelp("Kind of figure, see above.", valueName: "KIND"))
  var kind: StudyFigureKind

  @Argument(
    help: ArgumentHelp(
      "The study's folder, a folder of results, or the study's YAML file.", valueName: "STUDY"))
  var study: String

  @Option(
    name: .long,
    help: ArgumentHelp("Measure of the kinds measure, surface and shrinkage.", valueName: "MEASURE"))
  var measure: Measure?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Estimand by its address in measures.csv, e.g. \"coef.school.(Intercept)\". (default: the first coefficient of groups)",
      valueName: "ESTIMAND"))
  var estimand: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Parameter of the grid on the horizontal axis. (default: the first)", valueName: "PARAM"))
  var x: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What has lines: 'strategy' or a parameter; of a surface the parameter upward.",
      valueName: "strategy|PARAM"))
  var lines: String?

  @Option(name: .long, help: ArgumentHelp("Parameter that has panels.", valueName: "PARAM"))
  var panels: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Strategy that is shown, instead of all. May be repeated. Where lines are a parameter: the one strategy. (default: the first by REML)",
      valueName: "NAME"))
  var strategy: [String] = []

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Hold a parameter at one of its values. May be repeated. (default: the first value)",
      valueName: "PARAM=VALUE"), transform: HeldParameter.init(parsing:))
  var at: [HeldParameter] = []

  @OptionGroup var drawing: DrawingOptions

  func result(in context: CommandContext) throws -> CommandResult {
    let measured = try StudyFile.measured(study, in: context)
    var request = StudyFigureRequest()
    request.measure = measure
    request.estimand = estimand
    request.x = x
    request.lines = lines
    request.panels = panels
    request.strategies = strategy
    request.held = at.map { ($0.name, $0.value) }
    return try drawing.drawn(kind.figure(of: measured, request), in: context)
  }
}

/// A parameter and its value: `n=5`.
struct HeldParameter {
  let name: String
  let value: String

  init(parsing text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("'\(text)' is no PARAM=VALUE, e.g. n=5")
    }
    name = String(text[..<equals])
    value = String(text[text.index(after: equals)...])
  }
}
