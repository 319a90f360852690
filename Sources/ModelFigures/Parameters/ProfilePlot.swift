import Distributions
import Glibc
import MixedModels
import Plotting

/// The profile likelihood of every parameter: |ζ|, the square root of the rise of the ML deviance, one panel a parameter.
///
/// Where |ζ| is the normal quantile of a level, level bars show the profile interval. Two straight dashed lines with the slope at the estimate show what a quadratic
/// deviance would give: where the curve leaves them, a symmetric interval misleads.
///
/// Reference: Bates et al. (2015), section 5.1, doi:10.18637/jss.v067.i01; the curve is lme4's `xyplot(profile(fit), absVal = TRUE)`.
public struct ProfilePlot: ModelFigure {
  /// The profile of one parameter.
  public struct Curve: Sendable, Equatable {
    /// The parameter.
    public var label: ParameterLabel
    /// Its ML estimate; NaN for a correlation with an effect whose standard deviation is 0.
    public let estimate: Double
    /// Values, ascending, and ζ there, from negative through 0 at the estimate.
    public let values, zetas: [Double]
    /// The ends of the profile intervals at `ProfilePlot.levels`; NaN where the profile does not reach one.
    public let lower, upper: [Double]
    /// Whether points were left out at which |ζ| did not rise outward: the likelihood is too flat for the search.
    public let isFlat: Bool
  }

  /// The levels of the bars.
  public static let levels = [0.5, 0.8, 0.9, 0.95, 0.99]

  /// One curve a parameter, covariance parameters first, then σ, then the fixed effects.
  public var curves: [Curve]
  /// The response, which the description names.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Profiles a fit; one by REML is refitted by ML.
  /// - Throws: `FitError` as `profileIntervals`.
  public init(_ fit: LinearMixedModelFit) throws(FitError) {
    let ml = fit.method == .ml ? fit : try fit.model.fit(by: .ml)
    let normal = NormalDistribution()
    let marked = ProfilePlot.levels.map { normal.quantile((1 + $0) / 2) }
    let heights = (Array(stride(from: 0.2, through: 2.81, by: 0.2)) + marked).sorted()
    var intervals: [[ConfidenceInterval]] = []
    for zeta in heights { intervals.append(try ml.profileIntervals(level: 2 * normal.cumulative(zeta) - 1)) }
    let standings = ml.parameterStandings
    curves = ParameterLabel.all(of: ml).enumerated().map { k, label in
      ProfilePlot.curve(label, standings[k], intervals.map { $0[k] }, heights, marked) { bound in
        ml.profileRise(ofParameter: k, at: bound).squareRoot()
      }
    }
    response = .column(fit.model.frame.responseBesideOffsetText)
    size = .forPanels(curves.count)
  }

  /// The curve of one parameter through the ends of its intervals.
  /// - Parameters:
  ///   - intervals: its intervals at which |ζ| is one of `heights`, ascending.
  ///   - marked: the heights of the bars.
  ///   - zeta: |ζ| at a bound.
  private static func curve(
    _ label: ParameterLabel, _ standing: ParameterStanding, _ intervals: [ConfidenceInterval],
    _ heights: [Double], _ marked: [Double], zeta: (Double) -> Double
  ) -> Curve {
    let estimate = standing.cleaned(intervals[0].estimate)
    let none = marked.map { _ in Double.nan }
    guard estimate.isFinite else {
      return Curve(
        label: label, estimate: .nan, values: [], zetas: [], lower: none, upper: none, isFlat: false)
    }
    let bounds = label.bounds
    var isFlat = false
    /// The points of one side, outward.
    func side(_ sign: Double, _ bound: Double, _ end: (ConfidenceInterval) -> Double) -> [(Double, Double)] {
      var points: [(value: Double, zeta: Double)] = []
      for (interval, height) in zip(intervals, heights) {
        let value = end(interval)
        guard value.isFinite, sign * value < sign * bound else { continue }
        // |ζ| cannot fall outward: a search for a greater height that ends nearer by missed a lower deviance.
        if sign * value > sign * (points.last?.value ?? estimate) {
          points.append((value, sign * height))
        } else {
          isFlat = true
        }
      }
      // Where a bound comes first the curve goes on to it.
      if bound.isFinite, bound != estimate, let highest = intervals.last,
        !(sign * end(highest) < sign * bound)
      {
        let start = points.last?.value ?? estimate
        for share in [0.25, 0.5, 0.75, 1] {
          let value = start + share * (bound - start)
          let zeta = zeta(value)
          if zeta > abs(points.last?.zeta ?? 0) { points.append((value, sign * zeta)) }
        }
      }
      return points
    }
    let low = side(-1, bounds.low, \.lower)
    let high = side(1, bounds.high, \.upper)
    let points = low.reversed() + [(estimate, 0)] + high
    func bars(_ side: [(Double, Double)]) -> [Double] {
      marked.map { height in side.first { abs($0.1) == height }?.0 ?? .nan }
    }
    return Curve(
      label: label, estimate: estimate, values: points.map(\.0), zetas: points.map(\.1), lower: bars(low),
      upper: bars(high), isFlat: isFlat)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let normal = NormalDistribution()
    let heights = ProfilePlot.levels.map { normal.quantile((1 + $0) / 2) }
    let naming = namingPanel
    let panels = curves.enumerated().map { k, curve in
      let grey = Appearance.fixed(CategoryStyle(Colour(hex: 0x8C8C8C)))
      let ends = curve.barEnds
      var marks: [any Mark] = [IntervalMark(low: ends.low, high: ends.high, at: heights, grey)]
      if let slope = curve.slope, let first = curve.values.first, let last = curve.values.last {
        let reach = heights.last! / slope
        for side in [-1.0, 1] {
          let end = curve.estimate + side * reach
          // No further than the curve, so that the axis is the curve's.
          let stop = max(first, min(last, end))
          marks.append(
            LineMark(
              x: [curve.estimate, stop], y: [0, abs(stop - curve.estimate) * slope],
              .fixed(CategoryStyle(OkabeIto.vermillion, .circle, .dashed)), width: 0.9))
        }
      }
      marks.append(
        LineMark(
          x: curve.values, y: curve.zetas.map { abs($0) }, .fixed(CategoryStyle(OkabeIto.blue)), width: 1.6))
      marks.append(
        PointMark(x: [curve.estimate], y: [0], .fixed(CategoryStyle(OkabeIto.blue)), size: 1))
      if k == naming { marks.append(names(heights, of: curve, words)) }
      return Panel(words.parameter(curve.label, of: response), marks)
    }
    var figure = Figure(
      size: size, x: Axis(words.parameterValue, tickSpacing: 40),
      y: Axis("|ζ|", limits: -0.1...2.95, tickSpacing: 34), panels: panels)
    figure.xSharing = .none
    figure.columns = size.columns(ofPanels: curves.count)
    figure.caption = words.profiles(
      flat: curves.filter(\.isFlat).map { words.parameter($0.label) },
      undefined: curves.filter(\.estimate.isNaN).map { words.parameter($0.label) })
    figure.describe(
      as: "profile",
      title: language == .english
        ? "Profile likelihood of each parameter of the model of \(response.name(language))"
        : "\(words.inSentence(response.name(language)).drop { $0 == " " })模型各参数的轮廓似然",
      text: alternativeText(language), in: language)
    return figure
  }

