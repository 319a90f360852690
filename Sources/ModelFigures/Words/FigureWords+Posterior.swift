import BayesianModels
import Plotting

/// Words of figures of posteriors.
extension FigureWords {
  var posteriorName: String { either("posterior", "后验") }
  var priorName: String { either("prior", "先验") }
  var posteriorValue: String { either("Posterior", "后验") }
  var posteriorMean: String { either("posterior mean", "后验均值") }
  var posteriorMeanOfAll: String { either("population mean", "总体均值") }
  var maximumLikelihood: String { either("maximum likelihood", "极大似然") }
  var divergent: String { either("divergent draw", "发散的抽样") }
  var iteration: String { either("Iteration after warmup", "预热后的迭代") }
  var rank: String { either("Rank among all draws", "在全部抽样中的秩") }
  var drawsOfInterval: String { either("Draws in the interval of ranks", "秩区间内的抽样数") }
  var observedData: String { either("data", "观测数据") }
  var shareOfRows: String { either("Share of rows", "行的比例") }
  var densityOfSpread: String { either("Density", "密度") }

  /// A chain in the legend.
  func chain(_ number: Int) -> String { either("chain \(number)", "链 \(number)") }

  /// Replicates in the legend.
  func replicatesOf(_ count: Int) -> String { either("\(count) replicates", "\(count) 份重复数据") }

  /// Where draws come from, with what went wrong.
  func posteriorSource(_ source: PosteriorSource) -> String {
    let text = either(
      "\(source.chainCount) \(source.chainCount == 1 ? "chain" : "chains") of \(source.drawCount) draws, seed \(source.seed); priors: \(source.priorsName).",
      "\(source.chainCount) 条链，各 \(source.drawCount) 次抽样，种子 \(source.seed)；先验：\(source.priorsName)。")
    let diverged = divergences(source)
    return diverged.isEmpty ? text : sentences([text, diverged])
  }

  /// How many draws diverged; empty for none.
  /// - Parameter leading: whether it follows a sentence.
  func divergences(_ source: PosteriorSource, leading: Bool = false) -> String {
    let count = source.divergenceCount
    if count == 0 { return "" }
    return (leading ? either(" ", "") : "")
      + either("\(count) \(count == 1 ? "draw" : "draws") diverged.", "\(count) 次抽样发散。")
  }

  /// The sentences that captions of parameters end with: their scale, and where the draws come from.
  func posteriorCaption(_ parameters: PosteriorParameters) -> [String] {
    [parameters.link.map { linkScale($0, parameters.response) }, posteriorSource(parameters.source)]
      .compactMap { $0 }
  }

  /// A parameter with its median and outer interval: "Days 10.46 [7.9, 13.1]".
  func posteriorOf(_ name: String, _ summary: CentralIntervals) -> String {
    name + " " + interval(summary.median, summary.lower90, summary.upper90)
  }

  /// What bars are.
  var centralBars: String {
    either(
      "Dots: posterior medians. Thick and thin bars: central intervals of 50% and 90%.",
      "点：后验中位数。粗线与细线：50% 与 90% 中心区间。")
  }

  /// The caption of densities.
  var posteriorDensities: String {
    either(
      "Prior and posterior on one scale in each panel. Shaded: central 90%. Below: median, 50% and 90% intervals.",
      "每个分面中先验与后验用同一尺度。阴影：中心 90%。下方：中位数、50% 与 90% 区间。")
  }

  /// Said of parameters whose prior is flat.
  func flatPriors(_ names: [String]) -> String {
    either("\(title(list(names))): the prior is flat and has no density.", "\(list(names))：先验是均匀的广义先验，没有密度。")
  }

  /// What levels scatter about.
  func levelCentres(coefficients: Bool) -> String {
    coefficients
      ? either(
        "Each level's own coefficients; upright line and grey band: median and 90% interval of the fixed effect.",
        "各水平自身的系数；竖线与灰带：固定效应的中位数与 90% 区间。")
      : either("Each level's effects; upright line: 0.", "各水平的效应；竖线：0。")
  }

  /// The caption of traces.
  func traces(run: Int) -> String {
    run == 1
      ? either("One line a chain; they should overlap and wander alike.", "每条链一条线；各线应当重叠且形态相似。")
      : either(
        "One line a chain, of each \(run) successive draws the least and the greatest; they should overlap and wander alike.",
        "每条链一条线，每相邻 \(run) 次抽样画出最小与最大值；各线应当重叠且形态相似。")
  }

  /// "R-hat 1.003".
  func rHat(_ value: Double) -> String { "R-hat " + NumberFormat.text(value, decimals: 3) }

