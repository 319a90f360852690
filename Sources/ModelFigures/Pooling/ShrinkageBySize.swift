import Glibc
import MixedModels
import Plotting

/// Estimates of each group against its number of rows: from its own rows beside partial pooling, with their standard errors. The less a group
/// has, the further its own estimate strays and the nearer partial pooling brings it to the mean.
///
/// Where intercepts alone vary, two curves hold the middle 95 % of estimates that the fitted model expects for groups of each size:
///
///     no pooling: μ ± 1.96 √(σ²_α + σ²/n)        partial pooling: μ ± 1.96 σ_α √(n/(n + σ²/σ²_α))
///
/// Estimates without pooling are those of `OwnEstimates`. Their standard errors have one residual variance for all groups, as if the regressions of the groups were one, so that the bar
/// of a group with few rows does not hang on those few.
///
/// Reference: Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, figure 12.1.
public struct ShrinkageBySize: ModelFigure {
  /// A group's estimates of one coefficient.
  public struct Estimate: Sendable, Equatable {
    /// The level of the grouping factor.
    public let group: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
    /// Number of rows.
    public let count: Int
    /// Estimate from the group's own rows and its standard error; NaN where they do not determine it.
    public let own, ownError: Double
    /// Estimate by partial pooling and its standard error.
    public let pooled, pooledError: Double
  }

  /// What a model has beside varying means.
  public enum WithoutCurves: Sendable, Equatable {
    /// Predictors, fixed or varying.
    case predictors
    /// Weights of the rows.
    case weights
    /// A link: the information of a row depends on its mean.
    case link
  }

  /// The groups, in the factor's order.
  public var estimates: [Estimate]
  /// The mean of the groups' coefficients.
  public let mean: Double
  /// σ_α and σ where intercepts alone vary, so that there are curves; nil otherwise.
  public let deviations: (group: Double, residual: Double)?
  /// Why there are no curves.
  public let withoutCurves: WithoutCurves?
  /// Group-level columns whose effects by the mixed model are taken off the groups' own estimates.
  public var groupLevel: [FigureVariable]
  /// The coefficient.
  public var effect: FigureVariable
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// The link on whose scale the coefficients of a generalized model are; nil for a linear one.
  public let link: LinkFunction?
  /// Levels to be picked out by colour and name.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 × 9 cm.
  public var size = Size.centimetres(16, 9)

  /// Takes the first coefficient that varies over the groups of a fit with one grouping factor.
  /// - Throws: `ModelFigureError.severalGroupingFactors` or `.mixedCoding`.
  public init(_ fit: LinearMixedModelFit, highlighted: Set<String> = []) throws(ModelFigureError) {
    try self.init(of: fit, highlighted: highlighted)
  }

  /// The same of a generalized mixed model, on the scale of its link.
  /// - Throws: `ModelFigureError.severalGroupingFactors` or `.mixedCoding`.
  public init(_ fit: GeneralizedLinearMixedModelFit, highlighted: Set<String> = [])
    throws(ModelFigureError)
  {
    try self.init(of: fit, highlighted: highlighted)
  }

  private init(of fit: some OwnRegressing, highlighted: Set<String>) throws(ModelFigureError) {
    let model = fit.model
    if model.factors.count > 1 {
      throw .severalGroupingFactors(model.factors.map(\.name), formula: model.formulaText)
    }
    try ModelFigureError.checkSharedColumns(model)
    let name = model.randomEffectNames[0]
    let none = OwnEstimates(fit, names: [name], columns: GroupLevelColumns(model))
    let pooled = fit.coefficientNames.firstIndex(of: name)!
    let (coefficients, errors) = (fit.groupCoefficients, fit.groupCoefficientErrors)
    let sizes = model.groupSizes
    estimates = model.groupLevels.indices.map { j in
      Estimate(
        group: model.groupLevels[j], label: .level(model.groupLevels[j]), count: sizes[j],
        own: none.estimates[j, 0], ownError: none.errors[j, 0], pooled: coefficients[j, pooled],
        pooledError: errors[j, pooled])
    }
    mean = model.fixedEffectNames.firstIndex(of: name).map { fit.fixedEffects[$0] } ?? 0
    let hasMeansAlone =
      model.randomEffectNames == [FigureWords.constant] && model.fixedEffectNames == [FigureWords.constant]
    let sigma = fit.residualDeviation
    withoutCurves =
      sigma == nil ? .link : !hasMeansAlone ? .predictors : model.frame.weights != nil ? .weights : nil
    let deviation = fit.boundaries.isEmpty ? fit.varianceComponents[0].standardDeviations[0] : 0
    deviations = withoutCurves == nil ? sigma.map { (deviation, $0) } : nil
    groupLevel = none.borrowed.map { .column($0) }
    effect = .column(name, of: model)
    response = .column(model.frame.figureResponse)
    link = fit.effectLink
    grouping = .column(model.groupingFactor)
    self.highlighted = highlighted
  }

  /// Sizes along which curves are drawn, evenly on the logarithmic axis.
  private var curveSizes: [Double] {
    guard let least = estimates.map(\.count).min(), let most = estimates.map(\.count).max(), most > least
    else {
      return []
    }
    return (0...60).map { Double(least) * exp(log(Double(most) / Double(least)) * Double($0) / 60) }
  }

  /// Half of the range of the middle 95 % at each of `curveSizes`.
  private func halfWidths(pooled: Bool) -> [Double] {
    guard let (group, residual) = deviations else { return [] }
    return curveSizes.map { n in
      let spread = (group * group + residual * residual / n).squareRoot()
      return 1.959964 * (pooled ? group * group / spread : spread)
    }
  }

