extension PoolingPlane {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let group = grouping.name(language)
    let withNone = groups.contains { $0.noPooling?.isFinite == true }
    switch language {
    case .english:
      return "Pooling plane: intercepts and slopes by \(group), " + (withNone ? "without and " : "")
        + "with partial pooling"
    case .chinese:
      return "池化平面：各\(group)的截距与斜率，" + (withNone ? "无池化与部分池化对照" : "部分池化")
    }
  }

  /// Axes with their ranges, the group that moves most, the complete-pooling mark and what the ellipses are.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let groups = drawn
    let lines = groups.flatMap { [$0.noPooling, $0.partialPooling] }.compactMap { $0 }.filter(\.isFinite)
    guard let (a0, a1) = dataRange(lines.map(\.intercept)), let (b0, b1) = dataRange(lines.map(\.slope))
    else {
      return ""
    }
    let number = words.number
    func span(_ low: Double, _ high: Double) -> String {
      switch language {
      case .english: low == high ? "all \(number(low))" : "from \(number(low)) to \(number(high))"
      case .chinese: low == high ? "均为 \(number(low))" : "从 \(number(low)) 到 \(number(high))"
      }
    }
    var text: String
    let y = response.name(language)
    let x = predictor.name(language)
    switch language {
    case .english:
      text =
        "Scatter plot of \(groups.count) groups (\(grouping.name(language))) in the plane of the regression of \(y) on \(x): "
        + "intercepts \(span(a0, a1)) across, slopes \(span(b0, b1)) upwards."
    case .chinese:
      text =
        "散点图：\(y)对\(x)回归的截距—斜率平面，共 \(groups.count) 个组（\(grouping.name(language))）。"
        + "横轴为截距，\(span(a0, a1))；纵轴为斜率，\(span(b0, b1))。"
    }
    text += arrowText(groups, language)
    if let move = largestMove(groups) {
      let a = move.noPooling!
      let b = move.partialPooling!
      switch language {
      case .english:
        text +=
          " The longest move, in units of the spread between groups, is that of \(move.label(language)): intercept \(number(a.intercept)) "
          + "to \(number(b.intercept)), slope \(number(a.slope)) to \(number(b.slope))."
      case .chinese:
        text +=
          "以组间离散程度衡量，移动最大的是\(words.spaced(move.label(language)))：截距由 \(number(a.intercept)) 变为 \(number(b.intercept))，"
          + "斜率由 \(number(a.slope)) 变为 \(number(b.slope))。"
      }
    }
    let picked = groups.filter { highlighted.contains($0.group) }.map { group in
      func place(_ line: CoefficientLine?) -> String {
        guard let line, line.isFinite else { return words.either("none", "无") }
        return words.either(
          "intercept \(number(line.intercept)), slope \(number(line.slope))",
          "截距 \(number(line.intercept))、斜率 \(number(line.slope))")
      }
      let (own, pooled) = (place(group.noPooling), place(group.partialPooling))
      return words.either(
        "\(group.label(language)) from \(own) to \(pooled)", "\(group.label(language)) 由\(own)变为\(pooled)")
    }
    text += words.pickedOut(picked)
    if let line = completePooling, line.isFinite {
      switch language {
      case .english:
        text +=
          " A square marks complete pooling at intercept \(number(line.intercept)), slope \(number(line.slope))."
      case .chinese:
        text += "方块为全池化：截距 \(number(line.intercept))，斜率 \(number(line.slope))。"
      }
    }
    if let line = partialPoolingMean, line.isFinite {
      switch language {
      case .english:
        text +=
          " A diamond marks the mean of the groups that partial pooling estimates: intercept \(number(line.intercept)), "
          + "slope \(number(line.slope))."
      case .chinese:
        text += "菱形为部分池化估计的组均值：截距 \(number(line.intercept))，斜率 \(number(line.slope))。"
      }
    }
    let caption = caption(background(of: groups), of: groups, words)
    if !caption.isEmpty { text += (language == .english ? " " : "") + caption }
    return text
  }

  /// What leads from where to where.
  private func arrowText(_ groups: [GroupFit], _ language: FigureLanguage) -> String {
    let lacking = groups.filter { $0.noPooling?.isFinite != true }
    let words = FigureWords(language)
    let names =
      lacking.count > 6
      ? words.either("\(lacking.count) groups", " \(lacking.count) 个组")
      : words.list(lacking.map { $0.label(language) })
    if lacking.count == groups.count {
      return language == .english
        ? " No pooling has no estimates; dots stand at the groups' partial-pooling estimates."
        : "无池化没有估计值；圆点为各组的部分池化估计。"
    }
    let slack = rounding
    let moves = groups.contains { group in
      guard let a = group.noPooling, let b = group.partialPooling else { return false }
      return abs(a.intercept - b.intercept) > slack.intercept || abs(a.slope - b.slope) > slack.slope
    }
    if !moves {
      return language == .english
        ? " The estimates of no and partial pooling coincide." : "无池化与部分池化的估计值重合。"
    }
    switch language {
    case .english:
      return " An arrow leads from each group's no-pooling estimate to its partial-pooling estimate"
        + (lacking.isEmpty ? "." : "; no pooling has no estimate for \(names).")
    case .chinese:
      return "箭头从各组的无池化估计指向部分池化估计" + (lacking.isEmpty ? "。" : "；\(names)没有无池化估计。")
    }
  }

  /// The group whose arrow is longest; nil if nothing moves, or but one group can.
  private func largestMove(_ groups: [GroupFit]) -> GroupFit? { farthest(groups, 1).first }

  /// The groups whose arrows are longest when intercepts and slopes are measured in standard deviations of the no-pooling estimates, longest first; none that
  /// does not move.
  func farthest(_ groups: [GroupFit], _ count: Int = 5) -> [GroupFit] {
    let both = groups.filter { $0.noPooling?.isFinite == true && $0.partialPooling?.isFinite == true }
    func spread(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    }
    let a = spread(both.map { $0.noPooling!.intercept })
    let b = spread(both.map { $0.noPooling!.slope })
    func length(_ group: GroupFit) -> Double {
      let da = group.partialPooling!.intercept - group.noPooling!.intercept
      let db = group.partialPooling!.slope - group.noPooling!.slope
      return (a > 0 ? da / a * da / a : 0) + (b > 0 ? db / b * db / b : 0)
    }
    let lengths = both.map(length)
    let order = both.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    return order.prefix(count).filter { lengths[$0] > 1e-12 }.map { both[$0] }
  }
}
