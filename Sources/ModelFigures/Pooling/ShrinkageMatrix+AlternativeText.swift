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
    let both = groups.filter { $0.own.count(where: \.isFinite) > 1 }
    let panels = effects.count * (effects.count - 1) / 2
    let group = grouping.name(language)
    var text: String
    switch language {
    case .english:
      if panels > 1 {
        text = "\(panels) panels, one for each pair of \(effects.count) coefficients; arrows"
      } else {
        let names = words.list(effects.map { words.effectInSentence($0) })
        text = "One panel, \(names) against each other; arrows"
      }
      text +=
        " of \(both.count) groups (\(group)), wherever a group has both estimates of its own, from these to those by partial pooling."
    case .chinese:
      text =
        panels > 1
        ? "共 \(panels) 个分面，对应 \(effects.count) 个系数两两成对；每个分面中，"
        : "一个分面，两轴为\(words.list(effects.map { words.effectInSentence($0) }))；"
      text += "\(both.count) 个组（\(group)）凡两个系数都有无池化估计处，箭头由其指向部分池化估计。"
    }
    for e in effects.indices {
      let (name, mean) = (words.effect(effects[e]), number(means[e]))
      let own = words.range(groups.map { $0.own[e] })
      let pooled = words.range(groups.map { $0.pooled[e] })
      text += words.either(
        " \(name): own estimates \(own), partial pooling \(pooled), mean \(mean).",
        "\(name)：无池化估计\(own)，部分池化\(pooled)，均值 \(mean)。")
    }
    let far = largestMoves(both)
    if !far.isEmpty {
      let labels =
        far.count > 3
        ? words.either("\(far.count) groups", " \(far.count) 个组") : words.list(far.map { $0.label(language) })
      text += words.either(
        " In units of the spread of own estimates \(labels) \(far.count > 1 ? "move" : "moves") most\(far.count > 1 ? ", equally far" : "").",
        "以无池化估计的离散程度衡量，移动最大的是\(words.spaced(labels))\(far.count > 1 ? "，距离相等" : "")。")
    }
    return text
      + words.pickedOut(
        groups.filter { highlighted.contains($0.name) }.map { group in
          let ways = effects.indices.map { e in
            words.effectInSentence(effects[e]) + words.either(" ", "")
              + words.move(group.own[e], group.pooled[e])
          }
          return (group.label(language), words.told(ways))
        })
  }

  /// The groups whose arrows are longest when each coefficient is measured in standard deviations of the own estimates: several if they are equally long to rounding, none if
  /// nothing moves.
  private func largestMoves(_ both: [Group]) -> [Group] {
    let spreads = effects.indices.map { e in
      let values = both.map { $0.own[e] }.filter(\.isFinite)
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      // What rounding leaves of equal estimates is no spread.
      return spread > 1e-9 * (values.map(abs).max() ?? 0) ? spread : 0
    }
    let lengths = both.map { group in
      effects.indices.reduce(0) { sum, e in
        let move = spreads[e] > 0 && group.own[e].isFinite ? (group.pooled[e] - group.own[e]) / spreads[e] : 0
        return sum + move * move
      }.squareRoot()
    }
    guard let most = lengths.max(), most > 1e-9 else { return [] }
    return both.indices.filter { lengths[$0] >= most - 1e-9 }.map { both[$0] }
  }
}
