import BayesianModels
import MixedModels
import Plotting

/// Medians and central intervals of 50% and 90% of the levels of a grouping factor, one panel an effect, rows sorted by the medians of the first.
///
/// Shown are the levels' own coefficients, fixed effect plus effect, about the fixed effect's median; where there is no such fixed effect the effects alone, about 0.
public struct LevelPosteriors: ModelFigure {
  /// A level with its name in figures.
  public struct Level: Sendable, Equatable {
    /// The level.
    public let name: String
    /// Its name; the level itself unless changed.
    public var label: LocalizedText
  }

  /// One effect.
  public struct Effect: Sendable, Equatable {
    /// What it is called.
    public var variable: FigureVariable
    /// Intervals of the levels, in the factor's order.
    public let intervals: [CentralIntervals]
    /// What the levels scatter about: the fixed effect, or nil for 0.
    public let centre: CentralIntervals?
  }

  /// The levels, in the factor's order.
  public var levels: [Level]
  /// The effects.
  public var effects: [Effect]
  /// The grouping factor and the response.
  public var grouping, response: FigureVariable
  /// Levels picked out.
  public var highlighted: Set<String>
  /// How the draws were made.
  public let source: PosteriorSource
  /// The link on whose scale effects of generalized models are; nil for linear ones.
  public let link: LinkFunction?
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// Takes the levels of a factor from a fit.
  public init(_ fit: BayesianFit, factor: Int, priorsName: String, highlighted: Set<String> = []) {
    let model = fit.model.model
    let own = model.factors[factor]
    let fixed = model.fixedEffectNames
    var names: [String] = []
    for name in own.effectNames where !names.contains(name) { names.append(name) }
    levels = own.levels.map { Level(name: $0, label: .level($0)) }
    effects = names.map { name in
      let centre = fixed.firstIndex(of: name)
      let intervals = own.levels.map { level -> CentralIntervals in
        var draws = centre.map { Array(fit.values(of: $0)) } ?? []
        // Effects of one name may stand in several terms.
        for k in fit.quantities.indices {
          let quantity = fit.quantities[k]
          guard quantity.kind == .effect, quantity.term == name, quantity.level == level,
            quantity.group == own.name
          else { continue }
          let more = fit.values(of: k)
          draws = draws.isEmpty ? Array(more) : zip(draws, more).map(+)
        }
        return CentralIntervals(sorted: draws.sorted())
      }
      return Effect(
        variable: .column(name, of: model), intervals: intervals,
        centre: centre.map { CentralIntervals(sorted: fit.values(of: $0).sorted()) })
    }
    grouping = .column(own.name)
    response = .column(model.frame.figureResponse)
    link = fit.model.link
    self.highlighted = highlighted
    source = PosteriorSource(fit, priorsName: priorsName)
    let rows = Double(min(levels.count, Caterpillar.mostNamed))
    let lines = Double((effects.count + Caterpillar.mostInRow - 1) / Caterpillar.mostInRow)
    size = .centimetres(16, max(6, (3 + max(3, 0.4 * rows) * lines).rounded(.up)))
  }

  /// Levels by the medians of the first effect, smallest first; ties keep the factor's order.
  var order: [Int] {
    let medians = effects[0].intervals.map(\.median)
    return medians.indices.sorted { (medians[$0], $0) < (medians[$1], $1) }
  }

  private enum Look: String, CaseIterable {
    case others, picked
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let order = order
    let panels = effects.map { effect in
      Panel(words.effect(effect.variable, of: linkedResponse), marks(effect, order))
    }
    var y = Axis(grouping.name(language), levels: order.map { levels[$0].label(language) })
    y.marked = Set(order.indices.filter { highlighted.contains(levels[order[$0]].name) })
    var figure = Figure(
      size: size, x: Axis(words.posteriorValue, tickSpacing: 52), y: y,
      categories: CategoricalScale([
        .init("picked", label: words.highlighted, style: PoolingStyle.pickedOut)
      ]), panels: panels)
    figure.xSharing = .none
    figure.columns = min(panels.count, size.width < ModelFigureSizes.narrow ? 2 : Caterpillar.mostInRow)
    let unnamed = order.count > Caterpillar.mostNamed ? order.count : nil
    let sorted = effects.count > 1 ? words.effectInSentence(effects[0].variable, definite: true) : nil
    figure.caption = words.sentences(
      [words.centralBars, words.levelCentres(coefficients: effects.contains { $0.centre != nil })]
        + words.rowsOfLevels(sorted: sorted, unnamed: unnamed)
        + [link.map { words.linkScale($0, response) }, words.posteriorSource(source)].compactMap { $0 })
    let group = grouping.name(language)
    figure.describe(
      as: "posterior-levels",
      title: words.either(
        "Posterior intervals of each \(words.noun(group))", "各\(words.inSentence(group))的后验区间"),
      text: alternativeText(words), in: language)
    return figure
  }