  /// The levels whose bars are named; one more would touch its neighbours.
  static let namedLevels = [0.5, 0.8, 0.95, 0.99]

  /// The panel in which bars are named: the one whose shortest bar takes the largest share of the width.
  private var namingPanel: Int? {
    func share(_ curve: Curve) -> Double {
      let (low, high) = curve.barEnds
      guard let least = low.min(), let most = high.max(), most > least else { return 0 }
      return (high[0] - low[0]) / (most - least)
    }
    let inside = curves.indices.filter { !curves[$0].values.isEmpty && !curves[$0].isFlat }
    return inside.max { share(curves[$0]) < share(curves[$1]) }
  }

  /// The names of the bars in their middle.
  private func names(_ heights: [Double], of curve: Curve, _ words: FigureWords) -> TextMark {
    let (low, high) = curve.barEnds
    let named = ProfilePlot.levels.indices.filter { ProfilePlot.namedLevels.contains(ProfilePlot.levels[$0]) }
    return TextMark(
      named.map { words.percent(ProfilePlot.levels[$0]) }, x: named.map { (low[$0] + high[$0]) / 2 },
      y: named.map { heights[$0] }, font: Theme.print.contour, hasHalo: true)
  }

  /// Estimates with their 95 % limits, and how lopsided each is.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let place = ProfilePlot.levels.firstIndex(of: 0.95)!
    let pieces = curves.map { curve in
      let (low, high) = (
        words.limit(curve.lower[place], bound: curve.label.bounds.low),
        words.limit(curve.upper[place], bound: curve.label.bounds.high)
      )
      let name = "\(words.parameter(curve.label)) \(words.estimated(curve.estimate))"
      return curve.estimate.isNaN
        ? name
        : words.either(
          "\(name), from \(low) to \(high)", "\(name)，从\(words.inSentence(low))到\(words.spaced(high))")
    }
    return language == .english
      ? "\(curves.count) panels, one for each parameter. Maximum likelihood estimates with 95% profile intervals: "
        + pieces.joined(separator: "; ") + "."
      : "共 \(curves.count) 个分面，每个参数一个。极大似然估计及 95% 轮廓区间：" + pieces.joined(separator: "；") + "。"
  }

  /// The numbers, one row for each point of each curve.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "value", "zeta"])
    for curve in curves {
      for (value, zeta) in zip(curve.values, curve.zetas) {
        data.append([.text(curve.label.name), .number(value), .number(zeta)])
      }
    }
    return data
  }
}

extension ProfilePlot.Curve {
  /// The ends of the bars as they are drawn: at the bound where the profile does not reach their height, and without one where the curve ends.
  var barEnds: (low: [Double], high: [Double]) {
    func end(_ bound: Double, _ last: Double?) -> Double { bound.isFinite ? bound : last ?? .nan }
    let low = end(label.bounds.low, values.first)
    let high = end(label.bounds.high, values.last)
    return (lower.map { $0.isNaN ? low : $0 }, upper.map { $0.isNaN ? high : $0 })
  }

  /// dζ/dvalue at the estimate, from the nearest points; nil if there is none on one side.
  var slope: Double? {
    guard let middle = zetas.firstIndex(of: 0), middle > 0, middle + 1 < zetas.count else { return nil }
    return (zetas[middle + 1] - zetas[middle - 1]) / (values[middle + 1] - values[middle - 1])
  }
}

extension ProfilePlot {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<ProfilePlot, FigureVariable>] {
    [\.response]
      + curves.indices.flatMap { k in
        curves[k].label.effects.indices.map { \.curves[k].label.effects[$0] } + [\.curves[k].label.grouping]
      }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
