extension PoolingDial {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let names = words.list(effects.map { words.effectInSentence($0) })
    let group = grouping.name(language)
    return words.either(
      "From complete to no pooling: \(names) of each \(group) against the spread between them, with the criterion",
      "从全池化到无池化：各\(words.inSentence(group))的\(names)随组间离散程度的变化，及拟合准则")
  }

  /// The ends and the fit of every effect, which positions the data speak for, and the groups picked out.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let fit = scales.firstIndex(of: fittedScale)!
    let (low, high) = interval
    let dial = effects.count == 1 ? "τ" : "c"
    var text = words.either(
      "\(groups.count) paths over \(dial) from 0, complete pooling, "
        + (isDegenerate ? "towards infinity." : "to infinity, no pooling."),
      "共 \(groups.count) 条路径，\(dial) 从 0（全池化）" + (isDegenerate ? "趋向无穷。" : "到无穷（无池化）。"))
    for (k, effect) in effects.enumerated() {
      let own = estimates[k]
      // Beside the largest estimate what rounding leaves of 0 is 0.
      let size = own.joined().filter(\.isFinite).map(abs).max() ?? 0
      let start = number(words.settled(own[0][0], beside: size))
      let partial = words.range(own.map { $0[fit] })
      let end =
        isDegenerate
        ? words.either("paths stop before the end", "路径止于终点之前")
        : words.either(
          "\(words.range(own.map { $0.last! })) without pooling", "无池化时\(words.range(own.map { $0.last! }))")
      text += words.either(
        " \(words.effect(effect)): \(start) at 0, \(partial) at the \(method.rawValue) estimate, \(end).",
        "\(words.effect(effect))：在 0 处为 \(start)，在 \(method.rawValue) 估计处\(partial)，\(end)。")
    }
    if isDegenerate {
      text += words.either(
        " The fitted covariance is singular: no multiple of it ends all pooling.",
        "拟合的协方差矩阵奇异，其任何倍数都不能完全消除池化。")
    }
    let rise = number(words.settled(rises[0], beside: 1))
    func position(_ scale: Double) -> String { scale.isInfinite ? "∞" : number(scale) }
    text += words.either(
      " \(method.rawValue) puts \(dial) at \(number(fittedScale)); the criterion at 0 is \(rise) higher, and within 3.84 of its minimum for "
        + "\(dial) from \(position(low)) to \(position(high)).",
      "\(method.rawValue) 估计 \(dial) = \(number(fittedScale))；\(dial) = 0 处准则高出 \(rise)，\(dial) 从 \(position(low)) 到 \(position(high)) 时准则高出不到 3.84。"
    )
    return text
      + words.pickedOut(
        groups.indices.filter { highlighted.contains(groups[$0].name) }.map { j in
          let ways = effects.indices.map { k in
            let (partial, end) = (number(estimates[k][j][fit]), number(estimates[k][j].last!))
            return words.effectInSentence(effects[k])
              + (isDegenerate
                ? words.either(" \(partial) at the estimate", "估计处 \(partial)")
                : words.either(
                  " \(partial) at the estimate and \(end) without pooling", "估计处 \(partial)、无池化 \(end)"))
          }
          return (groups[j].label(language), words.told(ways))
        })
  }
}
