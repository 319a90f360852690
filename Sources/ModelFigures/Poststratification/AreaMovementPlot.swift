import Plotting
import Poststratification

/// How far MRP moves each area's raw mean, against its number of respondents: much where few were asked, or where those who were asked are unlike the people. Where
/// the truth is known dots tell whether MRP is nearer to it.
public struct AreaMovementPlot: ModelFigure {
  /// The areas that have respondents.
  public private(set) var areas: [AreaEstimatesPlot.Area]
  /// Areas without respondents, which have no raw mean.
  public let unseenCount: Int
  /// The response.
  public var response: FigureVariable
  /// The column of the areas.
  public var grouping: FigureVariable
  /// Canvas size; at first 16 × 9 cm.
  public var size = Size.centimetres(16, 9)

  /// More areas than these are not named.
  private static let mostNamed = 30

  /// Takes the first column's groups.
  public init(_ estimates: PoststratifiedEstimates) {
    let table = estimates.tables[0]
    let counted = table.rows.filter { $0.estimate.isFinite }
    areas = counted.filter { $0.rawMean.isFinite && ($0.sampleCount ?? 0) > 0 }.map {
      AreaEstimatesPlot.Area(estimate: $0, label: .level($0.level))
    }
    unseenCount = counted.count - areas.count
    response = .column(estimates.fit.frame.formula.response.text)
    grouping = .column(table.by)
  }

  private func look(_ e: AreaEstimate) -> String {
    guard let truth = e.truth else { return "mrp" }
    return abs(e.estimate - truth) < abs(e.rawMean - truth) ? "nearer" : "farther"
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let sizes = areas.map { Double($0.estimate.sampleCount!) }
    var x = Axis(words.respondents(grouping), tickSpacing: 30, isWhole: true)
    let (least, most) = (sizes.min() ?? 1, sizes.max() ?? 1)
    x.isLogarithmic = most > 1.5 * least
    let categories = CategoricalScale([
      .init("mrp", label: words.mrp, style: CategoryStyle(OkabeIto.blue, .circle)),
      .init("nearer", label: words.nearerTruth, style: CategoryStyle(OkabeIto.blue, .circle)),
      .init("farther", label: words.fartherTruth, style: CategoryStyle(OkabeIto.vermillion, .hollowCircle)),
    ])
    let moves = areas.map(\.estimate.movement)
    var marks: [any Mark] = [RuleMark(.y(0))]
    for kind in ["mrp", "nearer", "farther"] {
      let own = areas.indices.filter { look(areas[$0].estimate) == kind }
      if own.isEmpty { continue }
      marks.append(
        PointMark(x: own.map { sizes[$0] }, y: own.map { moves[$0] }, .category(kind), size: 1))
    }
    if areas.count <= AreaMovementPlot.mostNamed {
      marks.append(LabelMark(areas.map { $0.label(language) }, x: sizes, y: moves, clearance: 2.9))
    }
    var figure = Figure(
      size: size, x: x, y: Axis(words.movement(response)), categories: categories, panels: [Panel("", marks)])
    var caption = [words.movementDots]
    if unseenCount > 0 { caption.append(words.withoutRawMean(unseenCount)) }
    figure.caption = words.sentences(caption)
    figure.describe(
      as: "mrp-movement", title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  private func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = grouping.name(language)
    return words.either(
      "MRP less raw mean of each \(words.noun(group)) against its number of respondents",
      "各\(words.inSentence(group))的 MRP 减原始均值与受访者人数")
  }

  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let all = areas.map(\.estimate)
    let sizes = words.range(all.map { Double($0.sampleCount!) })
    var text = words.either(
      "\(all.count) groups whose respondents go \(sizes). MRP less the raw mean goes \(words.range(all.map(\.movement))).",
      "共 \(all.count) 组，受访者人数\(sizes)。MRP 减原始均值\(words.range(all.map(\.movement)))。")
    if let far = areas.max(by: { abs($0.estimate.movement) < abs($1.estimate.movement) }) {
      text += words.either(
        " It moves \(far.label(language)) most, by \(words.number(far.estimate.movement)).",
        "移动最大的是\(words.spaced(far.label(language)))，\(words.number(far.estimate.movement))。")
    }
    let known = all.filter { $0.truth != nil }
    if !known.isEmpty {
      let nearer = known.count { look($0) == "nearer" }
      text += words.either(
        " In \(nearer) of \(known.count) groups MRP is nearer to the truth.",
        "\(known.count) 组中有 \(nearer) 组的 MRP 更接近真值。")
    }
    return text
  }

  /// The numbers, one row an area.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "n", "raw", "mrp", "movement", "truth"])
    for area in areas {
      let e = area.estimate
      data.append([
        .text(e.level), .number(Double(e.sampleCount!)), .number(e.rawMean), .number(e.estimate),
        .number(e.movement), .number(e.truth ?? .nan),
      ])
    }
    return data
  }
}

extension AreaMovementPlot {
  /// The response and the column of the areas.
  public var variables: [WritableKeyPath<AreaMovementPlot, FigureVariable>] { [\.response, \.grouping] }
  /// The areas.
  public var levelNames: [String] { areas.map(\.estimate.level) }
  /// Gives an area other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for k in areas.indices where areas[k].estimate.level == level { areas[k].label = words }
  }
}
