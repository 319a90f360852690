import ModelFormula
import Plotting

/// Words of coefficient plots.
extension FigureWords {
  /// What a coefficient is, of the rows that have this meaning; nil where a sentence cannot say it.
  private func saying(_ meaning: ColumnMeaning, _ plot: CoefficientPlot) -> String? {
    let y = plot.response.name(language)
    switch meaning {
    case .constant:
      return either("expected \(y) where every column is 0", "各列均为 0 时\(inSentence(y))的期望")
    case .slope:
      return either("change of \(y) for one unit more of the column", "该列每增加一个单位时\(inSentence(y))的变化")
    case .difference(let factor, let base):
      let name = plot.name(of: factor, language)
      return either(
        "difference of \(y) from \(name) \(base)",
        "与\(inSentence(name))水平\(inSentence(base))相比\(inSentence(y))之差")
    case .level(let factor):
      let name = plot.name(of: factor, language)
      return either(
        "expected \(y) at a level of \(name), other columns 0",
        "其他列为 0 时\(inSentence(name))各水平下\(inSentence(y))的期望")
    case .other: return nil
    }
  }

  /// The meanings among the rows, each once.
  private func meanings(_ plot: CoefficientPlot) -> [ColumnMeaning] {
    var found: [ColumnMeaning] = []
    for row in plot.coefficients where !found.contains(row.meaning) { found.append(row.meaning) }
    return found
  }

  /// The axis of coefficients: what all of them are, if that is one thing.
  func coefficientTitle(_ plot: CoefficientPlot) -> String {
    let unit = plot.response.unit(language)
    let behind = unit.isEmpty ? "" : parenthesis(unit)
    let found = meanings(plot)
    if found == [.constant] {
      let y = plot.response.name(language)
      return either("Intercept: expected \(y)", "截距：\(inSentence(y).drop { $0 == " " })的期望") + behind
    }
    guard found.count == 1, let text = saying(found[0], plot) else {
      return either("Coefficient", "系数") + behind
    }
    return either("Coefficient: \(text)", "系数：\(text.drop { $0 == " " })") + behind
  }

  /// The caption of a coefficient plot: what bars are, and what the rows are where they are not one thing.
  func coefficientBars(_ plot: CoefficientPlot) -> String {
    let percent = number(100 * plot.level)
    var texts: [String]
    switch plot.kind {
    case .wald:
      texts = [
        either(
          "Bars: \(percent)% Wald intervals, the variances held at their estimates.",
          "横线：\(percent)% Wald 区间（方差取估计值）。")
      ]
    case .student(let df):
      texts = [
        either(
          "Bars: \(percent)% t intervals with \(number(df)) degrees of freedom.",
          "横线：\(percent)% t 区间，自由度 \(number(df))。")
      ]
    }
    if plot.leavesOutConstant { texts.append(either("The intercept is not shown.", "截距未画出。")) }
    let found = meanings(plot)
    if found.count > 1 {
      for meaning in found {
        guard let text = saying(meaning, plot) else { continue }
        let rows = plot.coefficients.filter { $0.meaning == meaning }.map { $0.variable.name(language) }
        let names = rows.count > 3 ? rows[0] + either(" to ", " 至 ") + rows[rows.count - 1] : list(rows)
        texts.append(either("\(names): \(text).", "\(names)：\(text.drop { $0 == " " })。"))
      }
    }
    return sentences(texts)
  }
}
