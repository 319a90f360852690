import Plotting

/// Words of the four models.
extension FigureWords {
  /// The name of a model by what varies in it.
  func structure(_ lines: GroupScatter.Lines) -> String {
    switch lines {
    case .complete: either("Complete pooling", "全池化")
    case .varyingIntercept: either("Varying intercept", "截距变化")
    case .varyingSlope: either("Varying slope", "斜率变化")
    case .varyingInterceptAndSlope: either("Varying both", "两者都变化")
    }
  }

  /// A criterion with one decimal, as differences of a few units count.
  func criterion(_ value: Double) -> String {
    value.isFinite ? NumberFormat.text(value, decimals: 1, grouped: abs(value) >= 10_000) : "–"
  }

  /// The caption of the four models.
  var fourModels: String {
    either("AIC: of the fits by maximum likelihood.", "AIC：由极大似然拟合得到。")
  }

  /// The caption's line where `||` holds the correlation at 0.
  var independentModel: String {
    either(
      "Varying both: intercepts and slopes are independent, as in the formula given.",
      "“两者都变化”：按所给公式，截距与斜率相互独立。")
  }
}
