import BayesianModels
import Plotting

/// Each level's expectation as a function of the standard deviation τ between levels, from complete pooling at τ = 0 towards no pooling, and below it the posterior
/// density of τ: how far the data let the lines part.
///
/// Both are exact (`ConditionalEffects`): nothing is drawn at random.
///
/// Reference: Rubin (1981), doi:10.3102/10769986006004377; Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., figures 5.5 and 5.6.
public struct EffectsBySpread: ModelFigure {
  /// A level with its name in figures.
  public struct Level: Sendable, Equatable {
    /// The level.
    public let name: String
    /// Its name; the level itself unless changed.
    public var label: LocalizedText
    /// Its expectations over the values of τ.
    public let means: [Double]
  }

  /// The levels, in the factor's order.
  public var levels: [Level]
  /// τ and its density.
  public let effects: ConditionalEffects
  /// The response and the grouping factor.
  public var response, grouping: FigureVariable
  /// Levels picked out.
  public var highlighted: Set<String>
  /// What the priors are called, and τ's own.
  public let priorsName: String
  /// The prior of τ.
  public let prior: Prior
  /// Canvas size.
  public var size: Size = .centimetres(16, 12)

  /// Computes the expectations.
  /// - Throws: `FigureKindError.noConditionalEffects` for other models.
  public init(
    _ bayesian: BayesianMixedModel, priorsName: String, highlighted: Set<String> = []
  ) throws(FigureKindError) {
    guard let effects = ConditionalEffects(bayesian) else { throw .noConditionalEffects }
    self.effects = effects
    levels = effects.levels.enumerated().map { j, name in
      Level(name: name, label: .level(name), means: effects.mean(ofLevel: j))
    }
    response = .column(bayesian.model.frame.figureResponse)
    grouping = .column(bayesian.model.groupingFactor)
    self.highlighted = highlighted
    self.priorsName = priorsName
    prior = bayesian.priors.deviations[0]
  }

  /// The place of the last value of τ that is drawn: a hundredth of the posterior lies beyond.
  var last: Int {
    let end = effects.quantile(0.99)
    return effects.deviations.firstIndex { $0 >= end } ?? effects.deviations.count - 1
  }

  /// More levels than these are not all named.
  static let mostNamed = 20
  /// Of more levels so many at the top and at the bottom are.
  private static let namedAtEnds = 3

  /// Levels with names: those picked out, or all, or of many those whose lines end highest and lowest.
  var named: [Int] {
    if !highlighted.isEmpty { return levels.indices.filter { highlighted.contains(levels[$0].name) } }
    if levels.count <= EffectsBySpread.mostNamed { return Array(levels.indices) }
    let last = last
    let order = levels.indices.sorted { levels[$0].means[last] < levels[$1].means[last] }
    return Array(order.prefix(EffectsBySpread.namedAtEnds) + order.suffix(EffectsBySpread.namedAtEnds))
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let top = effects.deviations[last]
    let names = named.map { levels[$0].label(language) }
    // Names stand behind the ends of lines.
    let share = min(0.4, ((names.map(\.estimatedWidth).max() ?? 0) + 22) / (0.86 * size.width))
    let end = top / (1 - share)
    var figure = Figure(
      size: size, x: Axis(words.spreadTitle(response, grouping), limits: 0...end),
      y: Axis(""),
      categories: CategoricalScale([
        .init(
          "picked", label: words.highlighted,
          style: CategoryStyle(PoolingStyle.pickedOut.colour, lineScale: 2))
      ]),
      panels: [
        Panel(
          "", lines(names, top),
          y: Axis(words.expectationTitle(response, effects.hasIntercept), tickSpacing: 34)),
        Panel("", density, y: Axis(words.densityOfSpread, limits: densityLimits, hasTicks: false)),
      ])
    figure.ySharing = .none
    figure.columns = 1
    figure.rowWeights = [2.6, 1]
    figure.caption = words.sentences([
      words.effectsBySpread(knowsSigma: effects.knowsSigma), words.centralBarsOfSpread,
      words.priorOfSpread(prior, priorsName),
    ])
    let group = grouping.name(language)
    figure.describe(
      as: "effects-by-tau",
      title: words.either(
        "Expectation of each \(words.noun(group)) given the standard deviation between them",
        "给定组间标准差时各\(words.inSentence(group))的期望"), text: alternativeText(words, top), in: language)
    return figure
  }

