extension Caterpillar {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = intervals.grouping.name(language)
    let effects = words.list(intervals.effects.map { words.effectInSentence($0) })
    if !showsEffects {
      return language == .english
        ? "Coefficients of each \(words.noun(group)) with intervals, \(effects)"
        : "各\(words.inSentence(group))的系数及区间（\(effects)）"
    }
    return switch (language, heights) {
    case (.english, .rows):
      "Caterpillar plot: effects of each \(words.noun(group)) with intervals, \(effects)"
    case (.english, .quantiles):
      "Effects of each \(words.noun(group)) with intervals against normal quantiles, \(effects)"
    case (.chinese, .rows): "毛毛虫图：各\(words.inSentence(group))的随机效应及区间（\(effects)）"
    case (.chinese, .quantiles): "各\(words.inSentence(group))的随机效应及区间对正态分位数（\(effects)）"
    }
  }

  /// Counts, extremes, and how many intervals leave 0 out.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let group = intervals.grouping.name(language)
    let count = intervals.levels.count
    let percent = number(100 * intervals.level)
    var text =
      language == .english
      ? "\(count) levels of \(group); each dot is a \(showsEffects ? "conditional mode" : "coefficient"), each bar its \(percent)% interval."
      : "\(words.inSentence(group).drop { $0 == " " })的 \(count) 个水平；每个点是\(showsEffects ? "条件众数" : "系数")，每条横线是其 \(percent)% 区间。"
    for (e, effect) in intervals.effects.enumerated() {
      let outside = intervals.levels.indices.count { intervals.excludesCentre($0, e) }
      let ends = intervals.estimates.column(e)
      let mean = words.rounded(
        intervals.centres[e].value, beside: [ends.min(), ends.max()].compactMap { $0 })
      text +=
        language == .english
        ? " \(words.effect(effect)): \(range(e, words)); \(outside) of \(count) intervals leave "
          + (showsEffects ? "0 out" : "the mean, \(mean), out")
        : "\(words.effect(effect))：\(range(e, words))；\(count) 个区间中有 \(outside) 个不含"
          + (showsEffects ? " 0" : "均值 \(mean)")
      text += highlights(e, words) + words.either(".", "。")
    }
    return text
  }

  /// The least and the greatest estimate of an effect with their levels: "from −40.4 (309) to 42.7 (308)"; "all 0".
  private func range(_ e: Int, _ words: FigureWords) -> String {
    let values = intervals.estimates.column(e)
    let (lowest, highest) = intervals.extremes(of: e)
    guard lowest.count < values.count, let first = lowest.first, let last = highest.last else {
      return words.range(Array(values.prefix(1)))
    }
    func names(_ levels: [Int]) -> String {
      words.parenthesis(
        levels.count == 1
          ? intervals.levels[levels[0]].label(words.language)
          : words.either("\(levels.count) levels", "\(levels.count) 个水平"))
    }
    let (least, most) = words.pair(values[first], values[last])
    return words.either(
      "from \(least)\(names(lowest)) to \(most)\(names(highest))",
      "从 \(least)\(names(lowest))到 \(most)\(names(highest))")
  }

  /// More highlighted levels than these are not described one by one.
  private static let mostDescribed = 10

  /// The levels picked out, each with its estimate and interval.
  private func highlights(_ e: Int, _ words: FigureWords) -> String {
    let picked = intervals.levels.indices.filter { highlighted.contains(intervals.levels[$0].name) }
    if picked.isEmpty { return "" }
    let pieces = picked.prefix(Caterpillar.mostDescribed).map { level in
      let (low, high) = intervals.interval(level, e)
      return intervals.levels[level].label(words.language) + " "
        + words.interval(intervals.estimates[level, e], low, high)
    }
    let more = picked.count - pieces.count
    return words.either("; highlighted: ", "；突出显示：") + pieces.joined(separator: words.either(", ", "，"))
      + (more > 0 ? words.either(", and \(more) more", "等 \(picked.count) 个") : "")
  }
}
