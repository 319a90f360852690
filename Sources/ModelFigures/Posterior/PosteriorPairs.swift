import Glibc
import Plotting

/// Draws of parameters two by two: dots below the diagonal, densities on it, correlations above it. Triangles stand at divergent draws: where they gather the sampler's
/// steps were too long.
///
/// On a narrow page more than three parameters have a panel for each pair instead, its correlation in the corner.
public struct PosteriorPairs: ModelFigure {
  /// The parameters.
  public var parameters: PosteriorParameters
  /// Correlations of the draws, parameter by parameter (k×k by rows); NaN where draws do not vary.
  public let correlations: [[Double]]
  /// Density curves.
  private let curves: [(x: [Double], density: [Double])]
  /// What each axis shows.
  private let limits: [ClosedRange<Double>]
  /// Canvas size.
  public var size: Size

  /// More parameters than these are not legible.
  public static let mostParameters = 6
  private static let dotsOfPanel = 500

  /// Takes the draws of two or more parameters.
  /// - Throws: `FigureKindError.tooFewParameters`.
  public init(_ parameters: PosteriorParameters) throws(FigureKindError) {
    let all = parameters.parameters
    if all.count < 2 { throw .tooFewParameters(available: all.map(\.label.name)) }
    self.parameters = parameters
    correlations = all.map { a in all.map { PosteriorPairs.correlation(a.draws, $0.draws) } }
    let curves = all.map { PosteriorDensities.curve($0.draws.sorted(), $0.label.bounds) }
    self.curves = curves
    limits = zip(all, curves).map { parameter, curve in
      let values = parameter.draws.filter(\.isFinite)
      let low = min(curve.x.first ?? .infinity, values.min() ?? .infinity)
      let high = max(curve.x.last ?? -.infinity, values.max() ?? -.infinity)
      guard low < high else { return (low.isFinite ? low - 1 : 0)...(low.isFinite ? low + 1 : 1) }
      let room = 0.02 * (high - low)
      return low - room...high + room
    }
    size = .centimetres(16, min(16, max(8, 4 + 2.2 * Double(all.count))))
  }

  /// Pearson's correlation.
  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let (a, b) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for (u, v) in zip(x, y) {
      xx += (u - a) * (u - a)
      xy += (u - a) * (v - b)
      yy += (v - b) * (v - b)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : .nan
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let count = parameters.parameters.count
    let pairs = (1..<count).flatMap { row in (0..<row).map { (column: $0, row: row) } }
    let panels =
      isMatrix
      ? (0..<count * count).map { cell($0 / count, $0 % count, words) }
      : pairs.map { listed($0.column, $0.row, words) }
    var figure = Figure(
      size: size, x: Axis(""), y: Axis(""),
      categories: CategoricalScale([
        .init("divergent", label: words.divergent, style: CategoryStyle(OkabeIto.vermillion, .triangle))
      ]), panels: panels)
    let sharing: AxisSharing = isMatrix ? .lines : .none
    (figure.xSharing, figure.ySharing) = (sharing, sharing)
    figure.columns = isMatrix ? count : min(2, pairs.count)
    figure.theme.panelGap = isMatrix ? 8 : 12
    let shown = min(PosteriorPairs.dotsOfPanel, parameters.source.chainCount * parameters.source.drawCount)
    figure.caption = words.sentences(
      [words.posteriorPairs(dots: shown, isMatrix: isMatrix)] + words.posteriorCaption(parameters))
    let name = parameters.response.name(language)
    figure.describe(
      as: "posterior-pairs",
      title: words.either(
        "Posterior draws of pairs of parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型参数两两之间的后验抽样"), text: alternativeText(words),
      in: language)
    return figure
  }

  /// Whether panels stand in columns and rows of parameters.
  private var isMatrix: Bool { parameters.parameters.count <= 3 || size.width >= ModelFigureSizes.narrow }

  private func axis(_ k: Int, _ words: FigureWords, spacing: Double) -> Axis {
    Axis(parameters.name(parameters.parameters[k], words), limits: limits[k], tickSpacing: spacing)
  }

