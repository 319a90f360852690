/// Words of estimates by size and of dumbbells.
extension FigureWords {
  /// The caption of dumbbells: what lines are, how rows are sorted, why none is named.
  func dumbbells(size: Int?, sorted effect: String?, unnamed count: Int?) -> String {
    if let count {
      return either(
        "Upright line: the mean of the groups. There is no room to name all \(count) rows.",
        "竖线：各组的均值。共 \(count) 行，不能逐一标注名称。")
    }
    var text =
      size.map { either("Each group has \(rows($0)).", "每组 \(rows($0))。") }
      ?? either("Behind each name its number of rows.", "名称后括号内为行数。")
    text += either(" Upright line: the mean of the groups.", "竖线：各组的均值。")
    if let effect {
      text += either(
        " Rows are sorted by \(effect) with partial pooling.", "各行按部分池化的\(effect)排序。")
    }
    return text
  }

  /// The axis of group sizes.
  func groupSize(_ grouping: FigureVariable) -> String {
    let name = grouping.name(language)
    return either("Rows in the \(name)", "\(inSentence(name).drop { $0 == " " })的行数")
  }

  var expectedRange: String { either("95% of groups, by the model", "模型预期的 95% 范围") }

  /// The caption of estimates by size: what bars and lines are.
  /// - Parameter isGeneralized: whether responses have a family, and so no residual standard deviation.
  func sizeBars(isGeneralized: Bool) -> String {
    if isGeneralized {
      return either(
        "Bars: one standard error to either side. Level line: the mean.", "竖线：上下各一个标准误。水平线：均值。")
    }
    return either(
      "Bars: one standard error to either side; without pooling all groups have one residual standard deviation. Level line: the mean.",
      "竖线：上下各一个标准误；无池化时各组共用一个残差标准差。水平线：均值。")
  }

  /// Why dots of one size stand side by side.
  var spreadSizes: String {
    either("All groups are of one size and are set side by side.", "各组规模相同，左右错开。")
  }

  /// What the curves are.
  var sizeCurves: String {
    either(
      "Dashed: where the fitted model expects the middle 95% of groups of each size.",
      "虚线：拟合模型预期各规模的组中间 95% 所在的范围。")
  }

  /// Why there are no curves.
  func noSizeCurves(_ reason: ShrinkageBySize.WithoutCurves) -> String {
    switch reason {
    case .predictors:
      either(
        "There is no curve of what is expected at each size: the model has predictors.",
        "未画各规模的预期范围曲线：模型含有预测变量。")
    case .weights:
      either(
        "There is no curve of what is expected at each size: the rows have weights.", "未画各规模的预期范围曲线：各行有权重。")
    case .link:
      either(
        "There is no curve of what is expected at each size: how much a row says depends on its mean.",
        "未画各规模的预期范围曲线：一行数据的信息量取决于其均值。")
    }
  }
}
