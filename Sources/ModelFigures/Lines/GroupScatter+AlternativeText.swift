extension GroupScatter {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let y = response.name(language)
    let x = predictor.name(language)
    let group = grouping.name(language)
    switch (lines, language) {
    case (.complete, .english): return "\(y) against \(x) with one line for all (complete pooling)"
    case (.complete, .chinese): return "\(y)与\(x)的散点图及一条总体直线（全池化）"
    case (.varyingIntercept, .english):
      return "\(y) against \(x): one intercept for each \(group), a common slope"
    case (.varyingIntercept, .chinese): return "\(y)与\(x)：各\(group)截距不同、斜率相同"
    case (.varyingSlope, .english):
      return "\(y) against \(x): one slope for each \(group), a common intercept"
    case (.varyingSlope, .chinese): return "\(y)与\(x)：各\(group)斜率不同、截距相同"
    case (.varyingInterceptAndSlope, .english):
      return "\(y) against \(x): intercept and slope of their own for each \(group)"
    case (.varyingInterceptAndSlope, .chinese): return "\(y)与\(x)：各\(group)截距与斜率都不同"
    }
  }

  /// Counts, ranges, and the lines in numbers.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let count = groups.reduce(0) { $0 + $1.x.count }
    guard let (x0, x1) = dataRange(groups.flatMap(\.x)), let (y0, y1) = dataRange(groups.flatMap(\.y)) else {
      return ""
    }
    let y = response.name(language)
    let x = predictor.name(language)
    var text =
      switch language {
      case .english:
        "Scatter plot of \(count) observations"
          + (isGrouped ? " in \(groups.count) groups (\(grouping.name(language)))" : "")
          + ": \(x) from \(number(x0)) to \(number(x1)) across, \(y) from \(number(y0)) to \(number(y1)) upwards."
      case .chinese:
        "散点图：" + (isGrouped ? "\(groups.count) 个组（\(grouping.name(language))）共 " : "")
          + "\(count) 个观测；横轴\(x)从 \(number(x0)) 到 \(number(x1))，"
          + "纵轴\(y)从 \(number(y0)) 到 \(number(y1))。"
      }
    switch lines {
    case .complete(let line):
      text +=
        language == .english
        ? " One dashed line for all data: intercept \(number(line.intercept)), slope \(number(line.slope))."
        : "一条虚线代表全部数据：截距 \(number(line.intercept))，斜率 \(number(line.slope))。"
    default:
      let fitted = groups.filter { $0.partialPooling?.isFinite == true }
      let pieces = fitted.map { group in
        let line = group.partialPooling!
        return language == .english
          ? "\(group.label(language)): intercept \(number(line.intercept)), slope \(number(line.slope))"
          : "\(group.label(language))：截距 \(number(line.intercept))，斜率 \(number(line.slope))"
      }
      if pieces.count <= 8 {
        text +=
          language == .english
          ? " Lines: " + pieces.joined(separator: "; ") + "." : "各组直线：" + pieces.joined(separator: "；") + "。"
      } else if let (s0, s1) = dataRange(fitted.map { $0.partialPooling!.slope }),
        let (a0, a1) = dataRange(fitted.map { $0.partialPooling!.intercept })
      {
        text +=
          language == .english
          ? " The lines' intercepts run from \(number(a0)) to \(number(a1)), their slopes from \(number(s0)) to \(number(s1))."
          : "各组直线的截距从 \(number(a0)) 到 \(number(a1))，斜率从 \(number(s0)) 到 \(number(s1))。"
        text += words.pickedOut(zip(fitted, pieces).filter { highlighted.contains($0.0.group) }.map(\.1))
      }
    }
    return text
  }
}
