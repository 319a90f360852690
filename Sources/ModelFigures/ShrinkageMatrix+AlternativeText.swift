import Plotting

extension ShrinkageMatrix {
  /// Response, grouping factor, the columns that vary, and group-level columns.
  public var variables: [WritableKeyPath<ShrinkageMatrix, FigureVariable>] {
    [\.response, \.grouping] + effects.indices.map { \.effects[$0] }
      + groupLevel.indices.map { \.groupLevel[$0] }
  }
  /// The groups.
  public var levelNames: [String] { groups.map(\.name) }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in groups.indices where groups[j].name == level { groups[j].label = words }
  }

  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let names = words.list(effects.map { words.effectInSentence($0) })
    let group = grouping.name(language)
    return language == .english
      ? "shrinkage of the coefficients of each \(group), in pairs: \(names)"
      : "各\(words.inSentence(group))系数的收缩，两两成对：\(names)"
  }

  /// Counts, each coefficient's ranges, the correlations, and the group that moves most.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let both = groups.filter { $0.own != nil }
    let panels = effects.count * (effects.count - 1) / 2
    let group = grouping.name(language)
    var text: String
    switch language {
    case .english:
      if panels > 1 {
        text = "\(panels) panels, one for each pair of \(effects.count) coefficients; in each an arrow"
      } else {
        let names = words.list(effects.map { words.effectInSentence($0) })
        text = "One panel, \(names) against each other; an arrow"
      }
      text +=
        " for every one of \(both.count) groups (\(group)) from its own estimates to those by partial pooling."
    case .chinese:
      text =
        panels > 1
        ? "共 \(panels) 个分面，对应 \(effects.count) 个系数两两成对；每个分面中，"
        : "一个分面，两轴为\(words.list(effects.map { words.effectInSentence($0) }))；"
      text += "\(both.count) 个组（\(group)）各有一个箭头，由无池化估计指向部分池化估计。"
    }
    for e in effects.indices {
      guard let (p0, p1) = dataRange(groups.map { $0.pooled[e] }) else { continue }
      let (name, mean) = (words.effect(effects[e]), number(means[e]))
      let own = dataRange(both.map { $0.own![e] })
      switch language {
      case .english:
        text += " \(name): "
        if let own { text += "own estimates from \(number(own.0)) to \(number(own.1)), " }
        text += "partial pooling from \(number(p0)) to \(number(p1)), mean \(mean)."
      case .chinese:
        text += "\(name)："
        if let own { text += "无池化估计从 \(number(own.0)) 到 \(number(own.1))，" }
        text += "部分池化从 \(number(p0)) 到 \(number(p1))，均值 \(mean)。"
      }
    }
    if let far = largestMove(both) {
      let label = far.label(language)
      text +=
        language == .english
        ? " In units of the spread of own estimates \(label) moves most."
        : "以无池化估计的离散程度衡量，移动最大的是\(words.spaced(label))。"
    }
    return text
  }

  /// The group whose arrow is longest when each coefficient is measured in standard deviations of the own estimates; nil if nothing moves.
  private func largestMove(_ both: [Group]) -> Group? {
    let spreads = effects.indices.map { e in
      let values = both.map { $0.own![e] }
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    }
    func length(_ group: Group) -> Double {
      effects.indices.reduce(0) { sum, e in
        let move = spreads[e] > 0 ? (group.pooled[e] - group.own![e]) / spreads[e] : 0
        return sum + move * move
      }
    }
    return both.max { length($0) < length($1) }.flatMap { length($0) > 1e-12 ? $0 : nil }
  }
}
