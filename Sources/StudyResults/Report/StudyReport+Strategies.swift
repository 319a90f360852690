import MixedModels
import Studies
import Tables

extension StudyReport {
  /// What each strategy fits, and what its intervals are.
  var strategyParts: [String] {
    let list = study.strategies.map { strategy in
      let written = strategy.formula ?? study.formula
      let formulas = DesignPhrase.distinct(written.map { [$0] } ?? designs.map(\.formula.source))
      let parts = [
        methodText(strategy.method) + (strategy.posterior.map(posteriorText) ?? ""),
        words.alternatives(formulas.map { "`\($0)`" }, isSet: formulas.count > 1),
        either("intervals: ", "区间：") + intervalText(strategy.method),
      ]
      return "- `\(strategy.name)`\(either(": ", "："))" + parts.joined(separator: either("; ", "；"))
        + either(".", "。")
    }
    let percent = shortestText(100 * study.level)
    return [
      paragraph(
        "Strategies", "策略",
        either(
          "Intervals have level \(percent)%; power is the share of intervals without 0.",
          "区间水平为 \(percent)%；检验功效是不含 0 的区间所占的比例。")),
      list.joined(separator: "\n"),
    ]
  }

  /// Estimate, priors and draws of a posterior.
  private func posteriorText(_ posterior: StudyPosterior) -> String {
    let chains =
      posterior.chains == 1
      ? either("one chain", "一条链") : either("\(posterior.chains) chains", "\(posterior.chains) 条链")
    let estimate =
      posterior.estimate == .mean ? either("posterior mean", "后验均值") : either("posterior median", "后验中位数")
    return either(
      ": \(estimate); priors `\(posterior.priorsText)`; \(chains) of \(posterior.draws) draws after \(posterior.warmup) of warmup",
      "：\(estimate)；先验 `\(posterior.priorsText)`；\(chains)，预热 \(posterior.warmup) 次后抽 \(posterior.draws) 次")
  }

  private func methodText(_ method: PoolingMethod) -> String {
    switch method {
    case .complete: either("one regression for all rows, groups ignored", "所有行一个回归，忽略组")
    case .none:
      either(
        "one regression a group; for the population the mean of the groups' coefficients",
        "每组一个回归；总体取各组系数的均值")
    case .lsdv:
      either(
        "dummies for what varies over groups, the rest in common; one residual variance",
        "随组变化的系数用虚拟变量，其余共用；一个残差方差")
    case .reml: either("multilevel model by restricted maximum likelihood", "多层次模型，限制极大似然")
    case .ml: either("multilevel model by maximum likelihood", "多层次模型，极大似然")
    case .oracle:
      either(
        "multilevel model with the true variances; for `y ~ 1 + (1 | g)` the weighted mean $w_j\\bar y_j + (1 - w_j)\\bar y$",
        "方差取真值的多层次模型；`y ~ 1 + (1 | g)` 时为加权平均 $w_j\\bar y_j + (1 - w_j)\\bar y$")
    case .bayes: either("Bayesian multilevel model", "贝叶斯多层次模型")
    }
  }

  private func intervalText(_ method: PoolingMethod) -> String {
    switch method {
    case .complete: return either("t, residual df", "t，残差自由度")
    case .none:
      return either(
        "t with the group's residual df; population and new group: SD of the coefficients, $J - 1$ df",
        "t，该组的残差自由度；总体与新组：系数的标准差，$J - 1$ 个自由度")
    case .lsdv:
      return either(
        "t, residual df; population means and new group as for no pooling", "t，残差自由度；总体均值与新组同无池化")
    case .reml, .ml:
      let fixed =
        study.intervals == .wald
        ? either("normal quantiles", "正态分位数")
        : either(
          "fixed effects: t with Satterthwaite's df; the rest: normal quantiles",
          "固定效应：t，Satterthwaite 自由度；其余：正态分位数")
      return either(
        "\(fixed); group coefficients by the joint standard error of fixed and random part",
        "\(fixed)；组系数用固定与随机部分的联合标准误")
    case .oracle: return either("normal quantiles", "正态分位数")
    case .bayes: return either("central quantiles of the posterior's draws", "后验抽样的中心分位数")
    }
  }
}
