import MixedModels
import ModelFormula
import Plotting

/// What a generalized mixed model expects on the scale of the response, one panel a group or a pair of levels of two crossed factors: fitted curves over one
/// predictor with their 95 % bands, the population's dashed, and the observed shares, rates or means as dots whose areas are in proportion to their numbers.
///
/// A second predictor of few values has a line for each. A factor on the axis has bars in place of curves.
public struct ResponsePanels: ModelFigure {
  /// A predictor that is held, and what at.
  public struct Held: Sendable, Equatable {
    /// The predictor.
    public var variable: FigureVariable
    /// What it is held at.
    public let value: ReferenceGrid.HeldValue
  }

  /// What the vertical axis shows.
  public enum Quantity: Sendable, Equatable {
    /// A probability.
    case probability
    /// The expectation of a count or of a positive number.
    case expectation
    /// The same for each unit of what the offset is the logarithm of.
    case rate
  }

  /// The numbers.
  public let responses: GroupResponses
  /// What the vertical axis shows.
  public let quantity: Quantity
  /// The level of a response of two that counts as success; nil for others.
  public let success: String?
  /// The response.
  public var response: FigureVariable
  /// The predictor on the axis.
  public var predictor: FigureVariable
  /// The predictor whose values have lines; a name that is not shown where there is none.
  public var line: FigureVariable
  /// Its values.
  public var lineLevels: [LocalizedText]
  /// The levels of a factor on the axis.
  public var predictorLevels: [LocalizedText]
  /// The factors of the panels.
  public var groupings: [FigureVariable]
  /// Their levels, factor by factor.
  public var panelLevels: [[LocalizedText]]
  /// The predictors that are held.
  public var held: [Held]
  /// Factors whose effects are 0.
  public var otherFactors: [FigureVariable]
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Takes a fit apart.
  /// - Parameters:
  ///   - predictor: on the axis; nil for the kind's own choice, as the others.
  ///   - line: the predictor whose values have lines.
  ///   - grouping: the one factor that is shown.
  /// - Throws: as `GroupResponses`.
  public init(
    _ fit: GeneralizedLinearMixedModelFit, over predictor: String? = nil, lines line: String? = nil,
    grouping: String? = nil
  ) throws {
    let responses = try GroupResponses(fit, over: predictor, lines: line, grouping: grouping)
    let frame = fit.model.frame
    self.responses = responses
    quantity = frame.binomial != nil ? .probability : responses.isRate ? .rate : .expectation
    success = frame.successLevels?.success
    response = .column(frame.figureResponse)
    self.predictor = .column(responses.predictor)
    self.line = .column(responses.line ?? "")
    lineLevels = responses.lineLevels.map { .level($0) }
    predictorLevels = (responses.predictorLevels ?? []).map { .level($0) }
    groupings = responses.factors.map { .column($0.name) }
    panelLevels = responses.factors.map { $0.levels.map { .level($0) } }
    held = responses.held.map { Held(variable: .column($0.column), value: $0.value) }
    otherFactors = responses.otherFactors.map { .column($0) }
    size = .centimetres(16, 11)
    let rows = Double((responses.cells.count + columns - 1) / columns)
    let rowHeight = 0.8 * 14.5 / Double(columns) + 0.7
    size = .centimetres(16, min(24, max(9, (3 + rows * rowHeight).rounded(.up))))
  }

  /// Panels in a row: of two factors the levels of the second, of one about as many as rows.
  var columns: Int {
    if responses.factors.count == 2 { return responses.factors[1].levels.count }
    let most = max(1, Int(size.width / Size.centimetres(2.2, 1).width - 0.7))
    let count = responses.cells.count
    return min(most, count <= 3 ? max(1, count) : (2...6).first { $0 * $0 >= count } ?? 6)
  }

  private static let looks: [CategoryStyle] = [
    CategoryStyle(OkabeIto.blue, .circle, lineScale: 1.3),
    CategoryStyle(OkabeIto.vermillion, .square, lineScale: 1.3),
    CategoryStyle(OkabeIto.bluishGreen, .diamond, lineScale: 1.3),
    CategoryStyle(OkabeIto.reddishPurple, .triangle, lineScale: 1.3),
  ]
  private static let population = "population"

