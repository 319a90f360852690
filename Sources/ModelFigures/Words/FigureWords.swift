import Glibc
import Plotting

/// Every word that figures print, in both languages; those of one kind alone stand in an extension beside it.
struct FigureWords {
  let language: FigureLanguage

  init(_ language: FigureLanguage) { self.language = language }

  /// The wording in this language.
  func either(_ english: String, _ chinese: String) -> String {
    language == .english ? english : chinese
  }

  var complete: String { either("complete pooling", "全池化") }
  var none: String { either("no pooling", "无池化") }
  var partial: String { either("partial pooling", "部分池化") }
  var partialMean: String { either("partial pooling: mean", "部分池化：均值") }
  var intercept: String { either("intercept", "截距") }
  var slope: String { either("slope", "斜率") }
  var unplaced: String { either("Not labelled for want of room: ", "因空间不足未标注：") }

  /// A group of the schematic: "group 3", “组 3”; a level with words of its own stands for itself.
  func group(_ label: String, of grouping: FigureVariable) -> String {
    label.allSatisfy(\.isNumber) ? "\(grouping.name(language)) \(label)" : label
  }

  /// What varies in a panel of the schematic, and the line that a group has there.
  func varying(_ what: VaryingCoefficientsSchematic.Varying) -> String {
    switch what {
    case .intercepts: either("Varying intercepts: ", "变化的截距：") + line("α" + MathText.sub("j"), "β")
    case .slopes: either("Varying slopes: ", "变化的斜率：") + line("α", "β" + MathText.sub("j"))
    case .both:
      either("Varying both: ", "两者都变化：") + line("α" + MathText.sub("j"), "β" + MathText.sub("j"))
    }
  }

  /// A line's equation, in one piece.
  private func line(_ intercept: String, _ slope: String) -> String { "\(intercept)\u{A0}+\u{A0}\(slope)x" }

  /// A remark in parentheses, with the space or the full-width marks that the language wants.
  func parenthesis(_ text: String) -> String { either(" (\(text))", "（\(text)）") }

  /// A name within a Chinese sentence: a blank stands before one that begins with a Latin letter or a digit.
  func spaced(_ name: String) -> String { name.first?.isASCII == true ? " " + name : name }

