extension GroupPanels {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let group = grouping.name(language)
    let words = FigureWords(language)
    var strategies: [String] = []
    if completePooling?.isFinite == true {
      strategies.append(language == .english ? "complete" : words.complete)
    }
    if groups.contains(where: { $0.noPooling?.isFinite == true }) {
      strategies.append(language == .english ? "no" : words.none)
    }
    strategies.append(words.partial)
    return language == .english
      ? "One panel for each \(group): observations and the lines of \(words.list(strategies))"
      : "各\(group)分面图：观测值与\(words.list(strategies))的直线"
  }

  /// Counts, ranges and each group's slopes without and with pooling.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let shown = shown
    guard let (x0, x1) = dataRange(groups.flatMap(\.x)), let (y0, y1) = dataRange(shown.flatMap(\.y)) else {
      return ""
    }
    let y = response.name(language)
    let x = predictor.name(language)
    var text =
      language == .english
      ? "\(shown.count) \(shown.count == 1 ? "panel" : "panels")"
        + (shown.count < groups.count ? " of \(groups.count) groups" : "")
        + " with shared axes: \(x) from \(number(x0)) to \(number(x1)), \(y) from \(number(y0)) to "
        + "\(number(y1))."
      : (shown.count < groups.count ? "\(groups.count) 个组中的 \(shown.count) 个各有一个分面" : "共 \(shown.count) 个分面")
        + "，坐标轴相同：\(x)从 \(number(x0)) 到 \(number(x1))，\(y)从 \(number(y0)) 到 \(number(y1))。"
    if let line = completePooling, line.isFinite {
      text +=
        language == .english
        ? " The complete-pooling line is the same in all: intercept \(number(line.intercept)), slope \(number(line.slope))."
        : "全池化直线在各面相同：截距 \(number(line.intercept))，斜率 \(number(line.slope))。"
    }
    let pieces = shown.prefix(8).map { group in
      let own = group.noPooling.flatMap { $0.isFinite ? number($0.slope) : nil }
      let pooled = group.partialPooling.flatMap { $0.isFinite ? number($0.slope) : nil }
      let none = language == .english ? "none" : "无"
      return language == .english
        ? "\(group.label(language)) \(own ?? none) and \(pooled ?? none)"
        : "\(group.label(language)) \(own ?? none) 与 \(pooled ?? none)"
    }
    text +=
      language == .english
      ? " Slopes without and with partial pooling: " + pieces.joined(separator: "; ")
        + (shown.count > 8 ? "; and \(shown.count - 8) more groups." : ".")
      : "无池化与部分池化的斜率：" + pieces.joined(separator: "；")
        + (shown.count > 8 ? "；另有 \(shown.count - 8) 组。" : "。")
    return text
  }
}
