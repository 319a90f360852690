import MixedModels
import Tables

/// REML and ML side by side: criteria, likelihoods, information criteria, and what each may be compared with.
public struct FitLedger: Sendable {
  /// The fit by REML.
  public let reml: LinearMixedModelFit
  /// The fit by ML.
  public let ml: LinearMixedModelFit

  /// The ledger of a fit: the other method is fitted too.
  /// - Throws: `FitError` if it cannot be.
  public init(_ fit: LinearMixedModelFit) throws(FitError) {
    let other = try fit.model.fit(by: fit.method == .reml ? .ml : .reml)
    (reml, ml) = fit.method == .reml ? (fit, other) : (other, fit)
  }

  /// One row a quantity: its value by REML and by ML, and where it comes from.
  public func table(in language: Language = .en) -> DataTable {
    let words = ExplanationWords(language)
    let dic = 2 * ml.criterion - reml.criterion
    let rows: [(String, Double, Double, String)] = [
      (
        "criterion", reml.criterion, ml.criterion,
        words.pick("-2 log of the (restricted) likelihood at its own optimum", "−2 对数（限制）似然，各自最优处")
      ),
      ("logLik", reml.logLikelihood, ml.logLikelihood, words.pick("-criterion / 2", "−准则 / 2")),
      (
        "df", Double(reml.parameterCount), Double(ml.parameterCount),
        words.pick("fixed effects, covariance parameters and sigma", "固定效应、协方差参数与 σ 的个数")
      ),
      (
        "AIC", reml.aic, ml.aic,
        words.pick(
          "REML: for models with the same fixed part only", "REML：只可比较固定部分相同的模型")
      ),
      ("BIC", reml.bic, ml.bic, words.pick("with the number of rows", "样本量取行数")),
      (
        "deviance", ml.criterion, ml.criterion,
        words.pick("of the fit by ML, as arm's display() prints it", "极大似然拟合的偏差，即 arm 的 display() 所印")
      ),
      (
        "DIC", dic, ml.criterion,
        words.pick(
          "arm's: 2 deviance - criterion; not the Bayesian one", "arm 的定义：2 × 偏差 − 准则；并非贝叶斯的 DIC")
      ),
      ("sigma", reml.sigma, ml.sigma, words.pick("residual standard deviation", "残差标准差")),
    ]
    return DataTable([
      Column("quantity", rows.map(\.0)), Column("REML", rows.map(\.1)), Column("ML", rows.map(\.2)),
      Column("note", rows.map(\.3)),
    ])
  }
}