  /// Joins names: "a, b and c", “a、b和c”.
  func list(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: either(", ", "、")) + either(" and ", "和") + last
  }

  /// Sentences one after the other: Chinese ones need no blank between them.
  func sentences(_ texts: [String]) -> String { texts.joined(separator: either(" ", "")) }

  /// A number for running text: four or more significant digits, groups from 10 000 on, powers of ten for the very small and large.
  /// - Parameter extra: digits beyond these.
  func longer(_ value: Double, by extra: Int) -> String {
    let size = abs(value)
    if size != 0, size < 0.01 || size >= 1e9, value.isFinite {
      var exponent = Int(log10(size).rounded(.down))
      var mantissa = value / pow(10, Double(exponent))
      if abs(mantissa) >= 10 - 0.5 * pow(10, -3 - Double(extra)) {
        mantissa /= 10
        exponent += 1
      }
      return NumberFormat.text(mantissa, decimals: 3 + extra) + "×10" + NumberFormat.superscript(exponent)
    }
    let decimals = FigureWords.decimals(size) + (value == value.rounded() ? 0 : extra)
    return NumberFormat.text(
      value, decimals: value == value.rounded() ? 0 : decimals, grouped: size >= 10_000)
  }

  private static func decimals(_ size: Double) -> Int {
    size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3
  }

  /// A number for running text: four or more significant digits.
  func number(_ value: Double) -> String { longer(value, by: 0) }

  /// A number beside others: with their decimals, not as a power of ten, where it is small and they are not; 0 where it is but rounding beside them.
  func rounded(_ value: Double, beside others: [Double]) -> String {
    let largest = others.map { abs($0) }.filter(\.isFinite).max() ?? 0
    if abs(value) <= 1e-12 * largest { return "0" }
    if abs(value) < 0.01, largest >= 0.01, largest < 1e9 {
      let text = NumberFormat.text(value, decimals: max(3, FigureWords.decimals(largest)))
      if text.contains(where: { "123456789".contains($0) }) { return text }
    }
    return number(value)
  }

  /// Two numbers, with as many digits as tell them apart if they differ by more than rounding.
  func pair(_ low: Double, _ high: Double) -> (low: String, high: String) {
    let others = [low, high]
    let texts = (rounded(low, beside: others), rounded(high, beside: others))
    guard texts.0 == texts.1, abs(high - low) > 1e-9 * max(abs(low), abs(high)) else { return texts }
    for extra in 1...12 {
      let longer = (longer(low, by: extra), longer(high, by: extra))
      if longer.0 != longer.1 { return longer }
    }
    return texts
  }

  /// The intercept's axis.
  func interceptTitle(_ response: FigureVariable, _ predictor: FigureVariable) -> String {
    let unit = response.unit(language)
    let y = response.name(language)
    let x = predictor.name(language)
    return either(
      "Intercept: \(y) at \(x) = 0" + (unit.isEmpty ? "" : " (\(unit))"),
      "截距：\(behindColon(x))为 0 时的\(spaced(y))" + (unit.isEmpty ? "" : "（\(unit)）"))
  }

  /// The slope's axis.
  func slopeTitle(_ response: FigureVariable, _ predictor: FigureVariable) -> String {
    let y = response.name(language)
    let x = predictor.name(language)
    let unit = response.unit(language)
    let per = predictor.singularUnit(language)
    return either(
      "Slope: \(y) per \(per.isEmpty ? "unit" : per) of \(x)" + (unit.isEmpty ? "" : " (\(unit))"),
      "斜率：\(behindColon(x))每增加一\(per.isEmpty ? "单位" : per)的\(inSentence(y))变化"
        + (unit.isEmpty ? "" : "（\(unit)）"))
  }

  /// The caption's line on ellipses estimated from the points drawn.
  ///
  /// - Parameter withNone: whether estimates by no pooling are among them.
  func dataEllipses(_ count: Int, withNone: Bool, isDense: Bool) -> String {
    either(
      "Ellipses: \(isDense ? "50% and 90%" : "10% to 90%") normal-theory ellipses of the \(count) "
        + (withNone ? "estimates shown, no and partial pooling" : "partial-pooling estimates shown")
        + " (data ellipses).",
      "椭圆：由图中 \(count) 个"
        + (withNone ? "估计值（无池化与部分池化）" : "部分池化估计值") + "按正态理论算得的 \(isDense ? "50% 与 90%" : "10%～90%") 椭圆（数据椭圆）。"
    )
  }

  /// The caption's line on ellipses from the model's covariance.
  func modelEllipses(isDense: Bool) -> String {
    either(
      "Ellipses: \(isDense ? "50% and 90%" : "10% to 90%") of the distribution of group coefficients that the fitted model estimates (model ellipses).",
      "椭圆：拟合模型所估计的组系数分布的 \(isDense ? "50% 与 90%" : "10%～90%") 区域（模型椭圆）。")
  }

  /// The caption's addition where the covariance is singular.
  var collapsed: String {
    either(
      " Their covariance is singular: every ellipse collapses to a segment.", "其协方差矩阵奇异：每个椭圆都退化为一条线段。")
  }

  /// The caption's line where all points coincide.
  var noSpread: String {
    either("All estimates coincide: there are no ellipses.", "所有估计值重合：没有椭圆。")
  }

  /// The caption's line where the model's ellipses have no extent.
  var noVariance: String {
    either(
      "The estimated variances are zero: the model's ellipses are a single point.", "估计的方差为零：模型椭圆只是一个点。")
  }

  /// The caption's line where there are too few points for ellipses.
  var noEllipses: String {
    either("Too few estimates for ellipses.", "估计值太少，无法画椭圆。")
  }

  /// The caption's line where points are moved sideways by group.
  func dodged(_ predictor: FigureVariable, _ grouping: FigureVariable) -> String {
    either(
      "Points of one \(predictor.name(language)) are set side by side by \(grouping.name(language)).",
      "同一\(predictor.name(language))的点按\(grouping.name(language))左右错开。")
  }

  /// The caption's line where groups are too many to tell apart.
  func manyGroups(_ count: Int, _ grouping: FigureVariable, but picked: Int = 0) -> String {
    if picked > 0 {
      return either(
        "\(count) groups (\(grouping.name(language))); grey: those not in the legend.",
        "共 \(count) 个组（\(grouping.name(language))）；灰色：图例之外的各组。")
    }
    return either(
      "\(count) groups (\(grouping.name(language))), all drawn alike.",
      "共 \(count) 个组（\(grouping.name(language))），画法相同。")
  }

  /// The name of the effect that every row has.
  static let constant = "(Intercept)"

  /// The effect of a column: the intercept, or its slope.
  func effect(_ column: FigureVariable) -> String {
    if column.column == FigureWords.constant { return either("Intercept", "截距") }
    let name = column.name(language)
    if !column.hasSlope { return name }
    return either("Slope of \(name)", "\(inSentence(name).drop { $0 == " " })的斜率")
  }

  /// The effect within a sentence; with `the` before a slope and the intercept in English, which names of columns do without.
  func effectInSentence(_ column: FigureVariable, definite: Bool = false) -> String {
    let name = effect(column)
    if language == .chinese || !column.hasSlope { return name }
    return (definite ? "the " : "") + name.prefix(1).lowercased() + name.dropFirst()
  }

  /// The same with the unit that follows from those of the response and of the column.
  func effect(_ column: FigureVariable, of response: FigureVariable) -> String {
    let unit = response.unit(language)
    let per = column.singularUnit(language)
    if unit.isEmpty { return effect(column) }
    if column.column == FigureWords.constant || !column.hasSlope { return effect(column) + parenthesis(unit) }
    return effect(column) + (per.isEmpty ? "" : parenthesis(either("\(unit) per \(per)", "\(unit)/\(per)")))
  }

  /// A name inside a Chinese sentence: blanks stand between it and the characters around where it begins or ends with a Latin letter or a digit.
  func inSentence(_ name: String) -> String { spaced(name) + (name.last?.isASCII == true ? " " : "") }

  /// The same behind a full-width colon, which has its own room.
  private func behindColon(_ name: String) -> String { name + (name.last?.isASCII == true ? " " : "") }

  /// An estimate with its interval: "0.154 [0.095, 0.212]".
  func interval(_ estimate: Double, _ low: Double, _ high: Double) -> String {
    "\(number(estimate)) [\(number(low)), \(number(high))]"
  }

  var normalQuantile: String { either("Standard normal quantile", "标准正态分位数") }
  var intervalWithoutZero: String { either("interval leaves 0 out", "区间不含 0") }
  var intervalWithZero: String { either("interval holds 0", "区间含 0") }
  var highlighted: String { either("highlighted", "突出显示") }

  var conditionalMode: String { either("Conditional mode", "条件众数") }

  /// The key of levels picked out whose interval holds what they scatter about.
  func highlighted(_ interval: String) -> String { either("highlighted, \(interval)", "突出显示（\(interval)）") }

  /// The caption of a caterpillar: what bars are.
  func conditionalBars(level: Double) -> String {
    let percent = number(100 * level)
    return either(
      "Bars: \(percent)% intervals from the conditional standard deviations, the model's parameters held at their estimates.",
      "横线：由条件标准差得到的 \(percent)% 区间（模型参数取估计值）。")
  }

  /// How rows are sorted, and why none is named.
  func rowsOfLevels(sorted effect: String?, unnamed count: Int?) -> [String] {
    [
      effect.map { either("Rows are sorted by \($0).", "各行按\($0)排序。") },
      count.map { either("There is no room to name all \($0) rows.", "共 \($0) 行，不能逐一标注名称。") },
    ].compactMap { $0 }
  }

  /// Said of effects whose variance is estimated as 0.
  func withoutVariance(_ effects: [String], showsEffects: Bool) -> String? {
    guard !effects.isEmpty else { return nil }
    let several = effects.count > 1
    return showsEffects
      ? either(
        "The \(several ? "variances" : "variance") of \(list(effects)) \(several ? "are" : "is") estimated as 0, so that no bars are seen.",
        "\(list(effects))的方差估计值为 0，因此看不到横线。")
      : either(
        "The \(several ? "variances" : "variance") of \(list(effects)) \(several ? "are" : "is") estimated as 0, so that all levels have one value.",
        "\(list(effects))的方差估计值为 0，因此各水平的值相同。")
  }

  var parameterValue: String { either("Value of the parameter", "参数值") }

  var estimate: String { either("Estimate", "估计值") }

  /// A group with its number of rows.
  func sized(_ label: String, _ count: Int) -> String { label + parenthesis("\(count)") }

  /// A name behind "each" or "a new": without an article of its own.
  func noun(_ name: String) -> String {
    for article in ["the ", "The ", "a ", "an "] where name.hasPrefix(article) {
      return String(name.dropFirst(article.count))
    }
    return name
  }

  /// A title: the first letter is a capital.
  func title(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
