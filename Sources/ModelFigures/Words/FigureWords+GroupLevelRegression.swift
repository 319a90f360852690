/// Words of group-level regressions.
extension FigureWords {
  /// The vertical axis of one coefficient of each group.
  func groupTitle(_ effect: String, _ grouping: FigureVariable) -> String {
    let group = grouping.name(language)
    return either("\(effect) by \(group)", "各\(inSentence(group))的\(effect)")
  }

  var groupLevelLine: String { either("group-level regression", "组水平回归线") }

  /// The caption of a group-level regression.
  /// - Parameters:
  ///   - others: columns held at 0.
  ///   - borrowed: those of them that are taken off own estimates.
  ///   - level: coefficients whose line is level for want of an interaction.
  ///   - count: number of groups whose rows do not determine all coefficients.
  ///   - outside: number of own estimates that are not shown.
  func groupLevelCaption(
    others: [String], borrowed: [String], isSpread: Bool, level: [String], undetermined count: Int,
    outside: Int
  ) -> String {
    var texts = [
      either("Bars: one standard error to either side.", "竖线：上下各一个标准误。")
    ]
    if !others.isEmpty {
      texts.append(
        either("Coefficients are those at \(list(others)) = 0.", "系数均指\(inSentence(list(others)))取 0 时。"))
    }
    if !borrowed.isEmpty {
      let names = list(borrowed)
      texts.append(
        either(
          "The groups' own estimates are less the mixed model's effects of \(names).",
          "各组自身的估计已减去混合模型中\(inSentence(names))的效应。"))
    }
    if !level.isEmpty {
      let names = list(level)
      texts.append(
        either(
          "The model has no interaction that would tilt the line of \(names).",
          "模型不含相应的交互项，\(names)的线因此是水平的。"))
    }
    if isSpread {
      texts.append(either("Groups of one value stand side by side.", "取值相同的组左右错开。"))
    }
    if count > 0 { texts.append(undetermined(count)) }
    if outside > 0 {
      texts.append(ownOutside(outside))
    }
    return sentences(texts)
  }
}