  private func curves(pooled: Bool) -> [any Mark] {
    let half = halfWidths(pooled: pooled)
    if half.isEmpty { return [] }
    return [-1.0, 1].map { side in
      LineMark(x: curveSizes, y: half.map { mean + side * $0 }, .category("expected"), width: 1)
    }
  }

  /// What the axis of the coefficient shows: curves whole, too, unless they go far beyond the estimates.
  var range: ShownRange? {
    let pooled = estimates.flatMap { [$0.pooled - $0.pooledError, $0.pooled + $0.pooledError] } + [mean]
    let own = estimates.map(\.own)
    guard let range = ShownRange(pooled: pooled, own: own) else { return nil }
    let (low, high) = (range.limits.lowerBound, range.limits.upperBound)
    let near = (2 * low - high)...(2 * high - low)
    // The bars of the estimates shown are whole.
    let bars = estimates.filter { range.limits.contains($0.own) }.flatMap {
      [$0.own - $0.ownError, $0.own + $0.ownError]
    }
    let ends = bars + [false, true].flatMap { halfWidths(pooled: $0).flatMap { [mean - $0, mean + $0] } }
    return ShownRange(pooled: pooled, own: own, keeping: ends.filter(near.contains))
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    // Groups of one size alone would be one column of dots.
    let isOneSize = Set(estimates.map(\.count)).count == 1 && estimates.count > 1
    let sizes = estimates.map { Double($0.count) }
    let counts = isOneSize ? spread(sizes, over: 0.6) : sizes
    let range = range
    let limits = range?.limits
    func panel(_ style: PoolingStyle, _ values: [(estimate: Double, error: Double)], pooled: Bool) -> Panel {
      let named = estimates.indices.filter {
        highlighted.contains(estimates[$0].group) && values[$0].estimate.isFinite
          && limits?.contains(values[$0].estimate) ?? true
      }
      let others = estimates.indices.filter { !highlighted.contains(estimates[$0].group) }
      let isDense = estimates.count > 40
      var marks: [any Mark] = [RuleMark(.y(mean))]
      marks += curves(pooled: pooled)
      for (places, look) in [
        (others, Appearance.fixed(CategoryStyle(style.style.colour))), (named, .category("highlighted")),
      ] {
        marks.append(
          IntervalMark(
            low: places.map { values[$0].estimate - values[$0].error },
            high: places.map { values[$0].estimate + values[$0].error }, at: places.map { counts[$0] }, look,
            direction: .upright, width: isDense ? 0.6 : 0.9))
      }
      let size = isDense ? 0.7 : 1.0
      marks.append(
        PointMark(
          x: others.map { counts[$0] }, y: others.map { values[$0].estimate }, style.appearance, size: size))
      marks.append(
        PointMark(
          x: named.map { counts[$0] }, y: named.map { values[$0].estimate }, .category("highlighted"),
          size: 1.1))
      marks.append(
        LabelMark(
          named.map { estimates[$0].label(language) }, x: named.map { counts[$0] },
          y: named.map { values[$0].estimate }, clearance: 2.9, coversDots: true))
      return Panel(words.title(style.label(language)), marks)
    }
    var x = Axis(words.groupSize(grouping), tickSpacing: 30, isWhole: true)
    let (least, most) = (sizes.min() ?? 1, sizes.max() ?? 1)
    x.isLogarithmic = most > 1.5 * least
    if isOneSize { x.namedTicks = [NamedTick(least, words.number(least))] }
    var categories = PoolingStyle.scale(language)
    categories.entries.append(
      .init(
        "expected", label: words.expectedRange, style: CategoryStyle(Colour(hex: 0x595959), .circle, .dashed))
    )
    categories.entries.append(
      .init(
        "highlighted", label: words.highlighted, style: PoolingStyle.pickedOut))
    var figure = Figure(
      size: size, x: x, y: Axis(words.effect(effect, of: response), limits: range?.limits),
      categories: categories,
      panels: [
        panel(.none, estimates.map { ($0.own, $0.ownError) }, pooled: false),
        panel(.partial, estimates.map { ($0.pooled, $0.pooledError) }, pooled: true),
      ])
    var caption = [words.sizeBars(isGeneralized: link != nil)]
    if isOneSize { caption.append(words.spreadSizes) }
    if deviations != nil, !curveSizes.isEmpty { caption.append(words.sizeCurves) }
    if let withoutCurves { caption.append(words.noSizeCurves(withoutCurves)) }
    if !groupLevel.isEmpty { caption.append(words.groupLevelShare(groupLevel.map { $0.name(language) })) }
    let open = estimates.count { $0.own.isNaN }
    if open > 0 { caption.append(words.undetermined(open)) }
    if let outside = range?.outside, outside > 0 { caption.append(words.ownOutside(outside)) }
    if let link { caption.append(words.linkScale(link, response)) }
    figure.caption = words.sentences(caption)
    figure.describe(
      as: "shrinkage-by-size", title: alternativeTitle(language), text: alternativeText(language),
      in: language)
    return figure
  }

  /// The numbers, one row a group.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "n", "none", "none.se", "partial", "partial.se"])
    for e in estimates {
      data.append([
        .text(e.group), .number(Double(e.count)), .number(e.own), .number(e.ownError), .number(e.pooled),
        .number(e.pooledError),
      ])
    }
    return data
  }
}

extension ShrinkageBySize {
  /// The response, the grouping factor, the column whose slope is shown, and group-level columns.
  public var variables: [WritableKeyPath<ShrinkageBySize, FigureVariable>] {
    [\.response, \.grouping, \.effect] + groupLevel.indices.map { \.groupLevel[$0] }
  }
  /// The groups.
  public var levelNames: [String] { estimates.map(\.group) }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in estimates.indices where estimates[j].group == level { estimates[j].label = words }
  }
}
