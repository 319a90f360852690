import MixedModels
import Plotting

extension FigureWords {
  /// The axis of expectations.
  func expected(_ response: FigureVariable) -> String {
    let (y, unit) = (response.name(language), response.unit(language))
    return either("Expected \(y)", "\(inSentence(y).drop { $0 == " " })的期望")
      + (unit.isEmpty ? "" : parenthesis(unit))
  }

  /// The axis of a marginal effect.
  func expected(_ plot: MarginalEffectPlot) -> String {
    guard plot.isProbability else { return expected(plot.response) }
    let y = plot.response.name(language)
    return either("Probability of \(y)", "\(inSentence(y).drop { $0 == " " })的概率")
  }

  /// The key of line and band of a generalized model.
  func typicalMean(level: Double) -> String {
    let percent = number(100 * level)
    return either("random effects of 0, \(percent)% interval", "随机效应为 0 及 \(percent)% 区间")
  }

  /// The key of line and band.
  func populationMean(level: Double) -> String {
    let percent = number(100 * level)
    return either("population mean, \(percent)% interval", "总体均值及 \(percent)% 区间")
  }

  /// The key of the wider limits.
  func newGroup(_ grouping: String?, level: Double) -> String {
    let percent = number(100 * level)
    return either(
      "\(percent)% limits for a new \(noun(grouping ?? "group"))",
      "新的\(inSentence(grouping ?? "组"))的 \(percent)% 界限")
  }

  /// The key of the groups' lines.
  func eachGroup(_ grouping: String) -> String {
    either("each \(noun(grouping))", "各\(inSentence(grouping))")
  }

  /// What is held, what the limits hold and what not.
  func marginalCaption(_ plot: MarginalEffectPlot) -> String {
    let percent = number(100 * plot.effect.level)
    var text = ""
    if !plot.held.isEmpty {
      let pieces = plot.held.map { held -> String in
        let name = held.variable.name(language)
        return switch held.value {
        case .mean(let mean): either("\(name) at its mean \(number(mean))", "\(name) 取均值 \(number(mean))")
        case .level(let level): either("\(name) at \(level)", "\(name) 取 \(level)")
        }
      }
      let all = pieces.joined(separator: either(", ", "，"))
      text += either("Held: \(all)", "固定：\(all)")
      text += plot.hasInteraction ? either(", in interactions too. ", "，交互项亦然。") : either(". ", "。")
    }
    if let offset = plot.offset {
      text += either(
        "The offset is \(number(offset)), its columns at their means. ", "偏移量为 \(number(offset))（其各列取均值）。")
    }
    if let df = plot.degreesOfFreedom {
      return text
        + either(
          "\(percent)% t interval of the mean with \(number(Double(df))) degrees of freedom; residual variance is not in it.",
          "均值的 \(percent)% t 区间，自由度 \(number(Double(df)))；不含残差方差。")
    }
    if let link = plot.link {
      text += either(
        "Interval: Wald on the scale of the link (\(link.rawValue)), from the fixed effects' covariance.",
        "区间：链接（\(link.rawValue)）尺度上由固定效应协方差得到的 Wald 区间。")
      if plot.hasGroupLimits {
        text += either(" Dashed: with random-effect variance.", "虚线：加入随机效应方差。")
      }
      return text + omitted(plot)
    }
    text += either(
      "Interval of the mean: Wald, from the fixed effects' covariance; random-effect variance is not in it.",
      "均值区间：由固定效应的协方差得到的 Wald 区间，不含随机效应方差。")
    if plot.hasGroupLimits {
      text += either(
        " Dashed: with random-effect variance. Residual variance is in neither.", "虚线：加入随机效应方差。两者都不含残差方差。")
    }
    return text + omitted(plot)
  }

  private func omitted(_ plot: MarginalEffectPlot) -> String {
    plot.omittedGroups > 0
      ? either(
        " The lines of \(plot.omittedGroups) groups are not drawn.", "未画出 \(plot.omittedGroups) 个组各自的线。")
      : ""
  }
}
