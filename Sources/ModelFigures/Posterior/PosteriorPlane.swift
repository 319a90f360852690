import BayesianModels
import MixedModels
import Plotting

/// The pooling plane of a posterior: each group's intercept and slope without pooling, an arrow to the posterior mean, and around it the ellipse that holds half of the
/// group's posterior; of a few groups draws are shown as dots. Crosses stand where REML's estimates are (maximum likelihood's for generalized models).
///
/// Ellipses are normal curves of the draws' covariance, at the radius √χ²₂(0.5).
public struct PosteriorPlane: ModelFigure {
  /// The posterior of one group's line.
  public struct Cloud: Sendable, Equatable {
    /// Draws of intercept and slope: all.
    public let intercepts, slopes: [Double]

    /// The mean.
    var mean: CoefficientLine {
      let n = Double(max(intercepts.count, 1))
      return CoefficientLine(intercept: intercepts.reduce(0, +) / n, slope: slopes.reduce(0, +) / n)
    }
  }

  /// The plane, its partial pooling by posterior means.
  public var plane: PoolingPlane
  /// The posterior of each group's line, in the order of the plane's groups.
  public let clouds: [Cloud]
  /// The lines of the fit without priors.
  public let fitted: [CoefficientLine?]
  /// How the draws were made.
  public let source: PosteriorSource
  /// Canvas size.
  public var size: Size {
    get { plane.size }
    set { plane.size = newValue }
  }

  /// The planes of up to so many groups show draws.
  static let mostClouds = 8
  private static let dotsOfCloud = 120

  /// Takes lines from draws, and those without pooling from a fit of the same model.
  public init(_ fit: BayesianFit, groups: FittedGroups, priorsName: String) {
    let model = fit.model.model
    let predictor = groups.predictor.column
    let quantities = fit.quantities
    let zero = [Double](repeating: 0, count: fit.drawCount * fit.chainCount)
    func fixed(_ name: String) -> [Double] {
      quantities.firstIndex { $0.kind == .fixed && $0.term == name }.map { Array(fit.values(of: $0)) } ?? zero
    }
    let name = PosteriorPlane.columnName(predictor, of: model)
    let mean = (fixed(FigureWords.constant), fixed(name))
    func draws(_ level: String, _ term: String, from start: [Double]) -> [Double] {
      var sums = start
      for k in quantities.indices where quantities[k].kind == .effect {
        guard quantities[k].level == level, quantities[k].term == term else { continue }
        sums = zip(sums, fit.values(of: k)).map(+)
      }
      return sums
    }
    let clouds = groups.groups.map { group in
      Cloud(
        intercepts: draws(group.group, FigureWords.constant, from: mean.0),
        slopes: draws(group.group, name, from: mean.1))
    }
    var plane = groups.poolingPlane(modelEllipses: false)
    fitted = plane.groups.map(\.partialPooling)
    plane.ellipses = .omitted
    for (k, cloud) in clouds.enumerated() { plane.groups[k].partialPooling = cloud.mean }
    plane.partialPoolingMean = Cloud(intercepts: mean.0, slopes: mean.1).mean
    self.plane = plane
    self.clouds = clouds
    source = PosteriorSource(fit, priorsName: priorsName)
  }

