/// The printed texts of R that a fit can take.
public enum HouseStyle: String, Sendable, CaseIterable {
  /// `print(fit)`.
  case print
  /// `print(summary(fit))`.
  case summary
  /// `arm::display(fit)`.
  case display

  /// What the number called DIC in `arm::display` of a mixed model is not; to be shown beside the text, not in it.
  public static func dicNote(in language: Language = .en) -> String {
    ExplanationWords(language).pick(
      "The \"DIC\" above is 2·deviance − criterion (under ML the deviance itself), as arm::display prints it. "
        + "It is not Spiegelhalter's deviance information criterion, which needs draws from a posterior.",
      "上面的“DIC”是 2·deviance − 准则（极大似然拟合时就是 deviance），与 arm::display 打印的相同。"
        + "它不是 Spiegelhalter 的偏差信息准则，后者需要后验分布的抽样。")
  }

  /// The same of a generalized mixed model.
  public static func generalizedDICNote(in language: Language = .en) -> String {
    ExplanationWords(language).pick(
      "The \"DIC\" above is 2·deviance + 2·logLik with the deviance at the conditional modes, as arm::display prints it. "
        + "It is not Spiegelhalter's deviance information criterion, which needs draws from a posterior.",
      "上面的“DIC”是 2·deviance + 2·logLik（deviance 取条件众数处的偏差），与 arm::display 打印的相同。"
        + "它不是 Spiegelhalter 的偏差信息准则，后者需要后验分布的抽样。")
  }
}
