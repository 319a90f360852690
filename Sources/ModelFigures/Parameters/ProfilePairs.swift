import Distributions
import Glibc
import MixedModels
import Plotting

/// The profile likelihood of parameters two by two: a triangle of panels with confidence regions as contours of the profile deviance, and both profile
/// traces.
///
/// Contours stand where the ML deviance, minimized over all other parameters, has risen by the χ²₂ quantile of a level. A trace shows the best value of one parameter for each value of the
/// other; the two cross at the estimate, at right angles if neither says anything of the other, and meet contours where those turn.
///
/// Reference: Bates & Watts (1988), Nonlinear Regression Analysis and Its Applications, section 6.1; the figure is lme4's `splom(profile(fit))`, on the
/// parameters' own scales.
public struct ProfilePairs: ModelFigure {
  /// Two parameters.
  public struct Pair: Sendable, Equatable {
    /// The parameters of the horizontal and of the vertical axis, as places in `labels`.
    public let first, second: Int
    /// One contour a level of `ProfilePlot.levels`.
    public let contours: [ProfileContour]
    /// The correlation of the two near the estimate.
    public let correlation: Double
  }

  /// The parameters, in the order of columns and rows.
  public var labels: [ParameterLabel]
  /// Their ML estimates.
  public let estimates: [Double]
  /// For each parameter k and every other the path that it takes while k is moved: traces[k][m] are values of m, traces[k][k] those of k.
  public let traces: [[[Double]]]
  /// The pairs, row by row of the triangle.
  public let pairs: [Pair]
  /// The response, which gives units their words.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high.
  public var size: Size

  /// The most parameters that are legible.
  public static let mostParameters = 8

  /// Profiles a fit; one by REML is refitted by ML.
  /// - Parameter names: the parameters by lme4's names; nil for all.
  /// - Throws: `FigureKindError.noProfile` for fits on the boundary and models without an exact criterion, `.noParameter`, `.tooFewParameters`,
  ///   `.tooManyParameters`, `.unpairedCorrelations`.
  public init(_ fit: LinearMixedModelFit, parameters names: [String]? = nil) throws(FigureKindError) {
    let all = ParameterLabel.all(of: fit)
    let available = all.map(\.name)
    var chosen = Array(all.indices)
    if let names {
      for name in names where !available.contains(name) { throw .noParameter(name, available: available) }
      chosen = all.indices.filter { names.contains(available[$0]) }
    }
    if chosen.count < 2 { throw .tooFewParameters(available: available) }
    if chosen.count > ProfilePairs.mostParameters {
      throw .tooManyParameters(chosen.count, most: ProfilePairs.mostParameters, available: available)
    }
    let heights = ProfilePairs.heights
    let profile: LikelihoodProfile
    do throws(FitError) {
      profile = try LikelihoodProfile(fit, of: chosen, height: heights.last!)
    } catch { throw .noProfile(error) }
    labels = chosen.map { all[$0] }
    estimates = chosen.map { profile.estimates[$0] }
    traces = profile.paths.map { path in chosen.map { path.values(of: $0) } }
    var pairs: [Pair] = []
    for j in chosen.indices.dropFirst() {
      for i in 0..<j {
        guard let contours = profile.contours(chosen[i], chosen[j], heights: heights) else {
          throw .unpairedCorrelations(available[chosen[i]], available[chosen[j]])
        }
        pairs.append(
          Pair(
            first: i, second: j, contours: contours,
            correlation: profile.localCorrelation(chosen[i], chosen[j])))
      }
    }
    self.pairs = pairs
    response = .column(fit.model.frame.responseBesideOffsetText)
    let rows = Double(chosen.count - 1)
    size = .centimetres(16, min(16, max(8, 4.5 + 2.4 * rows)))
  }

  /// √χ²₂ quantiles of the levels.
  static let heights = ProfilePlot.levels.map { (-2 * log1p(-$0)).squareRoot() }

  /// Looks of lines.
  private enum Look: String, CaseIterable {
    case main, others, across, along, estimate
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = isTriangle ? triangle(words) : list(words)
    let scale = CategoricalScale(
      Look.allCases.map { look in
        CategoricalScale.Entry(
          look.rawValue, label: words.pairLabel(look.rawValue), style: ProfilePairs.style(look))
      })
    var figure = Figure(
      size: size, x: Axis(""), y: Axis(""), categories: scale, panels: panels)
    if isTriangle {
      (figure.xSharing, figure.ySharing) = (.lines, .lines)
      figure.columns = labels.count - 1
      figure.legend = labels.count > 2 ? .emptyCell : .top
      // Numbers at the ends of neighbouring axes want room between panels.
      figure.theme.panelGap = 14
    } else {
      (figure.xSharing, figure.ySharing) = (.none, .none)
      figure.columns = 2
    }
    figure.caption = words.profilePairs(
      hasArcs: pairs.contains { $0.contours.contains { !$0.isClosed } }, hasHeadings: !isTriangle)
    let name = response.name(language)
    figure.describe(
      as: "profile-pairs",
      title: words.either(
        "Profile likelihood of pairs of parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型参数两两之间的轮廓似然"), text: alternativeText(words),
      in: language)
    return figure
  }

