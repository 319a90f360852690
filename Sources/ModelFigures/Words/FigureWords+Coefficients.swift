import MixedModels
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
    if let link = plot.link { return coefficientTitle(link, plot) }
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

  /// The axis of a generalized model's coefficients.
  private func coefficientTitle(_ link: LinkFunction, _ plot: CoefficientPlot) -> String {
    let y = plot.response.name(language)
    let name = inSentence(y).drop { $0 == " " }
    guard plot.showsRatios else {
      return either("Coefficient (\(link.rawValue))", "系数（\(link.rawValue)）")
    }
    switch link {
    case .logit: return either("Odds ratio of \(y)", "\(name)的优势比")
    case .cloglog: return either("Ratio of hazards −log(1 − p) of \(y)", "\(name)的风险 −log(1 − p) 之比")
    case .log: return either("Ratio of expected \(y)", "\(name)期望之比")
    case .probit, .cauchit: return either("Coefficient (\(link.rawValue))", "系数（\(link.rawValue)）")
    }
  }

  /// What the link makes of a response.
  func linked(_ response: FigureVariable, _ link: LinkFunction) -> String {
    let y = response.name(language)
    let name = inSentence(y).drop { $0 == " " }
    return switch link {
    case .logit: either("log odds of \(y)", "\(name)的对数优势")
    case .log: either("log of expected \(y)", "\(name)期望的对数")
    case .probit, .cloglog, .cauchit: either("\(link.rawValue) of \(y)", "\(name)的 \(link.rawValue)")
    }
  }

  /// On which scale the coefficients of a generalized model are.
  func linkScale(_ link: LinkFunction, _ response: FigureVariable) -> String {
    let y = response.name(language)
    switch link {
    case .logit: return either("In log odds of \(y).", "单位为\(inSentence(y))的对数优势。")
    case .log: return either("In logarithms of expected \(y).", "单位为\(inSentence(y))期望的对数。")
    case .probit, .cloglog, .cauchit:
      return either(
        "On the scale of the link (\(link.rawValue)) of \(y).",
        "\(inSentence(y).drop { $0 == " " })的链接（\(link.rawValue)）尺度。")
    }
  }

  /// The caption of a coefficient plot: what bars are, and what the rows are where they are not one thing.
  func coefficientBars(_ plot: CoefficientPlot) -> String {
    let percent = number(100 * plot.level)
    var texts: [String]
    switch plot.kind {
    case .wald:
      texts = [
        either(
          plot.link == nil
            ? "Bars: \(percent)% Wald intervals, the variances held at their estimates."
            : "Bars: \(percent)% Wald intervals.",
          plot.link == nil ? "横线：\(percent)% Wald 区间（方差取估计值）。" : "横线：\(percent)% Wald 区间。")
      ]
    case .student(let df):
      texts = [
        either(
          "Bars: \(percent)% t intervals with \(number(df)) degrees of freedom.",
          "横线：\(percent)% t 区间，自由度 \(number(df))。")
      ]
    }
    if plot.showsRatios {
      texts.append(
        either("exp of the coefficients along a logarithmic axis; 1 is no effect.", "系数的指数，对数坐标轴；1 表示没有作用。"))
    }
    if plot.ratiosAreBeyondReach, let link = plot.link {
      texts.append(
        linkScale(link, plot.response)
          + either(
            " Exponentials of the coefficients would span more than 12 powers of ten.", "系数的指数将跨越 12 个以上的数量级。"
          ))
    }
    if plot.leavesOutConstant { texts.append(either("The intercept is not shown.", "截距未画出。")) }
    let found = meanings(plot)
    if found.count > 1, plot.link == nil {
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
