import ArgumentParser
import BayesianModels
import Estimates
import Labs
import MixedModels
import ModelFigures
import ModelFormula
import Plotting
import Reporting
import Tables

/// `mlm plot`: figures of models.
struct PlotCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draw a figure of a model as SVG, PNG, PDF or JSON.",
    discussion: """
      Kinds (+ with or without --family, ++ only with it):
      \(PlotCommand.kinds)

      Standard output is the figure's description for readers who cannot see it.
      The schematic takes neither formula nor data; design fits no model.
      Kinds from posterior-densities on show the posterior of a Bayesian model, whose
      priors and draws mlm bayes --help explains.

      Example: mlm plot pooling-plane "y ~ x + (x | g)" --data d.csv --out f.svg
      Example: mlm plot caterpillar "y ~ x + (x | g)" --data d.csv --out f.svg
      Example: mlm plot trace "y ~ x + (x | g)" --data d.csv --out f.svg
      Example: mlm plot schematic --out f.svg
      """)

  /// The kinds with what they show, one a line.
  private static let kinds = {
    let widest = ModelFigureKind.allCases.map(\.rawValue.count).max() ?? 0
    return ModelFigureKind.allCases.map { kind -> String in
      let mark = kind.needsFamily ? "++" : kind.takesFamily ? "+" : ""
      let name = kind.rawValue.padding(to: widest + 1)
      return "  \(name)\(mark.padding(to: 3))\(kind.summary)"
    }.joined(separator: "\n")
  }()

  @Argument(help: ArgumentHelp("Kind of figure, see above.", valueName: "KIND"))
  var kind: ModelFigureKind

  @Argument(
    help: """
      Model formula: with one numeric predictor and one grouping factor for figures with lines, one grouping factor for shrinkage-by-size, \
      dumbbells, the pooling dial and shrinkage-matrix, a predictor that is constant within groups for group-regression, any for the other kinds; none \
      for schematic.
      """)
  var formula: String?

  @Option(
    name: .long, help: ArgumentHelp("CSV file with a header; - reads standard input.", valueName: "F.csv"),
    completion: .file(extensions: ["csv"]))
  var data: String?

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var drawing: DrawingOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ellipses of the pooling plane: data (of the points), model (of the fitted distribution) or none. (default: data)",
      valueName: "ellipse"))
  var ellipse: PlaneEllipses?

  @Option(
    name: .long, help: "Order of group panels: given, count or intercept. (default: given)")
  var order: PanelOrder?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Level that has a panel in group panels, instead of all. May be repeated.", valueName: "LEVEL"))
  var only: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Grouping factor whose levels caterpillars, group-coefficients, group-regression and response-panels show. (default: the first; of response-panels two with few levels, or the one with the fewest)",
      valueName: "FACTOR"))
  var grouping: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Level to be picked out in figures that show coefficients or effects of groups. May be repeated.",
      valueName: "LEVEL"))
  var highlight: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Set the points of groups side by side, over this share (0 ≤ W < 1) of the smallest distance between different x; lines stay. For \
      scatter plots, whose last group hides the others where x are whole numbers. (default: 0)
      """, valueName: "W"))
  var dodge: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Predictor on the axis: of marginal-effects (default: the first numeric one, or else the first factor), of response-panels (default: the first \
      numeric one that varies within groups), of group-regression (default: the first that is constant within groups)
      """,
      valueName: "NAME"))
  var by: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      """
      Parameter to be shown: in profile-pairs by the name that mlm intervals prints, of posteriors by the address that mlm bayes --format csv prints, or \
      the beginning of some, such as mode.Subject. May be repeated. (default: all; of posteriors all but effects of levels)
      """,
      valueName: "NAME"))
  var parameter: [String] = []

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Replicates of the bootstrap. (default: 1000)", valueName: "n"),
    transform: number("a whole number from 40"))
  var replicates: Int?

  @Flag(name: .long, help: "Levels of a grouping factor in place of parameters, in posterior-intervals.")
  var levels = false

  @OptionGroup var known: KnownErrorsOption
  @OptionGroup var sampling: SamplingOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Predictor whose values have lines of their own in response-panels. (default: the first with few values)",
      valueName: "NAME"))
  var lines: String?

  enum PanelOrder: String, ExpressibleByArgument, CaseIterable {
    case given, count, intercept

    var order: GroupPanels.Order {
      switch self {
      case .given: .given
      case .count: .count
      case .intercept: .intercept
      }
    }
  }

  func validate() throws {
    if kind.needsModel {
      if formula == nil {
        throw ValidationError("\(kind.rawValue) needs a model formula, e.g. \"y ~ x + (x | g)\"")
      }
      if data == nil { throw ValidationError("\(kind.rawValue) needs --data F.csv") }
    } else if let formula {
      throw ValidationError("\(kind.rawValue) shows no model; leave out the formula '\(formula)'")
    } else if data != nil {
      throw ValidationError("\(kind.rawValue) shows no data; leave out --data")
    } else if model.isGiven || reading.isGiven {
      throw ValidationError("\(kind.rawValue) shows no model and no data; leave out their options")
    }
    if kind.showsDesign, model.ml || model.exact {
      throw ValidationError("\(kind.rawValue) fits no model; leave out \(model.ml ? "--ml" : "--exact")")
    }
    if let data, data != "-",
      (drawing.out + [drawing.csv].compactMap { $0 }).contains(where: { FileWriting.isSameFile($0, data) })
    {
      throw ValidationError("the figure's files would overwrite the data in '\(data)'; name another")
    }
    for option in given where !kind.options.contains(option) {
      let kinds = option.kinds.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--\(option.rawValue) is for \(kinds), not for \(kind.rawValue)")
    }
    if kind.needsPosterior {
      try known.check(model.columns, model.distribution)
      for (option, isGiven) in model.ofLikelihoods where isGiven {
        throw ValidationError("\(kind.rawValue) shows a posterior, not a maximum; leave out \(option)")
      }
    }
    if kind == .posteriorIntervals {
      if levels, !parameter.isEmpty { throw ValidationError("--levels shows levels; leave --parameter out") }
      for (option, isGiven) in [("--grouping", grouping != nil), ("--highlight", !highlight.isEmpty)]
      where isGiven && !levels {
        throw ValidationError("\(option) is for levels of a factor; add --levels")
      }
    }
    if let replicates, !(40...1_000_000).contains(replicates) {
      throw ValidationError(
        "--replicates is \(replicates); from 40 (for limits of 95%) to 1000000 would work")
    }
    if let dodge, !(dodge >= 0 && dodge < 1) {
      throw ValidationError("--dodge is \(dodge); a share from 0 to less than 1 would work, e.g. 0.6")
    }
  }

  /// The options of figures that stand on the command line.
  private var given: [FigureOption] {
    FigureOption.allCases.filter { option in
      switch option {
      case .ellipse: ellipse != nil
      case .order: order != nil
      case .only: !only.isEmpty
      case .dodge: dodge != nil
      case .by: by != nil
      case .grouping: grouping != nil
      case .lines: lines != nil
      case .highlight: !highlight.isEmpty
      case .parameter: !parameter.isEmpty
      case .replicates: replicates != nil
      case .seed: sampling.seed != nil
      case .levels: levels
      case .priors: sampling.chains.priors != nil
      case .knownErrors: known.column != nil
      case .chains: sampling.chains.chains != nil
      case .draws: sampling.draws != nil
      case .warmup: sampling.chains.warmup != nil
      case .targetAcceptance: sampling.chains.targetAcceptance != nil
      case .threads: sampling.chains.threads != nil
      case .progress: sampling.chains.shown.progress
      case .yRange: drawing.yRange != nil
      }
    }
  }

  /// What is asked of the figure.
  private func request(in context: CommandContext) -> FigureRequest {
    var request = FigureRequest()
    request.ellipses = ellipse
    request.order = order?.order
    request.dodge = dodge
    request.grouping = grouping
    request.only = only
    request.by = by
    request.lines = lines
    request.highlighted = highlight
    request.parameters = parameter
    request.replicates = replicates
    request.showsLevels = levels
    request.seed = sampling.seed(in: context)
    request.threads = sampling.plan(in: context).threads
    return request
  }

  func result(in context: CommandContext) throws -> CommandResult {
    guard let text = formula, let data else {
      return try drawing.drawn(VaryingCoefficientsSchematic(), in: context)
    }
    let formula = try ModelFormula(text)
    let table = try reading.table(data, in: context)
    try model.check(formula, table, offer: .all)
    return try withNotes(on: table, of: formula) { try plotted(formula, table, in: context) }
  }

  private func plotted(
    _ formula: ModelFormula, _ table: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    if kind.showsDesign {
      let kind = model.distribution.responseFamily?.responseKind() ?? .numbers
      return try drawing.drawn(
        DesignSketch(formula, data: table, roles: model.roles, response: kind), in: context)
    }
    if kind.needsPosterior { return try posterior(formula, table, in: context) }
    if let family = model.distribution.responseFamily {
      return try generalized(formula, table, family, in: context)
    }
    if formula.randomTerms.isEmpty {
      if (dodge ?? 0) > 0 { throw OptionError.needsBar("--dodge") }
      let linear = try LinearModel(formula, data: table, roles: model.roles)
      return try drawing.drawn(
        kind.figure(of: linear.fit(), model: linear, request(in: context)), in: context)
    }
    let fit = try model.mixedModel(formula, table).fit(by: model.method)
    let figure = try kind.figure(of: fit, request(in: context))
    return try drawing.drawn(
      figure, notes: fit.notes(in: drawing.words.language(in: context).ofSentences), in: context)
  }

  /// The figure of a posterior.
  private func posterior(
    _ formula: ModelFormula, _ table: DataTable, in context: CommandContext
  ) throws -> CommandResult {
    guard !formula.randomTerms.isEmpty else { throw OptionError.needsBar(kind.rawValue) }
    let name = sampling.chains.priorsName
    let choice = try PriorChoice(name)
    let roles = try known.roles(model.roles, table)
    let likelihood = try model.distribution.likelihood(formula, table, roles: roles)
    let bayesian = try BayesianMixedModel(likelihood, priors: choice.priors(of: likelihood, in: context))
    let request = request(in: context)
    guard kind.showsDraws else {
      return try drawing.drawn(kind.figure(of: bayesian, priorsName: name, request), in: context)
    }
    let fit = try sampling.fit(bayesian, in: context)
    var notes = [SamplingOptions.stopNote(fit)].compactMap { $0 }
    let report = BayesianReport(fit, priorsName: name)
    let language = drawing.words.language(in: context).ofSentences
    if report.verdict != .enough || fit.divergenceCount > 0 { notes.append(report.sentence(in: language)) }
    notes += report.posteriorNotes(in: language)
    var result = try drawing.drawn(
      kind.figure(of: fit, priorsName: name, request), notes: notes, in: context)
    result.wasStopped = fit.chains.wasStopped
    return result
  }

  /// The figure of a generalized model.
  private func generalized(
    _ formula: ModelFormula, _ table: DataTable, _ family: ResponseFamily, in context: CommandContext
  ) throws -> CommandResult {
    let language = drawing.words.language(in: context).ofSentences
    if formula.randomTerms.isEmpty {
      let single = try GeneralizedLinearModel(
        formula, data: table, family: family, link: model.distribution.link, roles: model.roles)
      let fit = try single.fit()
      return try drawing.drawn(
        kind.figure(of: fit, model: single, request(in: context)), notes: fit.notes(in: language),
        hasMaximum: fit.hasMaximum, in: context)
    }
    let fit = try model.distribution.mixedFit(formula, table, family, roles: model.roles)
    return try drawing.drawn(
      kind.figure(of: fit, request(in: context)), notes: fit.notes(in: language),
      hasMaximum: fit.diagnostics.hasMaximum, in: context)
  }
}

extension String {
  /// The text with spaces behind it up to a width.
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
