extension Dumbbell {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let names = words.list(effects.map { words.effectInSentence($0) })
    let group = grouping.name(language)
    return words.either(
      "What pooling does to each \(group): \(names) without and with partial pooling",
      "池化对各\(words.inSentence(group))的作用：\(names)，无池化与部分池化")
  }

  /// The spread of both kinds of estimates and the groups that move most, coefficient by coefficient, and those picked out.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let group = grouping.name(language)
    var text = words.either("\(groups.count) groups (\(group)).", "共 \(groups.count) 组（\(group)）。")
    for e in effects.indices {
      let own = words.range(groups.map { $0.own[e] })
      let pooled = words.range(groups.map { $0.pooled[e] })
      let (name, mean) = (words.effect(effects[e]), words.number(means[e]))
      let far = words.largestMove(groups.map { ($0.label(language), $0.own[e], $0.pooled[e]) })
      text += words.either(
        " \(name): own estimates \(own), partial pooling \(pooled), mean \(mean)\(far.isEmpty ? "" : "; " + far).",
        "\(name)：各组自己的估计\(own)，部分池化\(pooled)，均值 \(mean)\(far.isEmpty ? "" : "；" + far)。")
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
}
