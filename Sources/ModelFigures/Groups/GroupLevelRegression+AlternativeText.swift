import Plotting

extension GroupLevelRegression {
  /// Response, grouping factor, u, and all other columns.
  public var variables: [WritableKeyPath<GroupLevelRegression, FigureVariable>] {
    [\.response, \.grouping, \.predictor] + coefficients.indices.map { \.coefficients[$0].variable }
      + others.indices.map { \.others[$0] }
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
    let names = words.list(coefficients.map { words.effectInSentence($0.variable) })
    let (group, u) = (grouping.name(language), predictor.name(language))
    return language == .english
      ? "group-level regression: \(names) of each \(group) against \(u)"
      : "组水平回归：各\(words.inSentence(group))的\(names)与\(words.spaced(u))"
  }

  /// Counts, ranges, each line, and the group that lies furthest from it.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    guard let (u0, u1) = dataRange(groups.map(\.value)) else { return "" }
    let (group, u) = (grouping.name(language), predictor.name(language))
    var text =
      language == .english
      ? "\(groups.count) groups (\(group)); \(u) from \(number(u0)) to \(number(u1)) across."
      : "共 \(groups.count) 组（\(group)）；横轴为\(words.spaced(u))，从 \(number(u0)) 到 \(number(u1))。"
    for c in coefficients {
      let name = words.effect(c.variable)
      let estimates = words.range(c.estimates)
      let a = number(c.intercept)
      let b = (c.slope < 0 ? "− " : "+ ") + number(abs(c.slope))
      let line =
        c.hasSlope
        ? words.either("line \(a) \(b) × \(u)", "直线 \(a) \(b) × \(u)")
        : words.either("level line at \(a)", "水平线 \(a)")
      let far = furthest(from: c, words)
      text += words.either(
        " \(name): estimates \(estimates), \(line)\(far.isEmpty ? "" : "; " + far).",
        "\(name)：估计值\(estimates)，\(line)\(far.isEmpty ? "" : "；" + far)。")
    }
    return text
      + words.pickedOut(
        groups.indices.filter { highlighted.contains(groups[$0].name) }.map { j in
          let numbers = coefficients.map { c in
            words.effectInSentence(c.variable) + words.either(" ", "") + number(c.estimates[j])
          }
          let place = words.either(
            "\(u) \(number(groups[j].value))", "\(words.inSentence(u))\(number(groups[j].value))")
          return (groups[j].label(language), words.told([place] + numbers))
        })
  }

  /// Which group lies furthest from a line; of several equally far ones the distance alone.
  private func furthest(from c: Coefficient, _ words: FigureWords) -> String {
    let distances = zip(groups, c.estimates).map { $1 - c.intercept - c.slope * $0.value }
    let sizes = distances.map(abs)
    guard let (low, high) = dataRange(c.estimates), let most = sizes.max() else { return "" }
    let tolerance = 1e-9 * max(high - low, abs(low), abs(high))
    guard most > tolerance else { return words.either("all lie on it", "各组都在线上") }
    let far = sizes.indices.filter { sizes[$0] >= most - tolerance }
    let away = words.number(most)
    if far.count > 1 {
      return words.either(
        "\(far.count) groups lie furthest from it, \(away) away", "离线最远的有 \(far.count) 个组，距离 \(away)")
    }
    let (label, isAbove) = (groups[far[0]].label(words.language), distances[far[0]] > 0)
    return words.either(
      "\(label) lies furthest from it, \(away) \(isAbove ? "above" : "below")",
      "离线最远的是\(words.spaced(label))，在其\(isAbove ? "上" : "下")方 \(away)")
  }
}
