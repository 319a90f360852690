import Glibc
import MixedModels
import Plotting

extension PoolingDial {
  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let (low, high) = interval
    let shaded = [place(low), place(high)]
    let panels = effects.indices.map { k in
      let limits = range(k)?.limits ?? 0...1
      return Panel(
        "", paths(k, shaded, limits, language),
        y: Axis(words.effect(effects[k], of: response), limits: limits, tickSpacing: 34))
    }
    let end = 1.03 + nameRoom(language)
    let top = min(12, max(6, rises.filter(\.isFinite).max() ?? 6))
    let lower = Panel(
      "", criterion(top: top, shaded, end: end, words),
      y: Axis(words.criterionRise(method), limits: -0.06 * top...1.04 * top, tickSpacing: 30))
    var x = Axis(
      effects.count == 1 ? words.dialTitle(effects[0], response, grouping) : words.factorTitle(grouping),
      limits: -0.03...end, tickSpacing: 34)
    x.namedTicks = ticks
    var figure = Figure(
      size: size, x: x, y: Axis(""), categories: categories(language), panels: panels + [lower])
    figure.columns = 1
    figure.rowWeights = effects.count == 1 ? [2.2, 1] : effects.map { _ in 1.5 } + [1]
    figure.ySharing = .lines
    figure.caption = words.dialCaption(
      self, outside: effects.indices.reduce(0) { $0 + (range($1)?.outside ?? 0) })
    figure.describe(
      as: "pooling-dial", title: alternativeTitle(language), text: alternativeText(language), in: language)
    return figure
  }

  /// Groups that are named at their ends.
  private var named: [Int] {
    groups.indices.filter { areFew || highlighted.contains(groups[$0].name) }
  }

  /// Room for the names behind the right end, as a share of the axis.
  private func nameRoom(_ language: FigureLanguage) -> Double {
    guard let widest = named.map({ name($0, language).estimatedWidth }).max() else { return 0 }
    let share = (widest + 12) / (size.width - 60)
    return share / (1 - share)
  }

  /// A group's name, cut where it would take more than a third of the figure.
  private func name(_ j: Int, _ language: FigureLanguage) -> String {
    groups[j].label(language).shortened(to: 0.35 * size.width)
  }

  private func categories(_ language: FigureLanguage) -> CategoricalScale {
    var scale = PoolingStyle.scale(language)
    if hasColours {
      scale.entries += CategoricalScale(names: groups.map { "group:" + $0.name }).entries
    }
    scale.entries.append(
      .init("highlighted", label: FigureWords(language).highlighted, style: PoolingStyle.pickedOut))
    return scale
  }

  /// The look of a group's path.
  private func look(_ j: Int) -> Appearance {
    if highlighted.contains(groups[j].name) { return .category("highlighted") }
    if hasColours {
      var own = CategoricalScale(names: groups.map(\.name)).entries[j].style
      own.lineScale = 1.3
      return .fixed(own)
    }
    return .fixed(
      CategoryStyle(
        Colour(hex: 0x8C8C8C), lineScale: groups.count > 150 ? 0.3 : groups.count > 60 ? 0.5 : 0.75))
  }

  /// What the panel of an effect shows.
  func range(_ k: Int) -> ShownRange? {
    let fit = scales.firstIndex(of: fittedScale)!
    return ShownRange(
      pooled: estimates[k].flatMap { $0[...fit] },
      own: estimates[k].map { $0.last(where: \.isFinite) ?? .nan })
  }

  /// The paths of one effect: groups, the rule of the fit, and marks where each way of pooling stands.
  private func paths(
    _ k: Int, _ shaded: [Double], _ limits: ClosedRange<Double>, _ language: FigureLanguage
  ) -> [any Mark] {
    let places = scales.map(place)
    let own = estimates[k]
    let (low, high) = (limits.lowerBound, limits.upperBound)
    let fit = scales.firstIndex(of: fittedScale)!
    var marks: [any Mark] = [
      BandMark(
        x: shaded, low: [low, low], high: [high, high], .fixed(CategoryStyle(OkabeIto.blue)), opacity: 0.1,
        hasEdges: false),
      RuleMark(.x(place(fittedScale)), colour: OkabeIto.blue),
    ]
    let order =
      groups.indices.filter { !highlighted.contains(groups[$0].name) }
      + groups.indices.filter { highlighted.contains(groups[$0].name) }
    for j in order { marks.append(LineMark(x: places, y: own[j], look(j))) }
    let size = groups.count > 150 ? 0.3 : groups.count > 60 ? 0.45 : groups.count > 20 ? 0.65 : 0.9
    marks.append(PointMark(x: [0], y: [own[0][0]], PoolingStyle.complete.appearance, size: 1.2))
    let picked = groups.indices.filter { highlighted.contains(groups[$0].name) }
    let rest = groups.indices.filter { !highlighted.contains(groups[$0].name) }
    for (indices, look, size) in [
      (rest, PoolingStyle.partial.appearance, size), (picked, .category("highlighted"), max(size, 0.9)),
    ] {
      marks.append(
        PointMark(
          x: indices.map { _ in place(fittedScale) }, y: indices.map { own[$0][fit] }, look, size: size))
    }
    marks.append(
      PointMark(
        x: own.map { $0[scales.count - 1].isFinite ? 1 : .nan }, y: own.map { $0[scales.count - 1] },
        PoolingStyle.none.appearance, size: size))
    let named = named
    // A path that leaves the panel is named where it does.
    let ends = named.map { j in own[j].lastIndex { $0.isFinite && limits.contains($0) } ?? 0 }
    marks.append(
      EndLabelMark(
        named.map { name($0, language) }, x: ends.map { places[$0] },
        y: zip(named, ends).map { own[$0][$1] }, clearance: 5))
    return marks
  }

  /// The criterion over the dial.
  private func criterion(
    top: Double, _ shaded: [Double], end: Double, _ words: FigureWords
  ) -> [any Mark] {
    let blue = Appearance.fixed(CategoryStyle(OkabeIto.blue, lineScale: 1.8))
    // Beyond the panel a line would only be cut off.
    let shown = rises.map { min($0, 3 * top) }
    let critical = PoolingDial.criticalRise
    return [
      BandMark(
        x: shaded, low: [0, 0], high: [critical, critical], .fixed(CategoryStyle(OkabeIto.blue)),
        opacity: 0.1,
        hasEdges: false),
      IntervalMark(low: [shaded[0]], high: [shaded[1]], at: [critical], .fixed(CategoryStyle(OkabeIto.blue))),
      RuleMark(.x(place(fittedScale)), colour: OkabeIto.blue),
      LineMark(x: scales.map(place), y: shown, blue),
      PointMark(x: [place(fittedScale)], y: [0], .fixed(PoolingStyle.partial.style)),
      estimateText(top: top, shaded, end: end, words),
    ]
  }

  /// The estimate in words, on that side of the interval that has more room: there the curve is above it.
  private func estimateText(top: Double, _ shaded: [Double], end: Double, _ words: FigureWords) -> TextMark {
    let isLeft = shaded[0] > end - shaded[1]
    return TextMark(
      [words.dialEstimate(self)], x: [shaded[isLeft ? 0 : 1]], y: [0.13 * top],
      alignment: isLeft ? .end : .start, offset: (isLeft ? -6 : 6, 0), hasHalo: true)
  }

  /// Ticks, the most important first: the ends, then round numbers that are apart from those before them.
  private var ticks: [NamedTick] {
    var ticks = [NamedTick(0, "0"), NamedTick(1, "∞")]
    var powers: [Int] = []
    let centre = Int(log10(middle).rounded(.down))
    for step in 0...4 { powers += step == 0 ? [centre] : [centre + step, centre - step] }
    for digit in [1, 2, 5] {
      for power in powers {
        let value = Double(digit) * pow(10, Double(power))
        let u = place(value)
        if ticks.contains(where: { abs($0.value - u) < 0.055 }) { continue }
        let text = NumberFormat.text(value, decimals: max(0, -power), grouped: value >= 10_000)
        ticks.append(NamedTick(u, text))
      }
    }
    return ticks
  }
}
