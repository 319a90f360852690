import LinearAlgebra
import MixedModels
import Plotting

/// The estimates of every group as paths from complete to no pooling, and below them how well each position of the dial explains the data.
///
/// With one varying coefficient the dial is its standard deviation τ between groups; with several it is a factor c on their fitted standard deviations,
/// correlations held. Everything else, σ included, is at its best given the dial (`PoolingPath`), so that the lower panel is a profile of the criterion. The
/// axis is τ/(τ + s), with s the median standard error of a group's own estimate: its ends are 0 and ∞, and a group of middling size stands about half
/// way at the middle. For several coefficients s is 1, and the fit stands in the middle.
///
/// At ∞ stands the limit of the paths (`PoolingLimit`): own estimates of what varies, everything else in common. Groups whose rows do not determine what varies have a limit, too,
/// which the model gives. Where the covariance of several coefficients is singular, no multiple of it ends all pooling, and paths stop before.
///
/// Reference: Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, figures 5.5 and 5.6, where σ is known and the posterior density of τ stands in
/// the criterion's place.
public struct PoolingDial: ModelFigure {
  /// A group: its level, its name in figures, its number of rows.
  public struct Group: Sendable, Equatable {
    /// The level of the grouping factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
    /// Number of rows.
    public let count: Int
  }

  /// The groups, in the factor's order.
  public var groups: [Group]
  /// What varies.
  public var effects: [FigureVariable]
  /// Positions of the dial, ascending from 0 to infinity, the fitted one among them.
  public let scales: [Double]
  /// The position in the middle of the axis.
  public let middle: Double
  /// The fitted position.
  public let fittedScale: Double
  /// Estimates of each effect of each group at each position; NaN at infinity where paths stop before.
  public let estimates: [[[Double]]]
  /// By how much the criterion is above that of the fit, position by position.
  public let rises: [Double]
  /// How the model was fitted.
  public let method: EstimationMethod
  /// Whether several effects have a singular covariance, so that no multiple of it ends all pooling.
  public let isDegenerate: Bool
  /// The positions at which the criterion has risen by `criticalRise`, good to 1e-7 of themselves: the ends of an approximate 95 % interval.
  public let interval: (low: Double, high: Double)
  /// Number of groups whose rows do not determine what varies.
  public let undeterminedCount: Int
  /// Whether there are coefficients that all groups have in common, at infinity too.
  public let hasCommonCoefficients: Bool
  /// Group-level columns that the effects are adjusted for.
  public var groupLevel: [FigureVariable]
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide and as high as the panels want.
  public var size: Size

  /// The rise of the criterion at the ends of an approximate 95 % interval: the quantile of χ² with one degree of freedom.
  static let criticalRise = 3.841458820694124

  /// Follows the estimates of a fit.
  /// - Throws: `FitError` as `PoolingPath`.
  public init(_ fit: LinearMixedModelFit, highlighted: Set<String> = []) throws(FitError) {
    let model = fit.model
    let start = try PoolingPath(fit, scales: [])
    // One standard deviation at its bound is 0 but for rounding.
    let isSingle = start.effectNames.count == 1
    let fitted = isSingle && fit.diagnostics.isSingular ? 0 : start.fittedScale
    var middle = 1.0
    if isSingle {
      let own = GroupRegressions.lsdv(model)
      let column = own.names.firstIndex(of: start.effectNames[0])!
      let errors = own.errors.column(column).filter { $0.isFinite && $0 > 0 }.sorted()
      middle = errors.isEmpty ? fit.sigma : (errors[(errors.count - 1) / 2] + errors[errors.count / 2]) / 2
    }
    // A hundred steps along the axis, and thirty where the criterion is near its minimum.
    let steps = 100
    var scales = (0..<steps).map { middle * Double($0) / Double(steps - $0) } + [fitted]
    var points = try PoolingPath(fit, scales: scales).points.sorted { $0.scale < $1.scale }
    let near = points.indices.filter { points[$0].criterion - fit.criterion < 15 }
    let ends = (
      points[max(0, near[0] - 1)].scale, points[min(points.count - 1, near[near.count - 1] + 1)].scale
    )
    let (first, last) = (ends.0 / (ends.0 + middle), ends.1 / (ends.1 + middle))
    scales = (1..<30).map { first + (last - first) * Double($0) / 30 }.map { middle * $0 / (1 - $0) }
    points += try PoolingPath(fit, scales: scales + [.infinity]).points
    points.sort { $0.scale < $1.scale }
    points = points.indices.filter { $0 == 0 || points[$0].scale > points[$0 - 1].scale }.map { points[$0] }
    scales = points.map(\.scale)
    groups = zip(model.groupLevels, model.groupSizes).map {
      Group(name: $0, label: .level($0), count: $1)
    }
    effects = start.effectNames.map { .column($0, of: model) }
    self.scales = scales
    self.middle = middle
    fittedScale = fitted
    isDegenerate = start.effectNames.count > 1 && fit.diagnostics.isSingular
    let isDegenerate = isDegenerate
    estimates = start.effectNames.indices.map { k in
      model.groupLevels.indices.map { j in
        points.map { isDegenerate && $0.scale.isInfinite ? .nan : $0.coefficients[j, k] }
      }
    }
    rises = points.map { $0.criterion - fit.criterion }
    interval = try PoolingDial.interval(fit, scales: scales, rises: rises, around: fitted)
    undeterminedCount = PoolingDial.undetermined(model)
    let columns = GroupLevelColumns(model)
    let names = start.effectNames
    groupLevel = columns.entries.filter { names.contains($0.base) }.map { .column($0.name) }
    hasCommonCoefficients = model.fixedEffectNames.contains { name in
      !names.contains(name) && !columns.entries.contains { $0.name == name && names.contains($0.base) }
    }
    method = fit.method
    response = .column(model.frame.responseBesideOffsetText)
    grouping = .column(model.groupingFactor)
    self.highlighted = highlighted
    size = .centimetres(16, start.effectNames.count == 1 ? 11.5 : 5.5 + 4.5 * Double(start.effectNames.count))
  }

