import MixedModels

extension Separation {
  /// What separation means where there are priors: the likelihood has no maximum, but the posterior is there.
  public func posteriorSentence(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    if commonEnd != nil {
      return words.pick(
        "separation: all rows have the same response, so the data only say that the mean lies far out; how far is what the priors say",
        "分离：所有行的响应相同，数据只说明均值在很远处；有多远由先验决定")
    }
    let names = words.list(columns.isEmpty ? ["(Intercept)"] : columns)
    return words.pick(
      "separation: \(rowCount) of \(observationCount) rows are told apart without error by \(names), so the data alone give these coefficients no end; "
        + "their posterior leans on their priors: look at how it changes with them",
      "分离：\(observationCount) 行中有 \(rowCount) 行被 \(names) 无误差地分开，仅凭数据这些系数没有尽头；它们的后验依赖先验：请看它如何随先验而变")
  }
}
