/// Words of shrinkage matrices.
extension FigureWords {
  var fittedDistribution: String { either("50% and 90% of groups, by the model", "模型估计的 50% 与 90% 范围") }

  /// The caption of a shrinkage matrix.
  /// - Parameters:
  ///   - hasSeparateTerms: whether the model holds covariances at 0.
  ///   - groupLevel: columns that are taken off own estimates.
  ///   - without: number of groups whose rows do not determine all coefficients.
  ///   - outside: number of groups whose own estimates are not all shown.
  func shrinkageMatrixCaption(hasSeparateTerms: Bool, groupLevel: [String], without: Int, outside: Int)
    -> String
  {
    var texts = [
      either(
        "Arrows: from each group's own estimates to those by partial pooling. Ellipses: the distribution of the groups' coefficients that the "
          + "fitted model estimates.",
        "箭头：由各组的无池化估计指向部分池化估计。椭圆：拟合模型所估计的组系数分布。")
    ]
    if hasSeparateTerms {
      texts.append(
        either(
          "The model has several random-effects terms: coefficients of different terms are uncorrelated in it.",
          "模型含多个随机效应项：不同项的系数在模型中不相关。"))
    }
    if !groupLevel.isEmpty {
      texts.append(groupLevelShare(groupLevel))
    }
    if without > 0 {
      texts.append(
        either(
          without == 1
            ? "The rows of 1 group do not determine all of its coefficients: it has no arrow where they leave one open."
            : "The rows of \(without) groups do not determine all of their coefficients: they have no arrows where they leave one open.",
          "\(without) 个组的数据不能确定其全部系数：涉及不能确定的系数时没有箭头。"))
    }
    if outside > 0 {
      texts.append(
        either(
          "Own estimates of \(outside) \(outside == 1 ? "group" : "groups") lie outside of a panel: only the end of the arrow is seen.",
          "\(outside) 个组的无池化估计在某个分面之外，只能看到箭头末端。"))
    }
    return sentences(texts)
  }
}