  private func name(_ line: Int) -> String { "line\(line)" }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var entries = lineLevels.indices.map { l -> CategoricalScale.Entry in
      let label =
        responses.line == nil ? words.partial : "\(line.name(language)) = \(lineLevels[l](language))"
      return .init(name(l), label: label, style: ResponsePanels.looks[l])
    }
    entries.append(
      .init(
        ResponsePanels.population, label: words.typicalGroup,
        style: CategoryStyle(Colour(hex: 0x595959), .circle, .dashed)))
    var x = Axis(predictor.title(language), tickSpacing: 26)
    if !predictorLevels.isEmpty {
      x.namedTicks = predictorLevels.enumerated().map { NamedTick(Double($0), $1(language)) }
      x.limits = -0.5...Double(predictorLevels.count) - 0.5
    }
    var figure = Figure(
      size: size, x: x, y: Axis(words.responseAxis(self), tickSpacing: 26),
      categories: CategoricalScale(entries),
      panels: responses.cells.map { Panel(panelName($0, language), marks($0)) })
    figure.columns = columns
    figure.legend = responses.cells.count % columns == 0 ? .top : .emptyCell
    figure.caption = words.responsePanelsCaption(self)
    figure.describe(
      as: "response-panels", title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  /// The levels of a panel, with the factor's name where they are bare numbers.
  func panelName(_ cell: GroupResponses.Cell, _ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    return cell.levels.enumerated().map { f, level in
      words.group(panelLevels[f][level](language), of: groupings[f])
    }.joined(separator: " · ")
  }

  /// Whether curves end with a panel's own values: beyond them expectations without an upper limit would run out of all bounds.
  var curvesStayInRange: Bool { quantity != .probability && predictorLevels.isEmpty }

  /// A curve as it is drawn in a panel.
  private func drawn(_ curve: GroupResponses.Curve, _ cell: GroupResponses.Cell) -> [Int] {
    guard curvesStayInRange, let range = cell.range else { return Array(curve.places.indices) }
    let inside = curve.places.indices.filter { range.contains(curve.places[$0]) }
    // A step beyond on either side, so that the curve reaches the outermost rows.
    guard let first = inside.first, let last = inside.last else { return [] }
    return Array(max(0, first - 1)...min(curve.places.count - 1, last + 1))
  }

  /// The greatest number that a dot stands for.
  var greatestCount: Double { responses.cells.flatMap(\.dots).map(\.count).max() ?? 1 }
  /// The least.
  var leastCount: Double { responses.cells.flatMap(\.dots).map(\.count).min() ?? 1 }

  private func marks(_ cell: GroupResponses.Cell) -> [any Mark] {
    let isFactor = !predictorLevels.isEmpty
    // Several lines at one level of a factor stand side by side.
    func shift(_ line: Int) -> Double {
      isFactor ? 0.22 * (Double(line) - Double(lineLevels.count - 1) / 2) : 0
    }
    var marks: [any Mark] = []
    for curve in cell.curves {
      let look = Appearance.category(name(curve.line))
      let own = drawn(curve, cell)
      let places = own.map { curve.places[$0] + shift(curve.line) }
      let (low, high) = (own.map { curve.lower[$0] }, own.map { curve.upper[$0] })
      marks.append(
        isFactor
          ? IntervalMark(low: low, high: high, at: places, look, direction: .upright, width: 1.1)
          : BandMark(x: places, low: low, high: high, look, opacity: 0.14, hasEdges: false))
    }
    for curve in cell.curves {
      let style = ResponsePanels.looks[curve.line]
      let dashed = Appearance.fixed(CategoryStyle(style.colour, style.shape, .dashed, lineScale: 0.8))
      let own = drawn(curve, cell)
      let places = own.map { curve.places[$0] + shift(curve.line) }
      let (means, population) = (own.map { curve.means[$0] }, own.map { curve.population[$0] })
      // Several have the colours of their lines, one the grey of its key.
      let look = lineLevels.count == 1 ? Appearance.category(ResponsePanels.population) : dashed
      if isFactor {
        marks += [
          LineMark(
            x: places.flatMap { [$0 - 0.09, $0 + 0.09, .nan] }, y: population.flatMap { [$0, $0, .nan] }, look
          ),
          PointMark(x: places, y: means, .category(name(curve.line)), size: 0.8, rim: true),
        ]
      } else {
        marks += [
          LineMark(x: places, y: population, look),
          LineMark(x: places, y: means, .category(name(curve.line))),
        ]
      }
    }
    let most = greatestCount
    let scale = (size.width < ModelFigureSizes.narrow ? 0.65 : 1) * (leastCount == most ? 0.45 : 1)
    for dot in cell.dots {
      let style = ResponsePanels.looks[dot.line]
      let place = dot.place + (isFactor ? shift(dot.line) + 0.1 : 0)
      marks.append(
        PointMark(
          x: [place], y: [dot.mean],
          .fixed(
            CategoryStyle(lineLevels.count > 1 ? style.colour : Colour(hex: 0x404040), hollow(style.shape))),
          size: scale * max(0.35, 1.5 * (dot.count / most).squareRoot())))
    }
    return marks
  }

  /// Observed ones are hollow, so that fitted and observed values at levels of a factor are told apart.
  private func hollow(_ shape: MarkerShape) -> MarkerShape {
    switch shape {
    case .square: .hollowSquare
    case .diamond: .hollowDiamond
    default: .hollowCircle
    }
  }

  /// The numbers: fitted places with their limits and the population's, then the observed dots, panel by panel.
  public var plottedData: PlottedData {
    var data = PlottedData(
      ["kind"] + responses.factors.map(\.name)
        + ["line", "x", "mean", "low", "high", "population", "n"])
    for cell in responses.cells {
      let levels = zip(cell.levels, responses.factors).map { PlottedData.Cell.text($1.levels[$0]) }
      for curve in cell.curves {
        for i in curve.places.indices {
          data.append(
            [.text("fitted")] + levels + [
              .text(responses.lineLevels[curve.line]), .number(curve.places[i]), .number(curve.means[i]),
              .number(curve.lower[i]), .number(curve.upper[i]), .number(curve.population[i]), .number(.nan),
            ])
        }
      }
      for dot in cell.dots {
        data.append(
          [.text("observed")] + levels + [
            .text(responses.lineLevels[dot.line]), .number(dot.place), .number(dot.mean), .number(.nan),
            .number(.nan), .number(.nan), .number(dot.count),
          ])
      }
    }
    return data
  }
}

extension ResponsePanels {
  /// Response, predictors and grouping factors.
  public var variables: [WritableKeyPath<ResponsePanels, FigureVariable>] {
    [\.response, \.predictor, \.line] + groupings.indices.map { \.groupings[$0] }
      + held.indices.map { \.held[$0].variable } + otherFactors.indices.map { \.otherFactors[$0] }
  }
  /// The levels of panels, lines and of a factor on the axis.
  public var levelNames: [String] {
    responses.factors.flatMap(\.levels) + (responses.line == nil ? [] : responses.lineLevels)
      + (responses.predictorLevels ?? [])
  }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for (f, factor) in responses.factors.enumerated() {
      for (k, name) in factor.levels.enumerated() where name == level { panelLevels[f][k] = words }
    }
    for (k, name) in responses.lineLevels.enumerated() where name == level { lineLevels[k] = words }
    for (k, name) in (responses.predictorLevels ?? []).enumerated() where name == level {
      predictorLevels[k] = words
    }
  }
}

extension ModelFrame {
  /// What a figure calls the response: the number of successes where they are bound with failures, and without the offset, which belongs to the linear
  /// predictor, where the model is no linear one.
  var figureResponse: String {
    switch responseKind {
    case .numbers: responseBesideOffsetText
    case .successes: formula.response.boundColumns?.first?.text ?? formula.response.text
    case .counts, .positive: formula.response.text
    }
  }
}