  /// The parameter about which chains agree least.
  func worstRHat(_ parameters: PosteriorParameters, _ values: [Double?]) -> String {
    let known = zip(parameters.parameters, values).compactMap { p, r in r.map { (p, $0) } }
    guard let worst = known.max(by: { $0.1 < $1.1 }) else { return "" }
    let name = parameter(worst.0.label)
    return either("Largest \(rHat(worst.1)) (\(name)).", "最大的 \(rHat(worst.1))（\(name)）。")
  }

  /// The caption of ranks.
  func ranks(bins: Int) -> String {
    either(
      "Of chains that agree each has about as many draws in each of \(bins) intervals of ranks (line). Band: where all counts of a panel lie with 95% probability or more if draws are independent.",
      "若各链一致，每条链在 \(bins) 个秩区间内的抽样数大致相等（横线）。带子：若抽样独立，一个分面的所有频数以至少 95% 的概率落在其中。")
  }

  /// How many parameters have counts outside of the band.
  func outsideBand(_ count: Int) -> String {
    either(
      "\(count) \(count == 1 ? "parameter has" : "parameters have") counts outside of it.",
      "有 \(count) 个参数的频数超出带子。")
  }

  /// The caption's first sentences on the plane.
  func posteriorPlane(showsDraws: Bool) -> String {
    either(
      "Arrows lead from estimates without pooling to posterior means. Ellipses hold half of each group's posterior"
        + (showsDraws ? "; dots are draws." : "."),
      "箭头从无池化估计指向后验均值。椭圆含各组后验的一半" + (showsDraws ? "；小点为抽样。" : "。"))
  }

  /// The axis of shares of successes.
  func shareByLevel(_ response: FigureVariable, _ grouping: FigureVariable) -> String {
    let (y, group) = (response.name(language), grouping.name(language))
    return either("Share of \(y) in each \(noun(group))", "各\(inSentence(group))中\(inSentence(y))的比例")
  }

  /// The caption of replicates.
  func predictiveOverlay(_ form: PredictiveOverlay.Form) -> String {
    let what =
      switch form {
      case .densities: either("density of the response", "响应的密度")
      case .frequencies: either("share of rows with each count", "各计数所占的行比例")
      case .shares: either("density of the shares over levels", "各水平比例的密度")
      }
    return either(
      "Grey: the \(what) in data sets drawn from the posterior, each with the parameters and group effects of one draw.",
      "灰线：由后验生成的数据集中\(what)，每个数据集取一次抽样的参数与组效应。")
  }

  /// The caption of pairs.
  func posteriorPairs(dots: Int, isMatrix: Bool) -> String {
    let drawn = either("\(dots) draws in each panel", "每个分面 \(dots) 次抽样")
    return isMatrix
      ? either("\(drawn); above the diagonal correlations of all draws.", "\(drawn)；对角线上方为全部抽样的相关系数。")
      : either(
        "\(drawn) and the correlation of all draws. Headings name the upright axis.",
        "\(drawn)，右上为全部抽样的相关系数。小标题为纵轴的参数。")
  }
}

/// Words of expectations over the standard deviation between levels.
extension FigureWords {
  /// The axis of τ.
  func spreadTitle(_ response: FigureVariable, _ grouping: FigureVariable) -> String {
    let unit = response.unit(language)
    let group = grouping.name(language)
    return either(
      "τ: standard deviation between levels of \(noun(group))",
      "τ：\(inSentence(group).drop { $0 == " " })之间的标准差")
      + (unit.isEmpty ? "" : parenthesis(unit))
  }

  /// The axis of expectations.
  func expectationTitle(_ response: FigureVariable, _ hasIntercept: Bool) -> String {
    let unit = response.unit(language)
    let text =
      hasIntercept
      ? either("Expected intercept given τ", "给定 τ 时截距的期望") : either("Expected effect given τ", "给定 τ 时效应的期望")
    return text + (unit.isEmpty ? "" : parenthesis(unit))
  }

  /// The caption: how the numbers are found.
  func effectsBySpread(knowsSigma: Bool) -> String {
    either(
      "Lines: E(θ | τ, y) of each level, "
        + (knowsSigma
          ? "residual variances known and the fixed effects integrated out exactly."
          : "the fixed effects integrated out exactly and the residual standard deviation numerically."),
      "线：各水平的 E(θ | τ, y)，" + (knowsSigma ? "残差方差已知，固定效应精确积分。" : "固定效应精确积分，残差标准差数值积分。"))
  }

  var centralBarsOfSpread: String {
    either(
      "Below: posterior of τ, its central 90% shaded; dot and upright line: its median; bars: 50% and 90%.",
      "下方：τ 的后验，阴影为中心 90%；点与竖线：中位数；横线：50% 与 90%。")
  }

  /// The prior of τ.
  func priorOfSpread(_ prior: Prior, _ name: String) -> String {
    either("Prior of τ: \(prior) (priors: \(name)).", "τ 的先验：\(prior)（先验：\(name)）。")
  }
}