  /// Of generalized models effects have no unit of the response.
  private var linkedResponse: FigureVariable {
    guard link != nil else { return response }
    var variable = response
    variable.unit = LocalizedText("")
    return variable
  }

  private func marks(_ effect: Effect, _ order: [Int]) -> [any Mark] {
    let isDense = order.count > 2 * Caterpillar.mostNamed
    let room = 0.8 * size.height / Double(order.count)
    let scale = min(1, max(0.25, 0.26 * room / Theme.print.lineWidth))
    var marks: [any Mark] = []
    if let centre = effect.centre {
      let (left, right, top) = (centre.lower90, centre.upper90, Double(order.count) + 10)
      marks.append(
        PolygonMark(
          x: [left, right, right, left], y: [-top, -top, top, top], fill: Theme.referenceGrey.withAlpha(0.2)))
    }
    let rule = RuleMark(
      .x(effect.centre?.median ?? 0), colour: isDense ? Colour(hex: 0x404040) : Theme.referenceGrey)
    marks.append(rule)
    for look in Look.allCases {
      let places = order.indices.filter { highlighted.contains(levels[order[$0]].name) == (look == .picked) }
      if places.isEmpty { continue }
      let appearance = look == .picked ? Appearance.category("picked") : PosteriorIntervals.appearance
      marks += CentralIntervals.marks(
        places.map { effect.intervals[order[$0]] }, at: places.map(Double.init), appearance,
        scale: look == .picked ? 0.7 : scale)
    }
    return marks
  }

  private func alternativeText(_ words: FigureWords) -> String {
    let language = words.language
    var text = words.either(
      "\(levels.count) rows, one for each level of \(grouping.name(language)), with posterior medians and intervals of 50 and 90%.",
      "共 \(levels.count) 行，\(words.inSentence(grouping.name(language)).drop { $0 == " " })的每个水平一行，为后验中位数及 50% 与 90% 区间。"
    )
    for effect in effects {
      let medians = effect.intervals.map(\.median)
      guard let least = medians.indices.min(by: { medians[$0] < medians[$1] }),
        let most = medians.indices.max(by: { medians[$0] < medians[$1] })
      else { continue }
      let (low, high) = (levels[least].label(language), levels[most].label(language))
      let name = words.effect(effect.variable)
      text += words.either(
        " \(name): medians from \(words.number(medians[least])) (\(low)) to \(words.number(medians[most])) (\(high)).",
        "\(name)：中位数从 \(words.number(medians[least]))（\(low)）到 \(words.number(medians[most]))（\(high)）。")
    }
    return text + words.divergences(source, leading: true)
  }

  /// The numbers, one row for each level and effect.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "effect", "median", "low50", "high50", "low90", "high90"])
    for effect in effects {
      for level in order {
        data.append(
          [.text(levels[level].name), .text(effect.variable.column)] + effect.intervals[level].cells)
      }
    }
    return data
  }
}

extension LevelPosteriors {
  /// Response, grouping factor, and the columns whose slopes vary.
  public var variables: [WritableKeyPath<LevelPosteriors, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.map { \.effects[$0].variable }
  }
  /// Rows need it.
  public var keepsHeight: Bool { true }
  /// The factor's levels.
  public var levelNames: [String] { levels.map(\.name) }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in levels.indices where levels[j].name == level { levels[j].label = words }
  }
}