  /// Whether panels stand in columns and rows of parameters; on a narrow page more than three columns would not be legible,
  /// and panels stand two a row.
  private var isTriangle: Bool { labels.count <= 4 || size.width >= ModelFigureSizes.narrow }

  private func triangle(_ words: FigureWords) -> [Panel] {
    let side = labels.count - 1
    return (0..<side * side).map { cell in
      let (column, row) = (cell % side, cell / side + 1)
      guard let pair = pairs.first(where: { $0.first == column && $0.second == row }) else { return .blank }
      return panel(pair, words)
    }
  }

  /// Panels by themselves: the heading names the vertical axis.
  private func list(_ words: FigureWords) -> [Panel] {
    pairs.map { pair in
      var panel = panel(pair, words)
      panel.name = panel.y?.title ?? ""
      panel.y?.title = ""
      return panel
    }
  }

  private func panel(_ pair: Pair, _ words: FigureWords) -> Panel {
    Panel(
      "", marks(pair), x: Axis(words.parameter(labels[pair.first], of: response), tickSpacing: 30),
      y: Axis(words.parameter(labels[pair.second], of: response), tickSpacing: 22))
  }

  private static func style(_ look: Look) -> CategoryStyle {
    switch look {
    case .main: CategoryStyle(OkabeIto.blue, lineScale: 1.7)
    case .others: CategoryStyle(OkabeIto.blue, lineScale: 0.7)
    case .across: CategoryStyle(OkabeIto.vermillion, lineScale: 0.9)
    case .along: CategoryStyle(OkabeIto.black, .circle, .dashed, lineScale: 0.9)
    case .estimate: CategoryStyle(OkabeIto.black, .circle, markerScale: 0.8)
    }
  }

  private func marks(_ pair: Pair) -> [any Mark] {
    var marks: [any Mark] = []
    for (level, contour) in zip(ProfilePlot.levels, pair.contours) {
      let look: Look = level == 0.95 ? .main : .others
      for piece in contour.pieces {
        marks.append(LineMark(x: piece.map(\.first), y: piece.map(\.second), .category(look.rawValue)))
      }
    }
    let (i, j) = (pair.first, pair.second)
    marks.append(LineMark(x: traces[i][i], y: traces[i][j], .category(Look.across.rawValue)))
    marks.append(LineMark(x: traces[j][i], y: traces[j][j], .category(Look.along.rawValue)))
    marks.append(PointMark(x: [estimates[i]], y: [estimates[j]], .category(Look.estimate.rawValue)))
    return marks
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    let names = labels.map { words.parameter($0) }
    let pieces = labels.indices.map { k in
      let values = traces[k][k]
      return words.either(
        "\(names[k]) \(number(estimates[k])), axis from \(number(values[0])) to \(number(values[values.count - 1]))",
        "\(names[k]) \(number(estimates[k]))，范围 \(number(values[0])) 至 \(number(values[values.count - 1]))")
    }
    var text = words.either(
      (pairs.count == 1
        ? "One panel for two parameters"
        : "A triangle of \(pairs.count) panels, one for each pair of \(labels.count) parameters")
        + ", with contours of the profile deviance at 50, 80, 90, 95 and 99% and both profile traces. Maximum likelihood estimates: ",
      "由 \(pairs.count) 个分面组成的三角阵，\(labels.count) 个参数两两一个，各有 50%、80%、90%、95% 与 99% 的轮廓偏差等高线和两条轮廓迹线。极大似然估计：")
    text += pieces.joined(separator: words.either("; ", "；")) + words.either(".", "。")
    if let most = pairs.max(by: { abs($0.correlation) < abs($1.correlation) }) {
      text += words.closestPair(names[most.first], names[most.second], most.correlation)
    }
    let open = pairs.filter { $0.contours.contains { !$0.isClosed } }
    if !open.isEmpty { text += words.openPairs(open.count, of: pairs.count) }
    return text
  }

  /// The numbers: points of contours with their levels, then of traces, pair by pair.
  public var plottedData: PlottedData {
    var data = PlottedData(["first", "second", "line", "level", "piece", "x", "y"])
    for pair in pairs {
      let (i, j) = (pair.first, pair.second)
      func append(_ line: String, _ level: Double, _ piece: Int, _ x: Double, _ y: Double) {
        data.append([
          .text(labels[i].name), .text(labels[j].name), .text(line), .number(level), .number(Double(piece)),
          .number(x), .number(y),
        ])
      }
      for (level, contour) in zip(ProfilePlot.levels, pair.contours) {
        for (k, piece) in contour.pieces.enumerated() {
          for point in piece { append("contour", level, k + 1, point.first, point.second) }
        }
      }
      for (x, y) in zip(traces[i][i], traces[i][j]) { append("trace of second", .nan, 1, x, y) }
      for (x, y) in zip(traces[j][i], traces[j][j]) { append("trace of first", .nan, 1, x, y) }
    }
    return data
  }
}

extension ProfilePairs {
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<ProfilePairs, FigureVariable>] {
    [\.response]
      + labels.indices.flatMap { k in
        labels[k].effects.indices.map { \.labels[k].effects[$0] } + [\.labels[k].grouping]
      }
  }
}
