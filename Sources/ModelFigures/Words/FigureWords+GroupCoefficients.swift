/// Words of the intervals of groups' coefficients.
extension FigureWords {
  var intervalWithoutMean: String { either("interval leaves the mean out", "区间不含均值") }
  var intervalWithMean: String { either("interval holds the mean", "区间含均值") }

  /// The caption of groups' coefficients: what bars, line and band are.
  func groupCoefficientBars(level: Double) -> String {
    let percent = number(100 * level)
    return sentences([
      either(
        "Bars: \(percent)% intervals of fixed plus random effect, from the joint covariance of both, the variances held at their estimates.",
        "横线：固定效应与随机效应之和的 \(percent)% 区间，由二者的联合协方差得到（方差取估计值）。"),
      either(
        "Upright line and band: the fixed effect and its \(percent)% interval.",
        "竖线与竖带：固定效应及其 \(percent)% 区间。"),
    ])
  }
}
