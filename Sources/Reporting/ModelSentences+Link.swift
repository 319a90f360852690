import MixedModels

/// What the coefficients of a generalized model mean on the scale of its link.
extension ModelSentences {
  /// How effects act on the response, what a slope compares, and where the scatter of observations is; none for linear models.
  var scaleSentences: [String] {
    guard let distribution = model.distribution else { return [] }
    return [actionSentence(distribution.link)] + averageSentence(distribution.link)
      + [scatterSentence(distribution)]
  }

  private func actionSentence(_ link: LinkFunction) -> String {
    switch link {
    case .logit:
      words.pick(
        "Effects add up on the scale of the log odds, log(p/(1 − p)): one more of a predictor multiplies the odds by exp of its slope "
          + "wherever one stands, while what that does to the probability depends on where, at most a quarter of the slope (near p = 1/2).",
        "各效应在对数优势 log(p/(1 − p)) 的尺度上相加：自变量增加 1，优势都乘以 exp(斜率)；概率变化多少则取决于所在的位置，"
          + "至多为斜率的四分之一（p 接近 1/2 时）。")
    case .probit:
      words.pick(
        "Effects add up on the scale of a latent normal variable with standard deviation 1, whose sign is the response: a slope counts in these "
          + "standard deviations, and moves the probability by at most 0.4 times itself (near p = 1/2).",
        "各效应在一个标准差为 1 的潜在正态变量的尺度上相加，该变量的正负就是响应：斜率以这一标准差为单位，"
          + "对概率的影响至多为斜率的 0.4 倍（p 接近 1/2 时）。")
    case .cloglog:
      words.pick(
        "Effects add up on the scale of the log of −log(1 − p), the cumulative hazard: one more of a predictor multiplies this hazard by exp of "
          + "its slope; success and failure do not play the same part.",
        "各效应在累积风险 −log(1 − p) 的对数尺度上相加：自变量增加 1，风险乘以 exp(斜率)；成功与失败的地位不对称。")
    case .cauchit:
      words.pick(
        "Effects add up on the scale of a latent variable with Cauchy's distribution, whose sign is the response: its long tails let single unlikely "
          + "responses weigh little.",
        "各效应在一个服从柯西分布的潜在变量的尺度上相加，该变量的正负就是响应：它的长尾使个别反常的响应影响不大。")
    case .log:
      model.offsets.isEmpty
        ? words.pick(
          "Effects multiply: one more of a predictor multiplies the expectation by exp of its slope.",
          "各效应相乘：自变量增加 1，期望乘以 exp(斜率)。")
        : words.pick(
          "Effects multiply: one more of a predictor multiplies the rate, the expectation per unit of exp of the offset, by exp of its slope.",
          "各效应相乘：自变量增加 1，率（每单位 exp(偏移量) 的期望）乘以 exp(斜率)。")
    }
  }

  /// Within groups against over all groups, of mixed models.
  private func averageSentence(_ link: LinkFunction) -> [String] {
    guard model.isMixed else { return [] }
    if link == .log {
      return [
        words.pick(
          "Averaged over groups the expectation is larger than that of a typical group: by the factor exp(σ²/2) where only intercepts vary, with standard "
            + "deviation σ; slopes that do not vary stay what they are.",
          "对各组平均后的期望大于典型组的期望：仅截距变化（标准差为 σ）时相差 exp(σ²/2) 倍；不变化的斜率仍是原来的值。")
      ]
    }
    if link == .cauchit {
      // Far from the middle the average has the steeper slope on this scale.
      return [
        words.pick(
          "A slope compares observations of the same group; the probability averaged over groups follows another curve.",
          "斜率比较的是同一组内的观测；对各组平均后的概率遵循另一条曲线。")
      ]
    }
    return [
      words.pick(
        "A slope compares observations of the same group; where intercepts vary, the slope of the probability averaged over groups, on the same scale, is nearer to 0.",
        "斜率比较的是同一组内的观测；截距变化时，对各组平均后的概率在同一尺度上的斜率更接近 0。")
    ]
  }

  private func scatterSentence(_ distribution: ResponseDistribution) -> String {
    let given = model.isMixed ? words.pick("predictors and groups", "自变量与组") : words.pick("predictors", "自变量")
    switch distribution.family {
    case .binomial:
      let variance = distribution.hasTrials ? "m·p(1 − p)" : "p(1 − p)"
      return words.pick(
        "There is no residual standard deviation: what \(given) leave is the chance of successes, with variance \(variance).",
        "没有残差标准差：给定\(given)后，剩下的是成功与否本身的随机性，方差为 \(variance)。")
    case .poisson:
      return words.pick(
        "There is no residual standard deviation: what \(given) leave is the chance of counts, with variance λ; where counts vary more, "
          + "the negative binomial family or an effect of every row takes that up.",
        "没有残差标准差：给定\(given)后，剩下的是计数本身的随机性，方差为 λ；若计数变异更大，可用负二项分布或每行一个效应来吸收。")
    case .negativeBinomial:
      return words.pick(
        "Counts vary more than Poisson's, with variance λ + λ²/θ: the smaller θ, the more; θ = ∞ is Poisson's distribution.",
        "计数的变异大于泊松分布，方差为 λ + λ²/θ：θ 越小，变异越大；θ = ∞ 即泊松分布。")
    case .gamma:
      return words.pick(
        "Observations scatter in proportion to their expectation, with standard deviation λ/√ν.",
        "观测的离散程度与期望成比例，标准差为 λ/√ν。")
    }
  }
}
