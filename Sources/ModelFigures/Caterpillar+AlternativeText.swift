extension Caterpillar {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = intervals.grouping.name(language)
    let effects = words.list(intervals.effects.map { words.effectInSentence($0) })
    if !showsEffects {
      return language == .english
        ? "Coefficients of each \(group) with intervals, \(effects)"
        : "各\(words.inSentence(group))的系数及区间（\(effects)）"
    }
    return switch (language, heights) {
    case (.english, .rows): "Caterpillar plot: effects of each \(group) with intervals, \(effects)"
    case (.english, .quantiles):
      "Effects of each \(group) with intervals against normal quantiles, \(effects)"
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
      let order = intervals.order(by: e)
      guard let first = order.first, let last = order.last else { continue }
      let outside = intervals.levels.indices.count { intervals.excludesCentre($0, e) }
      let (low, high) = (intervals.levels[first].label(language), intervals.levels[last].label(language))
      let (least, most) = (number(intervals.estimates[first, e]), number(intervals.estimates[last, e]))
      let centre = intervals.centres[e]
      let mean = number(centre.value)
      text +=
        language == .english
        ? " \(words.effect(effect)): from \(least) (\(low)) to \(most) (\(high)); \(outside) of \(count) intervals leave "
          + (showsEffects ? "0 out." : "the mean, \(mean), out.")
        : "\(words.effect(effect))：从 \(least)（\(low)）到 \(most)（\(high)）；\(count) 个区间中有 \(outside) 个不含"
          + (showsEffects ? " 0。" : "均值 \(mean)。")
    }
    return text
  }
}