  private func cell(_ row: Int, _ column: Int, _ words: FigureWords) -> Panel {
    var y = axis(row, words, spacing: 22)
    // The first row has a density alone, whose height is no value of the parameter.
    if row == 0 { y = Axis("", limits: limits[0], hasTicks: false) }
    var panel = Panel("", [], x: axis(column, words, spacing: 30), y: y)
    if row == column {
      panel.marks = density(row)
    } else if row > column {
      panel.marks = dots(column, row)
    } else {
      panel.hasFrame = false
      panel.marks = [
        TextMark(
          [correlationText(column, row)], x: [middle(column)], y: [middle(row)],
          font: FontStyle(size: 9.5, bold: abs(correlations[row][column]) >= 0.5))
      ]
    }
    return panel
  }

  private func middle(_ k: Int) -> Double { (limits[k].lowerBound + limits[k].upperBound) / 2 }

  private func correlationText(_ i: Int, _ j: Int) -> String {
    let r = correlations[i][j]
    return r.isNaN ? "–" : NumberFormat.text(r, decimals: 2)
  }

  /// A panel by itself: the heading names the vertical axis, and the correlation stands in the corner.
  private func listed(_ i: Int, _ j: Int, _ words: FigureWords) -> Panel {
    var y = axis(j, words, spacing: 24)
    y.title = ""
    let text = TextMark(
      [correlationText(i, j)], x: [limits[i].upperBound], y: [limits[j].upperBound], alignment: .end,
      offset: (-1, 5), hasHalo: true)
    return Panel(
      parameters.name(parameters.parameters[j], words), dots(i, j) + [text], x: axis(i, words, spacing: 36),
      y: y)
  }

  /// The density with its greatest value near the top of the panel, in the row's own units.
  private func density(_ k: Int) -> [any Mark] {
    let (x, density) = curves[k]
    guard let most = density.max(), most > 0 else { return [] }
    let (low, high) = (limits[k].lowerBound, limits[k].upperBound)
    let heights = density.map { low + 0.92 * (high - low) * $0 / most }
    let style = Appearance.fixed(CategoryStyle(OkabeIto.blue, lineScale: 1.3))
    return [
      BandMark.area(x: x, y: heights, base: low, style, opacity: 0.2), LineMark(x: x, y: heights, style),
    ]
  }

  private func dots(_ i: Int, _ j: Int) -> [any Mark] {
    let (x, y) = (parameters.parameters[i].draws, parameters.parameters[j].draws)
    let places = PosteriorPlane.spread(PosteriorPairs.dotsOfPanel, of: x.count)
    let divergent = parameters.divergent
    let dots: [any Mark] = [
      PointMark(
        x: places.map { x[$0] }, y: places.map { y[$0] },
        .fixed(CategoryStyle(OkabeIto.blue.withAlpha(0.35))), size: 0.36)
    ]
    if divergent.isEmpty { return dots }
    return dots + [
      PointMark(
        x: divergent.map { x[$0] }, y: divergent.map { y[$0] }, .category("divergent"), size: 0.75, rim: true)
    ]
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let names = parameters.parameters.map { words.parameter($0.label) }
    let pieces = (1..<names.count).flatMap { j in
      (0..<j).map { i in
        words.either(
          "\(names[i]) and \(names[j]) \(correlationText(i, j))",
          "\(names[i])与\(names[j]) \(correlationText(i, j))")
      }
    }
    return words.either(
      "Scatter plots of the posterior draws of \(names.count) parameters, two by two. Correlations: ",
      "\(names.count) 个参数的后验抽样两两散点图。相关系数：") + pieces.joined(separator: words.either("; ", "；"))
      + words.either(".", "。") + words.divergences(parameters.source, leading: true)
  }

  /// The numbers: the draws shown as dots and all that diverged, one row a draw and parameter.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "chain", "iteration", "value", "divergent"])
    let divergent = Set(parameters.divergent)
    let count = parameters.source.drawCount
    for parameter in parameters.parameters {
      let shown = PosteriorPlane.spread(PosteriorPairs.dotsOfPanel, of: parameter.draws.count)
      for place in Set(shown).union(divergent).sorted() {
        data.append([
          .text(parameter.label.name), .number(Double(place / count + 1)), .number(Double(place % count + 1)),
          .number(parameter.draws[place]), .number(divergent.contains(place) ? 1 : 0),
        ])
      }
    }
    return data
  }
}

extension PosteriorPairs {
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<PosteriorPairs, FigureVariable>] {
    PosteriorParameters.variables(\.parameters, of: self)
  }
}
