extension FigureWords {
  /// The caption's sentences on many groups in a plane.
  /// - Parameters:
  ///   - named: how many of those that move farthest are named; nil where others are.
  ///   - outside: groups whose own estimates are not shown.
  func manyInPlane(named: Int?, outside: Int) -> [String] {
    var sentences: [String] = []
    if let named, named > 0 {
      sentences.append(either("Named: the \(named) groups that move farthest.", "标注名称的是移动最大的 \(named) 个组。"))
    }
    if outside > 0 {
      sentences.append(
        outside == 1
          ? either("Outside of the panel: the own estimate of 1 group.", "另有 1 个组的无池化估计在图外。")
          : either(
            "Outside of the panel: own estimates of \(outside) groups.", "另有 \(outside) 个组的无池化估计在图外。"))
    }
    return sentences
  }

  /// The caption's sentence on points that limits of the vertical axis leave out.
  func beyondLimits(_ count: Int) -> String {
    either(
      count == 1
        ? "1 point lies outside of the vertical axis." : "\(count) points lie outside of the vertical axis.",
      "有 \(count) 个点在纵轴范围之外。")
  }

  /// The sentence on the numbers of a fit whose likelihood has no maximum.
  var withoutMaximum: String {
    either(
      "The likelihood has no maximum on these data, so that the numbers of the fit mean nothing.",
      "在这些数据上似然没有最大值，因此拟合的数字没有意义。")
  }

  /// The caption's sentence on a coefficient that the model does not let vary, while each group's own regression does.
  func heldInCommon(intercept: Bool) -> String {
    intercept
      ? either(
        "The model has one intercept for all groups; no pooling gives each its own.", "模型中各组截距相同；无池化时各组截距不同。")
      : either(
        "The model has one slope for all groups; no pooling gives each its own.", "模型中各组斜率相同；无池化时各组斜率不同。")
  }

  /// The caption's sentence on lines without pooling that would set the axis of group panels.
  func steepLines(_ count: Int) -> String {
    count == 1
      ? either("The line without pooling of 1 group leaves its panel.", "1 个组的无池化直线超出分面。")
      : either("Lines without pooling of \(count) groups leave their panels.", "\(count) 个组的无池化直线超出分面。")
  }
}
