import Plotting
import Poststratification

/// Estimates of areas on rows: the survey's mean as it is, MRP's with its interval, and the truth where it is known. Rows are sorted by MRP's estimate; an upright
/// line is everyone's.
public struct AreaEstimatesPlot: ModelFigure {
  /// An area with its name in figures.
  public struct Area: Sendable, Equatable {
    /// Its estimates.
    public let estimate: AreaEstimate
    /// Its name; the level itself unless changed.
    public var label: LocalizedText
  }

  /// The areas.
  public private(set) var areas: [Area]
  /// MRP's estimate of everyone.
  public let overall: Double
  /// The level of the intervals; nil without.
  public let level: Double?
  /// The response.
  public var response: FigureVariable
  /// The column of the areas.
  public var grouping: FigureVariable
  /// Whether means are probabilities, of a binomial response.
  public let isProbability: Bool
  /// Canvas size; at first 16 cm wide and as high as the rows want.
  public var size: Size

  /// Takes the first column's groups.
  public init(_ estimates: PoststratifiedEstimates) {
    let table = estimates.tables[0]
    areas = table.rows.filter { $0.estimate.isFinite }.map { Area(estimate: $0, label: .level($0.level)) }
    overall = estimates.overall.estimate
    level = estimates.drawCount > 0 ? estimates.level : nil
    response = .column(estimates.fit.frame.formula.response.text)
    grouping = .column(table.by)
    isProbability = estimates.fit.frame.binomial != nil
    let rows = Double(min(areas.count, Caterpillar.mostNamed))
    size = .centimetres(16, max(6, (3 + 0.45 * rows).rounded(.up)))
  }

  /// Areas by MRP's estimate, smallest first; ties keep the census' order.
  var order: [Int] {
    areas.indices.sorted { (areas[$0].estimate.estimate, $0) < (areas[$1].estimate.estimate, $1) }
  }

  /// What the axis shows: intervals and truth whole; raw means unless they lie far away.
  var range: ShownRange? {
    let all = areas.map(\.estimate)
    let kept = all.flatMap { [$0.estimate, $0.lower, $0.upper, $0.truth ?? .nan] } + [overall]
    return ShownRange(keeping: kept.filter(\.isFinite), admitting: all.map(\.rawMean), comparing: false)
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let order = order
    let range = range
    let names = order.map { k -> String in
      let label = areas[k].label(language)
      return areas[k].estimate.sampleCount.map { words.sized(label, $0) } ?? label
    }
    var categories = CategoricalScale([
      .init("raw", label: words.rawMean, style: CategoryStyle(OkabeIto.vermillion, .hollowCircle)),
      .init("mrp", label: words.mrp, style: CategoryStyle(OkabeIto.blue, .circle, lineScale: 1.25)),
    ])
    categories.entries.append(
      .init("truth", label: words.truth, style: CategoryStyle(OkabeIto.black, .diamond)))
    var figure = Figure(
      size: size,
      x: Axis(words.meanOf(response, isProbability: isProbability), limits: range?.limits, tickSpacing: 52),
      y: Axis(grouping.name(language), levels: names), categories: categories,
      panels: [Panel("", marks(order, limits: range?.limits))])
    var caption = [words.areaRows(level: level, isSized: areas.contains { $0.estimate.sampleCount != nil })]
    let unnamed = order.count > Caterpillar.mostNamed ? order.count : nil
    caption += words.rowsOfLevels(sorted: nil, unnamed: unnamed)
    let unseen = areas.count { $0.estimate.sampleCount == 0 }
    if unseen > 0 { caption.append(words.withoutRespondents(unseen)) }
    if let outside = range?.outside, outside > 0 { caption.append(words.rawOutside(outside)) }
    figure.caption = words.sentences(caption)
    figure.describe(
      as: "mrp-areas", title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  private func marks(_ order: [Int], limits: ClosedRange<Double>?) -> [any Mark] {
    let all = order.map { areas[$0].estimate }
    let isDense = order.count > 2 * Caterpillar.mostNamed
    let size = isDense ? 0.6 : 0.95
    func points(_ values: [Double], _ look: String) -> PointMark {
      let shown = values.indices.filter { values[$0].isFinite && limits?.contains(values[$0]) ?? true }
      return PointMark(
        x: shown.map { values[$0] }, y: shown.map(Double.init), .category(look), size: size)
    }
    let hasInterval = all.indices.filter { all[$0].lower.isFinite && all[$0].upper.isFinite }
    return [
      RuleMark(.x(overall)),
      IntervalMark(
        low: hasInterval.map { all[$0].lower }, high: hasInterval.map { all[$0].upper },
        at: hasInterval.map(Double.init), .category("mrp"), width: isDense ? 0.6 : 1.2),
      // The larger mark lies below the dots.
      points(all.map { $0.truth ?? .nan }, "truth"), points(all.map(\.rawMean), "raw"),
      points(all.map(\.estimate), "mrp"),
    ]
  }

  private func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = grouping.name(language)
    return words.either(
      "Estimates of each \(words.noun(group)): raw mean and MRP", "各\(words.inSentence(group))的估计：原始均值与 MRP")
  }

  /// Counts, extremes, and how far the two kinds are from the truth.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let all = areas.map(\.estimate)
    let (raw, mrp) = (words.range(all.map(\.rawMean).filter(\.isFinite)), words.range(all.map(\.estimate)))
    var text = words.either(
      "\(all.count) groups. Raw means go \(raw), MRP's estimates \(mrp); everyone \(words.number(overall)).",
      "共 \(all.count) 组。原始均值\(raw)，MRP 估计\(mrp)；全体 \(words.number(overall))。")
    let known = all.filter { $0.truth != nil && $0.rawMean.isFinite }
    if !known.isEmpty {
      let nearer = known.count { abs($0.estimate - $0.truth!) < abs($0.rawMean - $0.truth!) }
      text += words.either(
        " MRP is nearer to the truth than the raw mean in \(nearer) of \(known.count).",
        "\(known.count) 组中有 \(nearer) 组的 MRP 比原始均值更接近真值。")
    }
    return text
  }

  /// The numbers, one row an area.
  public var plottedData: PlottedData {
    var data = PlottedData(["group", "n", "N", "raw", "mrp", "low", "high", "truth"])
    for area in areas {
      let e = area.estimate
      data.append([
        .text(e.level), .number(e.sampleCount.map(Double.init) ?? .nan), .number(e.populationCount),
        .number(e.rawMean), .number(e.estimate), .number(e.lower), .number(e.upper), .number(e.truth ?? .nan),
      ])
    }
    return data
  }
}

extension AreaEstimatesPlot {
  /// The response and the column of the areas.
  public var variables: [WritableKeyPath<AreaEstimatesPlot, FigureVariable>] { [\.response, \.grouping] }
  /// Rows need it.
  public var keepsHeight: Bool { true }
  /// The areas.
  public var levelNames: [String] { areas.map(\.estimate.level) }
  /// Gives an area other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for k in areas.indices where areas[k].estimate.level == level { areas[k].label = words }
  }
}
