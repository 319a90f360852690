/// The number of parameters in words.
extension ModelSentences {
  /// How many numbers a fit estimates, or why only data could tell.
  var parameterCount: String {
    let number = words.pick("Number of estimated parameters: ", "估计的参数个数：")
    guard let count = model.parameterCount else {
      let reason =
        model.hasData
        ? words.pick("none, for these data cannot be fitted", "这些数据无法拟合，故没有")
        : words.pick("only data can tell", "要有数据才知道")
      return ([number + reason + words.stop] + open).joined(separator: words.space)
    }
    func parts(_ number: Int, _ one: String, _ more: String, _ chinese: String) -> String? {
      number == 0 ? nil : words.pick("\(number) \(number == 1 ? one : more)", "\(number) 个\(chinese)")
    }
    let sum = [
      parts(count.fixed, "fixed effect", "fixed effects", "固定效应"),
      parts(count.deviations, "standard deviation of groups", "standard deviations of groups", "组间标准差"),
      parts(count.correlations, "correlation", "correlations", "相关系数"),
      scatter(count.scatter),
    ].compactMap { $0 }.joined(separator: " + ")
    return ([number + "\(count.total) = \(sum)" + supposition + words.stop] + open)
      .joined(separator: words.space)
  }

  /// What says how observations scatter, as a summand.
  private func scatter(_ scatter: ParameterCount.Scatter) -> String? {
    switch (scatter, model.distribution?.family) {
    case (.none, _): nil
    case (.dispersion, .gamma): words.pick("1 shape parameter", "1 个形状参数")
    case (.dispersion, _): words.pick("1 dispersion parameter", "1 个离散参数")
    case (.deviation, _): words.pick("1 residual standard deviation", "1 个残差标准差")
    }
  }

  /// What is taken for granted of columns that vary, where no data tell.
  private var supposition: String {
    if model.supposedNumbers.isEmpty { return "" }
    let names = words.list(model.supposedNumbers.map(words.name))
    let isOne = model.supposedNumbers.count == 1
    return words.pick(
      ", if \(names) \(isOne ? "is a number" : "are numbers"); a factor of k levels has k − 1 such slopes",
      "（设\(names)为数值；有 k 个水平的因子有 k − 1 个这样的斜率）")
  }

  /// What varies in more columns than the equations show.
  private var open: [String] {
    if model.openTerms.isEmpty { return [] }
    let names = words.list(model.openTerms.map(words.name))
    return [
      words.pick(
        "The slope of \(names) stands for several: a factor of k levels has k − 1 such slopes (k where it has all its levels), "
          + "poly() and ns() as many as they have columns, each with a standard deviation of its own, those in one term with all "
          + "their correlations; --data shows them.",
        "\(names)的斜率代表多个：有 k 个水平的因子有 k − 1 个这样的斜率（含全部水平时为 k 个），poly() 和 ns() 有几列就有几个，"
          + "各有自己的标准差，同一项中的还两两相关；给出 --data 便逐一列出。")
    ]
  }

  /// What stands for the correlations of many coefficients; nil for few, whose correlations are listed.
  func wideCovariance(_ block: [Int], _ notation: EquationNotation) -> ExplanationParameters.Parameter? {
    guard notation.isWide(block) else { return nil }
    let k = block.count
    let correlations = k * (k - 1) / 2
    return (
      notation.wideCovariance(block.map { model.coefficients[$0] }),
      .text(
        words.pick(
          "covariance matrix, \(k) × \(k): the \(k) squared standard deviations, and \(correlations) correlations",
          "\(k) × \(k) 协方差矩阵：\(k) 个标准差的平方，以及 \(correlations) 个相关系数"))
    )
  }
}
