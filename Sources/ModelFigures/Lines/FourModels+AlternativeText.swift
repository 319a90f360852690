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
    for model in models {
      let name = words.structure(model.scatter.lines)
      let aic = words.criterion(model.aic)
      var (a, b) = ("", "")
      if case .complete(let line) = model.scatter.lines {
        (a, b) = (number(line.intercept), number(line.slope))
      } else {
        let lines = model.scatter.groups.compactMap(\.partialPooling).filter(\.isFinite)
        (a, b) = (words.range(lines.map(\.intercept)), words.range(lines.map(\.slope)))
      }
      text += words.either(
        " \(name): intercept \(a), slope \(b), \(model.parameterCount) parameters, AIC \(aic).",
        "\(name)：截距\(words.spaced(a))，斜率\(words.spaced(b))，\(model.parameterCount) 个参数，AIC \(aic)。")
    }
    if areIndependent { text += words.either(" ", "") + words.independentModel }
    let known = models.filter(\.aic.isFinite)
    if let least = known.map(\.aic).min() {
      // A variance at 0 leaves a deviance as it is.
      let best = known.filter { $0.aic - least < 1e-6 }.map { words.structure($0.scatter.lines) }
      let names = words.list(best.map { words.either($0.prefix(1).lowercased() + $0.dropFirst(), "“\($0)”") })
      text += words.either(" AIC is smallest for \(names).", "AIC 最小的是\(names)。")
    }
    return text
      + words.pickedOut(
        models[3].scatter.groups.compactMap { group in
          guard highlighted.contains(group.group), let line = group.partialPooling else { return nil }
          let (a, b) = (number(line.intercept), number(line.slope))
          return (
            group.label(language),
            words.either(
              "with both varying intercept \(a) and slope \(b)", "两者都变化时截距 \(a)、斜率 \(b)")
          )
        })
  }
}