  /// The column of the design that a predictor's words stand for.
  private static func columnName(_ predictor: String, of model: any MixedModel) -> String {
    let names = model.fixedEffectNames + model.randomEffectNames
    return names.first { $0 == predictor } ?? names.first { FigureVariable.column($0).column == predictor }
      ?? predictor
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var figure = plane.figure(in: language)
    figure.panels[0].marks.insert(contentsOf: cloudMarks, at: 0)
    let shown = fitted.compactMap { $0 }.filter(\.isFinite)
    figure.panels[0].marks.append(
      PointMark(x: shown.map(\.intercept), y: shown.map(\.slope), .category("fitted"), size: 0.85))
    figure.categories.entries = figure.categories.entries.map { entry in
      switch entry.name {
      case PoolingStyle.partial.rawValue: .init(entry.name, label: words.posteriorMean, style: entry.style)
      case "mean": .init(entry.name, label: words.posteriorMeanOfAll, style: entry.style)
      default: entry
      }
    }
    figure.categories.entries.append(
      .init(
        "fitted", label: plane.link == nil ? "REML" : words.maximumLikelihood,
        style: CategoryStyle(Colour(hex: 0x262626), .cross)))
    figure.caption = words.sentences(
      [words.posteriorPlane(showsDraws: showsDraws), figure.caption].filter { !$0.isEmpty }
        + [words.posteriorSource(source)])
    let group = plane.grouping.name(language)
    figure.describe(
      as: "posterior-plane",
      title: words.either(
        "Pooling plane: intercepts and slopes by \(group), without pooling and with their posterior",
        "池化平面：各\(words.inSentence(group))的截距与斜率，无池化与后验对照"),
      text: plane.alternativeText(language) + words.either(" ", "")
        + words.posteriorPlane(showsDraws: showsDraws) + words.divergences(source, leading: true),
      in: language)
    return figure
  }

  private var showsDraws: Bool { clouds.count <= PosteriorPlane.mostClouds }

  private var cloudMarks: [any Mark] {
    let blue = OkabeIto.blue
    var marks: [any Mark] = []
    let isDense = clouds.count > PoolingPlane.mostNamed
    for cloud in clouds {
      if showsDraws {
        let places = PosteriorPlane.spread(PosteriorPlane.dotsOfCloud, of: cloud.intercepts.count)
        marks.append(
          PointMark(
            x: places.map { cloud.intercepts[$0] }, y: places.map { cloud.slopes[$0] },
            .fixed(CategoryStyle(blue.withAlpha(0.22))), size: 0.38))
      }
      guard cloud.intercepts.count >= 4, let shape = EllipseShape(x: cloud.intercepts, y: cloud.slopes),
        shape.form != .point
      else { continue }
      let curve = shape.vertices(radius: EllipseShape.normalRadius(level: 0.5), segments: 72)
      marks.append(PolygonMark(x: curve.x, y: curve.y, fill: blue.withAlpha(isDense ? 0.03 : 0.08)))
      // A line asks the axes to show it.
      marks.append(
        LineMark(
          x: curve.x, y: curve.y, .fixed(CategoryStyle(blue.withAlpha(isDense ? 0.25 : 0.55))), width: 0.6))
    }
    return marks
  }

  /// Places of so many draws, evenly spread over all.
  static func spread(_ count: Int, of total: Int) -> [Int] {
    count >= total ? Array(0..<total) : (0..<count).map { $0 * total / count }
  }

  /// The numbers of the plane, each group's fit without priors, and the ellipses' means, standard deviations and correlations.
  public var plottedData: PlottedData {
    var data = PlottedData([
      "group", "strategy", "intercept", "slope", "intercept.sd", "slope.sd", "correlation",
    ])
    func append(_ group: String, _ strategy: String, _ line: CoefficientLine?, _ shape: EllipseShape? = nil) {
      guard let line else { return }
      let sd = shape.map { ($0.u12 * $0.u12 + $0.u22 * $0.u22).squareRoot() } ?? .nan
      data.append([
        .text(group), .text(strategy), .number(line.intercept), .number(line.slope),
        .number(shape?.u11 ?? .nan),
        .number(sd), .number(shape.map { $0.u12 / sd } ?? .nan),
      ])
    }
    for (k, group) in plane.groups.enumerated() {
      append(group.group, "none", group.noPooling)
      append(
        group.group, "posterior", group.partialPooling,
        EllipseShape(x: clouds[k].intercepts, y: clouds[k].slopes))
      append(group.group, plane.link == nil ? "REML" : "ML", fitted[k])
    }
    append("", "complete", plane.completePooling)
    append("", "posterior mean", plane.partialPoolingMean)
    return data
  }
}

extension PosteriorPlane {
  /// Response, predictor and grouping factor.
  public var variables: [WritableKeyPath<PosteriorPlane, FigureVariable>] {
    [\.plane.response, \.plane.predictor, \.plane.grouping]
  }
  /// The groups' levels.
  public var levelNames: [String] { plane.levelNames }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) { plane.relabel(level: level, words) }
}
