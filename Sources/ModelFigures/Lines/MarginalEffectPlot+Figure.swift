import MixedModels
import Plotting

extension MarginalEffectPlot {
  private enum Look: String, CaseIterable { case mean, fresh, groups }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    let isFactor = effect.grid.levels != nil
    let expected = Axis(words.expected(self), tickSpacing: isFactor ? 52 : 36)
    let over =
      isFactor
      ? Axis(predictor.name(language), levels: levels.map { $0(language) }.reversed())
      : Axis(predictor.title(language))
    var figure = Figure(
      size: size, x: isFactor ? expected : over, y: isFactor ? over : expected,
      categories: CategoricalScale(
        Look.allCases.map { .init($0.rawValue, label: label($0, words), style: style($0)) }),
      panels: [Panel("", isFactor ? rows : curves)])
    figure.caption = words.marginalCaption(self)
    figure.describe(
      as: "marginal-effects", title: alternativeTitle(language), text: alternativeText(language), in: language
    )
    return figure
  }

  private func label(_ look: Look, _ words: FigureWords) -> String {
    let group = groupings.first?.name(words.language) ?? ""
    return switch look {
    case .mean:
      link == nil || groupings.isEmpty
        ? words.populationMean(level: effect.level) : words.typicalMean(level: effect.level)
    case .fresh: words.newGroup(groupings.count == 1 ? group : nil, level: effect.level)
    case .groups: words.eachGroup(group)
    }
  }

  private func style(_ look: Look) -> CategoryStyle {
    switch look {
    case .mean: CategoryStyle(OkabeIto.blue, .circle, lineScale: 2)
    case .fresh: CategoryStyle(OkabeIto.vermillion, .circle, .dashed, lineScale: 1.2)
    case .groups: CategoryStyle(Colour(hex: 0x8C8C8C), .hollowCircle, lineScale: 0.6)
    }
  }

  private var curves: [any Mark] {
    let x = effect.grid.values
    var marks: [any Mark] = effect.groups.map { group in
      LineMark(x: group.places, y: group.means, .category(Look.groups.rawValue))
    }
    marks.append(BandMark(x: x, low: effect.lower, high: effect.upper, .category(Look.mean.rawValue)))
    if hasGroupLimits {
      for limit in [effect.groupLower, effect.groupUpper] {
        marks.append(LineMark(x: x, y: limit ?? [], .category(Look.fresh.rawValue)))
      }
    }
    marks.append(LineMark(x: x, y: effect.means, .category(Look.mean.rawValue)))
    return marks
  }

  /// One row a level, the first on top.
  private var rows: [any Mark] {
    let heights = effect.means.indices.map { Double(effect.means.count - 1 - $0) }
    var marks: [any Mark] = []
    if !effect.groups.isEmpty {
      marks.append(
        PointMark(
          x: effect.groups.flatMap(\.means),
          y: effect.groups.flatMap { $0.places.map { heights[Int($0)] - 0.2 } },
          .category(Look.groups.rawValue), size: 0.7))
    }
    func bars(_ low: [Double], _ high: [Double], _ look: Look, width: Double) -> LineMark {
      LineMark(
        x: zip(low, high).flatMap { [$0, $1, .nan] }, y: heights.flatMap { [$0, $0, .nan] },
        .category(look.rawValue), width: width)
    }
    if hasGroupLimits, let low = effect.groupLower, let high = effect.groupUpper {
      marks.append(bars(low, high, .fresh, width: 1))
    }
    marks.append(bars(effect.lower, effect.upper, .mean, width: 1.2))
    marks.append(PointMark(x: effect.means, y: heights, .category(Look.mean.rawValue), size: 1.4))
    return marks
  }

  private func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let (y, x) = (response.name(language), predictor.name(language))
    return language == .english
      ? "Marginal effect of \(x): expected \(y) of \(link == nil || groupings.isEmpty ? "the population" : "a typical group") with \(words.number(100 * effect.level))% limits"
      : "\(words.inSentence(x).drop { $0 == " " })的边际效应：\(link == nil || groupings.isEmpty ? "总体" : "典型组")\(words.inSentence(y))的期望及 \(words.number(100 * effect.level))% 区间"
  }

  /// The ends, the widest limits, and what is held.
  private func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let (y, x) = (response.name(language), predictor.name(language))
    func mean(_ i: Int) -> String { words.interval(effect.means[i], effect.lower[i], effect.upper[i]) }
    let last = effect.means.count - 1
    var text: String
    if effect.grid.levels != nil {
      let pieces = levels.indices.map { "\(levels[$0](language)) \(mean($0))" }
      text = words.either(
        "Expected \(y) for \(levels.count) levels of \(x): \(pieces.joined(separator: "; ")).",
        "\(x)的 \(levels.count) 个水平下\(words.inSentence(y))的期望：\(pieces.joined(separator: "；"))。")
    } else {
      let (from, to) = words.pair(effect.grid.values[0], effect.grid.values[last])
      text = words.either(
        "Expected \(y) over \(x) from \(from) to \(to): \(mean(0)) at the left end, \(mean(last)) at the right.",
        "\(words.inSentence(x).drop { $0 == " " })从 \(from) 到 \(to) 时\(words.inSentence(y))的期望：左端 \(mean(0))，右端 \(mean(last))。"
      )
      let high = effect.means.indices.max { effect.means[$0] < effect.means[$1] }!
      let low = effect.means.indices.min { effect.means[$0] < effect.means[$1] }!
      for (i, isHighest) in [(high, true), (low, false)] where i != 0 && i != last {
        let (value, place) = (number(effect.means[i]), number(effect.grid.values[i]))
        text += words.either(
          " \(isHighest ? "Highest" : "Lowest"): \(value) at \(place).",
          "\(isHighest ? "最高" : "最低")：\(place) 处为 \(value)。")
      }
    }
    if hasGroupLimits, let low = effect.groupLower, let high = effect.groupUpper {
      text += words.either(
        " Limits of a group not seen: from \(number(low[0])) to \(number(high[0])) at the first value, \(number(low[last])) to \(number(high[last])) at the last.",
        "未观测组的区间：首值处从 \(number(low[0])) 到 \(number(high[0]))，末值处从 \(number(low[last])) 到 \(number(high[last]))。"
      )
    }
    if !effect.groups.isEmpty {
      text += words.either(" \(effect.groups.count) groups behind.", "背景为 \(effect.groups.count) 个组。")
    }
    return text
  }
}
