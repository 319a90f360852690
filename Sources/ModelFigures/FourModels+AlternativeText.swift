import Plotting

extension FourModels {
  /// The response, the same in all models.
  public var response: FigureVariable {
    get { models[0].scatter.response }
    set { for m in models.indices { models[m].scatter.response = newValue } }
  }
  /// The predictor, the same in all models.
  public var predictor: FigureVariable {
    get { models[0].scatter.predictor }
    set { for m in models.indices { models[m].scatter.predictor = newValue } }
  }
  /// The grouping factor, the same in all models.
  public var grouping: FigureVariable {
    get { models[0].scatter.grouping }
    set { for m in models.indices { models[m].scatter.grouping = newValue } }
  }
  /// Response, predictor and grouping factor.
  public var variables: [WritableKeyPath<FourModels, FigureVariable>] {
    [\.response, \.predictor, \.grouping]
  }
  /// The groups.
  public var levelNames: [String] { models[0].scatter.levelNames }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for m in models.indices { models[m].scatter.relabel(level: level, words) }
  }

  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let (y, x, group) = (response.name(language), predictor.name(language), grouping.name(language))
    return language == .english
      ? "\(y) against \(x) in four models: one line for all, and intercepts, slopes or both varying by \(group)"
      : "四个模型中的\(words.inSentence(y))与\(words.spaced(x))：一条总体直线，截距、斜率或两者随\(words.inSentence(group))变化"
  }

  /// Counts, ranges, the lines of each model in numbers, and which AIC is smallest.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let groups = models[0].scatter.groups
    let count = groups.reduce(0) { $0 + $1.x.count }
    guard let (x0, x1) = dataRange(groups.flatMap(\.x)), let (y0, y1) = dataRange(groups.flatMap(\.y)) else {
      return ""
    }
    let (y, x, group) = (response.name(language), predictor.name(language), grouping.name(language))
    var text =
      language == .english
      ? "Four scatter plots of the same \(count) observations in \(groups.count) groups (\(group)), axes shared: \(x) from \(number(x0)) to "
        + "\(number(x1)) across, \(y) from \(number(y0)) to \(number(y1)) upwards."
      : "四幅散点图，\(groups.count) 个组（\(group)）的同一批 \(count) 个观测，坐标轴相同：横轴\(words.inSentence(x))从 \(number(x0)) 到 \(number(x1))，"
        + "纵轴\(words.inSentence(y))从 \(number(y0)) 到 \(number(y1))。"
    func span(_ values: [Double]) -> String {
      guard let (low, high) = dataRange(values) else { return "" }
      if high - low <= 1e-9 * max(abs(low), abs(high)) { return number(low) }
      return language == .english
        ? "from \(number(low)) to \(number(high))" : "从 \(number(low)) 到 \(number(high))"
    }
    for model in models {
      var lines = model.scatter.groups.compactMap(\.partialPooling).filter(\.isFinite)
      if case .complete(let line) = model.scatter.lines { lines = [line] }
      let name = words.structure(model.scatter.lines)
      let (a, b) = (span(lines.map(\.intercept)), span(lines.map(\.slope)))
      let aic = words.criterion(model.aic)
      text +=
        language == .english
        ? " \(name): intercept \(a), slope \(b), \(model.parameterCount) parameters, AIC \(aic)."
        : "\(name)：截距\(words.spaced(a))，斜率\(words.spaced(b))，\(model.parameterCount) 个参数，AIC \(aic)。"
    }
    if let least = models.filter(\.aic.isFinite).min(by: { $0.aic < $1.aic }) {
      let name = words.structure(least.scatter.lines)
      text +=
        language == .english
        ? " AIC is smallest for \(name.prefix(1).lowercased())\(name.dropFirst())." : "AIC 最小的是“\(name)”。"
    }
    return text
  }
}
