import MixedModels
import Plotting

extension FigureWords {
  /// The axis of one standard deviation.
  func dialTitle(_ effect: FigureVariable, _ response: FigureVariable, _ grouping: FigureVariable) -> String {
    let inText = effectInSentence(effect)
    // The unit stays behind the name.
    let name = inText + self.effect(effect, of: response).dropFirst(self.effect(effect).count)
    let group = grouping.name(language)
    return either(
      "Standard deviation τ between levels of \(group): \(name)",
      "\(inSentence(group).drop { $0 == " " })之间的标准差 τ：\(name)")
  }

  /// The axis of a factor on several standard deviations.
  func factorTitle(_ grouping: FigureVariable) -> String {
    let group = grouping.name(language)
    return either(
      "Factor c on the fitted standard deviations between levels of \(group)",
      "\(inSentence(group).drop { $0 == " " })之间标准差估计值的倍数 c")
  }

  /// The axis of the criterion.
  func criterionRise(_ method: EstimationMethod) -> String {
    method == .reml
      ? either("Rise of the REML criterion", "REML 准则的增量") : either("Rise of the deviance", "偏差的增量")
  }

  /// The mark at the fit.
  func dialEstimate(_ dial: PoolingDial) -> String {
    "\(dial.method.rawValue): \(dial.effects.count == 1 ? "τ" : "c") = \(number(dial.fittedScale))"
  }

  /// What is held, what the axis is, what band and line are, and what the right end is.
  func dialCaption(_ dial: PoolingDial, outside: Int) -> String {
    let sign = dial.effects.count == 1 ? "τ" : "c"
    var text = either(
      "At each \(sign) the residual standard deviation and all other parameters are at their best.",
      "在每个 \(sign) 处，残差标准差及其余参数都取最优值。")
    if dial.effects.count == 1 {
      let error = number(dial.middle)
      text += either(
        " Axis: τ/(τ\u{A0}+\u{A0}\(error)), where \(error) is the median standard error of a group's own estimate.",
        "横轴按 τ/(τ\u{A0}+\u{A0}\(error)) 刻画，\(error) 是各组自身估计值标准误的中位数。")
    } else {
      text += either(
        " All standard deviations are multiplied by c, correlations stay; c = 1 is the fit. Axis: c/(1\u{A0}+\u{A0}c).",
        "所有标准差同乘以 c，相关不变；c = 1 即为拟合结果。横轴按 c/(1\u{A0}+\u{A0}c) 刻画。")
    }
    text += either(
      " Upright line: the \(dial.method.rawValue) estimate. Shaded: the criterion is at most 3.84 above its minimum, about a 95% interval.",
      "竖线：\(dial.method.rawValue) 估计值。阴影：准则比最小值高出不超过 3.84，约为 95% 区间。")
    var ends: [String] = []
    if dial.hasCommonCoefficients, !dial.isDegenerate {
      let names = list(dial.effects.map { effectInSentence($0) })
      ends.append(
        either(
          "At ∞ each group has its own \(names); the other coefficients stay common to all.",
          "在 ∞ 处各组有自己的\(names)，其余系数仍为各组共有。"))
    }
    if !dial.groupLevel.isEmpty {
      let names = list(dial.groupLevel.map { $0.name(language) })
      ends.append(
        either(
          "Coefficients are those at \(names) = 0, the effects of \(names) being the best ones at each \(sign).",
          "系数均指\(inSentence(names))取 0 时，其效应在每个 \(sign) 处取最优值。"))
    }
    if dial.isDegenerate {
      ends.append(
        either(
          "The fitted covariance is singular, so that no multiple of it ends all pooling: paths stop before the right end.",
          "拟合的协方差矩阵奇异，其任何倍数都不能完全消除池化：路径止于右端之前。"))
    } else if dial.undeterminedCount > 0 {
      let count = dial.undeterminedCount
      ends.append(
        either(
          count == 1
            ? "1 group, whose rows do not determine all that varies, ends where the model puts it."
            : "\(count) groups, whose rows do not determine all that varies, end where the model puts them.",
          "\(count) 个组的数据不能确定其全部变化系数，其路径终点由模型给出。"))
    }
    if outside > 0 {
      ends.append(
        either(
          "\(outside) \(outside == 1 ? "path leaves" : "paths leave") the panel.", "\(outside) 条路径伸出图外。"))
    }
    if dial.fittedScale == 0 {
      ends.append(either("The estimate is 0: complete pooling.", "估计值为 0：即全池化。"))
    }
    return sentences([text] + ends)
  }
}
