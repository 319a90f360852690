extension ShrinkageBySize {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let (name, group) = (words.effect(effect), grouping.name(language))
    return words.either(
      "\(name) of each \(group) against its number of rows, without and with partial pooling",
      "各\(words.inSentence(group))的\(name)与其行数：无池化与部分池化")
  }

  /// Counts, the spread of both kinds of estimates, the groups that move most, and those picked out.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let (own, pooled) = (words.range(estimates.map(\.own)), words.range(estimates.map(\.pooled)))
    let sizes = words.rowsEach(estimates.map(\.count))
    func label(_ estimate: Estimate) -> String {
      estimate.label(language) + words.parenthesis(words.rows(estimate.count))
    }
    let far = words.largestMove(estimates.map { (label($0), $0.own, $0.pooled) })
    let text = words.either(
      "\(estimates.count) groups with \(sizes), around a mean of \(number(mean)). "
        + "Estimates without pooling go \(own), with partial pooling \(pooled)\(far.isEmpty ? "" : "; " + far).",
      "共 \(estimates.count) 组，\(sizes)，均值 \(number(mean))。无池化的估计值\(own)，部分池化\(pooled)\(far.isEmpty ? "" : "；" + far)。"
    )
    func value(_ estimate: Double, _ error: Double) -> String {
      estimate.isNaN
        ? words.either("no estimate", "无估计值") : number(estimate) + (error.isNaN ? "" : " ± \(number(error))")
    }
    return text
      + words.pickedOut(
        estimates.filter { highlighted.contains($0.group) }.map {
          let (a, b) = (value($0.own, $0.ownError), value($0.pooled, $0.pooledError))
          return (label($0), words.either("\(a) without pooling and \(b) with", "无池化 \(a)，部分池化 \(b)"))
        })
  }
}
