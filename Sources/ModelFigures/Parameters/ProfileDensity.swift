import Distributions
import MixedModels
import Plotting

/// The density that the profile likelihood of each parameter implies: φ(ζ(x))·ζ′(x), one panel a parameter.
///
/// It is the density of a value whose ζ is standard normal: normal where ζ is a straight line, skew where it bends. The shaded area of 95% lies
/// between the ends of the profile interval. Where a parameter meets a bound before its profile has risen far, the density has mass less than 1; the rest is Φ(ζ) at the
/// bound.
///
/// Reference: Bates et al. (2015), section 5.1, doi:10.18637/jss.v067.i01; the figure is that of lme4's `densityplot(profile(fit))`.
public struct ProfileDensity: ModelFigure {
  /// The density of one parameter.
  public struct Curve: Sendable, Equatable {
    /// The parameter.
    public var label: ParameterLabel
    /// Its ML estimate.
    public let estimate: Double
    /// Values, ascending, and the density there, in units of one over the parameter's.
    public let values, densities: [Double]
    /// The 95% profile interval; a bound where the profile does not reach the level.
    public let lower, upper: Double
    /// The mass that is missing at the lower and at the upper bound.
    public let massBelow, massAbove: Double
  }

  /// One curve a parameter, covariance parameters first, then σ, then the fixed effects.
  public var curves: [Curve]
  /// The response, which gives units their words.
  public var response: FigureVariable
  /// Canvas size; at first 16 cm wide and as high as the rows of panels want.
  public var size: Size

  /// Profiles a fit; one by REML is refitted by ML.
  /// - Throws: `FitError` as `profileIntervals`.
  public init(_ fit: LinearMixedModelFit) throws(FitError) {
    let plot = try ProfilePlot(fit)
    curves = plot.curves.map { ProfileDensity.curve($0.label, $0) }
    response = plot.response
    size = .forPanels(curves.count)
  }

  /// Points of a density between two of a profile.
  private static let resolution = 6

  private static func curve(_ label: ParameterLabel, _ profile: ProfilePlot.Curve) -> Curve {
    let normal = NormalDistribution()
    let points = zip(profile.values, profile.zetas).filter { $0.0.isFinite }
    let meetsLow = points.first.map { $0.0 <= label.bounds.low } ?? false
    let meetsHigh = points.last.map { $0.0 >= label.bounds.high } ?? false
    var (values, densities): ([Double], [Double]) = ([], [])
    if points.count > 2 {
      // The deviance is a function of the variance: over the standard deviation it is level at 0.
      let isLevel = meetsLow && label.kind == .deviation && points[0].1 < 0
      let spline = CubicSpline(points.map(\.0), points.map(\.1), startSlope: isLevel ? 0 : nil)
      let steps = (points.count - 1) * resolution
      for k in 0...steps {
        let i = min(k / resolution, points.count - 2)
        let part = k - i * resolution
        let share = Double(part) / Double(resolution)
        let place = points[i].0 + share * (points[i + 1].0 - points[i].0)
        let (zeta, slope) = spline.value(at: place)
        values.append(place)
        densities.append(normal.density(zeta) * max(0, slope))
      }
    }
    let place = ProfilePlot.levels.firstIndex(of: 0.95)!
    let (low, high) = (profile.lower[place], profile.upper[place])
    return Curve(
      label: label, estimate: profile.estimate, values: values, densities: densities,
      lower: low.isNaN ? values.first ?? .nan : low, upper: high.isNaN ? values.last ?? .nan : high,
      massBelow: meetsLow ? normal.cumulative(points[0].1) : 0,
      massAbove: meetsHigh ? 1 - normal.cumulative(points[points.count - 1].1) : 0)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let panels = curves.map { curve in
      DensityPanel(
        name: words.parameter(curve.label, of: response), x: curve.values, density: curve.densities,
        interval: (curve.lower, curve.upper), estimate: curve.estimate
      ).panel()
    }
    var figure = Figure(densities: panels, size: size, words: words)
    figure.caption = words.profileDensities + cutRemarks(words)
    let name = response.name(language)
    figure.describe(
      as: "profile-density",
      title: words.either(
        "Profile densities of the parameters of the model of \(name)",
        "\(words.inSentence(name).drop { $0 == " " })模型各参数的轮廓密度"), text: alternativeText(words), in: language)
    return figure
  }

  /// Which densities lack mass, and which parameters have none.
  private func cutRemarks(_ words: FigureWords) -> String {
    var text = ""
    for curve in curves {
      let name = words.parameter(curve.label)
      if curve.values.isEmpty { text += words.noDensity(name) }
      for (mass, bound) in [
        (curve.massBelow, curve.label.bounds.low), (curve.massAbove, curve.label.bounds.high),
      ]
      where mass > 5e-4 {
        text += words.missingMass(name, mass, at: bound)
      }
    }
    return text
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let number = words.number
    let pieces = curves.map { curve in
      let name = words.parameter(curve.label)
      return words.either(
        "\(name) \(words.estimated(curve.estimate)), from \(number(curve.lower)) to \(number(curve.upper))",
        "\(name) \(words.estimated(curve.estimate))，从 \(number(curve.lower)) 到 \(number(curve.upper))")
    }
    let start = words.either(
      "\(curves.count) panels, one for each parameter: the density implied by its profile likelihood. Maximum likelihood estimates with 95% profile intervals: ",
      "共 \(curves.count) 个分面，每个参数一个：由轮廓似然得到的密度。极大似然估计及 95% 轮廓区间：")
    let end = words.either(".", "。")
    return start + pieces.joined(separator: words.either("; ", "；")) + end + mostSkew(words)
      + cutRemarks(words)
  }

  /// The parameter whose interval is most lopsided.
  private func mostSkew(_ words: FigureWords) -> String {
    func ratio(_ curve: Curve) -> Double {
      let arms = (curve.estimate - curve.lower, curve.upper - curve.estimate)
      return arms.0 > 0 && arms.1 > 0 ? max(arms.0 / arms.1, arms.1 / arms.0) : 1
    }
    guard let most = curves.max(by: { ratio($0) < ratio($1) }), ratio(most) > 1.1 else { return "" }
    let isUp = most.upper - most.estimate > most.estimate - most.lower
    return words.mostSkew(words.parameter(most.label), ratio(most), isUp: isUp)
  }

  /// The numbers, one row for each point of each curve.
  public var plottedData: PlottedData {
    var data = PlottedData(["parameter", "value", "density"])
    for curve in curves {
      for (value, density) in zip(curve.values, curve.densities) {
        data.append([.text(curve.label.name), .number(value), .number(density)])
      }
    }
    return data
  }
}

extension ProfileDensity {
  /// The response, and the columns that parameters are named after.
  public var variables: [WritableKeyPath<ProfileDensity, FigureVariable>] {
    [\.response]
      + curves.indices.flatMap { k in
        curves[k].label.effects.indices.map { \.curves[k].label.effects[$0] } + [\.curves[k].label.grouping]
      }
  }
  /// Rows of panels need it.
  public var keepsHeight: Bool { true }
}