  private func lines(_ names: [String], _ top: Double) -> [any Mark] {
    let last = last
    let isMany = levels.count > 2 * EffectsBySpread.mostNamed
    let plain = Appearance.fixed(
      CategoryStyle(highlighted.isEmpty ? OkabeIto.blue : Colour(hex: 0x8C8C8C)))
    let picked = levels.filter { highlighted.contains($0.name) }
    var marks: [any Mark] = [quantile(0.5)]
    marks += levels.filter { !highlighted.contains($0.name) }.map {
      LineMark(
        x: Array(effects.deviations[...last]), y: Array($0.means[...last]), plain, width: isMany ? 0.6 : 1)
    }
    marks += picked.map {
      LineMark(x: Array(effects.deviations[...last]), y: Array($0.means[...last]), .category("picked"))
    }
    marks.append(
      EndLabelMark(
        names, x: names.map { _ in top }, y: named.map { levels[$0].means[last] }))
    return marks
  }

  /// The median of τ through both panels.
  private func quantile(_ p: Double) -> RuleMark { RuleMark(.x(effects.quantile(p))) }

  private var densityLimits: ClosedRange<Double> {
    let most = effects.densities.max() ?? 1
    return -0.2 * most...1.08 * most
  }

  private var density: [any Mark] {
    let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue, lineScale: 1.3))
    let most = effects.densities.max() ?? 1
    let (low, high) = (effects.quantile(0.05), effects.quantile(0.95))
    let inside = DensityPanel.cut(effects.deviations, effects.densities, to: (low, high))
    let height = -0.1 * most
    return [
      quantile(0.5), BandMark.area(x: inside.x, y: inside.y, blue, opacity: 0.25),
      LineMark(x: Array(effects.deviations[...last]), y: Array(effects.densities[...last]), blue),
      IntervalMark(low: [low], high: [high], at: [height], blue),
      IntervalMark(
        low: [effects.quantile(0.25)], high: [effects.quantile(0.75)], at: [height], blue, width: 2.6),
      PointMark(x: [effects.quantile(0.5)], y: [height], blue, size: 1.25, rim: true),
    ]
  }

  private func alternativeText(_ words: FigureWords, _ top: Double) -> String {
    let number = words.number
    let language = words.language
    let group = grouping.name(language)
    func ends(_ place: Int) -> String { words.range(levels.map { $0.means[place] }) }
    let (low, median, high) = (effects.quantile(0.05), effects.quantile(0.5), effects.quantile(0.95))
    let middle = effects.deviations.lastIndex { $0 <= median } ?? 0
    var text = words.either(
      "\(levels.count) lines, one for each level of \(group), over a standard deviation between levels from 0 to \(number(top)). At 0 they are \(ends(0)), at the posterior median \(number(median)) they go \(ends(middle)), at \(number(top)) \(ends(last)). Below, the posterior density of the standard deviation: 90% between \(number(low)) and \(number(high)).",
      "共 \(levels.count) 条线，\(words.inSentence(group).drop { $0 == " " })的每个水平一条，横轴为组间标准差，从 0 到 \(number(top))。标准差为 0 处各线\(ends(0))；后验中位数 \(number(median)) 处\(ends(middle))；\(number(top)) 处\(ends(last))。下方为组间标准差的后验密度：90% 在 \(number(low)) 与 \(number(high)) 之间。"
    )
    text += words.pickedOut(
      levels.filter { highlighted.contains($0.name) }.map { level in
        let (a, b) = (number(level.means[0]), number(level.means[last]))
        return words.either(
          "\(level.label(language)) from \(a) to \(b)", "\(level.label(language)) 从 \(a) 到 \(b)")
      })
    return text
  }

  /// The numbers, one row for each level and value of the standard deviation, with its density there.
  public var plottedData: PlottedData {
    let n = effects.deviations.count
    var data = PlottedData(["group", "tau", "mean", "sd", "density"])
    for (j, level) in levels.enumerated() {
      for k in 0..<n {
        data.append([
          .text(level.name), .number(effects.deviations[k]), .number(level.means[k]),
          .number(effects.spreads[k + n * j]), .number(effects.densities[k]),
        ])
      }
    }
    return data
  }
}

extension EffectsBySpread {
  /// The response and the grouping factor.
  public var variables: [WritableKeyPath<EffectsBySpread, FigureVariable>] { [\.response, \.grouping] }
  /// The factor's levels.
  public var levelNames: [String] { levels.map(\.name) }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in levels.indices where levels[j].name == level { levels[j].label = words }
  }
}
