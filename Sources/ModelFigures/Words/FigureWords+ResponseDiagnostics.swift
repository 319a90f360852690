import Plotting

/// Words of diagnostics of generalized models.
extension FigureWords {
  var observedByFitted: String { either("Observed by fitted", "观测与拟合") }
  var binnedResiduals: String { either("Residuals by fitted value", "残差与拟合值") }
  var pearsonResidual: String { either("Mean Pearson residual", "皮尔逊残差均值") }

  /// The axis of fitted means.
  func fittedMean(_ plot: ResponseDiagnostics) -> String {
    plot.isProbability ? either("Fitted probability", "拟合概率") : either("Fitted mean", "拟合均值")
  }

  /// The axis of observed means.
  func observedMean(_ plot: ResponseDiagnostics) -> String {
    plot.isProbability ? either("Observed share", "观测比例") : either("Observed mean", "观测均值")
  }

  /// The axis of shares by level.
  func shareByGroup(_ response: FigureVariable, _ grouping: FigureVariable) -> String {
    let (y, g) = (response.name(language), grouping.name(language))
    return either("Share of \(y) by \(noun(g))", "各\(inSentence(g))中\(inSentence(y))的比例")
  }

  /// The caption.
  func responseDiagnostics(_ plot: ResponseDiagnostics, hasHeadings: Bool) -> String {
    let (least, most) = (plot.slices.map(\.count).min() ?? 0, plot.slices.map(\.count).max() ?? 0)
    let sizes = least == most ? "\(least)" : either("\(least) to \(most)", "\(least) 至 \(most)")
    var texts = [
      either(
        "Dots: means of \(sizes) rows with neighbouring fitted values. Grey bars and dashed lines hold 95% of such means where the model is right.",
        "点：拟合值相邻的 \(sizes) 行的均值。模型正确时，95% 的均值落在灰色竖线与虚线之内。")
    ]
    if let predictive = plot.predictive {
      texts.append(
        plot.comparesShares
          ? either(
            "Densities: shares of the groups, observed (thick) and in \(predictive.drawn.count) draws from the model (thin).",
            "密度：各组的比例，观测（粗线）与模型的 \(predictive.drawn.count) 次模拟（细线）。")
          : either(
            "Densities: the observed responses (thick) and \(predictive.drawn.count) draws from the model (thin).",
            "密度：观测值（粗线）与由模型得到的 \(predictive.drawn.count) 次模拟（细线）。"))
    }
    if !plot.effects.isEmpty {
      texts.append(
        either(
          "Fitted values are at the conditional modes, which pooling draws toward the mean: dots may rise a little more steeply than the line. Normal effects lie "
            + "on straight lines.",
          "拟合值取条件众数，它们因池化而靠近均值：点的走向可能比直线稍陡。正态的效应落在直线上。"))
    }
    if hasHeadings { texts.append(either("Headings name the upright axis.", "小标题为纵轴的量。")) }
    for own in plot.effects where own.modes.allSatisfy({ $0 == 0 }) {
      let name = effect(own.effect, by: own.grouping)
      texts.append(either("\(name): the variance is estimated as 0.", "\(name)：方差的估计值为 0。"))
    }
    return sentences(texts)
  }
}
