import MixedModels
import Plotting

/// Words of panels on the scale of the response.
extension FigureWords {
  /// The key of the dashed curve.
  var typicalGroup: String { either("random effects of 0", "随机效应为 0") }

  /// The vertical axis.
  func responseAxis(_ plot: ResponsePanels) -> String {
    let y = plot.response.name(language)
    let name = inSentence(y).drop { $0 == " " }
    switch plot.quantity {
    case .probability:
      if let success = plot.success {
        return either("Probability of \(y) = \(success)", "\(name)为\(inSentence(success))的概率")
      }
      return either("Probability of \(y)", "\(name)的概率")
    case .expectation: return expected(plot.response)
    case .rate: return either("Expected \(y) per unit of exposure", "每单位暴露量的\(inSentence(y))期望")
    }
  }

  private func observed(_ plot: ResponsePanels) -> String {
    switch plot.quantity {
    case .probability: either("observed shares", "观测比例")
    case .expectation: either("observed means", "观测均值")
    case .rate: either("observed rates", "观测率")
    }
  }

  /// What bands, dashes and dots are, what is held, and what is not shown.
  func responsePanelsCaption(_ plot: ResponsePanels) -> String {
    let responses = plot.responses
    let isFactor = responses.predictorLevels != nil
    let groups = list(plot.groupings.map { $0.name(language) })
    var texts = [
      either("Panels: \(groups).", "分面：\(groups)。"),
      isFactor
        ? either("Filled, with bars: fitted, 95% intervals", "实心点与竖线：拟合值及 95% 区间")
        : either("Curves and bands: fitted, 95% intervals", "曲线与带：拟合值及 95% 区间"),
    ]
    texts[1] += either(
      " from the joint covariance of fixed and random effects, variances held; dashed: random effects of 0.",
      "（固定与随机效应的联合协方差，方差取估计值）；虚线：随机效应为 0。")
    let (least, most) = (number(plot.leastCount), number(plot.greatestCount))
    if plot.curvesStayInRange {
      texts[1] += either(" Curves span each panel's own values.", "曲线只画到各分面自己的取值。")
    }
    let sizes =
      least == most
      ? "" : either(", areas in proportion to n (\(least) to \(most))", "，面积与 n 成正比（\(least) 至 \(most)）")
    if let bins = responses.binCount, !isFactor {
      let x = plot.predictor.name(language)
      texts.append(
        either(
          "Hollow: \(observed(plot)) in \(bins) \(bins == 1 ? "bin" : "bins") of \(x)\(sizes).",
          "空心：按\(inSentence(x))分 \(bins) 段的\(observed(plot))\(sizes)。"))
    } else {
      texts.append(either("Hollow: \(observed(plot))\(sizes).", "空心：\(observed(plot))\(sizes)。"))
    }
    if !plot.held.isEmpty {
      let pieces = plot.held.map { held -> String in
        let name = held.variable.name(language)
        return switch held.value {
        case .mean(let mean): either("\(name) at its mean \(number(mean))", "\(name) 取均值 \(number(mean))")
        case .level(let level): either("\(name) at \(level)", "\(name) 取 \(level)")
        }
      }
      texts.append(
        either(
          "Curves hold \(pieces.joined(separator: ", ")); observations do not.",
          "曲线中固定\(inSentence(pieces.joined(separator: "，")))；观测值则未固定。"))
    }
    if !plot.otherFactors.isEmpty {
      let names = list(plot.otherFactors.map { $0.name(language) })
      texts.append(either("Effects of \(names) are 0.", "\(inSentence(names).drop { $0 == " " })的效应取 0。"))
    }
    for (factor, variable) in zip(responses.factors, plot.groupings)
    where factor.levels.count < factor.levelCount {
      let name = variable.name(language)
      texts.append(
        either(
          "\(factor.levels.count) of \(factor.levelCount) levels of \(name), evenly spread over all.",
          "\(inSentence(name).drop { $0 == " " })的 \(factor.levelCount) 个水平中均匀选取的 \(factor.levels.count) 个。"))
    }
    return sentences(texts)
  }
}

extension ResponsePanels {
  /// Short title for readers who cannot see the figure.
  func alternativeTitle(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let groups = words.list(groupings.map { $0.name(language) })
    let (y, x) = (words.responseAxis(self), predictor.name(language))
    return words.either(
      "One panel for each \(groupings.count == 1 ? groups : "pair of \(groups)"): \(y.prefix(1).lowercased() + y.dropFirst()) over \(x), fitted and observed",
      "按\(words.inSentence(groups))分面：\(y)随\(words.inSentence(x))的变化，拟合与观测")
  }

  /// Number of panels, and where each panel's curves begin and end.
  func alternativeText(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    let number = words.number
    let count = responses.cells.count
    let rows = responses.cells.reduce(0) { $0 + $1.rowCount }
    var text = words.either(
      "\(count) panels with shared axes, \(rows) observations.", "共 \(count) 个分面，坐标轴相同，观测 \(rows) 个。")
    let shown = responses.cells.prefix(lineLevels.count > 2 ? 4 : 9).map { cell -> String in
      let curves = cell.curves.map { curve -> String in
        let (first, last) = (number(curve.means[0]), number(curve.means[curve.means.count - 1]))
        let name =
          responses.line == nil ? "" : "\(line.name(language)) = \(lineLevels[curve.line](language)): "
        return name + words.either("\(first) to \(last)", "\(first) 至 \(last)")
      }
      return panelName(cell, language) + words.either(": ", "：")
        + curves.joined(separator: words.either(", ", "，"))
    }
    text +=
      words.either(
        " Fitted from the left end to the right: ", "拟合值从左端到右端：")
      + shown.joined(separator: words.either("; ", "；"))
    let rest = count - shown.count
    return text
      + (rest > 0 ? words.either("; and \(rest) more panels.", "；另有 \(rest) 个分面。") : words.either(".", "。"))
  }
}
