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
    /// The parameter by lme4's name.
    public let parameter: String
    /// Its ML estimate.
    public let estimate: Double
    /// Values, ascending, and ζ there, from negative through 0 at the estimate.
    public let values, zetas: [Double]
    /// The ends of the profile intervals at `ProfilePlot.levels`; NaN where the profile does not reach one.
    public let lower, upper: [Double]
  }

  /// The levels of the bars.
  public static let levels = [0.5, 0.8, 0.9, 0.95, 0.99]

  /// One curve a parameter, covariance parameters first, then σ, then the fixed effects.
  public let curves: [Curve]
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
    let bounds = ParameterLabel.all(of: ml).map(\.bounds)
    curves = intervals[0].indices.map { k in
      let own = intervals.map { $0[k] }
      func reached(_ value: Double, _ isLower: Bool) -> Bool {
        let name = own[0].parameter
        if !value.isFinite { return false }
        if name.hasPrefix("cor_") { return abs(value) < 1 }
        return !(isLower && value == 0 && (name.hasPrefix("sd_") || name == "sigma"))
      }
      var points: [(value: Double, zeta: Double)] = [(own[0].estimate, 0)]
      for (interval, zeta) in zip(own, heights) {
        if reached(interval.lower, true) { points.append((interval.lower, -zeta)) }
        if reached(interval.upper, false) { points.append((interval.upper, zeta)) }
      }
      // Where a bound comes first the curve goes on to it.
      if own[0].estimate.isFinite, let highest = own.last {
        for (bound, end, sign) in [(bounds[k].low, highest.lower, -1.0), (bounds[k].high, highest.upper, 1)]
        where bound.isFinite && !reached(end, sign < 0) && bound != own[0].estimate {
          let zeta = ml.profileRise(ofParameter: k, at: bound).squareRoot()
          if zeta > points.map({ sign * $0.zeta }).max()! { points.append((bound, sign * zeta)) }
        }
      }
      points.sort { $0.value < $1.value }
      let bars = marked.map { zeta in own[heights.firstIndex(of: zeta)!] }
      return Curve(
        parameter: own[0].parameter, estimate: own[0].estimate, values: points.map(\.value),
        zetas: points.map(\.zeta), lower: bars.map { reached($0.lower, true) ? $0.lower : .nan },
        upper: bars.map { reached($0.upper, false) ? $0.upper : .nan })
    }
    response = .column(fit.model.frame.responseBesideOffsetText)
    size = .forPanels(curves.count)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let normal = NormalDistribution()
    let heights = ProfilePlot.levels.map { normal.quantile((1 + $0) / 2) }
    let panels = curves.map { curve in
      let grey = Appearance.fixed(CategoryStyle(Colour(hex: 0x8C8C8C)))
      // A bar whose end is not reached goes on to the edge of what is drawn.
      let (first, last) = (curve.values.first ?? curve.estimate, curve.values.last ?? curve.estimate)
      var marks: [any Mark] = [
        IntervalMark(
          low: curve.lower.map { $0.isNaN ? first : $0 }, high: curve.upper.map { $0.isNaN ? last : $0 },
          at: heights, grey)
      ]
      if let slope = curve.slope {
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
      return Panel(curve.parameter, marks)
    }
    var figure = Figure(
      size: size, x: Axis(words.parameterValue, tickSpacing: 40),
      y: Axis("|ζ|", limits: -0.1...2.95, tickSpacing: 34), panels: panels)
    figure.xSharing = .none
    figure.columns = size.columns(ofPanels: curves.count)
    figure.caption = words.profileBars
    figure.slug = "profile"
    figure.language = language.rawValue
    figure.alternativeTitle =
      language == .english
      ? "Profile likelihood of each parameter of the model of \(response.name(language))"
      : "\(words.inSentence(response.name(language)).drop { $0 == " " })模型各参数的轮廓似然"
    figure.alternativeText = alternativeText(language)
    return figure
  }

  /// Estimates with their 95 % limits, and how lopsided each is.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let place = ProfilePlot.levels.firstIndex(of: 0.95)!
    func end(_ value: Double) -> String {
      value.isNaN ? (language == .english ? "its bound" : "边界") : number(value)
    }
    let pieces = curves.map { curve in
      let (low, high) = (end(curve.lower[place]), end(curve.upper[place]))
      let name = curve.parameter
      return language == .english
        ? "\(name) \(number(curve.estimate)), from \(low) to \(high)"
        : "\(name) \(number(curve.estimate))，从 \(low) 到 \(high)"
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
        data.append([.text(curve.parameter), .number(value), .number(zeta)])
      }
    }
    return data
  }
}

extension ProfilePlot.Curve {
  /// dζ/dvalue at the estimate, from the nearest points; nil if there is none on one side.
  var slope: Double? {
    guard let middle = zetas.firstIndex(of: 0), middle > 0, middle + 1 < zetas.count else { return nil }
    return (zetas[middle + 1] - zetas[middle - 1]) / (values[middle + 1] - values[middle - 1])
  }
}

extension ProfilePlot {
  /// The response.
  public var variables: [WritableKeyPath<ProfilePlot, FigureVariable>] { [\.response] }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
