import MixedModels
import Plotting

/// What pooling does to each group's coefficients: the estimate from the group's own rows and the one by partial pooling on one row, joined; one panel a coefficient.
///
/// Rows stand in the order of the first coefficient's partial-pooling estimates, the same in all panels. An upright line marks the mean.
/// Own estimates are those of `OwnEstimates`: least squares of the group's rows, less what group-level predictors add by the mixed model.
public struct Dumbbell: ModelFigure {
  /// A group with its coefficients.
  public struct Group: Sendable, Equatable {
    /// The level of the grouping factor.
    public let name: String
    /// Its name in figures; the level itself unless changed.
    public var label: LocalizedText
    /// Number of rows.
    public let count: Int
    /// Estimates from its own rows, coefficient by coefficient; NaN where they do not determine one.
    public let own: [Double]
    /// Estimates by partial pooling.
    public let pooled: [Double]
  }

  /// The groups, in the factor's order.
  public var groups: [Group]
  /// The coefficients.
  public var effects: [FigureVariable]
  /// The means of the groups' coefficients.
  public let means: [Double]
  /// Group-level columns whose effects by the mixed model are taken off the groups' own estimates.
  public var groupLevel: [FigureVariable]
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// The link on whose scale the coefficients of a generalized model are; nil for a linear one.
  public let link: LinkFunction?
  /// Levels to be picked out by a broad green link and a diamond, and named where not all are.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// Takes the coefficients that vary over the groups of a fit with one grouping factor.
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
    var names: [String] = []
    for name in model.randomEffectNames where !names.contains(name) { names.append(name) }
    let none = OwnEstimates(fit, names: names, columns: GroupLevelColumns(model))
    let coefficients = fit.groupCoefficients
    let pooled = names.map { fit.coefficientNames.firstIndex(of: $0)! }
    let sizes = model.groupSizes
    groups = model.groupLevels.indices.map { j in
      Group(
        name: model.groupLevels[j], label: .level(model.groupLevels[j]), count: sizes[j],
        own: Array(none.estimates.row(j)), pooled: pooled.map { coefficients[j, $0] })
    }
    effects = names.map { .column($0, of: model) }
    means = names.map { name in model.fixedEffectNames.firstIndex(of: name).map { fit.fixedEffects[$0] } ?? 0
    }
    groupLevel = none.borrowed.map { .column($0) }
    response = .column(model.frame.figureResponse)
    link = fit.effectLink
    grouping = .column(model.groupingFactor)
    self.highlighted = highlighted
    let rows = Double(min(groups.count, Caterpillar.mostNamed))
    size = .centimetres(16, max(6, (3 + 0.42 * rows).rounded(.up)))
  }

  /// Groups by their first partial-pooling estimate, smallest first; ties keep the factor's order.
  var order: [Int] { groups.indices.sorted { (groups[$0].pooled[0], $0) < (groups[$1].pooled[0], $1) } }

  /// What the axis of a coefficient shows.
  func range(_ e: Int) -> ShownRange? {
    ShownRange(pooled: groups.map { $0.pooled[e] } + [means[e]], own: groups.map { $0.own[e] })
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let order = order
    let ranges = effects.indices.map(range)
    let panels = effects.indices.map { e in
      Panel(
        words.effect(effects[e], of: response), marks(e, order),
        x: Axis("", limits: ranges[e]?.limits, tickSpacing: 52))
    }
    let sizes = Set(groups.map(\.count))
    let names = order.map { j in
      let label = groups[j].label(language)
      return sizes.count == 1 ? label : words.sized(label, groups[j].count)
    }
    var y = Axis(grouping.name(language), levels: names)
    y.marked = Set(order.indices.filter { highlighted.contains(groups[order[$0]].name) })
    var categories = PoolingStyle.scale(language)
    categories.entries.append(
      .init("highlighted", label: words.highlighted, style: PoolingStyle.pickedOut))
    var figure = Figure(
      size: size, x: Axis(words.estimate, tickSpacing: 52), y: y, categories: categories, panels: panels)
    figure.xSharing = .none
    var caption = [
      words.dumbbells(
        size: sizes.count == 1 ? sizes.first : nil,
        sorted: effects.count > 1 ? words.effectInSentence(effects[0], definite: true) : nil,
        unnamed: order.count > Caterpillar.mostNamed ? order.count : nil)
    ]
    if !groupLevel.isEmpty { caption.append(words.groupLevelShare(groupLevel.map { $0.name(language) })) }
    let open = groups.count { !$0.own.allSatisfy(\.isFinite) }
    if open > 0 { caption.append(words.undetermined(open)) }
    let outside = ranges.reduce(0) { $0 + ($1?.outside ?? 0) }
    if outside > 0 { caption.append(words.ownOutside(outside)) }
    if let link { caption.append(words.linkScale(link, response)) }
    figure.caption = words.sentences(caption)
    figure.describe(
      as: "dumbbell", title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  /// Links, ends and the mean of one coefficient.
  private func marks(_ e: Int, _ order: [Int]) -> [any Mark] {
    let isDense = order.count > 2 * Caterpillar.mostNamed
    let own = order.map { groups[$0].own[e] }
    let pooled = order.map { groups[$0].pooled[e] }
    let isNamed = { (place: Int) in highlighted.contains(groups[order[place]].name) }
    let (named, rest) = (order.indices.filter(isNamed), order.indices.filter { !isNamed($0) })
    func links(_ places: [Int], _ look: Appearance, width: Double) -> IntervalMark {
      let known = places.filter { own[$0].isFinite }
      return IntervalMark(
        low: known.map { own[$0] }, high: known.map { pooled[$0] }, at: known.map(Double.init), look,
        width: width)
    }
    func points(_ places: [Int], _ values: [Double], _ look: Appearance, size: Double) -> PointMark {
      let known = places.filter { values[$0].isFinite }
      return PointMark(x: known.map { values[$0] }, y: known.map(Double.init), look, size: size)
    }
    let size = isDense ? 0.6 : 0.95
    return [
      RuleMark(.x(means[e])),
      links(rest, .fixed(CategoryStyle(Colour(hex: 0x8C8C8C))), width: isDense ? 0.6 : 1.2),
      points(Array(order.indices), own, PoolingStyle.none.appearance, size: size),
      points(rest, pooled, PoolingStyle.partial.appearance, size: size),
      links(named, .category("highlighted"), width: 1.2),
      points(named, own, PoolingStyle.none.appearance, size: size),
      points(named, pooled, .category("highlighted"), size: 1),
    ]
  }

  /// The numbers, one row for each group and coefficient.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "n", "effect", "none", "partial", "mean"])
    for e in effects.indices {
      for group in groups {
        data.append([
          .text(group.name), .number(Double(group.count)), .text(effects[e].column), .number(group.own[e]),
          .number(group.pooled[e]), .number(means[e]),
        ])
      }
    }
    return data
  }
}

extension Dumbbell {
  /// The response, the grouping factor, the columns whose slopes vary, and group-level columns.
  public var variables: [WritableKeyPath<Dumbbell, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.map { \.effects[$0] }
      + groupLevel.indices.map { \.groupLevel[$0] }
  }
  /// The groups.
  public var levelNames: [String] { groups.map(\.name) }
  /// Rows need it.
  public var keepsHeight: Bool { true }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in groups.indices where groups[j].name == level { groups[j].label = words }
  }
}
