import MixedModels
import Plotting

/// What pooling does to each group's coefficients: the estimate from the group's own rows and the one by partial pooling on one row, joined; one panel a coefficient.
///
/// Rows stand in the order of the first coefficient's partial-pooling estimates, the same in all panels. An upright line marks the mean.
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
  /// The response.
  public var response: FigureVariable
  /// The grouping factor.
  public var grouping: FigureVariable
  /// Levels to be picked out by a broad green link, and named where not all are.
  public var highlighted: Set<String>
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// Takes the coefficients that vary over the groups of a fit with one grouping factor.
  /// - Throws: `ModelFigureError.severalGroupingFactors`.
  public init(_ fit: LinearMixedModelFit, highlighted: Set<String> = []) throws(ModelFigureError) {
    let model = fit.model
    if model.factors.count > 1 {
      throw .severalGroupingFactors(model.factors.map(\.name), formula: model.formulaText)
    }
    var names: [String] = []
    for name in model.randomEffectNames where !names.contains(name) { names.append(name) }
    let none = GroupRegressions.noPooling(model)
    let coefficients = fit.groupCoefficients
    let own = names.map { none.names.firstIndex(of: $0)! }
    let pooled = names.map { fit.coefficientNames.firstIndex(of: $0)! }
    let sizes = model.groupSizes
    groups = model.groupLevels.indices.map { j in
      Group(
        name: model.groupLevels[j], label: LocalizedText(model.groupLevels[j]), count: sizes[j],
        own: own.map { none.estimates[j, $0] }, pooled: pooled.map { coefficients[j, $0] })
    }
    effects = names.map { .column($0, of: model) }
    means = names.map { name in model.fixedEffectNames.firstIndex(of: name).map { fit.fixedEffects[$0] } ?? 0
    }
    response = .column(model.frame.responseBesideOffsetText)
    grouping = .column(model.groupingFactor)
    self.highlighted = highlighted
    let rows = Double(min(groups.count, Caterpillar.mostNamed))
    size = .centimetres(16, max(6, (3 + 0.42 * rows).rounded(.up)))
  }

  /// Groups by their first partial-pooling estimate, smallest first; ties keep the factor's order.
  var order: [Int] { groups.indices.sorted { (groups[$0].pooled[0], $0) < (groups[$1].pooled[0], $1) } }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let order = order
    let heights = order.indices.map(Double.init)
    let isDense = order.count > 2 * Caterpillar.mostNamed
    let panels = effects.indices.map { e in
      let own = order.map { groups[$0].own[e] }
      let pooled = order.map { groups[$0].pooled[e] }
      let known = order.indices.filter { own[$0].isFinite }
      func links(_ places: [Int], _ look: Appearance, width: Double) -> IntervalMark {
        IntervalMark(
          low: places.map { own[$0] }, high: places.map { pooled[$0] }, at: places.map { heights[$0] }, look,
          width: width)
      }
      let isNamed = { (place: Int) in highlighted.contains(groups[order[place]].name) }
      let marks: [any Mark] = [
        RuleMark(.x(means[e])),
        links(
          known.filter { !isNamed($0) }, .fixed(CategoryStyle(Colour(hex: 0x8C8C8C))),
          width: isDense ? 0.6 : 1.2),
        links(known.filter(isNamed), .fixed(CategoryStyle(OkabeIto.bluishGreen)), width: 3),
        PointMark(
          x: known.map { own[$0] }, y: known.map { heights[$0] }, PoolingStyle.none.appearance,
          size: isDense ? 0.6 : 0.95),
        PointMark(x: pooled, y: heights, PoolingStyle.partial.appearance, size: isDense ? 0.6 : 0.95),
      ]
      return Panel(words.effect(effects[e], of: response), marks)
    }
    let sizes = Set(groups.map(\.count))
    let names = order.map { j in
      let label = groups[j].label(language)
      return sizes.count == 1 ? label : words.sized(label, groups[j].count)
    }
    var y = Axis(grouping.name(language), levels: names)
    y.marked = Set(order.indices.filter { highlighted.contains(groups[order[$0]].name) })
    var figure = Figure(
      size: size, x: Axis(words.estimate, tickSpacing: 52), y: y, categories: PoolingStyle.scale(language),
      panels: panels)
    figure.xSharing = .none
    figure.caption = words.dumbbells(
      size: sizes.count == 1 ? sizes.first : nil,
      sorted: effects.count > 1 ? words.effectInSentence(effects[0], definite: true) : nil,
      unnamed: order.count > Caterpillar.mostNamed ? order.count : nil)
    figure.slug = "dumbbell"
    figure.language = language.rawValue
    figure.alternativeTitle = alternativeTitle(language)
    figure.alternativeText = alternativeText(language)
    return figure
  }

  private func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let names = words.list(effects.map { words.effectInSentence($0) })
    return language == .english
      ? "What pooling does to each \(grouping.name(language)): \(names) without and with partial pooling"
      : "池化对各\(words.inSentence(grouping.name(language)))的作用：\(names)，无池化与部分池化"
  }

  /// The spread of both kinds of estimates and the group that moves most, coefficient by coefficient.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    var text =
      language == .english
      ? "\(groups.count) groups (\(grouping.name(language)))."
      : "共 \(groups.count) 组（\(grouping.name(language))）。"
    for e in effects.indices {
      let both = groups.filter { $0.own[e].isFinite }
      guard let far = both.max(by: { abs($0.pooled[e] - $0.own[e]) < abs($1.pooled[e] - $1.own[e]) }) else {
        continue
      }
      func range(_ values: [Double]) -> (String, String) {
        (number(values.min() ?? .nan), number(values.max() ?? .nan))
      }
      let (own, pooled) = (range(both.map { $0.own[e] }), range(both.map { $0.pooled[e] }))
      let name = words.effect(effects[e])
      let (from, to, mean) = (number(far.own[e]), number(far.pooled[e]), number(means[e]))
      text +=
        language == .english
        ? " \(name): own estimates from \(own.0) to \(own.1), partial pooling from \(pooled.0) to \(pooled.1), mean \(mean); "
          + "\(far.label(language)) moves most, from \(from) to \(to)."
        : "\(name)：各组自己的估计从 \(own.0) 到 \(own.1)，部分池化从 \(pooled.0) 到 \(pooled.1)，均值 \(mean)；"
          + "移动最大的是 \(far.label(language))，从 \(from) 到 \(to)。"
    }
    return text
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
  /// The response, the grouping factor, and the columns whose slopes vary.
  public var variables: [WritableKeyPath<Dumbbell, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.map { \.effects[$0] }
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
