import Plotting

/// Words of diagnostics.
extension FigureWords {
  var residualsByFitted: String { either("Residuals by fitted value", "残差与拟合值") }
  var sizesByFitted: String { either("Size of residuals by fitted value", "残差大小与拟合值") }
  var residualQuantiles: String { either("Quantiles of residuals", "残差的分位数") }
  var influence: String { either("Influence of rows", "各行的影响") }
  var standardizedResidual: String { either("Residual / σ", "残差 / σ") }
  var rootOfResidual: String { either("Root of |residual / σ|", "|残差 / σ| 的平方根") }
  var leverage: String { either("Leverage", "杠杆值") }
  var predictiveCheck: String { either("Drawn and observed responses", "模拟与观测的响应") }
  var density: String { either("Density", "密度") }
  var cooksDistance: String { either("Cook's distance", "库克距离") }

  /// The axis of fitted values.
  func fittedValue(_ response: FigureVariable) -> String {
    let unit = response.unit(language)
    return either("Fitted value", "拟合值") + (unit.isEmpty ? "" : parenthesis(unit))
  }

  /// An effect of one of several factors: "Intercept by school".
  func effect(_ column: FigureVariable, by grouping: FigureVariable) -> String {
    let group = grouping.name(language)
    return either("\(effect(column)) by \(group)", "\(group)：\(effect(column))")
  }

  /// The axis of an effect's modes, with its unit.
  func modeTitle(_ column: FigureVariable, of response: FigureVariable) -> String {
    let (bare, whole) = (effect(column), effect(column, of: response))
    return conditionalMode + whole.dropFirst(bare.count)
  }

  /// The caption of diagnostics.
  /// - Parameter still: effects whose variance is estimated as 0.
  func diagnostics(
    drawn: Int, of count: Int, hasInfluence: Bool, draws: Int?, still: [String], hasHeadings: Bool
  ) -> String {
    var texts = [
      either(
        "Residuals in units of the residual standard deviation σ. Lines through dots: means of equally large slices; they should stay level. Straight "
          + "lines: where normal values lie.",
        "残差以残差标准差 σ 为单位。点中的折线：等分各段的均值，应保持水平。直线：正态分布时点所在的位置。")
    ]
    if hasInfluence {
      texts.append(
        either(
          "Numbers: the rows used with the largest distances.", "图中数字：库克距离最大的行（按所用数据的行号）。"))
    }
    if let draws {
      texts.append(
        either(
          "Densities: the observed responses (thick) and \(draws) draws from the model (thin).",
          "密度：观测值（粗线）与由模型得到的 \(draws) 次模拟（细线）。"))
    }
    if drawn < count {
      texts.append(
        either(
          "\(drawn) of \(count) rows are drawn, the most extreme among them.",
          "共 \(count) 行，画出 \(drawn) 个点，其中包括最极端的点。"))
    }
    if hasHeadings { texts.append(either("Headings name the upright axis.", "小标题为纵轴的量。")) }
    for name in still {
      texts.append(
        either("\(name): the variance is estimated as 0.", "\(name)：方差的估计值为 0。"))
    }
    return sentences(texts)
  }
}
