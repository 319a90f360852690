import StudyResults

extension StudyCurves {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let what = words.quantityTitle(quantity)
    var by: [String] = []
    if case .parameter(let parameter, _) = lines { by.append(grid.parameters[parameter].name(language)) }
    if let panels { by.append(grid.parameters[panels].name(language)) }
    let split =
      by.isEmpty
      ? "" : words.either(" by \(words.list(by))", "，按\(words.inSentence(by.joined(separator: " 和 ")))分开")
    guard let x else { return words.either("\(what) of each strategy", "各策略的\(what)") }
    let axis = grid.parameters[x].name(language)
    return words.either(
      "\(what) against \(axis)",
      "\(what + (what.last?.isASCII == true ? " " : ""))与\(words.inSentence(axis))的关系") + split
  }

  /// The lines with their ends, what theory says, and the errors behind.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    var sentences: [String] = []
    for line in series.prefix(StudyCurves.mostTold) { sentences.append(told(line, words)) }
    let left = series.count - StudyCurves.mostTold
    if left > 0 { sentences.append(words.either("And \(left) more lines.", "另有 \(left) 条线。")) }
    let points = series.flatMap(\.points)
    let differences = points.filter { $0.theory.isFinite }.map { abs($0.number.value - $0.theory) }
    if let largest = differences.max() {
      sentences.append(
        words.either(
          "The largest distance from \(theoryName(words)) is \(words.number(largest)).",
          "与\(theoryName(words))的最大差别为 \(words.number(largest))。"))
    }
    if let worst = points.map(\.number.error).filter(\.isFinite).max() {
      sentences.append(
        words.either(
          "Monte Carlo standard errors go up to \(words.monteCarloError(worst)); \(words.replicatesEach(points.map(\.number.total))).",
          "蒙特卡罗标准误最大为 \(words.monteCarloError(worst))；\(words.replicatesEach(points.map(\.number.total)))。"))
    }
    if let key = words.scenarioKey(self) { sentences.append(key) }
    sentences += words.gapNotes(self)
    if !isComplete { sentences.append(words.partialNote) }
    return words.sentences(sentences)
  }

  private func theoryName(_ words: FigureWords) -> String {
    if case .rate = quantity { return words.either("the exact values", "精确值") }
    return words.either("the values with the true variances", "方差取真值时的值")
  }

  /// More lines than these are counted only.
  private static let mostTold = 12

  private func told(_ line: Line, _ words: FigureWords) -> String {
    let language = words.language
    var name = name(line, language)
    if let panels { name = grid.setting(panels, line.panel, language) + words.either(", ", "，") + name }
    // Names of parameters are spelled as in the study; words for strategies begin a sentence.
    let entry = if case .strategies = lines, panels == nil { words.title(name) } else { name }
    let (first, last) = (line.points[0], line.points[line.points.count - 1])
    guard let x, line.points.count > 1 else {
      return words.either(
        "\(entry): \(words.simulated(first.number)).", "\(name)：\(words.simulated(first.number))。")
    }
    let (from, to) = (grid.setting(x, first.place, language), grid.setting(x, last.place, language))
    return words.either(
      "\(entry): \(words.simulated(first.number)) at \(from), \(words.simulated(last.number)) at \(to).",
      "\(name)：\(from) 时为 \(words.simulated(first.number))，\(to) 时为 \(words.simulated(last.number))。")
  }
}