  /// Where a position of the dial stands on the axis, from 0 to 1.
  func place(_ scale: Double) -> Double { scale.isInfinite ? 1 : scale / (scale + middle) }

  /// The crossings of the critical rise next to the fit.
  private static func interval(
    _ fit: LinearMixedModelFit, scales: [Double], rises: [Double], around fitted: Double
  ) throws(FitError) -> (low: Double, high: Double) {
    func excess(_ scale: Double) throws(FitError) -> Double {
      try PoolingPath(fit, scales: [scale]).points[0].criterion - fit.criterion - criticalRise
    }
    // By Ridders' method.
    func crossing(_ start: Double, _ end: Double) throws(FitError) -> Double {
      var (low, high) = (min(start, end), max(start, end))
      var (below, above) = (try excess(low), try excess(high))
      for _ in 0..<60 where high - low > 1e-8 * high {
        let middle = (low + high) / 2
        let value = try excess(middle)
        let spread = (value * value - below * above).squareRoot()
        if value == 0 || !(spread > 0) { return middle }
        let next = middle + (middle - low) * (below > above ? 1 : -1) * value / spread
        let found = try excess(next)
        if found == 0 || abs(next - middle) < 1e-9 * next { return next }
        for (place, rise) in [(middle, value), (next, found)] where place > low && place < high {
          if (rise > 0) == (below > 0) { (low, below) = (place, rise) } else { (high, above) = (place, rise) }
        }
      }
      return (low + high) / 2
    }
    let place = scales.firstIndex(of: fitted)!
    var low = 0.0
    if let outside = (0..<place).last(where: { rises[$0] > criticalRise }) {
      low = try crossing(scales[outside], scales[outside + 1])
    }
    guard let outside = (place..<scales.count).first(where: { rises[$0] > criticalRise }) else {
      return (low, .infinity)
    }
    var (inside, end) = (scales[outside - 1], scales[outside])
    if end.isInfinite {
      // Beyond the last position: out to where it is crossed, if ever.
      end = 2 * inside
      let most = 1e9 * inside
      while end < most, try excess(end) <= 0 { (inside, end) = (end, 2 * end) }
      if end >= most { return (low, .infinity) }
    }
    return (low, try crossing(inside, end))
  }

  /// Groups whose rows do not tell apart what varies.
  private static func undetermined(_ model: LinearMixedModel) -> Int {
    var rows = [[Int]](repeating: [], count: model.groupLevels.count)
    for (i, code) in model.groupCodes.enumerated() { rows[code].append(i) }
    let z = model.randomMatrix
    return rows.count { own in
      let storage = (0..<z.columns).flatMap { k in own.map { z[$0, k] } }
      return PivotedQR(Matrix(rows: own.count, columns: z.columns, storage: storage)).rank < z.columns
    }
  }

  /// Whether all groups are named.
  var areFew: Bool { groups.count <= CategoricalScale.paletteCount }
  /// Whether each has a colour of its own; beside levels that are picked out, the others are grey.
  var hasColours: Bool { areFew && highlighted.isEmpty }

  /// The numbers, one row for each effect, group and position.
  public var plottedData: PlottedData {
    var data = PlottedData(["effect", "group", "scale", "position", "estimate", "rise"])
    for (k, effect) in effects.enumerated() {
      for (j, group) in groups.enumerated() {
        for (i, scale) in scales.enumerated() {
          data.append([
            .text(effect.column), .text(group.name), .number(scale), .number(place(scale)),
            .number(estimates[k][j][i]), .number(rises[i]),
          ])
        }
      }
    }
    return data
  }
}

extension PoolingDial {
  /// Response, grouping factor, the columns whose slopes vary, and group-level columns.
  public var variables: [WritableKeyPath<PoolingDial, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.map { \.effects[$0] }
      + groupLevel.indices.map { \.groupLevel[$0] }
  }
  /// Panels one above the other need it.
  public var keepsHeight: Bool { true }
  /// The groups.
  public var levelNames: [String] { groups.map(\.name) }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in groups.indices where groups[j].name == level { groups[j].label = words }
  }
}
