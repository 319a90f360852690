/// Words of MRP's figures.
extension FigureWords {
  var rawMean: String { either("raw mean", "原始均值") }
  var mrp: String { either("MRP", "MRP") }
  var truth: String { either("truth", "真值") }
  var nearerTruth: String { either("MRP nearer to the truth", "MRP 更接近真值") }
  var fartherTruth: String { either("raw mean nearer to the truth", "原始均值更接近真值") }

  /// The axis of means.
  func meanOf(_ response: FigureVariable, isProbability: Bool) -> String {
    let name = response.name(language)
    return isProbability
      ? either("Probability of \(name)", "\(inSentence(name).drop { $0 == " " })的概率")
      : either("Mean of \(name)", "\(inSentence(name).drop { $0 == " " })的均值")
  }

  /// What rows of areas show.
  func areaRows(level: Double?, isSized: Bool) -> String {
    var parts: [String] = []
    if let level {
      parts.append(
        either("Bars: \(number(100 * level))% intervals of MRP.", "横线：MRP 的 \(number(100 * level))% 区间。"))
    }
    if isSized { parts.append(either("Behind each name its respondents.", "名称后括号内为受访者人数。")) }
    parts.append(either("Upright line: everyone, by MRP.", "竖线：MRP 对全体的估计。"))
    return sentences(parts)
  }

  /// Areas nobody of which was asked.
  func withoutRespondents(_ count: Int) -> String {
    either(
      count == 1 ? "One group has no respondents." : "\(count) groups have no respondents.",
      "\(count) 组没有受访者。")
  }

  /// Areas that have no raw mean.
  func withoutRawMean(_ count: Int) -> String {
    either(
      count == 1
        ? "One group without respondents has no raw mean and is not shown."
        : "\(count) groups without respondents have no raw mean and are not shown.",
      "\(count) 组没有受访者，因而没有原始均值，未画出。")
  }

  /// Raw means beyond the axis.
  func rawOutside(_ count: Int) -> String {
    either(
      count == 1 ? "One raw mean lies outside." : "\(count) raw means lie outside.", "\(count) 个原始均值在图外。")
  }

  /// The axis of numbers of respondents.
  func respondents(_ grouping: FigureVariable) -> String {
    let name = grouping.name(language)
    return either("Respondents in the \(name)", "\(inSentence(name).drop { $0 == " " })的受访者人数")
  }

  /// The axis of movements.
  func movement(_ response: FigureVariable) -> String {
    either("MRP − raw mean of \(response.name(language))", "\(response.name(language))：MRP − 原始均值")
  }

  /// What dots of movements are.
  var movementDots: String {
    either("Above the level line MRP is above the raw mean.", "在水平线之上，MRP 高于原始均值。")
  }
}
