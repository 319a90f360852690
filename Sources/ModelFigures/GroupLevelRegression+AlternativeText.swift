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
      guard let (low, high) = dataRange(c.estimates) else { continue }
      let name = words.effect(c.variable)
      let distances = zip(groups, c.estimates).map { $1 - c.intercept - c.slope * $0.value }
      let far = distances.indices.max { abs(distances[$0]) < abs(distances[$1]) }!
      let a = number(c.intercept)
      let b = (c.slope < 0 ? "− " : "+ ") + number(abs(c.slope))
      let (label, away) = (groups[far].label(language), number(abs(distances[far])))
      let isAbove = distances[far] > 0
      switch language {
      case .english:
        text += " \(name): estimates from \(number(low)) to \(number(high)), "
        text += c.hasSlope ? "line \(a) \(b) × \(u)" : "level line at \(a)"
        text += "; \(label) lies furthest from it, \(away) \(isAbove ? "above" : "below")."
      case .chinese:
        text += "\(name)：估计值从 \(number(low)) 到 \(number(high))，"
        text += c.hasSlope ? "直线 \(a) \(b) × \(u)" : "水平线 \(a)"
        text += "；离线最远的是\(words.spaced(label))，在其\(isAbove ? "上" : "下")方 \(away)。"
      }
    }
    return text
  }
}
