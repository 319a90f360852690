import ArgumentParser
import CommandSupport
import Designs
import Glibc
import Labs
import ModelFormula
import ProblemSets
import Tables

/// `mlm problems find`: seeds whose data have a property.
struct ProblemsFindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find",
    abstract: "Search seeds for data sets with a property, with the probability of finding one.",
    discussion: """
      Properties:
        slope-boundary            the fit has a variance of 0 or a correlation of ±1
        lsdv-reml-differ          some group's REML and LSDV intercepts differ by
                                  --percent or more of the latter's SD
        lsdv-reml-agree           none differs by more than --percent
        simpson                   slopes over all and within groups differ in sign
        one-pulled-most           one group moves --times as far as any other,
                                  from LSDV to REML
        largest-not-least-pulled  the largest group is not the one that moves least,
                                  from LSDV to REML
        separation                logistic regression with an intercept a group
                                  has no finite estimates

      Data are those of the salary scenario, or of a design with SPEC.yml, drawn from R's stream. Standard output is a \
      table of seeds; the count, the probability and its 95 % Wilson interval go to standard error.

      Example: mlm problems find slope-boundary --n 30 --count 2000 --limit 5
      Example: mlm problems find simpson design.yml --formula "y ~ x + (1 | g)"
      """)

  enum Property: String, ExpressibleByArgument, CaseIterable {
    case slopeBoundary = "slope-boundary"
    case lsdvDiffer = "lsdv-reml-differ"
    case lsdvAgree = "lsdv-reml-agree"
    case simpson
    case onePulledMost = "one-pulled-most"
    case largestNotLeastPulled = "largest-not-least-pulled"
    case separation
  }

  @Argument(help: ArgumentHelp("What to look for, see above.", valueName: "PROPERTY"))
  var property: Property

  @Argument(
    help: ArgumentHelp("A design in place of the salary scenario.", valueName: "SPEC.yml"),
    completion: .file(extensions: ["yml", "yaml"]))
  var design: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Another number for a parameter of the design; may be repeated.", valueName: "NAME=NUMBER"))
  var settings: [DesignSetting] = []

  @Option(name: .customLong("n"), help: ArgumentHelp("Persons of the salary scenario.", valueName: "100"))
  var persons = 100

  @Option(
    name: .long,
    help: ArgumentHelp("Model formula (default: the design's, or the scenario's).", valueName: "F"))
  var formula: String?

  @Option(name: .long, help: ArgumentHelp("First seed.", valueName: "SEED"))
  var from = 1

  @Option(name: .long, help: ArgumentHelp("How many seeds to look at.", valueName: "N"))
  var count = 1000

  @Option(name: .long, help: ArgumentHelp("How many seeds to list.", valueName: "N"))
  var limit = 10

  @Option(name: .long, help: "For lsdv-reml-differ and lsdv-reml-agree.")
  var percent = 5.0

  @Option(name: .long, help: "For one-pulled-most.")
  var times = 1.3

  @OptionGroup var thread: ThreadOption

  func validate() throws {
    guard count >= 1, count <= 10_000_000 else {
      throw ValidationError("--count is \(count); from 1 to 10000000 would work")
    }
    guard limit >= 0 else { throw ValidationError("--limit is \(limit); 0 or more would work") }
    guard from > Int(Int32.min), from + count - 1 <= Int(Int32.max) else {
      throw ValidationError("seeds from \(from) to \(from + count - 1) are not all R's; --from 1 would work")
    }
    if design != nil, persons != 100 { throw ValidationError("--n belongs to the salary scenario") }
    if design == nil, !settings.isEmpty { throw ValidationError("--set belongs to a design; name its file") }
  }

  func run() throws {
    try reportingErrors {
      let (source, usual) = try data()
      let search = DataSearch(sought, in: source, formula: try ModelFormula(formula ?? usual))
      let result = try search.run(from: from, count: count, threads: thread.count)
      let rows = result.found.prefix(limit).map { [String($0.seed), measureText($0.measure)] }
      try Terminal.print(TextTable([.init("seed", .right), .init(measureName, .right)], rows: rows).text())
      let (low, high) = (result.interval.lowerBound, result.interval.upperBound)
      Terminal.note(
        "\(property.rawValue): \(result.found.count) of \(result.tried) seeds (\(from) to \(from + count - 1)), "
          + "probability \(measureText(result.share)), 95% interval \(measureText(low)) to \(measureText(high))"
      )
      if result.failed > 0, let first = result.firstFailure {
        Terminal.note(
          "note: \(result.failed) seeds could not be judged and count as without it; the first: \(first)")
      }
    }
  }

  private var sought: DataProperty {
    switch property {
    case .slopeBoundary: .boundary
    case .lsdvDiffer: .lsdvDiffers(percent: percent)
    case .lsdvAgree: .lsdvAgrees(percent: percent)
    case .simpson: .simpson
    case .onePulledMost: .onePulledMost(times: times)
    case .largestNotLeastPulled: .largestNotLeastPulled
    case .separation: .separation
    }
  }

  /// What the second column says.
  private var measureName: String {
    switch property {
    case .slopeBoundary: "smallest_sd"
    case .lsdvDiffer, .lsdvAgree: "percent"
    case .simpson: "slope_within"
    case .onePulledMost: "times"
    case .largestNotLeastPulled: "farther_by"
    case .separation: "separated"
    }
  }

  private func measureText(_ x: Double) -> String { shortestText((x * 10_000).rounded() / 10_000) }

  /// Where data come from, and the formula unless one is given.
  private func data() throws -> (DataSearch.Source, String) {
    guard let design else {
      let slopes = property == .slopeBoundary ? "1 + experience" : "1"
      return (.salary(try SalaryScenario(count: persons)), "salary ~ experience + (\(slopes) | department)")
    }
    let text = String(decoding: try InputFile.bytes(design), as: UTF8.self)
    let bound = try DesignSpecification(yaml: text, file: design)
      .binding(Dictionary(settings.map { ($0.name, $0.value) }) { $1 })
    switch (bound.response.family, property) {
    case (.gaussian, .separation):
      throw ValidationError(
        "separation is looked for in data of 0 and 1; a design with family: binary would work")
    case (.gaussian, _), (_, .separation): break
    default:
      throw ValidationError(
        "\(property.rawValue) is looked for in linear fits; a design whose response is gaussian would work "
          + "(of binary ones: separation)")
    }
    return (.design(bound), bound.formula.source)
  }
}
